"""What the live board of a campaign looks like on the wire: its figures, signatures, lines, alerts and exposure."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.brake_rules import RULE_WORDS, Alert, AlertLevel, BrakeRule, told_figures, told_value
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, DecisionStep, LineLevel
from backend.vouchers.desk_views import BudgetLine, Decision
from backend.vouchers.exposure_rules import PRIOR_RATE_BP, PRIOR_WEIGHT, Commitment, Payer
from backend.vouchers.find_exposure import Exposure
from backend.vouchers.schemas import RoundAnswer
from backend.vouchers.timeline_rules import Amounts, StepLength, Timeline


class DecisionAnswer(Struct, frozen=True, kw_only=True):
    """A signature, with the names under which people act in their office."""

    step: DecisionStep
    version: int
    staff_id: UUID
    staff_name: str
    deputy_for: UUID | None
    deputy_for_name: str | None
    document_no: str | None
    note: str | None
    file_sha256: str | None
    decided_at: datetime


def decision_answer(decision: Decision, people: Mapping[UUID, str]) -> DecisionAnswer:
    """The wire form; ``people`` are the names of everybody who signed."""
    return DecisionAnswer(
        step=decision.step,
        version=decision.version,
        staff_id=decision.staff_id,
        staff_name=people.get(decision.staff_id, ""),
        deputy_for=decision.deputy_for,
        deputy_for_name=people.get(decision.deputy_for) if decision.deputy_for else None,
        document_no=decision.document_no,
        note=decision.note,
        file_sha256=decision.file_sha256,
        decided_at=decision.decided_at,
    )


class LineAnswer(Struct, frozen=True, kw_only=True):
    """A line of the budget tree."""

    line_id: UUID
    parent_id: UUID | None
    level: LineLevel
    key: str
    subject_code: str | None
    cap_fen: int
    cap_pieces: int
    issued_fen: int
    issued_pieces: int
    returned_fen: int
    returned_pieces: int


def line_answer(line: BudgetLine) -> LineAnswer:
    """The wire form."""
    return LineAnswer(
        line_id=line.line_id,
        parent_id=line.parent_id,
        level=line.level,
        key=line.key,
        subject_code=line.subject_code,
        cap_fen=line.cap_fen,
        cap_pieces=line.cap_pieces,
        issued_fen=line.issued_fen,
        issued_pieces=line.issued_pieces,
        returned_fen=line.returned_fen,
        returned_pieces=line.returned_pieces,
    )


class TallyAnswer(Struct, frozen=True, kw_only=True):
    """Redemptions under one key."""

    key: str
    pieces: int
    discount_fen: int
    bill_fen: int


class AlertAnswer(Struct, frozen=True, kw_only=True):
    """A level that was crossed, in figures and in words; `merchant_id` where it is about one merchant."""

    alert_id: UUID
    rule: BrakeRule
    level: AlertLevel
    merchant_id: UUID | None
    merchant_zh: str
    merchant_en: str
    value: int
    limit: int
    figures: dict[str, int]
    told_zh: str
    told_en: str
    raised_at: datetime
    ended_at: datetime | None


def alert_answer(alert: Alert, merchants: Mapping[UUID, tuple[str, str]]) -> AlertAnswer:
    """The wire form; ``merchants`` are the names of those that alerts are about."""
    named = merchants.get(alert.subject_id)
    rule, value = RULE_WORDS[alert.rule], told_value(alert.rule, alert.value)
    limit, figures = told_value(alert.rule, alert.limit), told_figures(alert.rule, alert.figures)
    return AlertAnswer(
        alert_id=alert.alert_id,
        rule=alert.rule,
        level=alert.level,
        merchant_id=alert.subject_id if named else None,
        merchant_zh=named[0] if named else "",
        merchant_en=named[1] if named else "",
        value=alert.value,
        limit=alert.limit,
        figures=alert.figures,
        told_zh=f"{rule[0]}：{value[0]}（线 {limit[0]}）。{figures[0]}",
        told_en=f"{rule[1]}: {value[1]} (limit {limit[1]}). {figures[1]}",
        raised_at=alert.raised_at,
        ended_at=alert.ended_at,
    )


class BoardAnswer(Struct, frozen=True, kw_only=True):
    """The live board of a campaign: counted from rows at the moment of asking."""

    campaign_id: UUID
    state: CampaignState
    version: int
    plan: CampaignPlan
    pause_scope: str
    pause_reason: str | None
    alerts: list[AlertAnswer]
    total_fen: int
    vouchers: dict[str, int]
    redeemed: TallyAnswer
    by_trade: list[TallyAnswer]
    by_town: list[TallyAnswer]
    rounds: list[RoundAnswer]
    lines: list[LineAnswer]
    decisions: list[DecisionAnswer]
    at: datetime


class LineExposureAnswer(Struct, frozen=True, kw_only=True):
    """Public money of one budget line and all below it: free + open + owed + paid is what it has, in fen.

    `issuable`: what can still be issued of what is free. `returned`: what came back from vouchers so far.
    """

    line_id: UUID
    parent_id: UUID | None
    level: LineLevel
    key: str
    funded_fen: int
    free_fen: int
    issuable_fen: int
    issuable_pieces: int
    open_fen: int
    open_pieces: int
    redeemed_fen: int
    owed_fen: int
    paid_fen: int
    returned_fen: int
    expected_rate_bp: int | None
    expected_fen: int
    worst_fen: int


class PayerExposureAnswer(Struct, frozen=True, kw_only=True):
    """One payer's part: so far, expected in the end, at most, and what was agreed."""

    payer: Payer
    committed_fen: int
    open_fen: int
    issuable_fen: int
    expected_fen: int
    worst_fen: int
    limit_fen: int | None
    stands: Commitment


