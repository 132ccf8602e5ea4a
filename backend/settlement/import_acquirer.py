"""An acquirer's statement is taken in: payments stand behind redemptions, or do not; held payouts are looked at again.

A file counts once. Acquirers send days again with more rows in them: a payment that another file told of is not counted
twice. What a match says is kept with the finance event, up and down, whatever became of its money meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.settlement.decide_hold import recheck_proof
from backend.settlement.papers.matching import AcquirerRow, Evidence, Finding, Match, match, settled_number
from backend.settlement.rules import EventState, FinanceEvent, SettlementReason
from backend.settlement.store import acquirer as store
from backend.settlement.store import events
from backend.settlement.store.acquirer import KeptLine, NewStatement

MOST_TOLD = 100


class ImportAcquirer(Struct, frozen=True, kw_only=True):
    """An acquirer's statement, read."""

    import_id: UUID
    template: str
    file_sha256: str
    rows: tuple[AcquirerRow, ...]
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("acquirer-statement", self.template, self.file_sha256, self.actor.id))


class Difference(Struct, frozen=True, kw_only=True):
    """A redemption that the statement does not bear out, and why."""

    redemption_id: UUID
    merchant_id: UUID
    order_no: str
    match: Match
    paid_fen: int
    """What the customer should have paid."""
    told_fen: int
    """What the acquirer took, less what it gave back."""


class AcquirerImported(Struct, frozen=True, kw_only=True):
    """What the statement says; counts of redemptions but for the first three, which count rows.

    ``unknown`` payments are named by no redemption; ``known`` rows had come with an earlier file.
    """

    import_id: UUID
    lines: int
    known: int
    unknown: int
    matched: int
    amount_differs: int
    doubled: int
    refunded: int
    released: int
    """Held payouts that are free now."""
    differences: tuple[Difference, ...]
    """The first hundred that are not matched."""
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def import_acquirer(
    tx: Transaction, command: ImportAcquirer, *, now: Instant
) -> AcquirerImported | Refused[SettlementReason] | IdReused:
    """Store what is new, compare every order that the file names, and look at held payouts again."""
    earlier = await earlier_answer(tx, command.import_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(AcquirerImported), again=True) if isinstance(earlier, Earlier) else earlier
    if command.actor.id is None:
        return IdReused()
    if (before := await store.imported_at(tx, command.file_sha256)) is not None:
        day = business_day(before)
        return Refused(SettlementReason.ALREADY_IMPORTED, detail=f"已于 {day} 导入 / imported on {day}")
    orders = {settled_number(row.order_no) for row in command.rows}
    kept = await store.lines_of(tx, orders)
    fresh = _fresh(command.rows, kept)
    redemptions = await store.redemptions_of(tx, orders)
    findings = await _findings(tx, redemptions, [*kept, *(line for _, line in fresh)])
    statement = NewStatement(
        statement_id=command.import_id,
        file_sha256=command.file_sha256,
        template=command.template,
        lines=len(fresh),
        matched=_counted(findings)["matched"],
        imported_by=command.actor.id,
        imported_at=now,
    )
    await store.insert_statement(tx, statement, fresh)
    outcome = _outcome(command, fresh, redemptions, findings, await _apply(tx, redemptions, findings, now))
    told = f"{outcome.lines} lines, {outcome.matched} matched, {outcome.released} released"
    subject = ("import", command.import_id)
    detail = f"{told}, file {command.file_sha256}"
    await record(tx, new_entry(now, command.actor, "settlement.acquirer-statement", subject, detail=detail))
    await remember_answer(tx, command.import_id, command.hashed(), outcome, now=now)
    return outcome


def _fresh(rows: Sequence[AcquirerRow], kept: Sequence[KeptLine]) -> list[tuple[int, KeptLine]]:
    """The rows that no earlier file told of; two alike in one file are two payments."""
    known = Counter(kept)
    found = []
    for row in rows:
        line = KeptLine(settled_number(row.order_no), -row.amount_fen if row.refund else row.amount_fen, row.paid_at)
        if known[line]:
            known[line] -= 1
        else:
            found.append((row.row, line))
    return found


async def _findings(
    tx: Transaction, redemptions: Sequence[FinanceEvent], lines: Sequence[KeptLine]
) -> dict[UUID, Finding]:
    refunded = await store.refunded_of(tx, [event.event_id for event in redemptions])
    evidence = [
        Evidence(
            redemption_id=event.event_id,
            order_no=event.evidence_value or "",
            paid_fen=event.paid_fen,
            refunded_fen=refunded.get(event.event_id, 0),
        )
        for event in redemptions
    ]
    told = [
        AcquirerRow(
            row=0,
            order_no=line.order_no,
            amount_fen=abs(line.amount_fen),
            refund=line.amount_fen < 0,
            paid_at=redemptions[0].occurred_at,  # Nothing of the match depends on it.
        )
        for line in lines
        if redemptions
    ]
    return {finding.redemption_id: finding for finding in match(evidence, told).findings}


async def _apply(
    tx: Transaction, redemptions: Sequence[FinanceEvent], findings: dict[UUID, Finding], now: Instant
) -> int:
    """Keep what was found; returns how many held payouts are free now."""
    good = {redemption_id for redemption_id, finding in findings.items() if finding.match == "matched"}
    rises = [event for event in redemptions if event.event_id in good and not event.matched]
    falls = [event for event in redemptions if event.event_id not in good and event.matched]
    for begin in range(0, len(rises), store.AT_ONCE):
        await events.set_matched(tx, [event.event_id for event in rises[begin : begin + store.AT_ONCE]], matched=True)
    for begin in range(0, len(falls), store.AT_ONCE):
        await events.set_matched(tx, [event.event_id for event in falls[begin : begin + store.AT_ONCE]], matched=False)
    released = 0
    for event in rises:
        if event.state is EventState.HELD:
            released += await recheck_proof(tx, event.event_id, now)
    return released


def _counted(findings: dict[UUID, Finding]) -> Counter[str]:
    """How many redemptions of each finding."""
    return Counter[str](finding.match for finding in findings.values())


def _outcome(
    command: ImportAcquirer,
    fresh: Sequence[tuple[int, KeptLine]],
    redemptions: Sequence[FinanceEvent],
    findings: dict[UUID, Finding],
    released: int,
) -> AcquirerImported:
    counted = _counted(findings)
    named = {event.evidence_value for event in redemptions}
    payments = [row for row in command.rows if not row.refund]
    apart = [event for event in redemptions if findings[event.event_id].match != "matched"]
    return AcquirerImported(
        import_id=command.import_id,
        lines=len(fresh),
        known=len(command.rows) - len(fresh),
        unknown=sum(settled_number(row.order_no) not in named for row in payments),
        matched=counted["matched"],
        amount_differs=counted["amount-differs"] + counted["unknown"],
        doubled=counted["doubled"],
        refunded=counted["refunded"],
        released=released,
        differences=tuple(_difference(event, findings[event.event_id]) for event in apart[:MOST_TOLD]),
    )


def _difference(event: FinanceEvent, finding: Finding) -> Difference:
    return Difference(
        redemption_id=event.event_id,
        merchant_id=event.merchant_id,
        order_no=event.evidence_value or "",
        match=finding.match,
        paid_fen=event.paid_fen,
        told_fen=finding.paid_fen - finding.refunded_fen,
    )
