"""Make staff accounts and invite their people; the first administrators of a new county among them.

There is no default account. An invitation is a secret for one use within 72 hours; whoever holds it sets the password
and the second factor of that one account.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.assign_roles import leaves_no_administrator, tell_rights_changed
from backend.identity.enter import token_hash
from backend.identity.reasons import FoundingReason, IdentityReason
from backend.identity.records import Credentials, Invitation, StaffMember
from backend.identity.rules import INVITATION_LASTS, SessionEnd, StaffState, decide_roles
from backend.identity.store import staff
from backend.kernel.actors import OFFICE_ROLES, SYSTEM, Actor, Role
from backend.kernel.ids import new_id, new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class CreateStaff(Struct, frozen=True, kw_only=True):
    """A new account, without roles unless a verb above gives them (merchant and station staff)."""

    login: str
    name: str
    phone: str | None
    actor: Actor
    roles: frozenset[Role] = frozenset()
    merchant_id: UUID | None = None
    station_id: UUID | None = None


class InviteAgain(Struct, frozen=True, kw_only=True):
    """A fresh invitation for somebody who lost password or phone."""

    staff_id: UUID
    actor: Actor


class Founder(Struct, frozen=True, kw_only=True):
    """One of a new county's first administrators."""

    role: Role
    login: str
    name: str
    phone: str | None = None


class FoundAdministrators(Struct, frozen=True):
    """The first people of an empty county: a system, a security and an audit administrator."""

    founders: tuple[Founder, ...]


class AdmitStaff(Struct, frozen=True, kw_only=True):
    """A ready account with known credentials, for demonstration counties."""

    id: UUID
    login: str
    name: str
    phone: str | None
    password_hash: str
    totp_secret: str
    roles: frozenset[Role]
    merchant_id: UUID | None = None
    station_id: UUID | None = None


class Invited(Struct, frozen=True, kw_only=True):
    """The account and its invitation; the token is told once."""

    staff_id: UUID
    token: str
    expires_at: datetime


async def create_staff(tx: Transaction, command: CreateStaff, *, now: Instant) -> Invited | Refused[Reason]:
    """Make the account and its invitation. One person, one phone, one account."""
    new = StaffMember(
        id=new_id(),
        login=command.login,
        state=StaffState.INVITED,
        name=command.name,
        phone=command.phone,
        merchant_id=command.merchant_id,
        station_id=command.station_id,
        created_at=now,
        roles=command.roles,
    )
    reason = await _refuse(tx, new)
    if reason is not None:
        return Refused(reason)
    await staff.insert_staff(tx, new, Credentials(), now)
    await record(tx, new_entry(now, command.actor, "identity.create_staff", ("staff", new.id), to_state="invited"))
    return await invite(tx, new.id, now)


async def invite_again(tx: Transaction, command: InviteAgain, *, now: Instant) -> Invited | Refused[Reason]:
    """A new invitation ends the ones before it, every session of the account, and its rights in the office.

    Whoever makes an invitation sees its token and could use it: were the rights still there, one administrator could
    sign as clerk, reviewer and approver. The security administrator gives them anew to the person who comes back.
    """
    member = await staff.lock_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    if member.state is StaffState.ENDED:
        return Refused(IdentityReason.STAFF_ENDED)
    if command.actor.id == member.id:
        return Refused(IdentityReason.OWN_RIGHTS)
    taken = member.roles & OFFICE_ROLES
    if await leaves_no_administrator(tx, member.id, taken):
        return Refused(IdentityReason.LAST_ADMINISTRATOR)
    await staff.end_invitations(tx, member.id, now)
    await staff.delete_roles(tx, member.id, taken)
    invited = await invite(tx, member.id, now)
    detail = f"rights taken: {', '.join(sorted(taken)) or 'none'}"
    await record(tx, new_entry(now, command.actor, "identity.invite_again", ("staff", member.id), detail=detail))
    await tell_rights_changed(tx, member.id, SessionEnd.REVOKED, now)
    return invited


async def found_administrators(
    tx: Transaction, command: FoundAdministrators, *, now: Instant
) -> list[Invited] | Refused[Reason]:
    """Invite the three administrators of a county that has no staff yet; refused for ever after."""
    if await staff.any_staff(tx):
        return Refused(FoundingReason.ADMINISTRATORS_FOUNDED)
    invited = []
    for founder in command.founders:
        create = CreateStaff(
            login=founder.login,
            name=founder.name,
            phone=founder.phone,
            actor=SYSTEM,
            roles=frozenset({founder.role}),
        )
        made = await create_staff(tx, create, now=now)
        if isinstance(made, Refused):
            raise ValueError(f"--{founder.role.value}: {made.reason.zh} / {made.reason.en}")
        invited.append(made)
    return invited


async def admit_staff(tx: Transaction, command: AdmitStaff, *, now: Instant) -> UUID | Refused[Reason]:
    """Store a ready account; only where everything is invented, since its credentials are published."""
    if not tx.county.demonstration:
        return Refused(FoundingReason.DEMONSTRATION_ONLY)
    new = StaffMember(
        id=command.id,
        login=command.login,
        state=StaffState.ACTIVE,
        name=command.name,
        phone=command.phone,
        merchant_id=command.merchant_id,
        station_id=command.station_id,
        created_at=now,
        roles=command.roles,
    )
    reason = await _refuse(tx, new)
    if reason is not None:
        return Refused(reason)
    credentials = Credentials(password_hash=command.password_hash, totp_secret=command.totp_secret)
    await staff.insert_staff(tx, new, credentials, now)
    await record(tx, new_entry(now, SYSTEM, "identity.admit_staff", ("staff", new.id), to_state="active"))
    return new.id


async def _refuse(tx: Transaction, new: StaffMember) -> IdentityReason | None:
    if await staff.find_login(tx, new.login) is not None:
        return IdentityReason.LOGIN_TAKEN
    if new.phone is not None and await staff.find_staff_phone(tx, new.phone) is not None:
        return IdentityReason.PHONE_TAKEN
    return decide_roles(new.roles, has_merchant=new.merchant_id is not None, has_station=new.station_id is not None)


async def invite(tx: Transaction, staff_id: UUID, now: Instant) -> Invited:
    """One more invitation of an account; ends none of those before it."""
    token = new_secret()
    invitation = Invitation(
        id=new_id(),
        staff_id=staff_id,
        token_hash=token_hash(token),
        made_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    await staff.insert_invitation(tx, invitation)
    return Invited(staff_id=staff_id, token=token, expires_at=invitation.expires_at)
