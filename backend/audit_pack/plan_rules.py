"""How is a version of a campaign's rules told to somebody who reads no JSON? Pure."""

from backend.kernel.instants import COUNTY_TIME, Instant
from backend.ledger.rules import Funder
from backend.settlement.rules import MoneyPath
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RefundPolicy, RoundPlan
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import DiscountKind, LimitPeriod, Terms
from backend.vouchers.trade_in_rules import APPLIANCE_WORDS, OLD_APPLIANCE_WORDS

FUNDERS = {Funder.GOVERNMENT: "财政", Funder.PLATFORM: "平台", Funder.MERCHANT: "商户"}
PATHS = {
    MoneyPath.PREPAID: "预拨持牌机构，余额原路退回",
    MoneyPath.ADVANCED: "平台公司垫付，分批拨付",
    MoneyPath.CLAIMED: "按月申领",
}
REFUNDS = {
    RefundPolicy.RESTORE_FULL: "全额退款且券未过期，券恢复；部分退款按比例分摊，券不恢复",
    RefundPolicy.POOL_FIRST: "部分退款先退回券款，以退款额为限",
    RefundPolicy.USED: "发生退款视为券已使用，按比例退现金",
    RefundPolicy.RESTORE_SAME_EXPIRY: "全额退款恢复券，有效期不变；部分退款不恢复",
}
MODES = {RoundMode.RUSH: "抢券", RoundMode.DRAW: "摇号", RoundMode.ROSTER: "定向发放"}
PERIODS = {LimitPeriod.EVER: "整个活动", LimitPeriod.DAY: "每天", LimitPeriod.MONTH: "每月"}
WEEKDAYS = "一二三四五六日"


def yuan(fen: int) -> str:
    """An amount in yuan."""
    return f"{fen // 100}.{fen % 100:02d} 元"


def in_words(plan: CampaignPlan, version: int) -> str:
    """The whole version, a line a rule."""
    lines = [
        f"{plan.title_zh} / {plan.title_en}",
        f"第 {version} 版",
        f"文件号：{plan.notice_no or '无'}",
        f"主办部门：{plan.department or '未填'}；投诉电话：{plan.complaint_phone or '未填'}",
        f"资金路径：{PATHS[plan.money_path]}",
        f"退款规则：{REFUNDS[plan.refund_policy]}",
    ]
    lines += [
        f"支付凭证：{rule.trade or '各行业'}账单满 {yuan(rule.from_fen)}，须有 {'、'.join(rule.kinds)} 之一"
        for rule in plan.evidence
    ]
    for kind in plan.kinds:
        lines += ["", *_kind(kind)]
    for one in plan.rounds:
        lines += ["", *_round(one)]
    return "\n".join(lines) + "\n"


def _kind(kind: KindPlan) -> list[str]:
    terms = kind.terms
    shares = "、".join(f"{FUNDERS[share.funder]} {share.share_bp / 100:g}%" for share in terms.funding)
    subject = f"，预算科目 {kind.subject_code}" if kind.subject_code else ""
    lines = [
        f"券种 {kind.code} {kind.name_zh}：共 {kind.cap_pieces} 张{subject}",
        f"  优惠：{_discount(terms)}",
        f"  出资：{shares}",
        f"  使用期：{_validity(terms)}",
    ]
    lines += _trade_in(terms)
    lines += [f"  每人限领：{PERIODS[limit.period]} {limit.most} 张" for limit in terms.limits]
    scopes = (
        ("行业", terms.trades),
        ("乡镇", terms.towns),
        ("商户", terms.merchants),
        ("名录", terms.lists),
        ("人群", terms.groups),
        ("星期", [WEEKDAYS[day] for day in terms.weekdays]),
        ("时段", [f"{hours.from_:%H:%M}-{hours.until:%H:%M}" for hours in terms.hours]),
    )
    return lines + [f"  限{name}：{'、'.join(map(str, scope))}" for name, scope in scopes if scope]


def _trade_in(terms: Terms) -> list[str]:
    asked = terms.trade_in
    if asked is None:
        return []
    levels = "、".join(str(level) for level in asked.energy_levels)
    appliance, old = APPLIANCE_WORDS[asked.appliance][0], OLD_APPLIANCE_WORDS[asked.old_appliance][0]
    return [
        f"  以旧换新：{appliance}，能效（水效）{levels} 级；{old}",
        f"  售后 {asked.file_days} 天内提交资料，审核通过后付款",
    ]


def _discount(terms: Terms) -> str:
    match terms.discount:
        case DiscountKind.THRESHOLD:
            return f"满 {yuan(terms.minimum_spend_fen)} 减 {yuan(terms.face_fen)}"
        case DiscountKind.PERCENTAGE:
            return f"减 {terms.percent_bp / 100:g}%，最多 {yuan(terms.face_fen)}，满 {yuan(terms.minimum_spend_fen)}"
        case DiscountKind.FIXED_PRICE:
            return f"一口价 {yuan(terms.fixed_price_fen)}，最多减 {yuan(terms.face_fen)}"


def _validity(terms: Terms) -> str:
    days = f"领取后 {terms.valid_days} 天" if terms.valid_days is not None else ""
    from_ = f"{_at(terms.use_from)} 起" if terms.use_from else ""
    until = f"{_at(terms.use_until)} 前" if terms.use_until else ""
    return "，".join(part for part in (days, from_, until) if part)


def _round(one: RoundPlan) -> list[str]:
    pieces = "该券种余下的全部" if one.pieces is None else f"{one.pieces} 张"
    station = f"，驿站预留 {one.station_pieces} 张" if one.station_pieces else ""
    return [
        f"轮次 {one.name_zh}（{MODES[one.mode]}，券种 {one.kind_code}）：{pieces}{station}",
        f"  {_at(one.opens_at)} 至 {_at(one.closes_at)}",
    ]


def _at(at: Instant) -> str:
    return f"{at.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"
