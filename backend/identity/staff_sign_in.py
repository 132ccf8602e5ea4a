"""Staff come in with a password and a second factor; guesses are counted before anything is compared.

Three steps: a transaction takes a try, the password is compared in a thread with no transaction open, and a second
transaction decides. A try that was taken stays taken unless the sign-in succeeds, so fifty guesses at once are worth
five, a crash counts as a failure, and without a database nobody comes in.

Whoever guesses locks out themselves and not the person whose login they know: tries count by login and network. All
networks from which the account never came in share a wider limit; one from which it did, and a device that brings the
cookie of an earlier session, stand outside it.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.acting import AskRoles, acting_roles
from backend.identity.enter import Arrival, Opened, OpenSession, open_session, token_hash
from backend.identity.passwords import password_matches
from backend.identity.reasons import IdentityReason
from backend.identity.rules import (
    NETWORK_KNOWN_FOR,
    STAFF_TRIES_FROM_ONE_PLACE,
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
from backend.identity.store import doors, sessions, staff
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
    """One try for a login from an address; ``previous_token`` is a cookie that the device may have kept."""

    login: str
    address: str | None = None
    previous_token: str | None = None


class TryTaken(Struct, frozen=True, kw_only=True):
    """The try is counted, in these buckets; what the password must match, if the login exists."""

    staff_id: UUID | None
    password_hash: str | None
    own: str
    """The bucket that a success empties."""
    shared: tuple[str, ...]
    """Buckets to which a success gives its one try back."""
    network: str | None
    """What a success makes known; ``None`` for an address that nobody can read."""

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
    arrival = command.arrival
    take = TakeTry(login=command.login, address=arrival.address, previous_token=arrival.previous_token)
    taken = await transact(county, take_try, take)
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
    """Count a try before it is made, in every bucket that has room; each window ends 15 minutes after its first try."""
    member = await staff.find_login(tx, command.login)
    taken = await _buckets(tx, command, member.id if member else None, now)
    # Always in this order, so that two tries at once wait for each other and never for ever.
    counted = [(bucket, await doors.lock_tries(tx, bucket, now)) for bucket in (taken.own, *taken.shared)]
    for bucket, tries in counted:
        if tries.tries >= _most(bucket):
            return Later(reason=IdentityReason.SIGN_IN_LOCKED, seconds=seconds_until(tries.ends_at, now))
    for bucket, tries in counted:
        ends_at = tries.ends_at if tries.tries else now + STAFF_TRIES_WINDOW
        await doors.put_tries(tx, bucket, Tries(tries.tries + 1, ends_at))
    if member is None:
        return taken
    return replace(taken, password_hash=(await staff.credentials_of(tx, member.id)).password_hash)


async def _buckets(tx: Transaction, command: TakeTry, staff_id: UUID | None, now: Instant) -> TryTaken:
    place = address_bucket(command.address)
    network = None if command.address is None else f"known {command.login} {place}"
    known = TryTaken(staff_id=staff_id, password_hash=None, own="", shared=(), network=network)
    if (session_id := await _earlier_session(tx, command.previous_token, staff_id)) is not None:
        # Strangers behind the same address may use that one up; this device has only itself to wait for.
        return replace(known, own=f"device {command.login} {session_id}")
    strange = network is None or not await doors.is_noted(tx, network, now)
    shared = (*((f"login {command.login}",) if strange else ()), f"address {place}")
    return replace(known, own=f"place {command.login} {place}", shared=shared)


async def _earlier_session(tx: Transaction, token: str | None, staff_id: UUID | None) -> UUID | None:
    session = None if token is None else await sessions.session_of_token(tx, token_hash(token))
    return session.id if session is not None and session.person_id == staff_id else None


def _most(bucket: str) -> int:
    kind = bucket.partition(" ")[0]
    return {"login": STAFF_TRIES_OF_LOGIN, "address": STAFF_TRIES_OF_ADDRESS}.get(kind, STAFF_TRIES_FROM_ONE_PLACE)


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
    await forget_tries(tx, command.taken, now)
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


async def forget_tries(tx: Transaction, taken: TryTaken, now: Instant) -> None:
    """A success clears the failures of its place, gives the others their one try back, and makes the network known."""
    await doors.put_tries(tx, taken.own, Tries(0, now))
    for bucket in taken.shared:
        await doors.give_back_try(tx, bucket)
    if taken.network is not None:
        await doors.note_until(tx, taken.network, now + NETWORK_KNOWN_FOR)


async def _record_failure(tx: Transaction, command: FinishSignIn, now: Instant) -> None:
    visitor = Actor(kind=ActorKind.VISITOR, address=command.arrival.address)
    # An unknown login is not written down: people type their password there by mistake.
    subject = command.taken.staff_id or "unknown"
    reason = IdentityReason.SIGN_IN_FAILED.value
    await record(tx, new_entry(now, visitor, "identity.sign_in", ("staff", subject), reason=reason))
