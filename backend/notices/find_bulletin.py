"""What is told of a campaign's day in a bulletin?

All of it is read in one transaction, so that the figures belong together; and kept for some seconds, since whoever
pastes the text also looks at the picture.
"""

from datetime import date, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import Instant, business_day, day_starts, elapsed_seconds
from backend.ledger.balance import BalancesBefore, balances_before
from backend.ledger.rules import AccountKind, Funder
from backend.notices.bulletin_rules import Bulletin, is_over, top_of, warnings_of
from backend.notices.rules import borne, cells_by, told_spending
from backend.settlement.find_spending import AskSpentByDay, find_spent_by_day
from backend.settlement.spending_views import SpentTally
from backend.vouchers.desk_rules import total_fen
from backend.vouchers.find_day import AskDay, find_day, undone_after_day
from backend.vouchers.refund_rules import RESTORING

KEPT_SECONDS = 10.0
MOST_KEPT = 100
EARLIEST = date(2020, 1, 1)


class AskBulletin(Struct, frozen=True, kw_only=True):
    """One campaign's day, asked at an instant; no day later than that instant's own is asked for."""

    campaign_id: UUID
    day: date
    at: Instant


async def find_bulletin(tx: Transaction, asked: AskBulletin) -> Bulletin | None:
    """``None`` for a campaign that was never approved."""
    found = await find_day(tx, AskDay(campaign_id=asked.campaign_id, day=asked.day, at=asked.at))
    if found is None:
        return None
    plan, over = found.campaign.plan, is_over(asked.day, asked.at)
    undoes = plan.refund_policy in RESTORING
    tallies = await _tallies(tx, asked, asked.day, whole_undoes=undoes)
    before = await _tallies(tx, asked, asked.day - timedelta(days=1), whole_undoes=undoes)
    ends = day_starts(asked.day + timedelta(days=1))
    books = await balances_before(tx, BalancesBefore(campaign_id=asked.campaign_id, before=ends))
    redeemed, public = sum(one.redeemed for one in tallies), borne(tallies, Funder.GOVERNMENT)
    entry = tx.county.entry
    return Bulletin(
        county_zh=entry.name_zh,
        demonstration=tx.county.demonstration,
        title_zh=plan.title_zh,
        day=asked.day,
        as_of=ends if over else asked.at,
        is_over=over,
        issued=found.issued,
        issued_today=found.issued_today,
        redeemed=redeemed,
        redeemed_today=redeemed - sum(one.redeemed for one in before),
        public_fen=public,
        public_today_fen=public - borne(before, Funder.GOVERNMENT),
        funded_fen=total_fen(plan) if books.get(AccountKind.FUND_BANK) is not None else 0,
        left_fen=books.get(AccountKind.BUDGET_LINE, 0) + books.get(AccountKind.FUND_UNALLOCATED, 0),
        open_fen=books.get(AccountKind.VOUCHER_OPEN, 0) + books.get(AccountKind.VOUCHER_HELD, 0),
        trades=top_of(cells_by(tallies, "trade")),
        spent=told_spending(tallies, matched=False),
        warnings=warnings_of(found.alerts),
        pauses=tuple(found.pauses),
    )


async def _tallies(tx: Transaction, asked: AskBulletin, day: date, *, whole_undoes: bool) -> list[SpentTally]:
    later = await undone_after_day(tx, AskDay(campaign_id=asked.campaign_id, day=day, at=asked.at))
    by_day = AskSpentByDay(
        campaign_id=asked.campaign_id, whole_undoes=whole_undoes, day=day, undone_later=later, at=asked.at
    )
    return await find_spent_by_day(tx, by_day)


_kept: WeakKeyDictionary[County, dict[tuple[UUID, date], tuple[float, Bulletin]]] = WeakKeyDictionary()


async def kept_bulletin(county: County, campaign_id: UUID, day: date | None) -> Bulletin | None:
    """The bulletin of a day, or of today, some seconds old at most; ``None`` also for a day that has not come."""
    at = county.clock()
    asked_day = day or business_day(at)
    if not EARLIEST <= asked_day <= business_day(at):
        return None
    kept = _kept.setdefault(county, {})
    known = kept.get((campaign_id, asked_day))
    if known is not None and elapsed_seconds() - known[0] < KEPT_SECONDS and is_over(asked_day, at) is known[1].is_over:
        return known[1]
    began = elapsed_seconds()
    found = await inquire(county, find_bulletin, AskBulletin(campaign_id=campaign_id, day=asked_day, at=at))
    if found is not None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[(campaign_id, asked_day)] = (began, found)
    return found
