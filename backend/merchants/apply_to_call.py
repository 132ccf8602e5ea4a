"""Somebody applies under a call: as a merchant-to-be with papers, or as a merchant that the county knows."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day, day_starts
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    MOST_APPLICATIONS_A_DAY,
    Application,
    ApplicationState,
    AttachedFile,
    CallVersion,
    Dossier,
    Step,
    StepTaken,
    decide_window,
)
from backend.merchants.dossiers import Unfit, check_dossier, check_known, dossier_of_merchant
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.store import applications as store
from backend.merchants.store import calls, listed
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class Apply(Struct, frozen=True, kw_only=True):
    """Apply; ``application_id`` names the act too.

    ``dossier`` tells of a merchant-to-be; ``merchant_id`` names one that is admitted, whose papers are known.
    """

    actor: Actor
    application_id: UUID
    call_id: UUID
    merchant_id: UUID | None = None
    dossier: Dossier | None = None
    files: tuple[AttachedFile, ...] = ()
    contact_name: str
    contact_phone: str


class Applied(Struct, frozen=True, kw_only=True, tag="applied"):
    """Handed in under this version of the rules; ``again`` marks the answer to a repeated request."""

    application_id: UUID
    call_version: int
    state: ApplicationState
    submitted_at: datetime
    again: bool = False


NotApplied = Unfit | Refused[GeneralReason] | IdReused


async def apply_to_call(tx: Transaction, command: Apply, *, now: Instant) -> Applied | NotApplied:
    """Hand an application in; whatever is not right yet binds no id and may be mended under the same."""
    told = (command.call_id, command.merchant_id, command.dossier, command.files)
    hashed = command_hash(("merchants.apply", *told, command.contact_name, command.contact_phone))
    call = await calls.lock_call(tx, command.call_id)
    if call is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.application_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Applied), again=True)
    version = call.at(now)
    dossier = await _dossier(tx, command, version, now)
    if isinstance(dossier, Refused):
        return dossier
    if await store.has_applied(tx, call.id, dossier.papers.credit_code):
        return Refused(CallReason.ALREADY_APPLIED)
    application = _application(command, version, dossier, now)
    await store.insert_application(tx, application)
    await store.insert_step(tx, application.id, handed_in(command.actor, Step.SUBMIT, application, now))
    entry = new_entry(
        now,
        command.actor,
        "merchants.apply",
        ("merchant-application", application.id),
        to_state=application.state,
        detail=f"{dossier.papers.credit_code} version {version.version}",
    )
    await record(tx, entry)
    applied = Applied(
        application_id=application.id, call_version=version.version, state=application.state, submitted_at=now
    )
    await remember_answer(tx, command.application_id, hashed, applied, now=now)
    return applied


async def _dossier(tx: Transaction, command: Apply, version: CallVersion, now: Instant) -> Dossier | Unfit:
    """What is to be looked at, or why it may not be handed in."""
    refused = decide_window(version.rules, at=now)
    if refused is not None:
        return refused
    if not by_office(command.actor) and await _too_many(tx, command, now):
        return Refused(CallReason.TOO_MANY_TODAY)
    if command.merchant_id is None:
        dossier = command.dossier
        if dossier is None:
            return Refused(CallReason.FILE_MISSING)
        return await check_dossier(tx, version.rules, dossier, now=now) or dossier
    known = await dossier_of_merchant(tx, command.merchant_id)
    if known is None or await listed.lock_state(tx, command.merchant_id) is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    if await calls.is_on_list(tx, command.call_id, command.merchant_id):
        return Refused(CallReason.ALREADY_APPLIED)
    dossier = msgspec.structs.replace(known, files=command.files)
    return check_known(version.rules, dossier, now=now) or dossier


async def _too_many(tx: Transaction, command: Apply, now: Instant) -> bool:
    if command.actor.id is None:
        return False
    today = day_starts(business_day(now))
    return await store.handed_in_since(tx, command.actor.id, today) >= MOST_APPLICATIONS_A_DAY


def by_office(actor: Actor) -> bool:
    """Whether somebody of the office acts, for whoever cannot themselves."""
    return actor.role == Role.OFFICE


def handed_in(actor: Actor, step: Step, application: Application, now: Instant) -> StepTaken:
    """A step on the applicant's side: handing in, mending, taking back."""
    return StepTaken(
        id=new_id(), step=step, person_id=actor.id or application.applicant_id, of_office=by_office(actor), at=now
    )


def _application(command: Apply, version: CallVersion, dossier: Dossier, now: Instant) -> Application:
    return Application(
        id=command.application_id,
        call_id=command.call_id,
        call_version=version.version,
        merchant_id=command.merchant_id or new_id(),
        store_id=new_id(),
        known=command.merchant_id is not None,
        applicant_id=command.actor.id or command.application_id,
        by_office=by_office(command.actor),
        dossier=dossier,
        contact_name=command.contact_name,
        contact_phone=command.contact_phone,
        state=ApplicationState.SUBMITTED,
        submitted_at=now,
    )
