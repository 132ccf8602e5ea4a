"""Somebody drafts a policy of the offline counter; nothing changes until another person puts it in force."""

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
from backend.sync.draft_rules import Policy, PolicyReason, decide_draft
from backend.sync.limits_rules import OfflineLimits
from backend.sync.store import policies as store


class DraftPolicy(Struct, frozen=True, kw_only=True):
    """Draft these limits; ``policy_id`` names the act."""

    actor: Actor
    policy_id: UUID
    limits: OfflineLimits
    note: str


class PolicyDrafted(Struct, frozen=True, kw_only=True):
    """The draft with its number; ``again`` marks the answer to a repeated request."""

    policy: Policy
    again: bool = False


async def draft_policy(
    tx: Transaction, command: DraftPolicy, *, now: Instant
) -> PolicyDrafted | Refused[PolicyReason] | IdReused:
    """Keep the draft under the next number. A refusal binds no id."""
    assert command.actor.id is not None, "a clerk is somebody"
    hashed = command_hash(("sync.draft-policy", command.limits, command.note, command.actor.id))
    earlier = await earlier_answer(tx, command.policy_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(PolicyDrafted), again=True)
    refused = decide_draft(command.limits)
    if refused is not None:
        return refused
    number = await store.insert_policy(tx, command.policy_id, command.limits, command.note, command.actor.id, now)
    subject = ("offline-policy", command.policy_id)
    entry = new_entry(now, command.actor, "sync.draft-policy", subject, detail=f"number {number}", words=command.note)
    await record(tx, entry)
    policy = Policy(
        number=number,
        policy_id=command.policy_id,
        limits=command.limits,
        note=command.note,
        drafted_by=command.actor.id,
        drafted_at=now,
    )
    await remember_answer(tx, command.policy_id, hashed, PolicyDrafted(policy=policy), now=now)
    return PolicyDrafted(policy=policy)
