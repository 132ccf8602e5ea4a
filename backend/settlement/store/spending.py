"""SQL of what was spent on bills with vouchers: one pass over a campaign's redemptions, one over their refunds."""

from collections import Counter
from datetime import date
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select

from backend.database.transaction import Transaction
from backend.settlement.rules import EventKind, EventState
from backend.settlement.spending_views import SpentTally
from backend.settlement.tables import finance_events

_SUMS = ("bill_fen", "government_fen", "platform_fen", "merchant_fen")
_SHARES = _SUMS[1:]


async def spent_by(tx: Transaction, campaign_id: UUID, today: date) -> list[SpentTally]:
    """Bills on which a discount stands, by town, trade and match; days before ``today`` are closed."""
    e = finance_events.c
    closed = case((e.business_day < today, 1), else_=0)
    by = (e.town_code, e.trade, e.matched, closed)
    of_campaign = and_(
        e.campaign_id == campaign_id, e.kind == str(EventKind.REDEMPTION), e.state != str(EventState.CANCELLED)
    )
    taken = select(*by, func.count(), *(func.sum(e[name]) for name in _SUMS)).where(of_campaign).group_by(*by)
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for asked in (taken, _given_back(campaign_id, today)):
        for row in await tx.execute(asked):
            found = sums.setdefault(tuple(row[:4]), Counter())
            found.update(dict(zip(("bills", *_SUMS), map(int, row[4:]), strict=True)))
    return [
        SpentTally(town_code=key[0], trade=key[1], matched=bool(key[2]), closed=bool(key[3]), **figures)
        for key, figures in sums.items()
        if figures["bills"]
    ]


def _given_back(campaign_id: UUID, today: date) -> Any:
    """What refunds and corrections change: their own sums, or the whole bill where no discount is left of it."""
    e = finance_events.c
    back = (
        select(e.of_event_id, *(func.sum(e[name]).label(name) for name in _SUMS))
        .where(e.campaign_id == campaign_id, e.of_event_id.is_not(None))
        .group_by(e.of_event_id)
        .subquery()
    )
    gone = reduce(add, [e[name] + back.c[name] for name in _SHARES]) == 0
    closed = case((e.business_day < today, 1), else_=0)
    by = (e.town_code, e.trade, e.matched, closed)
    return (
        select(
            *by,
            func.sum(case((gone, -1), else_=0)),
            *(func.sum(case((gone, -e[name]), else_=back.c[name])) for name in _SUMS),
        )
        .join_from(back, finance_events, e.id == back.c.of_event_id)
        .where(e.state != str(EventState.CANCELLED))
        .group_by(*by)
    )
