"""Somebody phones and asks about themselves: the office finds them by phone and opens what they agreed to.

That they agreed is recorded, told to them, and shown where they see who looked. The look comes with an id made by the
caller: asked again, it is not a second look.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.audit_trail.record import record
from backend.audit_trail.rules import Entry, new_entry
from backend.database.transaction import Transaction
from backend.identity.records import Look, Resident
from backend.identity.rules import ResidentState, masked_name, masked_phone
from backend.identity.store import doors, residents
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import REFUSAL_EXPLAINED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash

PHONES_AN_HOUR = 60
"""Different ones, by one person of the office: more than anybody answers, and too few to try a list of numbers."""
FIELDS_SEEN = "vouchers, claims, redemptions, refusals"
PURPOSE = "来电咨询领券用券（本人同意）"
FREEZES = ("identity.freeze", "identity.unfreeze")
PROOFS = ("identity.record_proof",)
MOST_ACTS = 50


class LookWithConsent(Struct, frozen=True, kw_only=True):
    """Whose phone is this, exactly? They are on the line and agreed; ``about`` says to what."""

    look_id: UUID
    phone: str
    staff_id: UUID
    role: str
    about: str
    actor: Actor


class Consented(Struct, frozen=True, kw_only=True):
    """The account that was opened."""

    resident_id: UUID


LookOutcome = Consented | Refused[GeneralReason] | IdReused


async def look_with_consent(tx: Transaction, command: LookWithConsent, *, now: Instant) -> LookOutcome:
    """Record the look and tell the resident; a miss is recorded as well, and there are only so many an hour."""
    phone_hash = residents.phone_hash(tx, command.phone)
    hashed = command_hash(("look-with-consent", phone_hash, command.staff_id, command.about))
    earlier = await earlier_answer(tx, command.look_id, hashed)
    if earlier is not None:
        return earlier if isinstance(earlier, IdReused) else earlier.decoded(Consented)
    if not await _may_ask(tx, command.staff_id, phone_hash, now):
        return Refused(GeneralReason.TOO_MANY)
    resident_id = await residents.find_by_phone(tx, command.phone)
    subject = ("resident", resident_id) if resident_id else ("phone", phone_hash.hex())
    reason = None if resident_id else GeneralReason.NOT_FOUND.value
    detail = f"consent by phone; {command.about}"
    await record(tx, new_entry(now, command.actor, "identity.look_with_consent", subject, reason=reason, detail=detail))
    if resident_id is None:
        return Refused(GeneralReason.NOT_FOUND)
    look = Look(
        id=new_id(),
        resident_id=resident_id,
        staff_id=command.staff_id,
        role=command.role,
        purpose=PURPOSE,
        fields=FIELDS_SEEN,
        at=now,
    )
    await residents.insert_look(tx, look)
    told = Notify(recipient_id=resident_id, template=REFUSAL_EXPLAINED, variables={}, link="/resident/looks")
    await notify(tx, told, now=now)
    outcome = Consented(resident_id=resident_id)
    await remember_answer(tx, command.look_id, hashed, outcome, now=now)
    return outcome


async def _may_ask(tx: Transaction, staff_id: UUID, phone_hash: bytes, now: Instant) -> bool:
    hour = now.replace(minute=0, second=0, microsecond=0)
    bucket, ends_at = f"look with consent {staff_id} {hour.isoformat()}", hour + timedelta(hours=1)
    of_phone = f"{bucket} {phone_hash.hex()}"
    if await doors.has_spent(tx, of_phone):
        return True
    asked = await doors.spend(tx, bucket, most=PHONES_AN_HOUR, ends_at=ends_at)
    return asked and await doors.spend(tx, of_phone, most=1, ends_at=ends_at)


class AccountHistory(Struct, frozen=True, kw_only=True):
    """An account as it stands, masked, and what the books hold of how it stood: (from this instant, this was so)."""

    name: str
    phone: str
    state: ResidentState
    frozen_why: str | None
    groups_since: datetime | None
    """Since when the groups are these; what they were before is not kept."""
    frozen: list[tuple[datetime, bool]]
    levels: list[tuple[datetime, int]]
    """Empty where no proof was ever recorded: then it always was what it is."""


async def account_history(tx: Transaction, resident_id: UUID) -> AccountHistory | None:
    """``None`` for an account that was closed."""
    resident = await residents.find_resident(tx, resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return None
    frozen = [(entry.at, entry.to_state == ResidentState.FROZEN.value) for entry in await _told(tx, resident, FREEZES)]
    proofs = await _told(tx, resident, PROOFS)
    levels = [(datetime.min.replace(tzinfo=UTC), int(proofs[0].from_state or 0))] if proofs else []
    return AccountHistory(
        name=masked_name(resident.name),
        phone=masked_phone(resident.phone) or "",
        state=resident.state,
        frozen_why=resident.frozen_why,
        groups_since=await residents.groups_since(tx, resident_id),
        frozen=frozen or [(resident.opened_at, resident.state is ResidentState.FROZEN)],
        levels=levels + [(entry.at, int(entry.to_state or 0)) for entry in proofs],
    )


async def _told(tx: Transaction, resident: Resident, acts: Sequence[str]) -> list[Entry]:
    """What the trail tells of an account, oldest first."""
    found = [
        entry
        for act in acts
        for entry in await find(tx, Find(act=act, subject_id=str(resident.id), most=MOST_ACTS))
        if entry.act == act
    ]
    return sorted(found, key=lambda entry: entry.id)
