"""What administrators send and see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.audit_trail.rules import Entry
from backend.identity.invite_staff import Invited
from backend.identity.make_machine_key import MadeKey
from backend.identity.records import MachineKey, Resident, StaffMember
from backend.identity.rules import (
    DeputyGrant,
    ResidentState,
    StaffState,
    masked_identity_number,
    masked_name,
    masked_phone,
)
from backend.identity.schemas import Login
from backend.kernel.actors import ActorKind, Role
from backend.outbox.backlog import Backlog
from backend.outbox.rules import Stuck
from backend.web.texts import MAYBE_ONE_LINE, ONE_LINE, Name, Phone

Purpose = Annotated[str, Meta(min_length=2, max_length=60, pattern=ONE_LINE, description="Why; the resident is told.")]
DocumentNo = Annotated[str, Meta(max_length=80, pattern=MAYBE_ONE_LINE, description="文号")]
Moment = Annotated[datetime, Meta(tz=True)]


class StaffBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new staff account; the phone is the person's own, since one person has one account."""

    login: Login
    name: Name
    phone: Phone
    merchant_id: UUID | None = None
    station_id: UUID | None = None


class InvitedAnswer(Struct, frozen=True, kw_only=True):
    """The invitation's code is shown once; hand it to the person themselves."""

    staff_id: UUID
    invitation: str
    expires_at: datetime


class StaffAnswer(Struct, frozen=True, kw_only=True):
    """One staff account; the name is that of an office-holder and shown, the phone is masked."""

    id: UUID
    login: str
    state: StaffState
    name: str
    phone: str | None
    roles: list[Role]
    merchant_id: UUID | None
    station_id: UUID | None
    created_at: datetime
    ended_at: datetime | None


class RolesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly these roles from now on."""

    roles: Annotated[list[Role], Meta(max_length=20)]


class RolesAnswer(Struct, frozen=True, kw_only=True):
    """The roles the person has now."""

    roles: list[Role]


class DeputyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The deputy acts in one role of the principal from `begins_at` until before `ends_at`."""

    deputy_id: UUID
    principal_id: UUID
    role: Role
    begins_at: Moment
    ends_at: Moment
    document_no: DocumentNo = ""


class DeputyAnswer(Struct, frozen=True, kw_only=True):
    """One deputy's grant."""

    id: UUID
    deputy_id: UUID
    deputy_name: str
    principal_id: UUID
    principal_name: str
    role: Role
    begins_at: datetime
    ends_at: datetime
    document_no: str


class MachineKeyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bearer key for one machine; a till's (`pos`) names its merchant."""

    name: Name
    role: Role
    merchant_id: UUID | None = None
    expires_at: Moment | None = None


class MachineKeyAnswer(Struct, frozen=True, kw_only=True):
    """A machine's key without the key; `hint` is its last four characters."""

    id: UUID
    name: str
    role: Role
    merchant_id: UUID | None
    hint: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    replaced_by: UUID | None


class MadeKeyAnswer(Struct, frozen=True, kw_only=True):
    """A fresh key; `key` is shown once."""

    key: str
    row: MachineKeyAnswer


class FindResidentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exact phone, in the body and never in an address."""

    phone: Phone


class LookBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the full view is for."""

    purpose: Purpose


class WhyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; for the record and for the resident."""

    why: Purpose


class ResidentAnswer(Struct, frozen=True, kw_only=True):
    """A resident, masked unless it is the full view."""

    id: UUID
    state: ResidentState
    name: str | None
    phone: str | None
    identity_number: str | None
    town_code: str | None
    proof_level: int
    frozen_why: str | None
    opened_at: datetime


class StateAnswer(Struct, frozen=True, kw_only=True):
    """The account's state now."""

    state: ResidentState


