"""Does settlement hold? The same checkers serve the tests and ``yizhan audit`` on live data.

Invariants 2 and 8 of ``domain.md`` 5, as far as payouts know them.
"""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.ledger.audit import LedgerReport
from backend.ledger.rules import AccountKind, Funder
from backend.settlement.store import batches, checks, reviews
from backend.settlement.store.checks import Owner


class AuditSettlement(Struct, frozen=True):
    """Check finance events and payouts against the ledger that was just added up."""

    ledger: LedgerReport


class SettlementReport(Struct, frozen=True, kw_only=True):
    """What was found; ``faults`` is empty when every promise holds."""

    events: int
    live_redemptions: int
    paid_fen: int
    waiting_fen: int
    faults: list[str]


async def audit_settlement(tx: Transaction, asked: AuditSettlement) -> SettlementReport:
    """Compare events, lines, batches and ledger; every difference is told with its invariant's number."""
    owed, paid = await checks.owed(tx), await checks.paid(tx)
    told, live = await checks.redemptions_told(tx)
    unlike = {
        "the lines of event {} are not what it tells": await checks.lines_unlike_events(tx),
        "batch {} is {} fen, its lines {}, its parts {}": await checks.batches_unlike_lines(tx),
        "batch {} is not repeated as it should": await checks.rejected_otherwise(tx),
        "event {} is {}, unlike its batches": await checks.states_unlike_batches(tx),
        "the clearing of {} is not the sum of its lines": await checks.days_unlike_lines(tx),
        "redemption {} is in a payout batch, though nobody approved its papers": (
            await reviews.batched_without_review(tx)
        ),
    }
    faults = _events_against_ledger(asked.ledger, owed, paid)
    faults += [f"invariant 8: {words.format(*found)}" for words, all_found in unlike.items() for found in all_found]
    tallies = await batches.batch_tallies(tx)
    return SettlementReport(
        events=told,
        live_redemptions=live,
        paid_fen=sum(tally.amount_fen for tally in tallies if tally.state == "accepted"),
        waiting_fen=sum(tally.amount_fen for tally in tallies if tally.state in ("pending", "under_review", "sent")),
        faults=faults,
    )


async def count_redemptions(tx: Transaction, _asked: None) -> tuple[int, int]:
    """(redemptions with a finance event, those of them whose event was not cancelled), for whoever redeems."""
    return await checks.redemptions_told(tx)


def _events_against_ledger(
    ledger: LedgerReport,
    owed: Mapping[Owner, int],
    paid: Mapping[Owner, tuple[int, int]],
) -> list[str]:
    """What a merchant is still owed is what its events tell less what it was paid, and what is sent is pending."""
    booked: Counter[Owner] = Counter()
    pending: Counter[Owner] = Counter()
    for key, fen in ledger.balances.items():
        kind, campaign, *owners = key.split("/")
        if kind not in (AccountKind.MERCHANT_PAYABLE, AccountKind.MERCHANT_CLAWBACK):
            continue
        _line, merchant, funder = owners
        owner = (UUID(campaign), UUID(merchant), Funder(funder))
        booked[owner] += fen if kind == AccountKind.MERCHANT_PAYABLE else -fen
        pending[owner] += ledger.pending.get(key, 0)
    faults = []
    for owner in sorted(owed.keys() | paid.keys() | booked.keys()):
        campaign_id, merchant_id, payer = owner
        accepted, sent = paid.get(owner, (0, 0))
        left = owed.get(owner, 0) - accepted
        if booked[owner] != left:
            faults.append(
                f"invariant 8: {payer} owes merchant {merchant_id} {booked[owner]} fen of campaign {campaign_id}, "
                f"its events less its payouts say {left}"
            )
        if pending[owner] != sent:
            faults.append(
                f"invariant 2: {pending[owner]} fen are pending for merchant {merchant_id}, its sent batches are {sent}"
            )
    return faults
