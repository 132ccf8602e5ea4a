"""Questions about settlement, for pages and files."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.ledger.balance import balance
from backend.ledger.rules import Account, AccountKind, Funder
from backend.merchants.find_merchants import merchant_names
from backend.settlement.bank_rules import BankActRecord
from backend.settlement.batch_rules import Batch, OpenLine, PaidTally, Run, owed_back
from backend.settlement.clearing_views import ClearingDay, StatementTotal
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import BatchState, EventState, FinanceEvent, HoldState, Programme
from backend.settlement.store import bank_acts, batches, events, holds, reads
from backend.settlement.unsettled import Unsettled, unsettled

Names = dict[UUID, tuple[str, str]]


class Owing(Struct, frozen=True, kw_only=True):
    """What a merchant has to pay back to one payer: all of it at once."""

    merchant_id: UUID
    payer: Funder
    amount_fen: int


class Overview(Struct, frozen=True, kw_only=True):
    """One campaign's money at this moment, in fen; ``people`` are those who recorded bank acts."""

    programme: Programme
    unsettled: Unsettled
    pending_fen: int
    held_fen: int
    owing: list[Owing]
    merchants: Names
    people: dict[UUID, str]
    tallies: list[PaidTally]
    bank_fen: int
    platform_bank_fen: int
    to_return_fen: int
    bank_acts: list[BankActRecord]


async def find_overview(tx: Transaction, campaign_id: UUID) -> Overview | None:
    """``None`` for a campaign whose money was never proven."""
    programme = (await events.programmes_by_id(tx, [campaign_id])).get(campaign_id)
    if programme is None:
        return None

    async def stands(kind: AccountKind) -> int:
        return await balance(tx, Account(kind, campaign_id))

    unpaid = await reads.unpaid_fen(tx, campaign_id)
    owing = await _owing(tx, campaign_id)
    acts = await bank_acts.of_campaign(tx, campaign_id)
    named = {one.merchant_id for one in owing} | {act.merchant_id for act in acts if act.merchant_id}
    return Overview(
        programme=programme,
        unsettled=await unsettled(tx, campaign_id),
        pending_fen=unpaid.get(EventState.PENDING, 0),
        held_fen=unpaid.get(EventState.HELD, 0),
        owing=owing,
        merchants=await merchant_names(tx, named),
        people=await staff_names(tx, frozenset(act.made_by for act in acts)),
        tallies=[tally for tally in await batches.batch_tallies(tx) if tally.campaign_id == campaign_id],
        bank_fen=await stands(AccountKind.FUND_BANK),
        platform_bank_fen=await stands(AccountKind.PLATFORM_BANK),
        to_return_fen=await stands(AccountKind.RETURN_TREASURY),
        bank_acts=acts,
    )


async def _owing(tx: Transaction, campaign_id: UUID) -> list[Owing]:
    grouped: dict[tuple[UUID, Funder], list[OpenLine]] = {}
    for line in await batches.open_lines(tx, await reads.merchants_waiting(tx, campaign_id)):
        if line.campaign_id == campaign_id:
            grouped.setdefault((line.merchant_id, line.payer), []).append(line)
    found = [(owner, owed_back(lines)) for owner, lines in grouped.items()]
    return [
        Owing(merchant_id=merchant_id, payer=payer, amount_fen=-netted.amount_fen)
        for (merchant_id, payer), netted in found
        if netted is not None
    ]


class FindHolds(Struct, frozen=True, kw_only=True):
    """Holds of one merchant or all."""

    states: tuple[HoldState, ...] = (HoldState.OPEN, HoldState.CONTESTED)
    merchant_id: UUID | None = None
    after: UUID | None = None
    most: int = 51


class FoundHolds(Struct, frozen=True, kw_only=True):
    """Holds with the redemption of each, and merchants' names."""

    holds: list[tuple[Hold, FinanceEvent]]
    merchants: Names


