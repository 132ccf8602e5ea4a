"""快报: what a county's work groups read about a campaign's day, in a few lines.

Pure. The figures are those of the notice as they stood at the end of the day; it leaves the office, so that small cells
are hidden as there (``rules.FEWEST``). The picture draws the same lines and figures.
"""

from datetime import date, datetime

from msgspec import Struct

from backend.kernel.instants import business_day, county_clock
from backend.merchants.rules import Trade
from backend.notices.rules import OTHERS, Cell, Spent
from backend.notices.words import grouped, times
from backend.vouchers.brake_rules import RULE_WORDS, Alert, AlertLevel

TOP = 3
WEEKDAYS = "一二三四五六日"
LEVELS = {AlertLevel.WARN: "预警", AlertLevel.PAUSE: "熔断"}
DEFINITION = "毛杠杆＝用券账单总额÷其中的财政优惠；净杠杆只算优惠以外的部分；退货两边都不算"
DEMONSTRATION = "演示数据：人物、商家、号码和金额都是虚构的"


class Bulletin(Struct, frozen=True, kw_only=True):
    """One campaign's day. Counts in vouchers, money in fen; ``as_of`` is the day's end or, of today, the moment."""

    county_zh: str
    demonstration: bool
    title_zh: str
    day: date
    as_of: datetime
    is_over: bool
    """Whether the day is over, so that its figures stand."""
    issued: int
    issued_today: int
    redeemed: int
    redeemed_today: int
    """Less what was undone on the day."""
    public_fen: int
    public_today_fen: int
    funded_fen: int
    left_fen: int
    open_fen: int
    trades: tuple[Cell, ...]
    """Days that are over; the three largest that may be told."""
    spent: Spent | None
    warnings: tuple[str, ...]
    pauses: tuple[datetime, ...]


def top_of(cells: list[Cell]) -> tuple[Cell, ...]:
    """The largest that can be told by name: those told together come last, however many they are."""
    named = [cell for cell in cells if cell.key != OTHERS]
    return tuple(named[:TOP])


def trade_zh(key: str) -> str:
    """餐饮"""
    return Trade(key).zh if key in set(Trade) else "其他行业"


def warnings_of(alerts: list[Alert]) -> tuple[str, ...]:
    """消耗速度预警 2 次; no merchant is named."""
    kinds = [(one.level, one.rule) for one in alerts]
    return tuple(
        f"{RULE_WORDS[rule][0]}{LEVELS[level]} {kinds.count((level, rule))} 次" for level, rule in dict.fromkeys(kinds)
    )


def heading_of(told: Bulletin) -> str:
    """11月29日（周日）"""
    return f"{told.day.month}月{told.day.day}日（周{WEEKDAYS[told.day.weekday()]}）"


def as_of_words(told: Bulletin) -> str:
    """截至当日 24:00"""
    return "截至当日 24:00" if told.is_over else f"截至今日 {county_clock(told.as_of):%H:%M}"


def trades_words(told: Bulletin) -> str:
    """餐饮 400 张，零售 200 张"""
    if not told.trades:
        return "张数还少，暂不分行业"
    return "，".join(f"{trade_zh(cell.key)} {cell.pieces:,} 张" for cell in told.trades)


def trades_until(told: Bulletin) -> str:
    """Small cells are told of days that are over only."""
    return "累计" if told.is_over else "截至昨日"


def leverage_words(told: Bulletin) -> str:
    """用券账单 123.00 元，毛杠杆 3.09，净杠杆 2.09"""
    spent = told.spent
    if spent is None:
        return "账单还少，暂不公布"
    bills = f"用券账单 {grouped(spent.spending.bill_fen)} 元"
    if spent.leverage is None:
        return bills
    gross, net = spent.leverage.gross_hundredths, spent.leverage.net_hundredths
    return f"{bills}，毛杠杆 {times(gross)}，净杠杆 {times(net)}"


def anomalies_of(told: Bulletin) -> list[str]:
    """Warnings and pauses of the day; 无 where there were none."""
    found = list(told.warnings)
    found += [f"{county_clock(at):%H:%M} 暂停活动" for at in told.pauses]
    return found or ["无"]


def text_of(told: Bulletin) -> str:
    """The lines to paste into a work group."""
    day = "当日" if told.is_over else "今日"
    lines = [
        f"【{told.county_zh}消费券快报】{heading_of(told)}",
        f"活动：{told.title_zh}（{as_of_words(told)}）",
        f"发放：{day} {told.issued_today:,} 张，累计 {told.issued:,} 张",
        f"核销：{day} {told.redeemed_today:,} 张，财政优惠 {grouped(told.public_today_fen)} 元；"
        f"累计 {told.redeemed:,} 张，{grouped(told.public_fen)} 元",
        f"结余：还能发 {grouped(told.left_fen)} 元，已发未用 {grouped(told.open_fen)} 元",
        f"行业前三（{trades_until(told)}）：{trades_words(told)}",
        f"拉动：{leverage_words(told)}（{DEFINITION}）",
        f"异常：{'；'.join(anomalies_of(told))}",
    ]
    if told.demonstration:
        lines.append(DEMONSTRATION)
    return "\n".join(lines)


def is_over(day: date, at: datetime) -> bool:
    """Whether a business day has ended."""
    return day < business_day(at)
