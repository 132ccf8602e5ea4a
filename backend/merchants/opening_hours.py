"""When are a merchant's shops open? Asked where somebody wonders about a redemption in the night."""

from collections.abc import Collection
from datetime import time
from uuid import UUID

from backend.database.transaction import Transaction
from backend.merchants.store import listed as store


async def opening_hours(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, list[tuple[time, time]]]:
    """(opens, closes) in county time of every shop of these merchants; closing before opening means past midnight."""
    return await store.hours_of(tx, merchant_ids)
