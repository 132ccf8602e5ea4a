"""The campaigns of the demonstration county, through the desk: drafted, reviewed, approved, funded and run."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.demonstration.campaign_records import Brake, Campaign, Kind, Lottery, Moment, Round
from backend.demonstration.cast import Cast, accepted
from backend.kernel.actors import Actor, Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time
from backend.ledger.rules import Funder
from backend.settlement.rules import MoneyPath
from backend.vouchers.approve_campaign import SignCampaign, Signed, sign_campaign
from backend.vouchers.brake_rules import BrakeLimit, BrakePlan
from backend.vouchers.desk_rules import (
    CampaignPlan,
    CampaignState,
    DecisionStep,
    KindPlan,
    RefundPolicy,
    RoundPlan,
    total_fen,
)
from backend.vouchers.draw_rules import DrawPlan
from backend.vouchers.exposure_rules import Ceilings
from backend.vouchers.fund_campaign import FundCampaign, Funded, fund_campaign
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.plan_campaign import PlanCampaign, Planned, plan_campaign
from backend.vouchers.roster_rules import RosterPlan
from backend.vouchers.rules import DiscountKind, Hours, Limit, LimitPeriod, Terms
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn, steer_campaign
from backend.vouchers.trade_in_rules import Appliance, OldAppliance, TradeIn

ORDINALS = "一二三四五六七八九"
SUMMARY_CHARACTERS = 1000


class BringForward(Struct, frozen=True, kw_only=True):
    """Bring a campaign as far as its file says; its desk's days begin ``days_ahead`` days before its first opening."""

    campaign: Campaign
    department: str
    today: date
    cast: Cast
    begins: date


class Brought(Struct, frozen=True, kw_only=True):
    """The campaign as it stands in the county now."""

    campaign_id: UUID
    plan: CampaignPlan


async def bring_forward(tx: Transaction, command: BringForward, *, now: Instant) -> Brought:
    """Draft and submit on the first day, then one signature a day; all before ``now``, in order."""
    campaign, cast = command.campaign, command.cast
    campaign_id = new_id()
    plan = plan_of(campaign, department=command.department, today=command.today)
    days = iter(_working_hours(command.begins, now))
    drafting = PlanCampaign(
        campaign_id=campaign_id, plan=plan, version=None, actor=cast.officer("office-a", Role.OFFICE)
    )
    accepted(Planned, await plan_campaign(tx, drafting, now=next(days)), campaign.key)
    await _sign(tx, campaign_id, DecisionStep.SUBMIT, cast.officer("office-a", Role.OFFICE), next(days))
    if CampaignState(campaign.state) is CampaignState.IN_REVIEW:
        return Brought(campaign_id=campaign_id, plan=plan)
    await _sign(tx, campaign_id, DecisionStep.REVIEW, cast.officer("reviewer-a", Role.REVIEWER), next(days))
    approver = cast.officer("approver-a", Role.APPROVER)
    await _sign(tx, campaign_id, DecisionStep.APPROVE, approver, next(days), campaign.document_number)
    funding = FundCampaign(
        funding_id=new_id(),
        campaign_id=campaign_id,
        version=1,
        document_no=campaign.document_number,
        bank_voucher_no=f"演示进账单 {campaign.document_number.rpartition('〕')[2]}",
        amount_fen=total_fen(plan),
        file_sha256=sha256(f"演示进账单 {campaign.document_number}".encode()).hexdigest(),
        actor=cast.officer("finance", Role.OFFICE),
    )
    accepted(Funded, await fund_campaign(tx, funding, now=next(days)), campaign.key)
    clerk = cast.officer("office-a", Role.OFFICE)
    running = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RUN, actor=clerk)
    accepted(Steered, await steer_campaign(tx, running, now=next(days)), campaign.key)
    return Brought(campaign_id=campaign_id, plan=plan)


async def _sign(
    tx: Transaction, campaign_id: UUID, step: DecisionStep, actor: Actor, now: Instant, document_no: str | None = None
) -> None:
    signing = SignCampaign(
        decision_id=new_id(), campaign_id=campaign_id, version=1, step=step, document_no=document_no, actor=actor
    )
    accepted(Signed, await sign_campaign(tx, signing, now=now), f"{campaign_id} {step}")


def _working_hours(begins: date, now: Instant) -> list[Instant]:
    """Six moments of the desk: draft and submission in one morning, then one a day; none lies after ``now``."""
    clock = (
        (0, time(9, 20)),
        (0, time(11, 5)),
        (1, time(10, 15)),
        (2, time(15, 40)),
        (3, time(9, 50)),
        (4, time(16, 0)),
    )
    return [min(at_county_time(begins + timedelta(days=day), hour), now) for day, hour in clock]


def plan_of(campaign: Campaign, *, department: str, today: date) -> CampaignPlan:
    """The campaign in the desk's words; days count from ``today``."""
    return CampaignPlan(
        title_zh=campaign.name.zh,
        title_en=campaign.name.en,
        summary_zh=_summary(campaign.slogan.zh, campaign.rules.zh),
        summary_en=_summary(campaign.slogan.en, campaign.rules.en),
        notice_no=campaign.document_number,
        department=department,
        complaint_phone=campaign.complaint_phone,
        money_path=MoneyPath(campaign.money_path.kind),
        refund_policy=RefundPolicy(campaign.refund_policy),
        brake=_brake(campaign.brake),
        ceilings=_ceilings(campaign),
        picture=f"campaign-{campaign.key}",
        kinds=tuple(_kind(campaign, kind) for kind in campaign.kinds),
        rounds=tuple(_round(kind, round_, today) for round_ in campaign.rounds for kind in campaign.kinds),
    )


