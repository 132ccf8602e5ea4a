"""A resident comes in with the code that was sent to their phone; the first time opens an account."""

import hmac

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.enter import Arrival, Opened, OpenSession, open_session
from backend.identity.open_account import OpenAccount, open_account
from backend.identity.reasons import IdentityReason
from backend.identity.rules import PersonKind, SessionMethod, decide_try
from backend.identity.store import doors, residents
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class SignIn(Struct, frozen=True, kw_only=True):
    """The phone and the code that was typed."""

    phone: str
    code: str
    arrival: Arrival = Arrival()


async def sign_in(tx: Transaction, command: SignIn, *, now: Instant) -> Opened | Refused[Reason]:
    """Open a session if the code is right, live and not used; a wrong one uses up a try, and that is stored.

    The phone's row is locked first, so fifty guesses at once are fifty guesses one after another.
    """
    hashed = residents.phone_hash(tx, command.phone)
    door = await doors.lock_door(tx, hashed, now)
    matches = (
        door.code_id is not None
        and door.code_hash is not None
        and hmac.compare_digest(door.code_hash, doors.code_hash(tx, door.code_id, command.code))
    )
    after, reason = decide_try(door, matches=matches, at=now)
    if after != door:
        await doors.put_door(tx, hashed, after, now)
    if reason is not None:
        if after != door:
            await _record_failure(tx, command, hashed, reason, now)
        return Refused(reason)
    resident_id = await residents.find_by_phone(tx, command.phone)
    if resident_id is None:
        account = OpenAccount(phone=command.phone, proof_level=ProofLevel.PHONE, address=command.arrival.address)
        resident_id = await open_account(tx, account, now=now)
    entering = OpenSession(
        kind=PersonKind.RESIDENT,
        person_id=resident_id,
        method=SessionMethod.CODE,
        arrival=command.arrival,
        role=Role.RESIDENT.value,
    )
    return await open_session(tx, entering, now=now)


async def _record_failure(
    tx: Transaction, command: SignIn, hashed: bytes, reason: IdentityReason, now: Instant
) -> None:
    visitor = Actor(kind=ActorKind.VISITOR, address=command.arrival.address)
    # The phone is named by a piece of its keyed hash: enough to see a series of tries, not enough to name anybody.
    entry = new_entry(now, visitor, "identity.sign_in", ("phone", hashed.hex()[:16]), reason=reason.value)
    await record(tx, entry)
