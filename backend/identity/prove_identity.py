"""How well does the county know this resident? Proofs come through a port and raise the account's level.

Levels: a phone's code < name, identity number and phone checked by a licensed vendor (三要素) < seen at a station. The
vendor is asked between two transactions. Only a demonstration county has a built-in vendor, whose people are invented.
"""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.identity.consent import has_consent
from backend.identity.consent_texts import ConsentKind
from backend.identity.reasons import IdentityReason
from backend.identity.records import Resident
from backend.identity.rules import VENDOR_CHECKS_A_DAY, ResidentState, is_identity_number
from backend.identity.store import doors, residents, sessions
from backend.kernel.actors import Actor
from backend.kernel.claimants import KeyKind, ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day, day_starts
from backend.kernel.refusals import GeneralReason, Reason, Refused

UNASSIGNABLE_DIVISION = "591527"


class ThreeElements(Struct, frozen=True, kw_only=True):
    """What a vendor compares."""

    name: str
    identity_number: str
    phone: str

    def __repr__(self) -> str:
        return "ThreeElements(…)"


class VendorAnswer(Struct, frozen=True, kw_only=True):
    """Whether the three belong together, and the vendor's reference for it."""

    matches: bool
    reference: str


class IdentityVendor(Protocol):
    """A licensed vendor's adapter; raises when it cannot answer."""

    name: str

    def check(self, elements: ThreeElements, /) -> Awaitable[VendorAnswer]:
        """Compare."""


class DemonstrationVendor:
    """Knows nobody, and says yes to numbers of a division that does not exist."""

    name = "demonstration"

    async def check(self, elements: ThreeElements, /) -> VendorAnswer:
        """Yes for an unassignable number."""
        return VendorAnswer(matches=elements.identity_number.startswith(UNASSIGNABLE_DIVISION), reference="演示核验")


class ProveIdentity(Struct, frozen=True, kw_only=True):
    """The resident gives name and number to be checked against the account's phone."""

    resident_id: UUID
    name: str
    identity_number: str
    actor: Actor


class RecordProof(Struct, frozen=True, kw_only=True):
    """Somebody vouches for a resident: a vendor, or an operator with the document in hand."""

    resident_id: UUID
    level: ProofLevel
    provider: str
    reference: str
    actor: Actor
    name: str | None = None
    identity_number: str | None = None


class NoteKey(Struct, frozen=True, kw_only=True):
    """A key of sameness was seen with this resident, such as the card that paid."""

    resident_id: UUID
    kind: KeyKind
    value: str


async def prove_identity(
    county: County, command: ProveIdentity, vendor: IdentityVendor
) -> ProofLevel | Refused[Reason]:
    """Ask the vendor, if the resident agreed to it; store the proof only when everything matches."""
    if not is_identity_number(command.identity_number):
        return Refused(IdentityReason.IDENTITY_NUMBER_WRONG)
    resident = await transact(county, _take_check, command.resident_id)
    if isinstance(resident, Refused):
        return resident
    elements = ThreeElements(name=command.name, identity_number=command.identity_number, phone=resident.phone or "")
    answer = await vendor.check(elements)
    if not answer.matches:
        return Refused(IdentityReason.PROOF_FAILED)
    proof = RecordProof(
        resident_id=command.resident_id,
        level=ProofLevel.VENDOR,
        provider=vendor.name,
        reference=answer.reference,
        actor=command.actor,
        name=command.name,
        identity_number=command.identity_number,
    )
    return await transact(county, record_proof, proof)


async def record_proof(tx: Transaction, command: RecordProof, *, now: Instant) -> ProofLevel | Refused[Reason]:
    """Keep the proof; the level never falls. Name and number are sealed, the number becomes a key of sameness."""
    resident = await residents.lock_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    if command.identity_number is not None:
        if not is_identity_number(command.identity_number):
            return Refused(IdentityReason.IDENTITY_NUMBER_WRONG)
        await residents.put_key(tx, resident.id, KeyKind.IDENTITY, command.identity_number, now)
    level = max(resident.proof_level, command.level)
    await residents.insert_proof(tx, new_id(), resident.id, command.level, command.provider, command.reference, now)
    changed = replace(
        resident,
        proof_level=level,
        name=command.name or resident.name,
        identity_number=command.identity_number or resident.identity_number,
    )
    await residents.update_resident(tx, changed)
    entry = new_entry(
        now,
        command.actor,
        "identity.record_proof",
        ("resident", resident.id),
        from_state=str(int(resident.proof_level)),
        to_state=str(int(level)),
        detail=command.provider,
    )
    await record(tx, entry)
    await sessions.tell_change(tx, resident.id, None, now)
    return level


async def note_key(tx: Transaction, command: NoteKey, *, now: Instant) -> bool:
    """Know one more key of a resident; ``False`` when it was known. Only its keyed hash is stored."""
    new = await residents.put_key(tx, command.resident_id, command.kind, command.value, now)
    if new:
        await sessions.tell_change(tx, command.resident_id, None, now)
    return new


async def _take_check(tx: Transaction, resident_id: UUID, *, now: Instant) -> Resident | Refused[Reason]:
    for kind in (ConsentKind.IDENTITY_NUMBER, ConsentKind.IDENTITY_VENDOR):
        if not await has_consent(tx, resident_id, kind):
            return Refused(IdentityReason.CONSENT_NEEDED, detail=kind.value)
    resident = await residents.find_resident(tx, resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    tomorrow = business_day(now) + timedelta(days=1)
    bucket = f"vendor {resident_id} until {tomorrow}"
    if not await doors.spend(tx, bucket, most=VENDOR_CHECKS_A_DAY, ends_at=day_starts(tomorrow)):
        return Refused(IdentityReason.PROOF_TOO_OFTEN)
    return resident
