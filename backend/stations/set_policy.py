"""The office sets the caps of assisted claims and the length of a shift; earlier versions are kept."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.rules import StationPolicy
from backend.stations.store import counters as store


class SetPolicy(Struct, frozen=True, kw_only=True):
    """Put a policy in force from now on; ``policy_id`` names the act."""

    actor: Actor
    policy_id: UUID
    policy: StationPolicy
    reason: str


class PolicyInForce(Struct, frozen=True, kw_only=True):
    """The policy with its version; 0 are the defaults. ``again`` marks the answer to a repeated request."""

    version: int
    policy: StationPolicy
    again: bool = False


async def set_policy(tx: Transaction, command: SetPolicy, *, now: Instant) -> PolicyInForce | IdReused:
    """Put the policy in force; what was counted today stays counted."""
    hashed = command_hash(("station.policy", command.policy, command.reason))
    earlier = await earlier_answer(tx, command.policy_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(PolicyInForce), again=True)
    version = await store.insert_policy(tx, command.policy_id, command.policy, command.reason, now)
    told = command.policy
    detail = (
        f"version {version}: {told.per_helper_and_resident} a helper and resident, "
        f"{told.per_device_and_day} a device, {told.shift_hours_most} hours a shift"
    )
    entry = new_entry(
        now,
        command.actor,
        "stations.set-policy",
        ("station-policy", command.policy_id),
        to_state=str(version),
        words=command.reason,
        detail=detail,
    )
    await record(tx, entry)
    in_force = PolicyInForce(version=version, policy=told)
    await remember_answer(tx, command.policy_id, hashed, in_force, now=now)
    return in_force


async def find_policy(tx: Transaction, _asked: Any = None) -> PolicyInForce:
    """The policy in force now."""
    version, told = await store.policy(tx)
    return PolicyInForce(version=version, policy=told)
