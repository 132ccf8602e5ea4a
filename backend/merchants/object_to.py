"""Somebody objects to a merchant on its way to a list: themselves, or a clerk records what came by letter or phone."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant, business_day, day_starts
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.apply_to_call import by_office
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    MOST_OBJECTIONS_A_DAY,
    Objection,
    ObjectionState,
    decide_objecting,
)
from backend.merchants.store import applications as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class ObjectTo(Struct, frozen=True, kw_only=True):
    """Object to an application; ``objection_id`` names the act too."""

    actor: Actor
    objection_id: UUID
    application_id: UUID
    name: str
    contact: str
    grounds: str


class Objected(Struct, frozen=True, kw_only=True, tag="objected"):
    """The objection is on record and will be answered; ``again`` marks the answer to a repeated request."""

    objection_id: UUID
    filed_at: datetime
    again: bool = False


async def object_to(
    tx: Transaction, command: ObjectTo, *, now: Instant
) -> Objected | Refused[CallReason] | Refused[GeneralReason] | IdReused:
    """Keep the objection: until it is decided nobody lists the applicant. One a person; a refusal binds no id."""
    hashed = command_hash(("merchants.object", command.application_id, command.name, command.contact, command.grounds))
    # Under the application's lock: an objection and a decision never pass each other.
    application = await store.lock_application(tx, command.application_id)
    if application is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.objection_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Objected), again=True)
    refused = decide_objecting(application, at=now)
    clerk = by_office(command.actor)
    if refused is None and not clerk and command.actor.id is not None:
        refused = await _too_many(tx, application.id, command.actor.id, now)
    if refused is not None:
        return refused
    objection = Objection(
        id=command.objection_id,
        application_id=application.id,
        filed_at=now,
        resident_id=None if clerk else command.actor.id,
        recorded_by=command.actor.id if clerk else None,
        name=command.name,
        contact=command.contact,
        grounds=command.grounds,
        state=ObjectionState.OPEN,
    )
    await store.insert_objection(tx, objection)
    detail = f"objection {objection.id}"
    await record(
        tx, new_entry(now, command.actor, "merchants.object", ("merchant-application", application.id), detail=detail)
    )
    objected = Objected(objection_id=objection.id, filed_at=now)
    await remember_answer(tx, command.objection_id, hashed, objected, now=now)
    return objected


async def _too_many(
    tx: Transaction, application_id: UUID, resident_id: UUID, now: Instant
) -> Refused[CallReason] | None:
    if await store.has_objected(tx, application_id, resident_id):
        return Refused(CallReason.ALREADY_OBJECTED)
    today = day_starts(business_day(now))
    if await store.objected_since(tx, resident_id, today) >= MOST_OBJECTIONS_A_DAY:
        return Refused(CallReason.TOO_MANY_TODAY)
    return None
