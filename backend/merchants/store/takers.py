"""SQL of the merchants that take vouchers now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.merchants.rules import MerchantState
from backend.merchants.tables import listings, merchants, stores


async def admitted(tx: Transaction) -> Sequence[Any]:
    """Names, trade, size and the first shop's town, by town and name."""
    m = merchants.c
    asked = (
        select(m.id, m.name_zh, m.name_en, m.trade, m.size, stores.c.town_code)
        .join(stores, (stores.c.merchant_id == m.id) & (stores.c.number == 1))
        .where(m.state == str(MerchantState.ADMITTED))
        .order_by(stores.c.town_code, m.name_zh, m.id)
    )
    return (await tx.execute(asked)).all()


async def lists_by_merchant(tx: Transaction) -> dict[UUID, frozenset[UUID]]:
    """On which calls' lists a merchant is now."""
    rows = await tx.execute(select(listings.c.merchant_id, listings.c.call_id).where(listings.c.ended_at.is_(None)))
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row.merchant_id, set()).add(row.call_id)
    return {merchant_id: frozenset(calls) for merchant_id, calls in found.items()}
