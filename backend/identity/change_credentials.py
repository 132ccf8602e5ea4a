"""Staff change their password, or get new recovery codes; either needs the second factor and renews the session."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.enter import Arrival, Opened, OpenSession, open_session
from backend.identity.passwords import hash_password, is_common, password_matches
from backend.identity.reasons import IdentityReason
from backend.identity.rules import RECOVERY_CODES, Later, PersonKind, SessionEnd
from backend.identity.second_factor import new_recovery_codes, plain_recovery_code
from backend.identity.staff_sign_in import TakeTry, TryTaken, forget_tries, second_factor_method, take_try
from backend.identity.store import sessions, staff
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused


class ChangePassword(Struct, frozen=True, kw_only=True):
    """The old password, the new one, and a code."""

    staff_id: UUID
    old: str
    new: str
    second_factor: str
    actor: Actor
    arrival: Arrival = Arrival()

    def __repr__(self) -> str:
        return f"ChangePassword({self.staff_id}, …)"


class RenewRecoveryCodes(Struct, frozen=True, kw_only=True):
    """Ten new recovery codes, for a code of the second factor."""

    staff_id: UUID
    second_factor: str
    actor: Actor


class _Known(Struct, frozen=True):
    taken: TryTaken


class _Change(Struct, frozen=True, kw_only=True):
    command: ChangePassword
    known: _Known
    old_matches: bool
    new_hash: str


async def change_password(county: County, command: ChangePassword) -> Opened | Later | Refused[Reason]:
    """Compare and hash with no transaction open; tries count as at the door. All sessions end, a new one opens."""
    known = await transact(county, _take, command)
    if not isinstance(known, _Known):
        return known
    change = _Change(
        command=command,
        known=known,
        old_matches=await password_matches(known.taken.password_hash, command.old),
        new_hash=await hash_password(command.new),
    )
    return await transact(county, _change, change)


async def renew_recovery_codes(
    tx: Transaction, command: RenewRecoveryCodes, *, now: Instant
) -> tuple[str, ...] | Later | Refused[Reason]:
    """The ten codes, told once; those before are worthless."""
    member = await staff.lock_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    taken = await take_try(tx, TakeTry(login=member.login, address=command.actor.address), now=now)
    if isinstance(taken, Later):
        return taken
    secret = (await staff.credentials_of(tx, member.id)).totp_secret
    if await second_factor_method(tx, member.id, secret, command.second_factor, now) is None:
        return Refused(IdentityReason.SECOND_FACTOR_WRONG)
    await forget_tries(tx, taken, now)
    codes = new_recovery_codes(RECOVERY_CODES)
    await staff.replace_recovery_codes(tx, member.id, [plain_recovery_code(code) for code in codes])
    await record(tx, new_entry(now, command.actor, "identity.renew_recovery_codes", ("staff", member.id)))
    return tuple(codes)


async def _take(tx: Transaction, command: ChangePassword, *, now: Instant) -> _Known | Later | Refused[Reason]:
    member = await staff.find_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    if is_common(command.new, member.login, member.phone or ""):
        return Refused(IdentityReason.PASSWORD_COMMON)  # Before a try is taken: choosing badly is no guess.
    arrival = command.arrival
    take = TakeTry(login=member.login, address=arrival.address, previous_token=arrival.previous_token)
    taken = await take_try(tx, take, now=now)
    return taken if isinstance(taken, Later) else _Known(taken)


async def _change(tx: Transaction, change: _Change, *, now: Instant) -> Opened | Refused[Reason]:
    command = change.command
    member = await staff.lock_staff(tx, command.staff_id)
    if member is None:
        return Refused(GeneralReason.NOT_FOUND)
    credentials = await staff.credentials_of(tx, member.id)
    unchanged = credentials.password_hash == change.known.taken.password_hash
    method = (
        await second_factor_method(tx, member.id, credentials.totp_secret, command.second_factor, now)
        if change.old_matches and unchanged
        else None
    )
    if method is None:
        return Refused(IdentityReason.SIGN_IN_FAILED)
    await forget_tries(tx, change.known.taken, now)
    await staff.set_password(tx, member.id, change.new_hash)
    await record(tx, new_entry(now, command.actor, "identity.change_password", ("staff", member.id)))
    await sessions.end_all_of(tx, member.id, SessionEnd.RIGHTS_CHANGED, now)
    entering = OpenSession(
        kind=PersonKind.STAFF,
        person_id=member.id,
        method=method,
        arrival=command.arrival,
        role=command.actor.role,
    )
    return await open_session(tx, entering, now=now)
