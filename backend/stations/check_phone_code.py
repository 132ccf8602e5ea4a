"""The digits that were read out: are they those that the county sent to this phone? Then the person is who they say."""

import hmac
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import claimant
from backend.identity.prove_identity import RecordProof, record_proof
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.stations.phone_code_rules import PhoneCodeReason, decide_check, decide_proof
from backend.stations.rules import ProofKind, Shift, StationReason
from backend.stations.shift_for import shift_for
from backend.stations.store import phone_codes


class CheckPhoneCode(Struct, frozen=True, kw_only=True):
    """What was typed for a code of this shift."""

    phone_code_id: UUID
    shift_id: UUID
    operator_id: UUID
    code: str
    actor: Actor

    def __repr__(self) -> str:
        return f"CheckPhoneCode({self.phone_code_id})"


class PhoneCodeChecked(Struct, frozen=True, kw_only=True):
    """It was right; it speaks for the person in this shift until before ``proves_until``."""

    phone_code_id: UUID
    checked_at: datetime
    proves_until: datetime


async def check_phone_code(
    tx: Transaction, command: CheckPhoneCode, *, now: Instant
) -> PhoneCodeChecked | Refused[PhoneCodeReason] | Refused[StationReason]:
    """Right or wrong; a wrong one uses up a try, and that is stored. The same digits again get the same answer.

    The code's row is locked first, so fifty guesses at once are fifty guesses one after another. Another shift's code
    is as unknown as none.
    """
    shift = await shift_for(tx, command.shift_id, command.operator_id, now=now)
    if isinstance(shift, Refused):
        return shift
    code = await phone_codes.lock_code(tx, command.phone_code_id)
    if code is None or code.shift_id != shift.id:
        return Refused(PhoneCodeReason.UNKNOWN)
    typed = phone_codes.code_hash(tx, code.id, command.code)
    after, refused = decide_check(code, matches=hmac.compare_digest(code.code_hash, typed), at=now)
    if after != code:
        await phone_codes.put_code(tx, after)
        subject = ("resident", code.resident_id) if code.resident_id else ("phone", code.phone_hash.hex())
        reason = refused.reason.value if refused else None
        entry = new_entry(
            now, command.actor, "stations.check-phone-code", subject, reason=reason, detail=f"shift {shift.id}"
        )
        await record(tx, entry)
        if refused is None and code.resident_id is not None:
            await _raise_level(tx, code.resident_id, shift, command.actor, now)
    if refused is not None:
        return refused
    assert after.checked_at is not None, "what is right is checked"
    assert after.proves_until is not None, "and speaks for somebody"
    return PhoneCodeChecked(phone_code_id=code.id, checked_at=after.checked_at, proves_until=after.proves_until)


async def _raise_level(tx: Transaction, resident_id: UUID, shift: Shift, actor: Actor, now: Instant) -> None:
    """A code that came back is what a sign-in shows, and lifts an account of which nothing was known as one does."""
    person = await claimant(tx, resident_id)
    if person is not None and person.proof_level < ProofKind.PHONE_CODE.level:
        proof = RecordProof(
            resident_id=resident_id,
            level=ProofKind.PHONE_CODE.level,
            provider="station",
            reference=str(shift.id),
            actor=actor,
        )
        await record_proof(tx, proof, now=now)


async def check_proof(
    tx: Transaction, proof: ProofKind, shift: Shift, resident_id: UUID | None, *, now: Instant
) -> bool | Refused[PhoneCodeReason]:
    """Whether the county itself checked what the operator says to have seen; asked inside the act's transaction.

    A document in somebody's hand is seen by the operator alone: their word, which is on record as such. That a code
    came back is nobody's word: without one that was right, in this shift and not long ago, the act is refused. Where
    nobody knows who it is, anybody's code of the shift will do, and the act itself says no.
    """
    if proof is not ProofKind.PHONE_CODE:
        return False
    refused = decide_proof(await phone_codes.checked_codes(tx, shift.id, resident_id), at=now)
    if refused is not None:
        return refused if resident_id else Refused(PhoneCodeReason.PROOF_NEEDED)
    return True
