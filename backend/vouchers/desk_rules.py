"""What is a campaign made of, and which step may follow which?

Pure. The desk's three people are 经办 (drafts), 复核 (reviews) and 审批 (approves with the document number).
"""

from collections import Counter
from collections.abc import Mapping, Set
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.settlement.rules import EvidenceRule, MoneyPath
from backend.vouchers.brake_rules import BrakePlan, brake_faults
from backend.vouchers.draw_rules import DrawPlan, draw_faults
from backend.vouchers.exposure_rules import Ceilings
from backend.vouchers.funding_rules import FundingShare, split_face
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterPlan, roster_faults
from backend.vouchers.rules import Terms
from backend.vouchers.trade_in_rules import trade_in_faults


class CampaignState(StrEnum):
    """Where a campaign stands (活动状态)."""

    DRAFT = "draft"
    """草稿"""
    IN_REVIEW = "in_review"
    """送审"""
    APPROVED = "approved"
    """已批准"""
    FUNDED = "funded"
    """资金到位"""
    RUNNING = "running"
    """进行中"""
    PAUSED = "paused"
    """暂停"""
    ENDED = "ended"
    """已结束"""
    SETTLED = "settled"
    """已结算"""
    ARCHIVED = "archived"
    """已归档"""


CAMPAIGN_EDGES: frozenset[tuple[CampaignState, CampaignState]] = frozenset(
    {
        (CampaignState.DRAFT, CampaignState.IN_REVIEW),
        (CampaignState.IN_REVIEW, CampaignState.DRAFT),
        (CampaignState.IN_REVIEW, CampaignState.APPROVED),
        (CampaignState.APPROVED, CampaignState.FUNDED),
        (CampaignState.FUNDED, CampaignState.RUNNING),
        (CampaignState.RUNNING, CampaignState.PAUSED),
        (CampaignState.PAUSED, CampaignState.RUNNING),
        (CampaignState.RUNNING, CampaignState.ENDED),
        (CampaignState.PAUSED, CampaignState.ENDED),
        (CampaignState.ENDED, CampaignState.SETTLED),
        (CampaignState.SETTLED, CampaignState.ARCHIVED),
    }
)


class DecisionStep(StrEnum):
    """A signature under a version of a campaign."""

    SUBMIT = "submit"
    """经办 hands it in."""
    REVIEW = "review"
    """复核 has checked it."""
    APPROVE = "approve"
    """审批 with the document number (文号)."""
    SEND_BACK = "send-back"
    """Returned to the draft with a note."""
    FUND = "fund"
    """Money proven: 文号, voucher number, amount, file."""


class LineLevel(StrEnum):
    """What part of the campaign's money a line caps (资金额度); each level lies below the one before."""

    CAMPAIGN = "campaign"
    """The whole campaign."""
    KIND = "kind"
    """One kind of voucher (券种)."""
    DAY = "day"
    """One business day."""
    ROUND = "round"
    """One issuing session."""
    TOWN = "town"
    """One town's part."""
    TRADE = "trade"
    """One trade's part."""
    MERCHANT = "merchant"
    """One merchant's part."""
    OFFLINE = "offline"
    """What is set apart for offline counters (离线备付池); it lies below a kind and issues no voucher."""


class RoundState(StrEnum):
    """Where a round stands; whether it takes claims right now is a question of the clock."""

    PLANNED = "planned"
    """未开始"""
    OPEN = "open"
    """领取中"""
    CLOSED = "closed"
    """已结束"""


class RedemptionState(StrEnum):
    """Where a redemption stands."""

    ACCEPTED = "accepted"
    """已核销"""
    CONFIRMED = "confirmed"
    """In a payout batch."""
    REVERSED = "reversed"
    """已撤销"""


