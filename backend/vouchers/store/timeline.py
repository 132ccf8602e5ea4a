"""SQL of a campaign's life by hours: sums and counts, nobody's own rows; reads only."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, select, type_coerce

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.tables import redemptions, vouchers
from backend.vouchers.timeline_rules import NOTHING, Amounts

_HOUR_SECONDS = 3_600


def _hour(column: ColumnElement[Any], *, on_postgresql: bool) -> ColumnElement[int]:
    """Whole hours since 1970; every instant here is later."""
    if on_postgresql:
        return cast(func.floor(extract("epoch", column) / _HOUR_SECONDS), BigInteger)
    return type_coerce(column, BigInteger) // (_HOUR_SECONDS * 1_000_000)


async def amounts_by_hour(tx: Transaction, campaign_id: UUID) -> dict[int, Amounts]:
    """Claims and live redemptions of a campaign by the hour in which they happened; hours without any are not there."""
    v, r = vouchers.c, redemptions.c
    claimed = _hour(v.claimed_at, on_postgresql=tx.county.on_postgresql).label("hour")
    issued = await tx.execute(select(claimed, func.count()).where(v.campaign_id == campaign_id).group_by("hour"))
    found = {int(row[0]): Amounts(issued=row[1]) for row in issued}
    spent = _hour(r.occurred_at, on_postgresql=tx.county.on_postgresql).label("hour")
    redeemed = await tx.execute(
        # A further use of a voucher is a bill and costs money, but no other piece.
        select(spent, func.sum(case((r.conflict, 0), else_=1)), func.sum(r.discount_fen), func.sum(r.bill_fen))
        .where(r.campaign_id == campaign_id, r.state != str(RedemptionState.REVERSED))
        .group_by("hour")
    )
    for row in redeemed:
        amounts = Amounts(redeemed=int(row[1]), discount_fen=int(row[2]), bill_fen=int(row[3]))
        found[int(row[0])] = found.get(int(row[0]), NOTHING).plus(amounts)
    return found
