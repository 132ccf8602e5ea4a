"""What the campaign desk looks like on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from backend.kernel.fen import AmountFen, PositiveFen
from backend.ledger.rules import Funder
from backend.settlement.rules import EvidenceRule, MoneyPath
from backend.vouchers.brake_rules import BrakePlan, PauseScope
from backend.vouchers.desk_rules import (
    CampaignPlan,
    CampaignState,
    KindPlan,
    RefundPolicy,
    RoundPlan,
    total_fen,
)
from backend.vouchers.desk_views import Campaign
from backend.vouchers.draw_rules import DrawPlan
from backend.vouchers.exposure_rules import Ceilings
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterPlan
from backend.vouchers.rules import DiscountKind, Hours, Limit, LimitPeriod, Terms
from backend.vouchers.schemas import RoundAnswer, TermsAnswer, terms_answer
from backend.vouchers.steer_campaign import Turn
from backend.vouchers.trade_in_rules import Appliance, OldAppliance, TradeIn
from backend.web.texts import MAYBE_ONE_LINE, ONE_LINE, Name, NameEn

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")]
GroupName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Note = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Summary = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Pieces = Annotated[int, Meta(ge=0, le=10_000_000)]
Moment = Annotated[datetime, Meta(tz=True)]
Version = Annotated[int, Meta(ge=1, le=30_000)]


class FundingRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One funder's share in basis points."""

    funder: Funder
    share_bp: Annotated[int, Meta(ge=1, le=10_000)]


class LimitRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many per person; kinds with the same `rule_id` count together."""

    rule_id: UUID
    most: Annotated[int, Meta(ge=1, le=100)] = 1
    period: LimitPeriod = LimitPeriod.EVER


class TradeInRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kind subsidises a category of appliances (以旧换新); its money waits until the sale's papers are approved."""

    appliance: Appliance
    energy_levels: Annotated[tuple[Annotated[int, Meta(ge=1, le=5)], ...], Meta(min_length=1, max_length=5)] = (1, 2)
    old_appliance: OldAppliance = OldAppliance.NOT_ASKED
    file_days: Annotated[int, Meta(ge=1, le=180)] = 30


class KindRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of voucher."""

    code: Code
    name_zh: Name
    name_en: NameEn
    cap_pieces: Pieces
    face_fen: PositiveFen
    discount: DiscountKind = DiscountKind.THRESHOLD
    minimum_spend_fen: AmountFen = 0
    percent_bp: Annotated[int, Meta(ge=0, le=10_000)] = 0
    fixed_price_fen: AmountFen = 0
    trades: Annotated[list[Code], Meta(max_length=20)] = []
    towns: Annotated[list[Annotated[str, Meta(pattern=r"^[0-9]{9}$")]], Meta(max_length=100)] = []
    merchants: Annotated[list[UUID], Meta(max_length=500)] = []
    lists: Annotated[
        list[UUID], Meta(max_length=20, description="Calls for merchants, one of whose lists it takes.")
    ] = []
    weekdays: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(max_length=7)] = []
    hours: Annotated[list[Hours], Meta(max_length=6)] = []
    groups: Annotated[list[GroupName], Meta(max_length=20)] = []
    funding: Annotated[list[FundingRequest], Meta(min_length=1, max_length=3)]
    limits: Annotated[list[LimitRequest], Meta(min_length=1, max_length=5)]
    claim_level: Annotated[int, Meta(ge=1, le=3)] = 1
    redeem_level: Annotated[int, Meta(ge=1, le=3)] = 1
    valid_days: Annotated[int, Meta(ge=1, le=366)] | None = None
    use_from: Moment | None = None
    use_until: Moment | None = None
    subject_code: Annotated[str, Meta(max_length=20, pattern=r"^[0-9A-Za-z-]*$")] | None = None
    trade_in: TradeInRequest | None = None


class DrawRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the seed of a draw will come from: a public lottery's issue, drawn after entering has ended."""

    source: Name
    issue: Document
    writing: Note
    digits: Annotated[int, Meta(ge=1, le=64)]
    published_at: Moment
    reserves: Annotated[int, Meta(ge=0, le=20_000)] = 0


class ClassesRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which classes of a list the round serves; each person of them gets one."""

    classes: Annotated[list[Code], Meta(min_length=1, max_length=20)]


class RoundRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One issuing session; no `pieces` means whatever its kind has left when it opens."""

    round_id: UUID
    kind_code: Code
    name_zh: Name
    name_en: NameEn
    mode: RoundMode = RoundMode.RUSH
    opens_at: Moment
    closes_at: Moment
    pieces: Pieces | None = None
    station_pieces: Pieces = 0
    station_until: Moment | None = None
    draw: DrawRequest | None = None
    roster: ClassesRequest | None = None


class EvidenceRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a bill of `from_fen` on, in `trade` or any, a payout needs one of these proofs; the strictest rule holds."""

    kinds: Annotated[
        list[Annotated[str, Meta(pattern=r"^(acquirer_order|till_receipt|e_invoice|photo)$")]],
        Meta(min_length=1, max_length=4),
    ]
    from_fen: AmountFen = 0
    trade: Code | None = None


class PlanRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign's plan; `version` is the one it was read at, absent for a new campaign."""

    version: Version | UnsetType = UNSET
    title_zh: Name
    title_en: NameEn
    summary_zh: Summary = ""
    summary_en: Summary = ""
    notice_no: Annotated[str, Meta(max_length=80, pattern=MAYBE_ONE_LINE)] = ""
    department: Annotated[str, Meta(max_length=80, pattern=MAYBE_ONE_LINE)] = ""
    complaint_phone: Annotated[str, Meta(max_length=20, pattern=r"^[0-9 +-]*$")] = ""
    money_path: MoneyPath = MoneyPath.PREPAID
    refund_policy: RefundPolicy = RefundPolicy.RESTORE_FULL
    evidence: Annotated[list[EvidenceRequest], Meta(max_length=20)] = []
    brake: BrakePlan = BrakePlan()
    ceilings: Ceilings = Ceilings()
    kinds: Annotated[list[KindRequest], Meta(min_length=1, max_length=40)]
    rounds: Annotated[list[RoundRequest], Meta(min_length=1, max_length=200)]


def plan_of(request: PlanRequest) -> CampaignPlan:
    """The plan that a request describes."""
    return CampaignPlan(
        title_zh=request.title_zh,
        title_en=request.title_en,
        summary_zh=request.summary_zh,
        summary_en=request.summary_en,
        notice_no=request.notice_no,
        department=request.department,
        complaint_phone=request.complaint_phone,
        money_path=request.money_path,
        refund_policy=request.refund_policy,
        evidence=tuple(
            EvidenceRule(kinds=tuple(one.kinds), from_fen=one.from_fen, trade=one.trade) for one in request.evidence
        ),
        brake=request.brake,
        ceilings=request.ceilings,
        kinds=tuple(_kind(kind) for kind in request.kinds),
        rounds=tuple(
            RoundPlan(
                round_id=r.round_id,
                kind_code=r.kind_code,
                name_zh=r.name_zh,
                name_en=r.name_en,
                mode=r.mode,
                opens_at=r.opens_at,
                closes_at=r.closes_at,
                pieces=r.pieces,
                station_pieces=r.station_pieces,
                station_until=r.station_until,
                draw=None if r.draw is None else DrawPlan(**structs.asdict(r.draw)),
                roster=None if r.roster is None else RosterPlan(classes=tuple(r.roster.classes)),
            )
            for r in request.rounds
        ),
    )


