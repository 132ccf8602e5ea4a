"""What does a resident owe for uses of their vouchers beyond the first?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.merchants.find_merchants import merchant_names
from backend.vouchers.debt_views import ShownDebt
from backend.vouchers.offline_rules import HolderDebt
from backend.vouchers.store import debts, offline

NOBODY = ("", "")


class DebtsOf(Struct, frozen=True):
    """All debts of one resident."""

    resident_id: UUID


async def debts_of(tx: Transaction, asked: DebtsOf) -> list[HolderDebt]:
    """Oldest first, those that are settled too."""
    return await offline.debts_of(tx, asked.resident_id)


async def shown_debts_of(tx: Transaction, asked: DebtsOf) -> list[ShownDebt]:
    """The newest first, with where and when the voucher was used; those that are settled too."""
    owed = await debts.owed_by(tx, asked.resident_id)
    named = {one.merchant_id for one in owed} | {one.first_merchant for one in owed if one.first_merchant is not None}
    names = await merchant_names(tx, named)
    told = []
    for one in owed:
        zh, en = names.get(one.merchant_id, NOBODY)
        first = NOBODY if one.first_merchant is None else names.get(one.first_merchant, NOBODY)
        told.append(ShownDebt(use=one, merchant_zh=zh, merchant_en=en, first_zh=first[0], first_en=first[1]))
    return told
