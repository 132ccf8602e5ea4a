"""AB角: a dated grant lets a deputy act in one role of a colleague who is away."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.assign_roles import has_acted
from backend.identity.reasons import IdentityReason
from backend.identity.records import StaffMember
from backend.identity.rules import LONGEST_DEPUTY, DeputyGrant, StaffState, clash, decide_roles
from backend.identity.store import deputies, sessions, staff
from backend.kernel.actors import SYSTEM, Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class GrantDeputy(Struct, frozen=True, kw_only=True):
    """From ``begins_at`` until before ``ends_at`` the deputy may act in this role of the principal."""

    deputy_id: UUID
    principal_id: UUID
    role: Role
    begins_at: datetime
    ends_at: datetime
    document_no: str = ""
    actor: Actor = SYSTEM


class EndDeputy(Struct, frozen=True, kw_only=True):
    """The grant ends now; one that has not begun never does."""

    grant_id: UUID
    actor: Actor


class PageOfGrants(Struct, frozen=True, kw_only=True):
    """Grants before an earlier page's last one."""

    before: UUID | None = None
    most: int = 50


async def grant_deputy(tx: Transaction, command: GrantDeputy, *, now: Instant) -> DeputyGrant | Refused[Reason]:
    """Store the grant, if both are in office and no role of the deputy's clashes with it.

    The same grant asked for again, as after a lost answer, is the one that stands.
    """
    if command.deputy_id == command.principal_id:
        return Refused(IdentityReason.DEPUTY_UNFIT)
    if not (
        now < command.ends_at
        and command.begins_at < command.ends_at
        and command.begins_at <= now + LONGEST_DEPUTY
        and command.ends_at - command.begins_at <= LONGEST_DEPUTY
    ):
        return Refused(IdentityReason.DEPUTY_DATES)
    if command.actor.id == command.deputy_id:
        return Refused(IdentityReason.OWN_RIGHTS)
    # Two grants that name the same two people the other way round must lock them in the same order.
    locked = {one: await staff.lock_staff(tx, one) for one in sorted((command.deputy_id, command.principal_id))}
    deputy, principal = locked[command.deputy_id], locked[command.principal_id]
    if deputy is None or principal is None:
        return Refused(GeneralReason.NOT_FOUND)
    grant = DeputyGrant(
        id=new_id(),
        deputy_id=deputy.id,
        principal_id=principal.id,
        role=command.role,
        begins_at=command.begins_at,
        ends_at=command.ends_at,
        document_no=command.document_no,
    )
    earlier = (await deputies.grants_to(tx, [deputy.id], now)).get(deputy.id, [])
    if (standing := next((one for one in earlier if replace(one, id=grant.id) == grant), None)) is not None:
        return standing
    reason = _decide(deputy, principal, grant)
    reason = reason or clash(deputy.roles, [*earlier, grant], at=now)
    if reason is None and grant.role is Role.AUDITOR and await has_acted(tx, deputy.id):
        reason = IdentityReason.AUDITOR_APART
    if reason is not None:
        return Refused(reason)
    await deputies.insert_grant(tx, grant, now)
    detail = (
        f"{grant.role.value} of {principal.id} from {grant.begins_at.isoformat()} until {grant.ends_at.isoformat()}"
    )
    await record(tx, new_entry(now, command.actor, "identity.grant_deputy", ("staff", deputy.id), detail=detail))
    await sessions.tell_change(tx, deputy.id, None, now)
    return grant


async def end_deputy(tx: Transaction, command: EndDeputy, *, now: Instant) -> Refused[Reason] | None:
    """End a grant; the deputy's sessions stay, with fewer rights within a second."""
    grant = await deputies.lock_grant(tx, command.grant_id)
    if grant is None:
        return Refused(GeneralReason.NOT_FOUND)
    await deputies.end_grant(tx, grant, now)
    await record(tx, new_entry(now, command.actor, "identity.end_deputy", ("staff", grant.deputy_id)))
    await sessions.tell_change(tx, grant.deputy_id, None, now)
    return None


async def page_of_grants(tx: Transaction, asked: PageOfGrants) -> list[DeputyGrant]:
    """All grants, newest first."""
    return await deputies.grants_after(tx, asked.before, asked.most)


def _decide(deputy: StaffMember, principal: StaffMember, grant: DeputyGrant) -> IdentityReason | None:
    if StaffState.ENDED in (deputy.state, principal.state) or grant.role not in principal.roles:
        return IdentityReason.DEPUTY_UNFIT
    return decide_roles(
        (deputy.roles - {grant.role}) | {grant.role},
        has_merchant=deputy.merchant_id is not None and deputy.merchant_id == principal.merchant_id,
        has_station=deputy.station_id is not None and deputy.station_id == principal.station_id,
    )
