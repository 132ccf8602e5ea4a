"""SQL of applications, the steps they took, and objections to them. Contacts and objections are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.call_rules import (
    OVER,
    Application,
    ApplicationState,
    Dossier,
    Objection,
    ObjectionState,
    Step,
    StepTaken,
)
from backend.merchants.tables import application_steps, applications, objections

GONE = "（已删除）"
"""Stands for what was erased after its time."""
_OVER = [state.value for state in OVER]


def dossier_of(told: str) -> Dossier:
    """What a row's dossier says."""
    return msgspec.json.decode(told, type=Dossier)


def _opened(tx: Transaction, sealed: bytes | None, place: str) -> str:
    return GONE if sealed is None else tx.county.keys.open(sealed, place=place)


def _application(tx: Transaction, row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        call_id=row.call_id,
        call_version=row.call_version,
        merchant_id=row.merchant_id,
        store_id=row.store_id,
        known=row.known,
        applicant_id=row.applicant_id,
        by_office=row.by_office,
        dossier=dossier_of(row.dossier),
        contact_name=_opened(tx, row.contact_name, "merchant_applications.contact_name"),
        contact_phone=_opened(tx, row.contact_phone, "merchant_applications.contact_phone"),
        state=ApplicationState(row.state),
        submitted_at=row.submitted_at,
        objections_from=row.objections_from,
        objections_until=row.objections_until,
        ended_at=row.ended_at,
    )


def _told(tx: Transaction, dossier: Dossier, name: str, phone: str) -> dict[str, Any]:
    keys = tx.county.keys
    return {
        "credit_code": dossier.papers.credit_code,
        "dossier": msgspec.json.encode(dossier).decode(),
        "contact_name": keys.seal(name, place="merchant_applications.contact_name"),
        "contact_phone": keys.seal(phone, place="merchant_applications.contact_phone"),
    }


async def insert_application(tx: Transaction, new: Application) -> None:
    """Store an application as it was handed in."""
    await tx.execute(
        insert(applications).values(
            id=new.id,
            call_id=new.call_id,
            call_version=new.call_version,
            merchant_id=new.merchant_id,
            store_id=new.store_id,
            known=new.known,
            applicant_id=new.applicant_id,
            by_office=new.by_office,
            state=new.state.value,
            submitted_at=new.submitted_at,
            **_told(tx, new.dossier, new.contact_name, new.contact_phone),
        )
    )


async def mend_application(
    tx: Transaction, application_id: UUID, version: int, dossier: Dossier, contact: tuple[str, str]
) -> None:
    """Hand a locked application in anew, under the version of the rules that counts now."""
    await tx.execute(
        update(applications)
        .where(applications.c.id == application_id)
        .values(
            state=ApplicationState.SUBMITTED.value, call_version=version, **_told(tx, dossier, contact[0], contact[1])
        )
    )


async def move(
    tx: Transaction,
    application_id: UUID,
    to: ApplicationState,
    *,
    period: tuple[Instant, Instant] | None = None,
    ended_at: Instant | None = None,
) -> None:
    """Move a locked application; its time for objections or its end come with the state."""
    values: dict[str, Any] = {"state": to.value, "ended_at": ended_at}
    if period is not None:
        values |= {"objections_from": period[0], "objections_until": period[1]}
    await tx.execute(update(applications).where(applications.c.id == application_id).values(**values))


async def lock_application(tx: Transaction, application_id: UUID) -> Application | None:
    """An application that nobody else moves before this transaction ends."""
    asked = select(applications).where(applications.c.id == application_id).with_for_update()
    row = (await tx.execute(asked)).first()
    return None if row is None else _application(tx, row)


async def application(tx: Transaction, application_id: UUID) -> Application | None:
    """One application."""
    row = (await tx.execute(select(applications).where(applications.c.id == application_id))).first()
    return None if row is None else _application(tx, row)


async def has_applied(tx: Transaction, call_id: UUID, credit_code: str) -> bool:
    """Whether a credit code has an application under this call that is not over."""
    row = await tx.execute(
        select(applications.c.id).where(
            applications.c.call_id == call_id,
            applications.c.credit_code == credit_code,
            applications.c.state.not_in(_OVER),
        )
    )
    return row.first() is not None


async def handed_in_since(tx: Transaction, applicant_id: UUID, since: datetime) -> int:
    """How many applications somebody handed in since then."""
    a = applications.c
    counted = await tx.execute(select(func.count()).where(a.applicant_id == applicant_id, a.submitted_at >= since))
    return int(counted.scalar_one())


async def applications_before(
    tx: Transaction,
    *,
    call_id: UUID | None = None,
    state: ApplicationState | None = None,
    applicant_id: UUID | None = None,
    merchant_id: UUID | None = None,
    before: tuple[Instant, UUID] | None = None,
    most: int,
) -> list[Application]:
    """Applications, the newest first; ``applicant_id`` and ``merchant_id`` each name somebody's own."""
    a = applications.c
    asked = select(applications).order_by(a.submitted_at.desc(), a.id.desc()).limit(most)
    if call_id is not None:
        asked = asked.where(a.call_id == call_id)
    if state is not None:
        asked = asked.where(a.state == state.value)
    if merchant_id is not None:
        asked = asked.where(a.merchant_id == merchant_id)
    elif applicant_id is not None:
        asked = asked.where(a.applicant_id == applicant_id, a.by_office.is_(False))
    if before is not None:
        at, application_id = before
        asked = asked.where((a.submitted_at < at) | ((a.submitted_at == at) & (a.id < application_id)))
    return [_application(tx, row) for row in await tx.execute(asked)]