def _kind(kind: KindRequest) -> KindPlan:
    return KindPlan(
        code=kind.code,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        cap_pieces=kind.cap_pieces,
        subject_code=kind.subject_code,
        terms=Terms(
            kind_code=kind.code,
            discount=kind.discount,
            face_fen=kind.face_fen,
            minimum_spend_fen=kind.minimum_spend_fen,
            percent_bp=kind.percent_bp,
            fixed_price_fen=kind.fixed_price_fen,
            trades=tuple(kind.trades),
            towns=tuple(kind.towns),
            merchants=tuple(kind.merchants),
            lists=tuple(kind.lists),
            weekdays=tuple(kind.weekdays),
            hours=tuple(kind.hours),
            groups=tuple(kind.groups),
            funding=tuple(FundingShare(funder=f.funder, share_bp=f.share_bp) for f in kind.funding),
            limits=tuple(Limit(rule_id=x.rule_id, most=x.most, period=x.period) for x in kind.limits),
            claim_level=kind.claim_level,
            redeem_level=kind.redeem_level,
            valid_days=kind.valid_days,
            use_from=kind.use_from,
            use_until=kind.use_until,
            trade_in=_trade_in(kind.trade_in),
        ),
    )


def _trade_in(asked: TradeInRequest | None) -> TradeIn | None:
    if asked is None:
        return None
    return TradeIn(
        appliance=asked.appliance,
        energy_levels=asked.energy_levels,
        old_appliance=asked.old_appliance,
        file_days=asked.file_days,
    )


class PlannedAnswer(Struct, frozen=True, kw_only=True):
    """Saved, as this version."""

    campaign_id: UUID
    version: int


class SignRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature under a version: submit, review, approve or send-back; sending back needs its note."""

    decision_id: UUID
    version: Version
    step: Annotated[str, Meta(pattern=r"^(submit|review|approve|send-back)$")]
    document_no: Document | None = None
    note: Note | None = None
    deputy_for: UUID | None = None


class FundRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Proof of money; the file of the bank's receipt is named by its SHA-256 in hexadecimal digits."""

    funding_id: UUID
    version: Version
    document_no: Document
    bank_voucher_no: Document
    amount_fen: PositiveFen
    file_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class SteerRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """run, pause, resume or end; a pause needs its reason."""

    turn_id: UUID
    turn: Turn
    reason: Note | None = None
    scope: PauseScope = PauseScope.CLAIMS


class StateAnswer(Struct, frozen=True, kw_only=True):
    """Where the campaign stands now."""

    campaign_id: UUID
    state: CampaignState


class ShareAnswer(Struct, frozen=True, kw_only=True):
    """Who pays which part of each discount, in basis points."""

    funder: Funder
    share_bp: int


class KindAnswer(Struct, frozen=True, kw_only=True):
    """One kind of voucher with its terms and its payers."""

    code: str
    name_zh: str
    name_en: str
    cap_pieces: int
    terms: TermsAnswer
    use_from: datetime | None
    use_until: datetime | None
    funding: list[ShareAnswer]


class CampaignAnswer(Struct, frozen=True, kw_only=True):
    """A campaign for everybody."""

    campaign_id: UUID
    state: CampaignState
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    notice_no: str
    department: str
    complaint_phone: str
    picture: str | None
    total_fen: int
    pieces: int
    kinds: list[KindAnswer]
    rounds: list[RoundAnswer]


def campaign_answer(campaign: Campaign, rounds: list[RoundAnswer]) -> CampaignAnswer:
    """The wire form."""
    plan = campaign.plan
    return CampaignAnswer(
        campaign_id=campaign.campaign_id,
        state=campaign.state,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        summary_zh=plan.summary_zh,
        summary_en=plan.summary_en,
        notice_no=plan.notice_no,
        department=plan.department,
        complaint_phone=plan.complaint_phone,
        picture=plan.picture,
        total_fen=total_fen(plan),
        pieces=sum(kind.cap_pieces for kind in plan.kinds),
        rounds=rounds,
        kinds=[
            KindAnswer(
                code=kind.code,
                name_zh=kind.name_zh,
                name_en=kind.name_en,
                cap_pieces=kind.cap_pieces,
                terms=terms_answer(kind.terms),
                use_from=kind.terms.use_from,
                use_until=kind.terms.use_until,
                funding=[ShareAnswer(funder=one.funder, share_bp=one.share_bp) for one in kind.terms.funding],
            )
            for kind in plan.kinds
        ],
    )
