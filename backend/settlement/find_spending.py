"""What came of a campaign's money: bills, discounts, what is paid out and what went back to the treasury?

Closed days are added up once and kept: nothing that is cleared changes but by new events. That a bill's proof was
matched later is seen with the next closed day or imported statement, or after some minutes.
"""

from datetime import date
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day, elapsed_seconds
from backend.ledger.balance import balance
from backend.ledger.rules import Account, AccountKind, Funder
from backend.settlement.bank_rules import BankActKind
from backend.settlement.spending_views import SpentTally, merged
from backend.settlement.store import bank_acts, batches, spending

KEPT_SECONDS = 300.0
MOST_KEPT = 500


class AskSpending(Struct, frozen=True, kw_only=True):
    """Of one campaign, as of an instant; ``whole_undoes``: a bill refunded in one step is no redemption any more."""

    campaign_id: UUID
    whole_undoes: bool
    at: Instant


class SpentMoney(Struct, frozen=True, kw_only=True):
    """In fen; what was paid out is less what merchants paid back."""

    tallies: list[SpentTally]
    paid_out: dict[Funder, int]
    to_return_fen: int
    returned_fen: int


class Closed(Struct, frozen=True):
    """Sums of closed days, the mark under which they stand, and until when (elapsed seconds)."""

    mark: tuple[date | None, int]
    until: float
    tallies: list[SpentTally]


_closed: WeakKeyDictionary[County, dict[UUID, Closed]] = WeakKeyDictionary()


async def find_spending(tx: Transaction, asked: AskSpending) -> SpentMoney:
    """A campaign whose money is not proven yet has spent nothing."""
    campaign_id, today = asked.campaign_id, business_day(asked.at)
    mark = await spending.spent_mark(tx)
    tallies = [
        *await _closed_days(tx, campaign_id, mark, today),
        *await spending.spent_since(tx, campaign_id, mark[0], today),
        *await spending.given_back(tx, campaign_id, today, whole_undoes=asked.whole_undoes),
    ]
    acts = await bank_acts.of_campaign(tx, campaign_id)
    paid = await batches.accepted_of(tx, campaign_id)
    return SpentMoney(
        tallies=merged(tallies),
        paid_out={payer: paid.get(payer, 0) for payer in (Funder.GOVERNMENT, Funder.PLATFORM)},
        to_return_fen=await balance(tx, Account(AccountKind.RETURN_TREASURY, campaign_id)),
        returned_fen=sum(act.amount_fen for act in acts if act.kind is BankActKind.RETURN),
    )


class AskSpentByDay(Struct, frozen=True, kw_only=True):
    """Of one campaign, as it stood at the end of a business day; asked at ``at``.

    ``undone_later``: acts that stood then and were undone as a whole afterwards, before their day was cleared; those
    who keep the acts know when.
    """

    campaign_id: UUID
    whole_undoes: bool
    day: date
    undone_later: frozenset[UUID] = frozenset()
    at: Instant


async def find_spent_by_day(tx: Transaction, asked: AskSpentByDay) -> list[SpentTally]:
    """The tallies of ``find_spending``, of events up to that day only."""
    campaign_id, today, later = asked.campaign_id, business_day(asked.at), asked.undone_later
    taken = await spending.spent_by_day(tx, campaign_id, asked.day, today, later)
    back = await spending.given_back(
        tx, campaign_id, today, whole_undoes=asked.whole_undoes, until=asked.day, undone_later=later
    )
    return merged([*taken, *back])


async def _closed_days(
    tx: Transaction, campaign_id: UUID, mark: tuple[date | None, int], today: date
) -> list[SpentTally]:
    last = mark[0]
    if last is None:
        return []
    kept = _closed.setdefault(tx.county, {})
    found = kept.get(campaign_id)
    if found is None or found.mark != mark or found.until < elapsed_seconds():
        if len(kept) >= MOST_KEPT:
            kept.clear()
        tallies = await spending.spent_until(tx, campaign_id, last, today)
        found = kept[campaign_id] = Closed(mark, elapsed_seconds() + KEPT_SECONDS, tallies)
    return found.tallies
