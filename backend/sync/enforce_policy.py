"""Another person puts a drafted policy in force, with its document number."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.sync.draft_rules import Policy, PolicyReason, decide_enforcement
from backend.sync.store import policies as store


class EnforcePolicy(Struct, frozen=True, kw_only=True):
    """Put a draft in force from now on; ``decision_id`` names the act."""

    actor: Actor
    decision_id: UUID
    number: int
    document_no: str


class PolicyEnforced(Struct, frozen=True, kw_only=True):
    """The policy that holds from now on; ``again`` marks the answer to a repeated request."""

    policy: Policy
    again: bool = False


async def enforce_policy(
    tx: Transaction, command: EnforcePolicy, *, now: Instant
) -> PolicyEnforced | Refused[PolicyReason] | IdReused:
    """Devices are given it at their next sync; until then each keeps to the one it has. A refusal binds no id."""
    assert command.actor.id is not None, "an approver is somebody"
    hashed = command_hash(("sync.enforce-policy", command.number, command.document_no, command.actor.id))
    earlier = await earlier_answer(tx, command.decision_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(PolicyEnforced), again=True)
    policy = await store.lock_policy(tx, command.number) if 0 < command.number <= store.MOST_NUMBER else None
    if policy is None:
        return Refused(PolicyReason.NO_SUCH_POLICY)
    before = await store.in_force(tx)
    refused = decide_enforcement(policy, by=command.actor.id, in_force=0 if before is None else before.number)
    if refused is not None:
        return refused
    await store.enforce(tx, policy.number, command.actor.id, command.document_no, now)
    entry = new_entry(
        now,
        command.actor,
        "sync.enforce-policy",
        ("offline-policy", policy.policy_id),
        from_state=None if before is None else str(before.number),
        to_state=str(policy.number),
        detail=command.document_no,
    )
    await record(tx, entry)
    enforced = msgspec.structs.replace(
        policy, enforced_by=command.actor.id, document_no=command.document_no, in_force_at=now
    )
    await remember_answer(tx, command.decision_id, hashed, PolicyEnforced(policy=enforced), now=now)
    return PolicyEnforced(policy=enforced)