async def insert_step(tx: Transaction, application_id: UUID, taken: StepTaken) -> None:
    """Keep a step."""
    await tx.execute(
        insert(application_steps).values(
            id=taken.id,
            application_id=application_id,
            step=taken.step.value,
            person_id=taken.person_id,
            of_office=taken.of_office,
            deputy_for=taken.deputy_for,
            note=taken.note,
            document_no=taken.document_no,
            at=taken.at,
        )
    )


async def steps_of(tx: Transaction, application_ids: Sequence[UUID]) -> dict[UUID, list[StepTaken]]:
    """The steps of applications, the first one first."""
    s = application_steps.c
    asked = select(application_steps).where(s.application_id.in_(list(application_ids))).order_by(s.at, s.id)
    found: dict[UUID, list[StepTaken]] = {}
    for row in await tx.execute(asked):
        taken = StepTaken(
            id=row.id,
            step=Step(row.step),
            person_id=row.person_id,
            of_office=row.of_office,
            deputy_for=row.deputy_for,
            note=row.note,
            document_no=row.document_no,
            at=row.at,
        )
        found.setdefault(row.application_id, []).append(taken)
    return found


def _objection(tx: Transaction, row: Row[Any]) -> Objection:
    return Objection(
        id=row.id,
        application_id=row.application_id,
        filed_at=row.filed_at,
        resident_id=row.resident_id,
        recorded_by=row.recorded_by,
        name=_opened(tx, row.name, "merchant_objections.name"),
        contact=_opened(tx, row.contact, "merchant_objections.contact"),
        grounds=_opened(tx, row.grounds, "merchant_objections.grounds"),
        state=ObjectionState(row.state),
        decided_by=row.decided_by,
        deputy_for=row.deputy_for,
        decided_at=row.decided_at,
        answer=None if row.answer is None else _opened(tx, row.answer, "merchant_objections.answer"),
    )


async def insert_objection(tx: Transaction, new: Objection) -> None:
    """Keep an objection, sealed."""
    keys = tx.county.keys
    await tx.execute(
        insert(objections).values(
            id=new.id,
            application_id=new.application_id,
            filed_at=new.filed_at,
            resident_id=new.resident_id,
            recorded_by=new.recorded_by,
            name=keys.seal(new.name, place="merchant_objections.name"),
            contact=keys.seal(new.contact, place="merchant_objections.contact"),
            grounds=keys.seal(new.grounds, place="merchant_objections.grounds"),
            state=new.state.value,
        )
    )


async def application_objected_to(tx: Transaction, objection_id: UUID) -> UUID | None:
    """The application that an objection is about."""
    asked = select(objections.c.application_id).where(objections.c.id == objection_id)
    return (await tx.execute(asked)).scalar_one_or_none()


async def objections_of(tx: Transaction, application_id: UUID) -> list[Objection]:
    """Objections to an application, the first filed first."""
    o = objections.c
    asked = select(objections).where(o.application_id == application_id).order_by(o.filed_at, o.id)
    return [_objection(tx, row) for row in await tx.execute(asked)]


async def has_objected(tx: Transaction, application_id: UUID, resident_id: UUID) -> bool:
    """Whether a resident objected to this application before."""
    o = objections.c
    row = await tx.execute(select(o.id).where(o.application_id == application_id, o.resident_id == resident_id))
    return row.first() is not None


async def objected_since(tx: Transaction, resident_id: UUID, since: datetime) -> int:
    """How many objections a resident filed since then."""
    o = objections.c
    counted = await tx.execute(select(func.count()).where(o.resident_id == resident_id, o.filed_at >= since))
    return int(counted.scalar_one())


async def decide_objection(
    tx: Transaction,
    objection_id: UUID,
    to: ObjectionState,
    *,
    by: UUID,
    deputy_for: UUID | None,
    answer: str,
    at: Instant,
) -> None:
    """Decide on an objection whose application is locked."""
    await tx.execute(
        update(objections)
        .where(objections.c.id == objection_id)
        .values(
            state=to.value,
            decided_by=by,
            deputy_for=deputy_for,
            decided_at=at,
            answer=tx.county.keys.seal(answer, place="merchant_objections.answer"),
        )
    )


async def erase_contacts(tx: Transaction, *, ended_before: datetime) -> int:
    """Erase who applied and who objected, long after the end."""
    a, o = applications.c, objections.c
    gone = await tx.execute(
        update(applications)
        .where(a.ended_at < ended_before, a.contact_name.is_not(None))
        .values(contact_name=None, contact_phone=None)
    )
    more = await tx.execute(
        update(objections)
        .where(o.decided_at < ended_before, o.name.is_not(None))
        .values(name=None, contact=None, grounds=None, answer=None)
    )
    return int(gone.rowcount) + int(more.rowcount)


async def erase_person(tx: Transaction, resident_ids: Sequence[UUID]) -> None:
    """Whoever closed their account is named nowhere here any more; what they objected to stays until it is decided."""
    a, o = applications.c, objections.c
    await tx.execute(
        update(applications)
        .where(a.applicant_id.in_(list(resident_ids)), a.by_office.is_(False))
        .values(contact_name=None, contact_phone=None)
    )
    await tx.execute(update(objections).where(o.resident_id.in_(list(resident_ids))).values(name=None, contact=None))
