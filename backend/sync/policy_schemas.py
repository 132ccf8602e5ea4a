"""What policies of the offline counter look like on the wire, and what they can cost."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import AmountFen
from backend.kernel.refusals import Reason
from backend.sync.draft_rules import Policy, PolicyReason, WorstCase
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.web.texts import ONE_LINE, ReasonText

Seconds = Annotated[int, Meta(ge=60, le=30 * 86_400, description="Seconds; a certificate lives thirty days.")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000, description="Parts in ten thousand.")]
Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]


class EpisodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one device may accept from one full acknowledgement by the county to the next."""

    soft_s: Seconds
    """After so long it tries the network before each claim."""
    hard_s: Seconds
    """After so long it accepts nothing more."""
    cap_fen: AmountFen
    claims: Annotated[int, Meta(ge=0, le=10_000)]


class LimitsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one policy; amounts in fen of what a voucher gives."""

    scan_fen: AmountFen
    """The most that a code on a screen alone is believed for."""
    challenge_fen: AmountFen
    """The most that the answer to a challenge is believed for."""
    holder_day_fen: AmountFen
    """The most that one device takes from one holder on one day."""
    skew_s: Annotated[int, Meta(ge=30, le=3_600)]
    soft_bp: BasisPoints
    probe_bp: BasisPoints
    close_extra_s: Annotated[int, Meta(ge=86_400, le=90 * 86_400)]
    merchant: EpisodeBody
    station: EpisodeBody


class DraftPolicyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft; `policy_id` is made by the caller."""

    policy_id: UUID
    limits: LimitsBody
    note: ReasonText


class EnforcePolicyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a draft in force with its document number; `decision_id` is made by the caller."""

    decision_id: UUID
    document_no: Document


class EpisodeAnswer(Struct, frozen=True, kw_only=True):
    """What one device may accept from one full acknowledgement by the county to the next."""

    soft_s: int
    hard_s: int
    cap_fen: int
    claims: int


class LimitsAnswer(Struct, frozen=True, kw_only=True):
    """The limits of one policy."""

    scan_fen: int
    challenge_fen: int
    holder_day_fen: int
    skew_s: int
    soft_bp: int
    probe_bp: int
    close_extra_s: int
    merchant: EpisodeAnswer
    station: EpisodeAnswer


class OfflinePolicyAnswer(Struct, frozen=True, kw_only=True):
    """A policy or a draft; the highest number in force holds."""

    number: int
    policy_id: UUID
    limits: LimitsAnswer
    note: str
    drafted_by: UUID
    drafted_by_name: str
    drafted_at: datetime
    document_no: str | None
    enforced_by: UUID | None
    enforced_by_name: str
    in_force_at: datetime | None


class WorstCaseAnswer(Struct, frozen=True, kw_only=True):
    """What a policy can cost at worst, in fen, with the devices and pools as they are now."""

    devices: int
    merchants: int
    dealt_fen: int
    """What all devices would be dealt together, were the pools endless."""
    county_fen: int
    """Public money that can be spent beyond the vouchers' own: never more than the pools hold."""
    voucher_fen: int
    """For one voucher that is shown to every merchant."""
    holder_day_fen: int
    """Taken from one holder on one day by all devices."""
    paper_fen: int
    """For one paper card: once more the face."""


FIELD_OF: dict[Reason, str] = {
    PolicyReason.SOFT_AFTER_HARD: "/limits",
    PolicyReason.SCAN_ABOVE_CHALLENGE: "/limits/scan_fen",
}
"""Which field of a draft a refusal is about."""


def limits_from(body: LimitsBody) -> OfflineLimits:
    """The limits that a draft tells."""

    def of(one: EpisodeBody) -> EpisodeLimits:
        return EpisodeLimits(
            soft=timedelta(seconds=one.soft_s),
            hard=timedelta(seconds=one.hard_s),
            cap_fen=one.cap_fen,
            claims=one.claims,
        )

    return OfflineLimits(
        scan_fen=body.scan_fen,
        challenge_fen=body.challenge_fen,
        holder_day_fen=body.holder_day_fen,
        skew=timedelta(seconds=body.skew_s),
        soft_bp=body.soft_bp,
        probe_bp=body.probe_bp,
        close_extra=timedelta(seconds=body.close_extra_s),
        merchant=of(body.merchant),
        station=of(body.station),
    )


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _episode(one: EpisodeLimits) -> EpisodeAnswer:
    return EpisodeAnswer(soft_s=_seconds(one.soft), hard_s=_seconds(one.hard), cap_fen=one.cap_fen, claims=one.claims)


def offline_policy_answer(policy: Policy, names: Mapping[UUID, str]) -> OfflinePolicyAnswer:
    """The wire form; ``names`` are those of whoever drafted it and put it in force."""
    limits = policy.limits
    told = LimitsAnswer(
        scan_fen=limits.scan_fen,
        challenge_fen=limits.challenge_fen,
        holder_day_fen=limits.holder_day_fen,
        skew_s=_seconds(limits.skew),
        soft_bp=limits.soft_bp,
        probe_bp=limits.probe_bp,
        close_extra_s=_seconds(limits.close_extra),
        merchant=_episode(limits.merchant),
        station=_episode(limits.station),
    )
    return OfflinePolicyAnswer(
        number=policy.number,
        policy_id=policy.policy_id,
        limits=told,
        note=policy.note,
        drafted_by=policy.drafted_by,
        drafted_by_name=names.get(policy.drafted_by, ""),
        drafted_at=policy.drafted_at,
        document_no=policy.document_no,
        enforced_by=policy.enforced_by,
        enforced_by_name="" if policy.enforced_by is None else names.get(policy.enforced_by, ""),
        in_force_at=policy.in_force_at,
    )


def worst_case_answer(worst: WorstCase) -> WorstCaseAnswer:
    """The wire form."""
    return WorstCaseAnswer(
        devices=worst.devices,
        merchants=worst.merchants,
        dealt_fen=worst.dealt_fen,
        county_fen=worst.county_fen,
        voucher_fen=worst.voucher_fen,
        holder_day_fen=worst.holder_day_fen,
        paper_fen=worst.paper_fen,
    )
