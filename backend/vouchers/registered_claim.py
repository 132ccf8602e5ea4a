"""What a station registered for somebody without a network is asked for now: as its operator would have asked then.

The round, the money and the person's limits count as they stand now; the shift as it stood when it was registered, and
the caps of helper and device those of that day. A phone's code could not be sent there, so the proof is what the
operator saw, and the levels of proof hold as ever.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.person import find_resident_by_phone
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.outbox.rules import IdReused
from backend.stations.rules import ProofKind, Then
from backend.vouchers.assist import AssistedClaim, AssistReason, assisted_claim
from backend.vouchers.assisted_ways import assisted_entry, assisted_taking
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import ClaimReason
from backend.vouchers.store import claims

ASKED_BY = {RoundMode.RUSH: assisted_claim, RoundMode.DRAW: assisted_entry, RoundMode.ROSTER: assisted_taking}


class RegisteredClaim(Struct, frozen=True, kw_only=True):
    """A claim for the person whose phone this is; ``claim_id`` is the registration's own id."""

    claim_id: UUID
    round_id: UUID
    shift_id: UUID
    phone: str
    proof: ProofKind
    proof_number: str | None
    then: Then
    actor: Actor

    def __repr__(self) -> str:
        return f"RegisteredClaim({self.claim_id})"


async def registered_claim(tx: Transaction, command: RegisteredClaim, *, now: Instant) -> Reason | IdReused | None:
    """``None`` for a yes, the same again included; otherwise why not."""
    resident_id = await find_resident_by_phone(tx, command.phone)
    if resident_id is None:
        return AssistReason.NO_SUCH_RESIDENT
    found = await claims.read_round(tx, command.round_id)
    if found is None:
        return ClaimReason.NOT_OPEN
    asked = AssistedClaim(
        claim_id=command.claim_id,
        round_id=command.round_id,
        resident_id=resident_id,
        shift_id=command.shift_id,
        proof=command.proof,
        proof_number=command.proof_number,
        then=command.then,
        actor=command.actor,
    )
    outcome = await ASKED_BY[found.facts.mode](tx, asked, now=now)
    if isinstance(outcome, Refused):
        reason: Reason = outcome.reason
        return reason
    return outcome if isinstance(outcome, IdReused) else None
