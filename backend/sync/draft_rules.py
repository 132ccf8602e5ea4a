"""May a policy of the offline counter be drafted and put in force, and what can it cost at worst?

Pure. A policy is numbered; one person drafts it, another puts it in force, and the highest number in force counts.
Without one nothing is accepted offline. Its worst case is shown before it is saved. Specification:
``offline-protocol.md``, "Policy" and "Bounds"; decision 0067.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.sync.device_rules import DeviceKind
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits

HOURS_MOST: Final = 30 * 24
"""A certificate lives thirty days, so nothing is accepted for longer."""


class PolicyReason(Reason):
    """Why a policy is not drafted or not put in force."""

    SOFT_AFTER_HARD = (
        "policy-soft-after-hard",
        409,
        "提醒联网的时限不能晚于停用时限",
        "The time to try the network comes no later than the time to stop",
    )
    SCAN_ABOVE_CHALLENGE = (
        "policy-scan-above-challenge",
        409,
        "直接扫码的限额不能高于挑战码的限额",
        "A code on a screen alone is believed for no more than the answer to a challenge",
    )
    NO_SUCH_POLICY = "no-such-policy", 404, "没有这份离线规则", "No such offline policy"
    SAME_PERSON = (
        "policy-same-person",
        409,
        "起草人不能审批自己的离线规则",
        "Whoever drafted a policy does not put it in force",
    )
    OVERTAKEN = (
        "policy-overtaken",
        409,
        "这份规则已生效，或已有更新的规则生效",
        "This policy or a newer one is in force already",
    )


class Policy(Struct, frozen=True, kw_only=True):
    """A numbered policy; ``in_force_at`` is empty in a draft."""

    number: int
    policy_id: UUID
    limits: OfflineLimits
    note: str
    drafted_by: UUID
    drafted_at: datetime
    document_no: str | None = None
    enforced_by: UUID | None = None
    in_force_at: datetime | None = None


def limits_of(limits: OfflineLimits, kind: DeviceKind) -> EpisodeLimits:
    """What one device of a kind may accept in one episode; a till is a merchant's."""
    return limits.station if kind is DeviceKind.STATION else limits.merchant


def decide_draft(limits: OfflineLimits) -> Refused[PolicyReason] | None:
    """Do the limits agree with each other? ``None`` for yes; each one alone is bounded by its schema."""
    if any(one.soft > one.hard for one in (limits.merchant, limits.station)):
        return Refused(PolicyReason.SOFT_AFTER_HARD)
    return Refused(PolicyReason.SCAN_ABOVE_CHALLENGE) if limits.scan_fen > limits.challenge_fen else None


def decide_enforcement(policy: Policy, *, by: UUID, in_force: int) -> Refused[PolicyReason] | None:
    """May this person put the policy in force, while number ``in_force`` (0 without one) is? ``None`` for yes."""
    if policy.number <= in_force or policy.in_force_at is not None:
        return Refused(PolicyReason.OVERTAKEN)
    return Refused(PolicyReason.SAME_PERSON) if policy.drafted_by == by else None


class Counters(Struct, frozen=True, kw_only=True):
    """Who accepts vouchers offline now: active devices with a merchant by their kind, and how many merchants."""

    devices: Mapping[DeviceKind, int]
    merchants: int


class PoolAtRisk(Struct, frozen=True, kw_only=True):
    """One campaign's pool: what is in it or dealt from it, and the largest public part of a face that it may cover."""

    held_fen: int
    face_fen: int


class WorstCase(Struct, frozen=True, kw_only=True):
    """What a policy can cost at worst, in fen, with the counters and pools as they are now."""

    devices: int
    merchants: int
    dealt_fen: int
    """What all devices would be dealt together, were the pools endless."""
    county_fen: int
    """Public money that can be spent beyond the vouchers' own, in all campaigns: never more than their pools hold."""
    voucher_fen: int
    """For one voucher that is shown to every merchant."""
    holder_day_fen: int
    """Taken from one holder on one day by all devices."""
    paper_fen: int
    """For one paper card: once more the face, at home and elsewhere."""


def worst_case(limits: OfflineLimits, counters: Counters, pools: Sequence[PoolAtRisk]) -> WorstCase:
    """The bounds of "Bounds, shown to the budget owner", for these limits."""
    devices = sum(counters.devices.values())
    each = sum(limits_of(limits, kind).cap_fen * count for kind, count in counters.devices.items())
    # A voucher larger than what is believed without the county is never taken twice.
    face = min(max((pool.face_fen for pool in pools), default=0), limits.challenge_fen)
    return WorstCase(
        devices=devices,
        merchants=counters.merchants,
        dealt_fen=each * len(pools),
        county_fen=sum(min(each, pool.held_fen) for pool in pools),
        voucher_fen=max(counters.merchants - 1, 0) * face,
        holder_day_fen=devices * limits.holder_day_fen,
        paper_fen=face,
    )