def _brake(brake: Brake) -> BrakePlan:
    """The levels of the file; the number of redemptions from which a rule speaks is the usual one."""
    usual = BrakePlan()
    return BrakePlan(
        burn_rate=_levels(usual.burn_rate, brake.burn_warn_bp_per_minute, brake.burn_pause_bp_per_minute, minutes=1),
        merchant_share=_levels(usual.merchant_share, brake.merchant_share_warn_bp, brake.merchant_share_pause_bp),
        refund_rate=_levels(usual.refund_rate, brake.refund_rate_warn_bp, brake.refund_rate_pause_bp),
    )


def _levels(usual: BrakeLimit | None, warn: int, pause: int, minutes: int | None = None) -> BrakeLimit | None:
    return usual and replace(usual, warn=warn, pause=pause, minutes=minutes or usual.minutes)


def _ceilings(campaign: Campaign) -> Ceilings:
    """Some vouchers are never used: the platform company has promised nine tenths of its part, and to advance less."""
    shares = {one.funder: one.share_bp for one in campaign.funders}
    face_fen = sum(kind.face_fen * kind.pieces for kind in campaign.kinds)
    platform_fen, public_fen = (
        face_fen * shares.get(payer, 0) // 10_000 for payer in (Funder.PLATFORM, Funder.GOVERNMENT)
    )
    advances = MoneyPath(campaign.money_path.kind) is MoneyPath.ADVANCED
    return Ceilings(
        platform_fen=platform_fen * 9 // 10 if platform_fen else None,
        advance_fen=public_fen * 3 // 4 if advances else None,
    )


def _summary(slogan: str, rules: tuple[str, ...]) -> str:
    """The slogan and as many of the printed rules as the desk's field holds."""
    lines = [slogan]
    for rule in rules:
        if len("\n".join([*lines, rule])) > SUMMARY_CHARACTERS:
            break
        lines.append(rule)
    return "\n".join(lines)


def _kind(campaign: Campaign, kind: Kind) -> KindPlan:
    hours = campaign.use_hours
    terms = Terms(
        kind_code=kind.key,
        face_fen=kind.face_fen,
        minimum_spend_fen=kind.minimum_spend_fen,
        discount=DiscountKind.PERCENTAGE if kind.percent_bp else DiscountKind.THRESHOLD,
        percent_bp=kind.percent_bp,
        trades=kind.trades,
        hours=() if hours is None else (Hours(from_=_clock(hours.opens), until=_clock(hours.closes)),),
        funding=tuple(FundingShare(funder=Funder(one.funder), share_bp=one.share_bp) for one in campaign.funders),
        limits=(
            Limit(rule_id=new_id(), most=kind.most or campaign.limit.most, period=LimitPeriod(campaign.limit.period)),
        ),
        groups=campaign.groups,
        claim_level=int(ProofLevel[campaign.identity_level.claim.upper()]),
        redeem_level=int(ProofLevel[campaign.identity_level.redeem.upper()]),
        valid_days=campaign.validity_days,
        trade_in=_trade_in(kind),
    )
    return KindPlan(
        code=kind.key,
        name_zh=kind.name.zh,
        name_en=kind.name.en,
        terms=terms,
        cap_pieces=kind.pieces + kind.offline_pieces,
        subject_code=campaign.budget_subject_code,
    )


def _trade_in(kind: Kind) -> TradeIn | None:
    asked = kind.trade_in
    if asked is None:
        return None
    return TradeIn(
        appliance=Appliance(asked.appliance),
        energy_levels=asked.energy_levels,
        old_appliance=OldAppliance(asked.old_appliance),
        file_days=asked.file_days,
    )


def _round(kind: Kind, round_: Round, today: date) -> RoundPlan:
    reserve = round_.station_reserve
    pieces = kind.pieces if round_.issue == "all" else None
    return RoundPlan(
        round_id=new_id(),
        kind_code=kind.key,
        name_zh=f"第{ORDINALS[round_.number - 1]}轮 {kind.name.zh}",
        name_en=f"Round {round_.number}: {kind.name.en}",
        mode=RoundMode(round_.mode),
        opens_at=_moment(round_.opens, today),
        closes_at=_moment(round_.closes, today),
        pieces=pieces,
        station_pieces=0 if reserve is None or pieces is None else pieces * reserve.share_bp // 10_000,
        station_until=None if reserve is None or pieces is None else _moment(reserve.until, today),
        draw=None if round_.draw is None else _draw(round_.draw, today),
        roster=RosterPlan(classes=round_.classes[kind.key]) if kind.key in round_.classes else None,
    )


def _draw(lottery: Lottery, today: date) -> DrawPlan:
    return DrawPlan(
        source=lottery.source.zh,
        issue=lottery.issue.zh,
        writing=lottery.writing.zh,
        digits=lottery.digits,
        published_at=_moment(lottery.published, today),
        reserves=lottery.reserves,
    )


def _moment(moment: Moment, today: date) -> datetime:
    return at_county_time(today + timedelta(days=moment.day), _clock(moment.time))


def _clock(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