class RefundPolicy(StrEnum):
    """What a refund does to the voucher; the four that Chinese programmes use (``domain.md`` 3)."""

    RESTORE_FULL = "a"
    """One full refund restores the voucher while it is valid; a partial one splits the money and does not restore."""
    POOL_FIRST = "b"
    """A partial refund returns the voucher's amount to the pool first."""
    USED = "c"
    """Any refund counts the voucher as used."""
    RESTORE_SAME_EXPIRY = "d"
    """A full refund restores with the same expiry; a partial one loses it."""


class KindPlan(Struct, frozen=True, kw_only=True):
    """One kind of voucher (券种) of a campaign: its names, its terms, and how many pieces its line caps."""

    code: str
    name_zh: str
    name_en: str
    terms: Terms
    cap_pieces: int
    subject_code: str | None = None


class RoundPlan(Struct, frozen=True, kw_only=True):
    """One issuing session; ``pieces`` of ``None`` means whatever its kind still has when the round opens."""

    round_id: UUID
    kind_code: str
    name_zh: str
    name_en: str
    mode: RoundMode = RoundMode.RUSH
    opens_at: datetime
    closes_at: datetime
    pieces: int | None
    station_pieces: int = 0
    station_until: datetime | None = None
    draw: DrawPlan | None = None
    roster: RosterPlan | None = None


class CampaignPlan(Struct, frozen=True, kw_only=True):
    """A version of a campaign: everything that is decided about it, as data."""

    title_zh: str
    title_en: str
    summary_zh: str = ""
    summary_en: str = ""
    notice_no: str = ""
    department: str = ""
    complaint_phone: str = ""
    money_path: MoneyPath = MoneyPath.PREPAID
    refund_policy: RefundPolicy = RefundPolicy.RESTORE_FULL
    evidence: tuple[EvidenceRule, ...] = ()
    brake: BrakePlan = BrakePlan()
    ceilings: Ceilings = Ceilings()
    picture: str | None = None
    kinds: tuple[KindPlan, ...]
    rounds: tuple[RoundPlan, ...]


class DeskReason(Reason):
    """Why the desk refused a step."""

    NO_SUCH_CAMPAIGN = "no-such-campaign", 404, "没有这个活动", "No such campaign"
    NOT_REVIEWED = "not-reviewed", 409, "还没有复核，不能审批", "It must be reviewed before it is approved"
    REASON_MISSING = "reason-missing", 409, "请填写原因", "Give the reason"
    DOCUMENT_MISSING = "document-missing", 409, "请填写文号", "Give the document number"

    WRONG_STATE = "wrong-state", 409, "活动当前状态不能这样操作", "The campaign's state does not allow this step"
    SAME_PERSON = (
        "same-person",
        409,
        "经办、复核、审批必须是不同的人",
        "Draft, review and approval need different people",
    )
    NOT_DEPUTY = "not-deputy", 409, "您没有当前有效的代理授权", "You hold no deputy grant for today"
    STALE_VERSION = (
        "stale-version",
        409,
        "内容已被别人改过，请刷新后再操作",
        "Somebody changed it meanwhile; reload first",
    )
    SUM_DIFFERS = "sum-differs", 409, "到账金额与方案总额不一致", "The proven amount differs from the plan's total"
    STILL_OPEN = "still-open", 409, "活动还有未了结的事项", "Something of the campaign is still open"
    ROUND_TAKEN = (
        "round-taken",
        409,
        "方案里有轮次的编号已用于另一个活动，请用新编号重新起草",
        "A round of the plan has the id of another campaign's round; draft it again with new ids",
    )


class Fault(Struct, frozen=True):
    """One contradiction of a plan: a JSON pointer into it, and the mend in Chinese and English."""

    pointer: str
    detail: str


def may_step(present: CampaignState, wanted: CampaignState) -> Refused[DeskReason] | None:
    """Is there such an edge? ``None`` for yes."""
    return None if (present, wanted) in CAMPAIGN_EDGES else Refused(DeskReason.WRONG_STATE)