async def find_holds(tx: Transaction, asked: FindHolds) -> FoundHolds:
    """Oldest first."""
    found = await holds.find_holds(
        tx, states=asked.states, merchant_id=asked.merchant_id, after=asked.after, most=asked.most
    )
    of = {event.event_id: event for event in await events.events_by_id(tx, {hold.event_id for hold in found})}
    return FoundHolds(
        holds=[(hold, of[hold.event_id]) for hold in found],
        merchants=await merchant_names(tx, {hold.merchant_id for hold in found}),
    )


class FindRuns(Struct, frozen=True, kw_only=True):
    """Payout runs, or one."""

    run_id: UUID | None = None
    before: UUID | None = None
    most: int = 51


async def find_runs(tx: Transaction, asked: FindRuns) -> list[Run]:
    """Newest first."""
    if asked.run_id is not None:
        found = await reads.run(tx, asked.run_id)
        return [found] if found else []
    return await reads.runs_after(tx, asked.before, asked.most)


class FindBatches(Struct, frozen=True, kw_only=True):
    """Payout batches by what is asked."""

    run_id: UUID | None = None
    campaign_id: UUID | None = None
    merchant_id: UUID | None = None
    day: date | None = None
    states: tuple[BatchState, ...] | None = None
    after: int | None = None
    most: int = 101


async def find_batches(tx: Transaction, asked: FindBatches) -> tuple[list[Batch], Names]:
    """By number, with merchants' names."""
    found = await reads.batches_of(
        tx,
        run_id=asked.run_id,
        campaign_id=asked.campaign_id,
        merchant_id=asked.merchant_id,
        day=asked.day,
        states=asked.states,
        after=asked.after,
        most=asked.most,
    )
    return found, await merchant_names(tx, {batch.merchant_id for batch in found})


class FindClearingDays(Struct, frozen=True, kw_only=True):
    """Closed days before one, all or those of a campaign."""

    campaign_id: UUID | None = None
    before: date | None = None
    most: int = 51


async def find_clearing_days(tx: Transaction, asked: FindClearingDays) -> list[ClearingDay]:
    """Newest first."""
    return await reads.clearing_days_before(tx, asked.before, asked.most, asked.campaign_id)


class FindStatements(Struct, frozen=True, kw_only=True):
    """A merchant's cleared days."""

    merchant_id: UUID
    before: date | None = None
    most: int = 51


async def find_statements(tx: Transaction, asked: FindStatements) -> list[StatementTotal]:
    """Newest first."""
    return await reads.statement_days(tx, asked.merchant_id, asked.before, asked.most)


class FindStatement(Struct, frozen=True, kw_only=True):
    """A merchant's statement of one day."""

    merchant_id: UUID
    day: date


class FoundStatement(Struct, frozen=True, kw_only=True):
    """Everything a statement shows."""

    day: date
    events: list[FinanceEvent]
    batches: list[Batch]
    programmes: dict[UUID, Programme]
    holds: dict[UUID, list[Hold]]


async def find_statement(tx: Transaction, asked: FindStatement) -> FoundStatement | None:
    """``None`` when nothing of the merchant was cleared or put into a batch on that day.

    What was released later is in a batch of another day than the one on which it was cleared.
    """
    found = await reads.events_of_day(tx, asked.day, asked.merchant_id)
    made = await reads.batches_of(tx, merchant_id=asked.merchant_id, day=asked.day, most=1_000)
    if not found and not made:
        return None
    named = {event.campaign_id for event in found} | {batch.campaign_id for batch in made}
    held: dict[UUID, list[Hold]] = {}
    for hold in await holds.holds_of_events(tx, {event.event_id for event in found}):
        held.setdefault(hold.event_id, []).append(hold)
    return FoundStatement(
        day=asked.day,
        events=found,
        batches=made,
        programmes=await events.programmes_by_id(tx, named),
        holds=held,
    )
