"""What do a voucher's conditions say in plain words, in the order in which a counter checks them?

Pure. The examples are worked out by the rule that decides at the counter, and a test decides each of them there.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.fen import yuan
from backend.kernel.instants import COUNTY_TIME
from backend.ledger.rules import Funder
from backend.merchants.rules import Trade
from backend.settlement.rules import MoneyPath
from backend.vouchers.desk_rules import RefundPolicy
from backend.vouchers.rules import DiscountKind, LimitPeriod, Terms, discount_of
from backend.vouchers.trade_in_rules import APPLIANCE_WORDS, OLD_APPLIANCE_WORDS

Both = tuple[str, str]
"""The same in Chinese and in English."""

WEEKDAYS: tuple[Both, ...] = tuple(
    zip(
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        strict=True,
    )
)
GROUPS: Mapping[str, Both] = {
    "elder": ("老年人", "elders"),
    "low_income": ("困难群众", "low-income households"),
    "new_resident": ("新市民", "new residents"),
    "visitor": ("外地游客", "visitors"),
}
OTHER_GROUP: Both = ("名单内人员", "people on a list")
PERIODS: Mapping[LimitPeriod, Both] = {
    LimitPeriod.EVER: ("活动期间", "for the whole campaign"),
    LimitPeriod.DAY: ("每天", "a day"),
    LimitPeriod.MONTH: ("每月", "a month"),
}
LEVELS: Mapping[int, Both] = {
    2: ("实名核验", "an identity check"),
    3: ("到驿站当面核验", "an identity check in person at a station"),
}
FUNDERS: Mapping[Funder, Both] = {
    Funder.GOVERNMENT: ("财政资金", "public money"),
    Funder.PLATFORM: ("平台补贴", "the platform company"),
    Funder.MERCHANT: ("商家让利", "the merchant"),
}
MONEY_PATHS: Mapping[MoneyPath, Both] = {
    MoneyPath.PREPAID: (
        "财政资金预拨给持牌机构，由其付给商家；没有用完的，按原路退回国库。",
        "Public money is paid to a licensed institution beforehand, which pays the merchants; what is not used goes "
        "back to the treasury the same way.",
    ),
    MoneyPath.ADVANCED: (
        "核销的钱由平台公司先行垫付给商家，财政凭核销清单分批拨付给平台公司。",
        "The platform company advances redeemed money to the merchants; the treasury reimburses it in tranches against "
        "the list of redemptions.",
    ),
    MoneyPath.CLAIMED: (
        "每月凭核销清单向国库申领，领到后付给商家。",
        "Every month the redeemed money is claimed from the treasury and then paid to the merchants.",
    ),
}
REFUNDS: Mapping[RefundPolicy, Both] = {
    RefundPolicy.RESTORE_FULL: (
        "整单全退，券在有效期内退回；只退一部分的，钱按比例退，券不退。",
        "When the whole bill is refunded the voucher comes back while it is valid; for a part of it money goes back in "
        "proportion and the voucher stays used.",
    ),
    RefundPolicy.POOL_FIRST: (
        "退货先退回券的金额，再退您付的钱；券不退。",
        "A refund gives back the voucher's amount first and then what you paid; the voucher stays used.",
    ),
    RefundPolicy.USED: (
        "只要退货，券就算用过；钱按比例退给您。",
        "After any refund the voucher counts as used; your money goes back in proportion.",
    ),
    RefundPolicy.RESTORE_SAME_EXPIRY: (
        "整单全退，券按原来的到期日退回；只退一部分的，券不退。",
        "When the whole bill is refunded the voucher comes back with its old expiry date; a partial refund loses it.",
    ),
}
ALWAYS: Both = (
    "退货时，财政出的那一份退回原资金额度，不会留给商家。",
    "Of returned goods, public money goes back to its budget line, never to the merchant.",
)


class Places(Struct, frozen=True, kw_only=True):
    """What towns and lists are called."""

    towns: dict[str, Both]
    lists: dict[UUID, Both]


def rules_in_words(terms: Terms, places: Places) -> list[Both]:
    """One sentence a condition."""
    told = [*_trade_in(terms), *_discount(terms), *_where(terms, places), *_when(terms), *_who(terms)]
    told.append(
        ("烟、酒、黄金、充值卡、购物卡不计入消费金额。", "Tobacco, spirits, gold and prepaid cards do not count.")
    )
    parts = [(FUNDERS[share.funder], _percent(share.share_bp)) for share in terms.funding]
    zh = "、".join(f"{name[0]} {percent}" for name, percent in parts)
    en = ", ".join(f"{name[1]} {percent}" for name, percent in parts)
    return [*told, (f"优惠由谁出：{zh}。", f"Who pays the discount: {en}.")]


def _trade_in(terms: Terms) -> list[Both]:
    asked = terms.trade_in
    if asked is None:
        return []
    zh, en = APPLIANCE_WORDS[asked.appliance]
    levels = "、".join(str(level) for level in asked.energy_levels)
    old_zh, old_en = OLD_APPLIANCE_WORDS[asked.old_appliance]
    return [
        (
            f"以旧换新补贴，参照 2025 年家电以旧换新政策设计：补贴{zh}，限能效（水效）等级 {levels} 级。",
            f"A trade-in subsidy modelled on the policy of 2025, for: {en}, with an energy or water label of level "
            f"{levels.replace('、', ', ')}.",
        ),
        (f"{old_zh}。", f"{old_en}."),
        (
            f"补贴在柜台当场减免；商户 {asked.file_days} 天内提交发票、型号和序列号等资料，县里审核通过后才付给商户。",
            f"It is taken off at the counter; the merchant files invoice, model and serial number within "
            f"{asked.file_days} days, and is paid after the county has approved them.",
        ),
    ]


def given(terms: Terms, bill_fen: int) -> int:
    """What a new voucher takes off a bill of nothing but eligible goods; 0 below the threshold."""
    if bill_fen < terms.minimum_spend_fen:
        return 0
    return max(0, min(discount_of(terms, bill_fen), terms.face_fen, bill_fen - 1))


def examples(terms: Terms) -> list[tuple[int, int]]:
    """(bill, discount) just below the threshold, at it, and where the voucher gives all it can."""
    least = terms.minimum_spend_fen
    if terms.discount is DiscountKind.PERCENTAGE:
        full = -(-terms.face_fen * 10_000 // max(1, terms.percent_bp))
    elif terms.discount is DiscountKind.FIXED_PRICE:
        full = terms.fixed_price_fen + terms.face_fen
    else:
        full = terms.face_fen + 1
    bills = [*([least - 1, least] if least > 1 else []), max(full, least, 2)]
    return [(bill, given(terms, bill)) for bill in dict.fromkeys(bills)]


def _discount(terms: Terms) -> list[Both]:
    face, least = short(terms.face_fen), short(terms.minimum_spend_fen)
    reach = (
        (f"消费满 {least} 元", f"Spend {least} yuan or more: ")
        if terms.minimum_spend_fen
        else ("不设门槛", "Any bill: ")
    )
    match terms.discount:
        case DiscountKind.THRESHOLD:
            told = (f"{reach[0]}，减 {face} 元。", f"{reach[1]}{face} yuan off.")
        case DiscountKind.PERCENTAGE:
            percent = _percent(terms.percent_bp)
            told = (
                f"{reach[0]}，减去消费金额的 {percent}，最多减 {face} 元。",
                f"{reach[1]}{percent} off, at most {face} yuan.",
            )
        case DiscountKind.FIXED_PRICE:
            price = short(terms.fixed_price_fen)
            told = (
                f"{reach[0]}，一口价付 {price} 元，最多减 {face} 元。",
                f"{reach[1]}pay {price} yuan, at most {face} yuan off.",
            )
    return [told, *(_example(*example) for example in examples(terms)), _no_change()]


def _example(bill_fen: int, discount_fen: int) -> Both:
    bill = yuan(bill_fen)
    if not discount_fen:
        return f"例：消费 {bill} 元，不可用。", f"Example: a bill of {bill} yuan, it cannot be used."
    off, pay = yuan(discount_fen), yuan(bill_fen - discount_fen)
    return (
        f"例：消费 {bill} 元，减 {off} 元，付 {pay} 元。",
        f"Example: a bill of {bill} yuan, {off} off, you pay {pay}.",
    )


def _no_change() -> Both:
    return (
        "不找零，至少付 0.01 元；一笔账单用一张券。",
        "No change is given and at least 0.01 yuan is paid; one voucher a bill.",
    )


def _where(terms: Terms, places: Places) -> list[Both]:
    told: list[Both] = []
    if terms.trades:
        names = [(Trade(code).zh, Trade(code).en) for code in terms.trades if code in set(Trade)]
        told.append(_listed("适用行业：", "Trades: ", names))
    if terms.towns:
        told.append(_listed("适用乡镇：", "Towns: ", [places.towns.get(code, (code, code)) for code in terms.towns]))
    if terms.lists:
        names = [places.lists[call] for call in terms.lists if call in places.lists]
        told.append(_listed("须是名单内商户，名单来自：", "Only merchants on the list of: ", names))
    if terms.merchants:
        count = len(terms.merchants)
        told.append((f"只限指定的 {count} 家商户。", f"Only the {count} merchants named."))
    return told or [("参加活动的商户都可以用。", "Good at every merchant that takes part.")]


def _when(terms: Terms) -> list[Both]:
    told: list[Both] = []
    if terms.valid_days is not None:
        days = terms.valid_days
        told.append(
            (
                f"有效期 {days} 天，领取当天算第 1 天，最后一天 24:00 前用完。",
                f"Valid {days} days; the day of claiming is the first, the last ends at midnight.",
            )
        )
    if terms.use_from is not None:
        told.append((f"{moment(terms.use_from)} 起可用。", f"Usable from {moment(terms.use_from)}."))
    if terms.use_until is not None:
        told.append((f"{moment(terms.use_until)} 前有效。", f"Usable before {moment(terms.use_until)}."))
    if terms.weekdays:
        told.append(_listed("可用的日子：", "Days: ", [WEEKDAYS[day] for day in sorted(set(terms.weekdays))]))
    if terms.hours:
        hours = "、".join(f"{one.from_:%H:%M}–{one.until:%H:%M}" for one in terms.hours)
        told.append((f"可用时段：{hours}。", f"Hours: {hours.replace('、', ', ')}."))
    return told


def _who(terms: Terms) -> list[Both]:
    told = [
        (
            f"{PERIODS[limit.period][0]}每人限领 {limit.most} 张。",
            f"At most {limit.most} for each person {PERIODS[limit.period][1]}.",
        )
        for limit in terms.limits
    ]
    if terms.groups:
        names = list(dict.fromkeys(GROUPS.get(group, OTHER_GROUP) for group in terms.groups))
        told.append(_listed("限以下人群领取：", "Only for: ", names))
    if terms.claim_level in LEVELS:
        zh, en = LEVELS[terms.claim_level]
        told.append((f"领取前须{zh}。", f"Claiming needs {en}."))
    if terms.redeem_level in LEVELS:
        zh, en = LEVELS[terms.redeem_level]
        told.append((f"使用前须{zh}。", f"Using it needs {en}."))
    return told


def _listed(zh: str, en: str, names: list[Both]) -> Both:
    return zh + "、".join(name[0] for name in names) + "。", en + ", ".join(name[1] for name in names) + "."


def _percent(basis_points: int) -> str:
    whole, part = divmod(basis_points, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + "%"


def short(amount_fen: int) -> str:
    """Yuan without ``.00``."""
    return yuan(amount_fen).removesuffix(".00")


def moment(at: datetime) -> str:
    """An instant on the county's clock."""
    return f"{at.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"
