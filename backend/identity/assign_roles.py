"""The security administrator says what a staff member may be; nobody does so for themselves."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.reasons import IdentityReason
from backend.identity.records import StaffMember
from backend.identity.rules import SessionEnd, StaffState, clash, decide_roles
from backend.identity.store import deputies, sessions, staff
from backend.kernel.actors import ADMINISTRATORS, Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class AssignRoles(Struct, frozen=True, kw_only=True):
    """Exactly these roles from now on."""

    staff_id: UUID
    roles: frozenset[Role]
    actor: Actor


async def assign_roles(tx: Transaction, command: AssignRoles, *, now: Instant) -> frozenset[Role] | Refused[Reason]:
    """Give and take roles; every session of the person ends, and they sign in anew with their new rights."""
    member = await staff.lock_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    if member.state is StaffState.ENDED:
        return Refused(IdentityReason.STAFF_ENDED)
    if command.actor.id == member.id:
        return Refused(IdentityReason.OWN_RIGHTS)
    if command.roles == member.roles:
        return member.roles
    reason = await unfit_roles(tx, member, command.roles, now)
    if reason is None and await leaves_no_administrator(tx, member.id, member.roles - command.roles):
        reason = IdentityReason.LAST_ADMINISTRATOR
    if reason is not None:
        return Refused(reason)
    await staff.delete_roles(tx, member.id, member.roles - command.roles)
    await staff.insert_roles(tx, member.id, command.roles - member.roles, now)
    entry = new_entry(
        now,
        command.actor,
        "identity.assign_roles",
        ("staff", member.id),
        detail=f"{_words(member.roles)} → {_words(command.roles)}",
    )
    await record(tx, entry)
    await tell_rights_changed(tx, member.id, SessionEnd.RIGHTS_CHANGED, now)
    return command.roles


async def unfit_roles(
    tx: Transaction, member: StaffMember, roles: frozenset[Role], now: Instant
) -> IdentityReason | None:
    """Why this person may not have these roles, whoever else has them; reads only."""
    grants = (await deputies.grants_to(tx, [member.id], now)).get(member.id, [])
    reason = decide_roles(
        roles, has_merchant=member.merchant_id is not None, has_station=member.station_id is not None
    ) or clash(roles, grants, at=now)
    if reason is None and Role.AUDITOR in roles - member.roles and await has_acted(tx, member.id):
        return IdentityReason.AUDITOR_APART
    return reason


async def has_acted(tx: Transaction, staff_id: UUID) -> bool:
    """Whether somebody ever had a hand in a campaign or a merchant: the trail knows, and forgets nobody's acts."""
    for acts in ("campaign.", "merchants."):
        if await find(tx, Find(act=acts, actor_id=staff_id, most=1)):
            return True
    return False


async def leaves_no_administrator(tx: Transaction, staff_id: UUID, taken: frozenset[Role]) -> bool:
    """Whether taking these roles from somebody would leave the county without one of its three administrators."""
    for role in sorted(taken & ADMINISTRATORS):
        if not set(await staff.lock_holders(tx, role)) - {staff_id}:
            return True
    return False


async def tell_rights_changed(tx: Transaction, staff_id: UUID, why: SessionEnd, now: Instant) -> None:
    """End every session of somebody, and have the rights of their deputies worked out anew."""
    for deputy_id in await deputies.deputies_of(tx, staff_id, now):
        await sessions.tell_change(tx, deputy_id, None, now)
    await sessions.end_all_of(tx, staff_id, why, now)


def _words(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles)) or "none"
