"""An objection is upheld or dismissed, with an answer, by somebody who did not review the application."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    ObjectionState,
    hands_in,
)
from backend.merchants.four_eyes import Hand, may_act
from backend.merchants.store import applications as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class DecideObjection(Struct, frozen=True, kw_only=True):
    """Decide on an objection; ``decision_id`` names the act."""

    actor: Actor
    decision_id: UUID
    objection_id: UUID
    upheld: bool
    answer: str
    deputy_for: UUID | None = None

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        told = (self.upheld, self.answer, self.deputy_for, self.actor.id)
        return command_hash(("merchants.decide-objection", self.objection_id, *told))


class ObjectionDecided(Struct, frozen=True, kw_only=True, tag="objection-decided"):
    """What became of the objection; ``again`` marks the answer to a repeated request."""

    objection_id: UUID
    state: ObjectionState
    decided_at: datetime
    again: bool = False


async def decide_objection(
    tx: Transaction, command: DecideObjection, *, now: Instant
) -> ObjectionDecided | Refused[CallReason] | Refused[GeneralReason] | IdReused:
    """Decide; whoever has had a hand in the application never decides on what is said against it."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    application_id = await store.application_objected_to(tx, command.objection_id)
    if application_id is None or await store.lock_application(tx, application_id) is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(ObjectionDecided), again=True)
    objection = next(one for one in await store.objections_of(tx, application_id) if one.id == command.objection_id)
    hand = Hand(person_id=command.actor.id, deputy_for=command.deputy_for)
    if not await may_act(tx, hand, frozenset({Role.APPROVER}), now=now):
        return Refused(CallReason.NOT_DEPUTY)
    if objection.state is not ObjectionState.OPEN:
        return Refused(CallReason.OBJECTION_DECIDED)
    steps = (await store.steps_of(tx, [application_id])).get(application_id, [])
    if hand.people & (hands_in(steps) | {objection.recorded_by}):
        return Refused(CallReason.HAD_A_HAND)
    to = ObjectionState.UPHELD if command.upheld else ObjectionState.DISMISSED
    await store.decide_objection(
        tx, objection.id, to, by=hand.person_id, deputy_for=hand.deputy_for, answer=command.answer, at=now
    )
    entry = new_entry(
        now,
        command.actor,
        "merchants.decide-objection",
        ("merchant-application", application_id),
        from_state=ObjectionState.OPEN,
        to_state=to,
        detail=f"objection {objection.id}",
        words=command.answer,
    )
    await record(tx, entry)
    decided = ObjectionDecided(objection_id=objection.id, state=to, decided_at=now)
    await remember_answer(tx, command.decision_id, command.hashed(), decided, now=now)
    return decided