def public_face(funding: tuple[FundingShare, ...], face_fen: int) -> int:
    """The part of a face that public money sets aside."""
    return next((part for funder, part in split_face(funding, face_fen).items() if funder == "government"), 0)


def total_fen(plan: CampaignPlan) -> int:
    """The public money that the plan needs: every kind's pieces at their public face."""
    return sum(public_face(kind.terms.funding, kind.terms.face_fen) * kind.cap_pieces for kind in plan.kinds)


def worth_fen(plan: CampaignPlan) -> int:
    """All that the plan's vouchers can give, whoever pays it."""
    return sum(kind.terms.face_fen * kind.cap_pieces for kind in plan.kinds)


def faults_of(plan: CampaignPlan) -> list[Fault]:
    """Everything in a plan that contradicts itself, so that one look mends all."""
    faults = [Fault(f"/brake/{pointer}", told) for pointer, told in brake_faults(plan.brake)]
    faults += _evidence_faults(plan.evidence)
    codes = [kind.code for kind in plan.kinds]
    if not plan.kinds or not plan.rounds:
        faults.append(Fault("/kinds", "至少要有一个券种和一个轮次 / at least one kind and one round"))
    for i, kind in enumerate(plan.kinds):
        faults += _kind_faults(f"/kinds/{i}", kind, codes)
    for i, field, told in trade_in_faults([kind.terms.trade_in for kind in plan.kinds]):
        faults.append(Fault(f"/kinds/{i}/{field}", told))
    faults += taken_rounds(plan, {one for one, times in Counter(r.round_id for r in plan.rounds).items() if times > 1})
    for i, round_ in enumerate(plan.rounds):
        faults += _round_faults(f"/rounds/{i}", round_, {kind.code: kind.cap_pieces for kind in plan.kinds})
        ends = [k.terms.use_until for k in plan.kinds if k.code == round_.kind_code and k.terms.use_until is not None]
        # A voucher claimed after its own end would hold its money for good: its expiry is over by then.
        if ends and round_.closes_at > min(ends):
            faults.append(Fault(f"/rounds/{i}/closes_at", "不能晚于券的截止时间 / not after the voucher's own end"))
        faults += _mode_faults(f"/rounds/{i}", round_, ends)
    for code in codes:
        planned = sum(r.pieces or 0 for r in plan.rounds if r.kind_code == code)
        cap = sum(kind.cap_pieces for kind in plan.kinds if kind.code == code)
        if planned > cap:
            faults.append(
                Fault("/rounds", f"券种 {code} 各轮共 {planned} 张，超过额度 {cap} 张 / rounds exceed the kind's cap")
            )
    return faults


def _evidence_faults(rules: tuple[EvidenceRule, ...]) -> list[Fault]:
    twice = "同一种凭证只写一次 / name each kind of proof once"
    same = "这个行业在这个金额已有要求，请合并 / there is a rule for this trade and amount already; make them one"
    places = [(rule.trade, rule.from_fen) for rule in rules]
    return [
        *(Fault(f"/evidence/{i}/kinds", twice) for i, one in enumerate(rules) if len(set(one.kinds)) < len(one.kinds)),
        *(Fault(f"/evidence/{i}/from_fen", same) for i, place in enumerate(places) if place in places[:i]),
    ]


def taken_rounds(plan: CampaignPlan, taken: Set[UUID]) -> list[Fault]:
    """The rounds of a plan whose ids name other rounds too."""
    told = "这个轮次编号已经用过，请换新编号 / this round's id is taken; make a new one"
    return [Fault(f"/rounds/{i}/round_id", told) for i, one in enumerate(plan.rounds) if one.round_id in taken]


def unknown_lists(plan: CampaignPlan, unknown: Set[UUID]) -> list[Fault]:
    """The lists of a plan's kinds that are no call's."""
    told = "没有这个征集公告，请从已公布的公告里选 / there is no such call for merchants; choose a published one"
    return [
        Fault(f"/kinds/{i}/terms/lists/{place}", told)
        for i, kind in enumerate(plan.kinds)
        for place, call_id in enumerate(kind.terms.lists)
        if call_id in unknown
    ]