class ExposureAnswer(Struct, frozen=True, kw_only=True):
    """What a campaign has spent and what it can still cost; rates are shrunk towards the prior told here."""

    campaign_id: UUID
    state: CampaignState
    prior_rate_bp: int
    prior_weight: int
    treasury_fen: int
    lines: list[LineExposureAnswer]
    payers: list[PayerExposureAnswer]
    at: datetime


def exposure_answer(found: Exposure, at: datetime) -> ExposureAnswer:
    """The wire form."""
    return ExposureAnswer(
        campaign_id=found.campaign.campaign_id,
        state=found.campaign.state,
        prior_rate_bp=PRIOR_RATE_BP,
        prior_weight=PRIOR_WEIGHT,
        treasury_fen=found.treasury_fen,
        lines=[
            LineExposureAnswer(
                line_id=one.line.line_id,
                parent_id=one.line.parent_id,
                level=one.line.level,
                key=one.line.key,
                funded_fen=one.line.cap_fen,
                free_fen=one.money.free_fen,
                issuable_fen=one.issuable_fen,
                issuable_pieces=one.issuable_pieces,
                open_fen=one.money.open_fen,
                open_pieces=one.open_pieces,
                redeemed_fen=one.money.owed_fen + one.money.paid_fen,
                owed_fen=one.money.owed_fen,
                paid_fen=one.money.paid_fen,
                returned_fen=one.line.returned_fen,
                expected_rate_bp=one.rate_bp,
                expected_fen=one.expected_fen,
                worst_fen=one.worst_fen,
            )
            for one in found.lines
        ],
        payers=[
            PayerExposureAnswer(
                payer=one.payer,
                committed_fen=one.committed_fen,
                open_fen=one.open_fen,
                issuable_fen=one.issuable_fen,
                expected_fen=one.expected_fen,
                worst_fen=one.worst_fen,
                limit_fen=one.limit_fen,
                stands=one.stands,
            )
            for one in found.payers
        ],
        at=at,
    )


class TimelineStepAnswer(Struct, frozen=True, kw_only=True):
    """What happened within one step; `at` is its first instant."""

    at: datetime
    issued: int
    redeemed: int
    discount_fen: int
    bill_fen: int


class TimelineBeforeAnswer(Struct, frozen=True, kw_only=True):
    """What happened before the first step."""

    issued: int
    redeemed: int
    discount_fen: int
    bill_fen: int


class TimelineAnswer(Struct, frozen=True, kw_only=True):
    """A campaign's life in steps without gaps: hours up to three days, else days, the last 180 of them."""

    campaign_id: UUID
    step: StepLength
    steps: list[TimelineStepAnswer]
    before: TimelineBeforeAnswer
    at: datetime


def timeline_answer(campaign_id: UUID, found: Timeline, at: datetime) -> TimelineAnswer:
    """The wire form."""
    return TimelineAnswer(
        campaign_id=campaign_id,
        step=found.step,
        steps=[TimelineStepAnswer(at=one.at, **_told(one.amounts)) for one in found.steps],
        before=TimelineBeforeAnswer(**_told(found.before)),
        at=at,
    )


def _told(amounts: Amounts) -> dict[str, int]:
    return {
        "issued": amounts.issued,
        "redeemed": amounts.redeemed,
        "discount_fen": amounts.discount_fen,
        "bill_fen": amounts.bill_fen,
    }
