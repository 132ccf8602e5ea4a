"""Which token did a counter mean that named it by its hash?"""

from collections.abc import Collection

from backend.database.transaction import Transaction
from backend.kernel.tokens import Token, read_token
from backend.vouchers.store import tokens as store


async def issued_tokens_of(tx: Transaction, hashes: Collection[bytes]) -> dict[bytes, Token]:
    """What the county wrote into the tokens with these hashes; one that it never signed or forgot is left out."""
    return {hashed: read_token(data).token for hashed, data in (await store.tokens_by_hash(tx, hashes)).items()}
