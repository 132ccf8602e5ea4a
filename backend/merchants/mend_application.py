"""The applicant mends what was sent back, and hands it in again: the review begins anew."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.apply_to_call import Applied, NotApplied, handed_in
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    Application,
    ApplicationState,
    AttachedFile,
    Dossier,
    Step,
)
from backend.merchants.dossiers import Unfit, check_dossier, check_known, dossier_of_merchant
from backend.merchants.own_application import is_own
from backend.merchants.rules import MerchantReason
from backend.merchants.store import applications as store
from backend.merchants.store import calls
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class Mend(Struct, frozen=True, kw_only=True):
    """Hand an application in again; ``change_id`` names the act. A known merchant brings files only."""

    actor: Actor
    change_id: UUID
    application_id: UUID
    merchant_id: UUID | None = None
    """The merchant for which the actor acts, if any."""
    dossier: Dossier | None = None
    files: tuple[AttachedFile, ...] = ()
    contact_name: str
    contact_phone: str


async def mend_application(tx: Transaction, command: Mend, *, now: Instant) -> Applied | NotApplied:
    """Store the mended application under the rules that count now; whatever is not right binds no id."""
    told = (command.application_id, command.dossier, command.files, command.contact_name, command.contact_phone)
    hashed = command_hash(("merchants.mend", *told))
    application = await store.lock_application(tx, command.application_id)
    if application is None or not is_own(application, command.actor, command.merchant_id):
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Applied), again=True)
    if application.state is not ApplicationState.RETURNED:
        return Refused(CallReason.STEP_UNFIT)
    call = await calls.call(tx, application.call_id)
    if call is None:
        return Refused(GeneralReason.NOT_FOUND)
    version = call.at(now)
    dossier = await _mended(tx, command, application)
    if isinstance(dossier, Refused):
        return dossier
    unfit: Unfit | None = (
        check_known(version.rules, dossier, now=now)
        if application.known
        else await check_dossier(tx, version.rules, dossier, now=now)
    )
    if unfit is not None:
        return unfit
    contact = (command.contact_name, command.contact_phone)
    await store.mend_application(tx, application.id, version.version, dossier, contact)
    await store.insert_step(tx, application.id, handed_in(command.actor, Step.MEND, application, now))
    entry = new_entry(
        now,
        command.actor,
        "merchants.mend-application",
        ("merchant-application", application.id),
        from_state=application.state,
        to_state=ApplicationState.SUBMITTED,
        detail=f"version {version.version}",
    )
    await record(tx, entry)
    applied = Applied(
        application_id=application.id,
        call_version=version.version,
        state=ApplicationState.SUBMITTED,
        submitted_at=application.submitted_at,
    )
    await remember_answer(tx, command.change_id, hashed, applied, now=now)
    return applied


async def _mended(
    tx: Transaction, command: Mend, application: Application
) -> Dossier | Refused[CallReason] | Refused[MerchantReason]:
    if not application.known:
        dossier = command.dossier
        if dossier is None:
            return Refused(CallReason.FILE_MISSING)
        if dossier.papers.credit_code != application.dossier.papers.credit_code:
            return Refused(MerchantReason.CREDIT_CODE_WRONG)  # Another body is another application.
        return _with_what_was_told(dossier, application.dossier)
    known = await dossier_of_merchant(tx, application.merchant_id)
    if known is None:
        return Refused(MerchantReason.MERCHANT_ENDED)
    return msgspec.structs.replace(known, files=command.files)


def _with_what_was_told(mended: Dossier, before: Dossier) -> Dossier:
    """What a form does not ask for stays as it was handed in: picture, words, and the position of the same place."""
    now, then = mended.papers, before.papers
    papers = msgspec.structs.replace(
        now,
        picture=now.picture or then.picture,
        about_zh=now.about_zh or then.about_zh,
        about_en=now.about_en or then.about_en,
    )
    if _place(mended) != _place(before):
        return msgspec.structs.replace(mended, papers=papers)  # A shop that moved is not where it was.
    village = mended.premises.village_code or before.premises.village_code
    return msgspec.structs.replace(
        mended,
        papers=papers,
        premises=msgspec.structs.replace(mended.premises, village_code=village),
        position=mended.position or before.position,
    )


def _place(dossier: Dossier) -> tuple[str, str]:
    return dossier.premises.town_code, dossier.premises.address_zh
