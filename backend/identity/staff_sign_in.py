"""Staff come in with a password and a second factor; guesses are counted before anything is compared.

Three steps: a transaction takes a try, the password is compared in a thread with no transaction open, and a second
transaction decides. A try that was taken stays taken unless the sign-in succeeds, so fifty guesses at once are worth
five, a crash counts as a failure, and without a database nobody comes in.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.acting import AskRoles, acting_roles
from backend.identity.enter import Arrival, Opened, OpenSession, open_session
from backend.identity.passwords import password_matches
from backend.identity.reasons import IdentityReason
from backend.identity.rules import (
    STAFF_TRIES_OF_ADDRESS,
    STAFF_TRIES_OF_LOGIN,
    STAFF_TRIES_WINDOW,
    Later,
    PersonKind,
    SessionMethod,
    StaffState,
    address_bucket,
    seconds_until,
)
from backend.identity.second_factor import is_totp_code, matching_step, plain_recovery_code
from backend.identity.store import doors, staff
from backend.identity.store.doors import Tries
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class StaffSignIn(Struct, frozen=True, kw_only=True):
    """What was typed, and from where."""

    login: str
    password: str
    second_factor: str
    arrival: Arrival = Arrival()

    def __repr__(self) -> str:
        return f"StaffSignIn({self.login!r}, …)"


class TakeTry(Struct, frozen=True, kw_only=True):
    """One try for a login from an address."""

    login: str
    address: str | None = None


class TryTaken(Struct, frozen=True, kw_only=True):
    """The try is counted; what the password must match, if the login exists."""

    staff_id: UUID | None
    password_hash: str | None

    def __repr__(self) -> str:
        return "TryTaken(…)"


class FinishSignIn(Struct, frozen=True, kw_only=True):
    """The password was compared with the hash that stood there when the try was taken."""

    login: str
    taken: TryTaken
    password_matches: bool
    second_factor: str
    arrival: Arrival


async def sign_in_staff(county: County, command: StaffSignIn) -> Opened | Later | Refused[Reason]:
    """Let somebody of the staff in; one answer for a wrong login, password or second factor."""
    taken = await transact(county, take_try, TakeTry(login=command.login, address=command.arrival.address))
    if isinstance(taken, Later):
        return taken
    finish = FinishSignIn(
        login=command.login,
        taken=taken,
        password_matches=await password_matches(taken.password_hash, command.password),
        second_factor=command.second_factor,
        arrival=command.arrival,
    )
    return await transact(county, finish_sign_in, finish)


async def take_try(tx: Transaction, command: TakeTry, *, now: Instant) -> TryTaken | Later:
    """Count a try before it is made; none is left after five for a login, or fifty for an address, in 15 minutes."""
    login, address = _buckets(command.login, command.address)
    of_login = await doors.lock_tries(tx, login, now)
    of_address = await doors.lock_tries(tx, address, now)
    for tries, most in ((of_login, STAFF_TRIES_OF_LOGIN), (of_address, STAFF_TRIES_OF_ADDRESS)):
        if tries.tries >= most:
            return Later(reason=IdentityReason.SIGN_IN_LOCKED, seconds=seconds_until(tries.ends_at, now))
    for bucket, tries in ((login, of_login), (address, of_address)):
        ends_at = tries.ends_at if tries.tries else now + STAFF_TRIES_WINDOW
        await doors.put_tries(tx, bucket, Tries(tries.tries + 1, ends_at))
    member = await staff.find_login(tx, command.login)
    if member is None:
        return TryTaken(staff_id=None, password_hash=None)
    credentials = await staff.credentials_of(tx, member.id)
    return TryTaken(staff_id=member.id, password_hash=credentials.password_hash)


async def finish_sign_in(tx: Transaction, command: FinishSignIn, *, now: Instant) -> Opened | Refused[Reason]:
    """Open the session if everything fits; both factors are judged here, under the account's lock."""
    member = None if command.taken.staff_id is None else await staff.lock_staff(tx, command.taken.staff_id)
    method: SessionMethod | None = None
    if member is not None and member.state is StaffState.ACTIVE and command.password_matches:
        credentials = await staff.credentials_of(tx, member.id)
        if credentials.password_hash == command.taken.password_hash:
            method = await second_factor_method(tx, member.id, credentials.totp_secret, command.second_factor, now)
    if member is None or method is None:
        await _record_failure(tx, command, now)
        return Refused(IdentityReason.SIGN_IN_FAILED)
    await forget_tries(tx, command.login, command.arrival.address, now)
    roles = (await acting_roles(tx, AskRoles(staff_id=member.id, at=now))).roles
    if not roles:
        return Refused(IdentityReason.NO_ROLE)
    entering = OpenSession(
        kind=PersonKind.STAFF,
        person_id=member.id,
        method=method,
        arrival=command.arrival,
        role=min(roles).value,
    )
    return await open_session(tx, entering, now=now)


async def second_factor_method(
    tx: Transaction, staff_id: UUID, secret: str | None, typed: str, now: Instant
) -> SessionMethod | None:
    """Use up the code that was typed; ``None`` when it is wrong or was used before."""
    if is_totp_code(typed):
        step = None if secret is None else matching_step(secret, typed, at=now)
        used = step is not None and await staff.use_step(tx, staff_id, step)
        return SessionMethod.TWO_FACTORS if used else None
    used = await staff.use_recovery_code(tx, staff_id, plain_recovery_code(typed), now)
    return SessionMethod.RECOVERY if used else None


async def forget_tries(tx: Transaction, login: str, address: str | None, now: Instant) -> None:
    """A success clears the login's failures and gives the address its one try back."""
    of_login, of_address = _buckets(login, address)
    await doors.put_tries(tx, of_login, Tries(0, now))
    await doors.give_back_try(tx, of_address)


def _buckets(login: str, address: str | None) -> tuple[str, str]:
    return f"login {login}", f"address {address_bucket(address)}"


async def _record_failure(tx: Transaction, command: FinishSignIn, now: Instant) -> None:
    visitor = Actor(kind=ActorKind.VISITOR, address=command.arrival.address)
    # An unknown login is not written down: people type their password there by mistake.
    subject = command.taken.staff_id or "unknown"
    reason = IdentityReason.SIGN_IN_FAILED.value
    await record(tx, new_entry(now, visitor, "identity.sign_in", ("staff", subject), reason=reason))
