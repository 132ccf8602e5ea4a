"""A resident's phone gets the key with which it shows vouchers: one live key a resident, proven to be in the phone.

A new phone's key revokes the old one at once. It works offline after 24 hours or a station's check, because a county
that cannot be asked cannot know of the change; the first key of an account has no predecessor and works at once.
"""

import os
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.events import HolderKeyEnrolled
from backend.identity.reasons import IdentityReason
from backend.identity.records import HolderKey, Resident
from backend.identity.rules import OFFLINE_AFTER, ResidentState
from backend.identity.store import keys, residents
from backend.kernel.actors import Actor
from backend.kernel.enrolment import CHALLENGE_LIVES, NONCE_BYTES, Challenge, EnrolmentReason, verify_enrolment
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.kernel.signing import KeyProblem, PublicKey, from_base64url
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import HOLDER_KEY_REPLACED
from backend.outbox.publish import publish


class AskChallenge(Struct, frozen=True):
    """This resident's phone wants to enrol a key."""

    resident_id: UUID


class IssuedChallenge(Struct, frozen=True, kw_only=True):
    """What the phone signs, within five minutes, once."""

    nonce: bytes
    expires_at: datetime


class EnrolHolderKey(Struct, frozen=True, kw_only=True):
    """The phone's public key (a point in Base64 for URLs) and its signature over the challenge."""

    resident_id: UUID
    key: str
    signature: str
    actor: Actor


class AllowOffline(Struct, frozen=True, kw_only=True):
    """A station has seen the resident with the new phone."""

    resident_id: UUID
    actor: Actor


async def ask_challenge(tx: Transaction, command: AskChallenge, *, now: Instant) -> IssuedChallenge:
    """A fresh challenge; an earlier one of the same resident is forgotten."""
    issued = IssuedChallenge(nonce=os.urandom(NONCE_BYTES), expires_at=now + CHALLENGE_LIVES)
    await keys.put_challenge(tx, command.resident_id, issued.nonce, issued.expires_at)
    return issued


async def enrol_holder_key(tx: Transaction, command: EnrolHolderKey, *, now: Instant) -> HolderKey | Refused[Reason]:
    """Check the proof, revoke the key before, and store the new one. The challenge is used up whatever comes of it."""
    resident = await residents.lock_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    taken = await keys.take_challenge(tx, command.resident_id)
    if taken is None:
        return Refused(IdentityReason.CHALLENGE_INVALID)
    challenge = Challenge(county=tx.county.code, resident=command.resident_id, nonce=taken[0], expires_at=taken[1])
    try:
        point, signature = PublicKey.from_point(from_base64url(command.key)), from_base64url(command.signature)
    except KeyProblem:
        return Refused(EnrolmentReason.PROOF_FORGED)
    proven = verify_enrolment(challenge, point, signature, at=now)
    if isinstance(proven, Refused):
        return Refused(proven.reason)
    before = (await keys.live_holder_keys(tx, [command.resident_id])).get(command.resident_id)
    if before is not None and before.point == proven.compressed:
        return before
    new = HolderKey(
        id=new_id(),
        resident_id=command.resident_id,
        point=proven.compressed,
        enrolled_at=now,
        offline_from=now if before is None else now + OFFLINE_AFTER,
    )
    if before is not None:
        await _revoke(tx, resident, now)
    await keys.insert_holder_key(tx, new)
    entry = new_entry(
        now,
        command.actor,
        "identity.enrol_holder_key",
        ("resident", command.resident_id),
        from_state=None if before is None else before.id.hex,
        to_state=new.id.hex,
    )
    await record(tx, entry)
    event = HolderKeyEnrolled(
        event_id=new_id(),
        occurred_at=now,
        resident_id=command.resident_id,
        key_id=new.id,
        replaced_key_id=None if before is None else before.id,
    )
    await publish(tx, event, now=now)
    return new


async def _revoke(tx: Transaction, resident: Resident, now: Instant) -> None:
    await keys.revoke_holder_key(tx, resident.id, now)
    message = Notify(recipient_id=resident.id, template=HOLDER_KEY_REPLACED, variables={}, phone=resident.phone)
    await notify(tx, message, now=now)


async def allow_offline(tx: Transaction, command: AllowOffline, *, now: Instant) -> bool:
    """The new phone's key works offline from now on; ``False`` when it already did, or there is none."""
    allowed = await keys.allow_offline(tx, command.resident_id, now)
    if allowed:
        await record(tx, new_entry(now, command.actor, "identity.allow_offline", ("resident", command.resident_id)))
    return allowed


async def holder_keys(tx: Transaction, resident_ids: frozenset[UUID]) -> dict[UUID, HolderKey]:
    """The live keys of these residents."""
    return await keys.live_holder_keys(tx, resident_ids)
