"""The last administrator cannot sign in any more, or is gone: somebody at the machine invites one, and it is on record.

Among the administrators each invites the others, and whoever does so takes their rights (``invite_staff``). Nobody can
do that for the last one, so whoever has the machine, with the database and the keys, may; never over the network.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.assign_roles import tell_rights_changed
from backend.identity.invite_staff import CreateStaff, Invited, create_staff, invite
from backend.identity.reasons import FoundingReason, IdentityReason
from backend.identity.rules import SessionEnd, StaffState
from backend.identity.store import staff
from backend.kernel.actors import ADMINISTRATORS, SYSTEM, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class RecoverAdministrator(Struct, frozen=True, kw_only=True):
    """The administrator with this login; an account is made where nobody has that login and a ``name`` is told."""

    role: Role
    login: str
    name: str | None = None


async def recover_administrator(
    tx: Transaction, command: RecoverAdministrator, *, now: Instant
) -> Invited | Refused[Reason]:
    """A fresh invitation ends the ones before it and every session; the role stays, since nobody else could give it."""
    assert command.role in ADMINISTRATORS, "others are invited by an administrator"
    known = await staff.find_login(tx, command.login)
    member = None if known is None else await staff.lock_staff(tx, known.id)
    if member is None:
        return await _make(tx, command, now)
    if member.state is StaffState.ENDED:
        return Refused(IdentityReason.STAFF_ENDED)
    if command.role not in member.roles:
        return Refused(FoundingReason.NOT_THAT_ADMINISTRATOR)
    await staff.end_invitations(tx, member.id, now)
    invited = await invite(tx, member.id, now)
    await _record(tx, command, member.id, now)
    await tell_rights_changed(tx, member.id, SessionEnd.REVOKED, now)
    return invited


async def _make(tx: Transaction, command: RecoverAdministrator, now: Instant) -> Invited | Refused[Reason]:
    if command.name is None:
        return Refused(FoundingReason.NO_SUCH_LOGIN)
    create = CreateStaff(
        login=command.login, name=command.name, phone=None, actor=SYSTEM, roles=frozenset({command.role})
    )
    made = await create_staff(tx, create, now=now)
    if isinstance(made, Invited):
        await _record(tx, command, made.staff_id, now)
    return made


async def _record(tx: Transaction, command: RecoverAdministrator, staff_id: UUID, now: Instant) -> None:
    told = f"{command.role.value}, from the command line"
    await record(tx, new_entry(now, SYSTEM, "identity.recover_administrator", ("staff", staff_id), detail=told))