def _kind_faults(at: str, kind: KindPlan, codes: list[str]) -> list[Fault]:
    terms, faults = kind.terms, []
    if codes.count(kind.code) > 1:
        faults.append(Fault(f"{at}/code", "券种代码重复 / the code is used twice"))
    if terms.kind_code != kind.code:
        faults.append(Fault(f"{at}/terms/kind_code", "须与券种代码一致 / must equal the kind's code"))
    if terms.face_fen < 1:
        faults.append(Fault(f"{at}/terms/face_fen", "面额至少 1 分 / at least 1 fen"))
    if sum(share.share_bp for share in terms.funding) != 10_000 or any(s.share_bp < 1 for s in terms.funding):
        faults.append(Fault(f"{at}/terms/funding", "出资比例合计须为 10000 / shares must add up to 10000"))
    if len({share.funder for share in terms.funding}) != len(terms.funding):
        faults.append(Fault(f"{at}/terms/funding", "同一出资方只能出现一次 / each funder once"))
    if terms.discount == "percentage" and not 1 <= terms.percent_bp <= 10_000:
        faults.append(Fault(f"{at}/terms/percent_bp", "折扣须在 1 到 10000 之间 / between 1 and 10000"))
    if terms.valid_days is None and terms.use_until is None:
        faults.append(Fault(f"{at}/terms/valid_days", "请填写有效天数或截止时间 / give days or an end"))
    if not terms.limits or any(limit.most < 1 for limit in terms.limits):
        faults.append(Fault(f"{at}/terms/limits", "每人限领至少 1 张 / a limit per person of at least 1"))
    rules = [limit.rule_id for limit in terms.limits]
    if len(set(rules)) != len(rules):
        # Both would count under the same keys, and each claim would take one key twice.
        faults.append(
            Fault(f"{at}/terms/limits", "限领规则编号重复，请另用一个 / two limits share a rule_id; give each its own")
        )
    return faults


def _round_faults(at: str, round_: RoundPlan, caps: Mapping[str, int]) -> list[Fault]:
    faults = []
    if round_.kind_code not in caps:
        faults.append(Fault(f"{at}/kind_code", "没有这个券种 / no such kind"))
    if round_.opens_at >= round_.closes_at:
        faults.append(Fault(f"{at}/closes_at", "结束须晚于开始 / must be after the opening"))
    # A round that takes what is left can at best have all of its kind.
    most = caps.get(round_.kind_code, 0) if round_.pieces is None else round_.pieces
    if not 0 <= round_.station_pieces <= most:
        faults.append(Fault(f"{at}/station_pieces", "驿站预留不能超过总数 / more than the round has"))
    if round_.station_pieces and round_.station_until is None:
        faults.append(Fault(f"{at}/station_until", "请填写驿站预留到几点 / until when the stations' share is kept"))
    return faults


def _mode_faults(at: str, round_: RoundPlan, ends: list[datetime]) -> list[Fault]:
    found: list[tuple[str, str]] = []
    if round_.mode is RoundMode.DRAW:
        found += draw_faults(
            round_.draw,
            closes_at=round_.closes_at,
            pieces=round_.pieces,
            station_pieces=round_.station_pieces,
            ends=ends,
        )
    elif round_.draw is not None:
        found.append(("draw", "只有摇号轮次有种子来源 / only a draw has a source of a seed"))
    if round_.mode is RoundMode.ROSTER:
        found += roster_faults(round_.roster, pieces=round_.pieces, station_pieces=round_.station_pieces)
    elif round_.roster is not None:
        found.append(("roster", "只有定向发放轮次有名单类别 / only a round by roster has classes"))
    return [Fault(f"{at}/{field}", told) for field, told in found]
