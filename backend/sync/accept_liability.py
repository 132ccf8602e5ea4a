"""A merchant's owner agrees to answer for what the shop's devices take without a network and lose.

Until then nothing of a pool is dealt to the shop's devices, so they take nothing offline.
"""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.list_staff import find_staff
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.merchants.invite_cashier import refuse_cashier
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.sync.liability_rules import (
    Liability,
    LiabilityAccepted,
    LiabilityReason,
    decide_acceptance,
    is_covered,
    liability_of,
)
from backend.sync.store import liabilities as store
from backend.sync.store import policies


class AcceptLiability(Struct, frozen=True, kw_only=True):
    """The owner read the sentence of this policy and agrees; ``acceptance_id`` names the act."""

    actor: Actor
    acceptance_id: UUID
    merchant_id: UUID
    policy: int


class LiabilityTaken(Struct, frozen=True, kw_only=True):
    """What was agreed to; ``again`` marks the answer to a repeated request."""

    accepted: LiabilityAccepted
    again: bool = False


class LiabilityStanding(Struct, frozen=True, kw_only=True):
    """What the policy in force asks of a merchant (``None`` without one), and what its owner last agreed to.

    ``covered`` is whether its devices may be dealt something now; ``by`` is the owner's name.
    """

    asked: Liability | None
    accepted: LiabilityAccepted | None
    by: str
    covered: bool


async def accept_liability(
    tx: Transaction, command: AcceptLiability, *, now: Instant
) -> LiabilityTaken | Refused[Reason] | Refused[LiabilityReason] | IdReused:
    """Devices are dealt an allowance at their next push. A refusal binds no id."""
    assert command.actor.id is not None, "an owner is somebody"
    refused = await refuse_cashier(tx, command.actor)
    if refused is not None:
        return refused
    hashed = command_hash(("sync.accept-liability", command.merchant_id, command.policy, command.actor.id))
    earlier = await earlier_answer(tx, command.acceptance_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(LiabilityTaken), again=True)
    liability = decide_acceptance(await policies.in_force(tx), command.policy)
    if isinstance(liability, Refused):
        return liability
    accepted = LiabilityAccepted(
        acceptance_id=command.acceptance_id,
        merchant_id=command.merchant_id,
        liability=liability,
        accepted_by=command.actor.id,
        accepted_at=now,
    )
    await store.insert_acceptance(tx, accepted)
    # The sentence is kept as it was read: the program's words may change later.
    entry = new_entry(
        now,
        command.actor,
        "sync.accept-liability",
        ("merchant", command.merchant_id),
        detail=f"policy {liability.policy}, {liability.limit_fen} fen, {liability.hours} h",
        words=liability.sentence_zh,
    )
    await record(tx, entry)
    await remember_answer(tx, command.acceptance_id, hashed, LiabilityTaken(accepted=accepted), now=now)
    return LiabilityTaken(accepted=accepted)


async def find_liability(tx: Transaction, merchant_id: UUID) -> LiabilityStanding:
    """What the owner is asked, and whether that was agreed to."""
    policy = await policies.in_force(tx)
    given = await store.accepted_by_merchant(tx, merchant_id)
    last = given[0] if given else None
    by = None if last is None else await find_staff(tx, last.accepted_by)
    return LiabilityStanding(
        asked=None if policy is None else liability_of(policy),
        accepted=last,
        by="" if by is None else by.name,
        covered=policy is not None and is_covered(given, policy.limits.merchant),
    )