class AuditEntryAnswer(Struct, frozen=True, kw_only=True):
    """One line of the trail."""

    id: UUID
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    role: str | None
    request_id: UUID | None
    device_id: UUID | None
    shift_id: UUID | None
    proof: str | None
    address: str | None
    act: str
    subject_kind: str
    subject_id: str
    from_state: str | None
    to_state: str | None
    success: bool
    reason: str | None
    detail: str


def invited_answer(invited: Invited) -> InvitedAnswer:
    """An invitation to hand over."""
    return InvitedAnswer(staff_id=invited.staff_id, invitation=invited.token, expires_at=invited.expires_at)


def staff_answer(member: StaffMember) -> StaffAnswer:
    """A staff account in a list."""
    return StaffAnswer(
        id=member.id,
        login=member.login,
        state=member.state,
        name=member.name,
        phone=masked_phone(member.phone),
        roles=sorted(member.roles),
        merchant_id=member.merchant_id,
        station_id=member.station_id,
        created_at=member.created_at,
        ended_at=member.ended_at,
    )


def deputy_answer(grant: DeputyGrant, names: Mapping[UUID, str]) -> DeputyAnswer:
    """A deputy's grant in a list; the names are those of office-holders."""
    return DeputyAnswer(
        id=grant.id,
        deputy_id=grant.deputy_id,
        deputy_name=names[grant.deputy_id],
        principal_id=grant.principal_id,
        principal_name=names[grant.principal_id],
        role=grant.role,
        begins_at=grant.begins_at,
        ends_at=grant.ends_at,
        document_no=grant.document_no,
    )


def machine_key_answer(row: MachineKey) -> MachineKeyAnswer:
    """A machine's key in a list."""
    return MachineKeyAnswer(
        id=row.id,
        name=row.name,
        role=row.role,
        merchant_id=row.merchant_id,
        hint=row.hint,
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
    )


def made_key_answer(made: MadeKey) -> MadeKeyAnswer:
    """A fresh key."""
    return MadeKeyAnswer(key=made.key, row=machine_key_answer(made.row))


def resident_answer(resident: Resident, *, full: bool) -> ResidentAnswer:
    """A resident; masked unless the full view was asked for with a purpose."""
    number = resident.identity_number
    return ResidentAnswer(
        id=resident.id,
        state=resident.state,
        name=resident.name if full else masked_name(resident.name),
        phone=resident.phone if full else masked_phone(resident.phone),
        identity_number=number if full else masked_identity_number(number),
        town_code=resident.town_code,
        proof_level=int(resident.proof_level),
        frozen_why=resident.frozen_why,
        opened_at=resident.opened_at,
    )


def audit_entry_answer(entry: Entry) -> AuditEntryAnswer:
    """A line of the trail, as the auditor reads it."""
    actor = entry.actor
    return AuditEntryAnswer(
        id=entry.id,
        at=entry.at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        role=actor.role,
        request_id=actor.request_id,
        device_id=actor.device_id,
        shift_id=actor.shift_id,
        proof=actor.proof,
        address=actor.address,
        act=entry.act,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        from_state=entry.from_state,
        to_state=entry.to_state,
        success=entry.success,
        reason=entry.reason or entry.words or None,
        detail=entry.detail,
    )


class StuckItem(Struct, frozen=True, kw_only=True):
    """So many deliveries to one consumer, or pieces of one kind of timed work; `fault` says where one of them fails."""

    kind: Literal["consumer", "work"]
    name: str
    count: int
    fault: str


class StuckAnswer(Struct, frozen=True, kw_only=True):
    """What keeps failing, and how much timed work is late."""

    items: list[StuckItem]
    late_work: int


def stuck_answer(found: Backlog) -> StuckAnswer:
    """The wire form."""
    consumers = [_stuck("consumer", one) for one in found.stuck_deliveries]
    work = [_stuck("work", one) for one in found.stuck_work]
    return StuckAnswer(items=consumers + work, late_work=found.late_work)


def _stuck(kind: Literal["consumer", "work"], one: Stuck) -> StuckItem:
    return StuckItem(kind=kind, name=one.name, count=one.count, fault=one.fault)
