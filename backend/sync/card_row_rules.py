"""What does a card's home device keep of it, so that a finder of the tablet reads nothing of its owner?

Pure. A row is named by the hash of what is printed, as events name the card, and its content is sealed under a key that
only the printed code gives: AES-GCM under SHA-256 of a prefix and the card's bytes, which carry 64 bytes of signature
that nobody guesses. Without the card in hand the row is noise. The nonce follows from key and content, so the same row
is the same bytes at every pull and can be compared. Twin: ``pwa/src/cards/home_card.ts``.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from backend.kernel.cards import card_bytes

CARDS: Final = "cards"
KEY_PREFIX: Final = b"XP1 row\x00"
NONCE_BYTES: Final = 12


class RowVoucher(Struct, frozen=True, kw_only=True):
    """A voucher of the card's owner, as a token would say it; instants are seconds since 1970."""

    voucher: UUID
    campaign: int
    terms_version: int
    domain: int
    face_fen: int
    use_from: int
    expires_at: int


class CardRow(Struct, frozen=True, kw_only=True):
    """Inside the seal: whose card it is, the last four signs of their document, where one was seen, the vouchers."""

    person: UUID
    """The owner's account: the day's limit is theirs, also where a newer card took this one's place."""
    digits: str | None
    vouchers: Sequence[RowVoucher]


def row_key(code: str) -> str:
    """Where a card's row stands in the replica: the hash of its bytes, in hex."""
    return hashlib.sha256(card_bytes(code)).hexdigest()


def seal_row(code: str, row: CardRow) -> str:
    """Nonce and sealed content in Base64. Raises ``ValueError`` for a text that is no card."""
    key, plain = _key(code), msgspec.json.encode(row)
    nonce = hmac.digest(key, plain, "sha256")[:NONCE_BYTES]
    return b64encode(nonce + AESGCM(key).encrypt(nonce, plain, KEY_PREFIX)).decode()


def open_row(code: str, sealed: str) -> CardRow | None:
    """What a home device reads with the card in hand; ``None`` for another card's row."""
    data = b64decode(sealed)
    try:
        plain = AESGCM(_key(code)).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], KEY_PREFIX)
    except InvalidTag:
        return None
    return msgspec.json.decode(plain, type=CardRow)


def _key(code: str) -> bytes:
    return hashlib.sha256(KEY_PREFIX + card_bytes(code)).digest()
