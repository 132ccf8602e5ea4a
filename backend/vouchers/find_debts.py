"""What does a resident owe for uses of their vouchers beyond the first?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.offline_rules import HolderDebt
from backend.vouchers.store import offline


class DebtsOf(Struct, frozen=True):
    """All debts of one resident."""

    resident_id: UUID


async def debts_of(tx: Transaction, asked: DebtsOf) -> list[HolderDebt]:
    """Oldest first, those that are settled too."""
    return await offline.debts_of(tx, asked.resident_id)
