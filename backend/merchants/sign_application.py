"""退回, 复核, 公示, 列入: the office takes an application step by step; nobody decides who has had a hand in it.

Listing admits the merchant by the verb that admits any merchant, in the same transaction, or adds a known one.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    APART,
    OVER,
    STEPS,
    Application,
    ApplicationState,
    Edge,
    ObjectionPeriod,
    Step,
    StepTaken,
    decide_step,
    hands_in,
    objection_period,
)
from backend.merchants.four_eyes import Hand, may_act
from backend.merchants.put_on_list import NotListed, put_on_list
from backend.merchants.store import applications as store
from backend.merchants.store import calls
from backend.merchants.tell_applicant import tell_applicant
from backend.merchants.withdraw_application import Moved
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class SignApplication(Struct, frozen=True, kw_only=True):
    """Take one step; ``decision_id`` names the act, ``deputy_for`` whom the person stands in for."""

    actor: Actor
    decision_id: UUID
    application_id: UUID
    step: Step
    note: str | None = None
    document_no: str | None = None
    deputy_for: UUID | None = None

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.step, self.note, self.document_no, self.deputy_for, self.actor.id)
        return command_hash(("merchants.sign-application", self.application_id, *told))


NotMoved = NotListed | Refused[CallReason] | Refused[GeneralReason] | IdReused


async def sign_application(tx: Transaction, command: SignApplication, *, now: Instant) -> Moved | NotMoved:
    """Take the step or say why not; a refusal binds no id, and nothing moves with it."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    application = await store.lock_application(tx, command.application_id)
    if application is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Moved), again=True)
    hand = Hand(person_id=command.actor.id, deputy_for=command.deputy_for)
    edge = await _decide(tx, command, application, hand, now)
    if isinstance(edge, Refused):
        return edge
    if command.step is Step.LIST:
        refused = await put_on_list(tx, application, command.actor, now=now)
        if refused is not None:
            return refused
    await _take(tx, command, application, edge, hand, now)
    moved = Moved(application_id=application.id, state=edge.ends)
    await remember_answer(tx, command.decision_id, command.hashed(), moved, now=now)
    return moved


async def _decide(
    tx: Transaction, command: SignApplication, application: Application, hand: Hand, now: Instant
) -> Edge | Refused[CallReason]:
    wanted = STEPS.get(command.step)
    if wanted is None:
        return Refused(CallReason.STEP_UNFIT)
    if not await may_act(tx, hand, frozenset({wanted.role}), now=now):
        return Refused(CallReason.NOT_DEPUTY)
    objections = [one.state for one in await store.objections_of(tx, application.id)]
    edge = decide_step(
        application,
        command.step,
        note=command.note,
        document_no=command.document_no,
        at=now,
        objections=objections,
    )
    if isinstance(edge, Refused) or command.step not in APART:
        return edge
    steps: Sequence[StepTaken] = (await store.steps_of(tx, [application.id])).get(application.id, [])
    return Refused(CallReason.HAD_A_HAND) if hand.people & hands_in(steps) else edge


async def _take(
    tx: Transaction, command: SignApplication, application: Application, edge: Edge, hand: Hand, now: Instant
) -> None:
    period = None
    if edge.ends is ApplicationState.PUBLICISED:
        call = await calls.call(tx, application.call_id)
        rules = next(one.rules for one in (call.versions if call else ()) if one.version == application.call_version)
        period = objection_period(rules, at=now, calendar=tx.county.calendar)
    over = edge.ends in OVER or edge.ends is ApplicationState.LISTED
    from_until = (period.begins, period.ends) if period else None
    await store.move(tx, application.id, edge.ends, period=from_until, ended_at=now if over else None)
    taken = StepTaken(
        id=new_id(),
        step=command.step,
        person_id=hand.person_id,
        of_office=True,
        deputy_for=hand.deputy_for,
        note=command.note,
        document_no=command.document_no,
        at=now,
    )
    await store.insert_step(tx, application.id, taken)
    entry = new_entry(
        now,
        command.actor,
        f"merchants.application-{command.step}",
        ("merchant-application", application.id),
        from_state=application.state,
        to_state=edge.ends,
        detail=" ".join(filter(None, (f"step {taken.id}", command.document_no, _told_of(period)))),
        words=command.note,
    )
    await record(tx, entry)
    await tell_applicant(tx, application, edge.ends, period.ends if period else None, now=now)


def _told_of(period: ObjectionPeriod | None) -> str | None:
    """Whoever checks the period later must know that holidays were not known when it was counted."""
    return None if period is None or period.known else "calendar unknown: weekdays were counted"


SIGNING = frozenset({Role.OFFICE, Role.REVIEWER, Role.APPROVER})
"""Whoever may take a step; which one is theirs is asked at each."""
