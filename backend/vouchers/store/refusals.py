"""SQL of what counters refused: one row for a voucher, a merchant, a reason and a day, however often it is tried."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.ids import Id
from backend.kernel.instants import Instant, business_day
from backend.vouchers.redemption_batch import TurnedAway
from backend.vouchers.refusal_tables import counter_refusals
from backend.vouchers.refusal_views import CounterRefusal
from backend.vouchers.rules import RedemptionReason


async def count_refusals(tx: Transaction, refused: Sequence[TurnedAway], now: Instant) -> None:
    """Once more each. Their vouchers are locked, so that nobody else counts them at the same time."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    day = business_day(now)
    for one in refused:
        row = make(counter_refusals).values(
            voucher_id=one.voucher_id,
            merchant_id=one.merchant_id,
            reason=str(one.reason),
            business_day=day,
            times=1,
            first_at=now,
            last_at=now,
        )
        more = {"times": counter_refusals.c.times + 1, "last_at": now}
        keys = ["voucher_id", "merchant_id", "reason", "business_day"]
        await tx.execute(row.on_conflict_do_update(index_elements=keys, set_=more))


async def refusals_of(tx: Transaction, voucher_ids: Collection[Id]) -> list[CounterRefusal]:
    """What counters refused of these vouchers, newest first, as long as it is kept."""
    c = counter_refusals.c
    asked = select(counter_refusals).where(c.voucher_id.in_(list(voucher_ids))).order_by(c.last_at.desc(), c.reason)
    return [
        CounterRefusal(
            voucher_id=row.voucher_id,
            merchant_id=row.merchant_id,
            reason=RedemptionReason(row.reason),
            times=row.times,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in await tx.execute(asked)
    ]


async def drop_old_refusals(tx: Transaction, before: datetime) -> int:
    """Forget what was refused long ago; returns how many rows."""
    return int((await tx.execute(delete(counter_refusals).where(counter_refusals.c.last_at < before))).rowcount)
