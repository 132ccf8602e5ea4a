"""SQL of what was spent on bills with vouchers: closed days, which never change, apart from what came since."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, literal, or_, select

from backend.database.transaction import Transaction
from backend.settlement.rules import EventKind, EventState
from backend.settlement.spending_views import SpentTally
from backend.settlement.tables import acquirer_statements, clearing_days, finance_events

_SUMS = ("bill_fen", "government_fen", "platform_fen", "merchant_fen")
_SHARES = _SUMS[1:]
_KEYS = 5


async def spent_mark(tx: Transaction) -> tuple[date | None, int]:
    """(last closed day, how many acquirers' statements were imported): closed sums stand while both do."""
    last = (await tx.execute(select(func.max(clearing_days.c.day)))).scalar_one()
    statements = (await tx.execute(select(func.count()).select_from(acquirer_statements))).scalar_one()
    return last, int(statements)


async def spent_until(tx: Transaction, campaign_id: UUID, last: date, today: date) -> list[SpentTally]:
    """Redemptions cleared on closed days, as if nothing of them had been given back."""
    return await _tallies(tx, [_taken(campaign_id, today, finance_events.c.cleared_on <= last)])


async def spent_since(tx: Transaction, campaign_id: UUID, last: date | None, today: date) -> list[SpentTally]:
    """Redemptions that are not cleared yet, or on a day that is not closed."""
    asked = [_taken(campaign_id, today, finance_events.c.cleared_on.is_(None))]
    later = finance_events.c.cleared_on.is_not(None) if last is None else finance_events.c.cleared_on > last
    return await _tallies(tx, [*asked, _taken(campaign_id, today, later)])


async def spent_by_day(
    tx: Transaction, campaign_id: UUID, day: date, today: date, undone_later: Collection[UUID]
) -> list[SpentTally]:
    """Redemptions up to the end of a business day, cleared or not, as if nothing of them had been given back."""
    return await _tallies(tx, [_taken(campaign_id, today, finance_events.c.business_day <= day, undone_later)])


async def given_back(
    tx: Transaction,
    campaign_id: UUID,
    today: date,
    *,
    whole_undoes: bool,
    until: date | None = None,
    undone_later: Collection[UUID] = (),
) -> list[SpentTally]:
    """What refunds and corrections change of either: their own sums, or the whole bill where no discount is left.

    ``whole_undoes``: a bill that goes back in one step is no redemption any more. ``until``: the last business day of
    what was given back; ``undone_later`` are acts that were undone as a whole after it, before they were cleared.
    """
    e = finance_events.c
    by_then = [] if until is None else [e.business_day <= until]
    back = (
        select(e.of_event_id, func.min(e.bill_fen).label("most"), *(func.sum(e[name]).label(name) for name in _SUMS))
        .where(e.campaign_id == campaign_id, e.of_event_id.is_not(None), *by_then)
        .group_by(e.of_event_id)
        .subquery()
    )
    gone = reduce(add, [e[name] + back.c[name] for name in _SHARES]) == 0
    undone = case((back.c.most == -e.bill_fen, -1), else_=0) if whole_undoes else literal(0)
    by = _by(today)
    asked = (
        select(
            *by,
            func.sum(undone),
            func.sum(case((gone, -1), else_=0)),
            *(func.sum(case((gone, -e[name]), else_=back.c[name])) for name in _SUMS),
        )
        .join_from(back, finance_events, e.id == back.c.of_event_id)
        .where(_stands(undone_later))
        .group_by(*by)
    )
    return await _tallies(tx, [asked])


def _by(today: date) -> tuple[Any, ...]:
    e = finance_events.c
    return e.line_id, e.town_code, e.trade, e.matched, case((e.business_day < today, 1), else_=0)


def _stands(undone_later: Collection[UUID]) -> Any:
    e = finance_events.c
    stands = e.state != str(EventState.CANCELLED)
    return or_(stands, e.id.in_(list(undone_later))) if undone_later else stands


def _taken(campaign_id: UUID, today: date, when: Any, undone_later: Collection[UUID] = ()) -> Any:
    e, by = finance_events.c, _by(today)
    of_campaign = and_(e.campaign_id == campaign_id, e.kind == str(EventKind.REDEMPTION), _stands(undone_later))
    sums = [func.sum(e[name]) for name in _SUMS]
    return select(*by, func.count(), func.count(), *sums).where(of_campaign, when).group_by(*by)


async def _tallies(tx: Transaction, asked: Iterable[Any]) -> list[SpentTally]:
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for one in asked:
        for row in await tx.execute(one):
            found = sums.setdefault(tuple(row[:_KEYS]), Counter())
            found.update(dict(zip(("redeemed", "bills", *_SUMS), map(int, row[_KEYS:]), strict=True)))
    return [
        SpentTally(line_id=key[0], town_code=key[1], trade=key[2], matched=bool(key[3]), closed=bool(key[4]), **figures)
        for key, figures in sums.items()
    ]
