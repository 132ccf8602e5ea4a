"""What does a merchant's statement (结算单) say? Its content as data; how it looks is for ``statement_pdf`` and
``statement_xlsx``, which say the same.
"""

from datetime import date
from typing import Final, Literal

from msgspec import Struct

from backend.kernel.amount_words import in_capitals
from backend.kernel.fen import yuan
from backend.kernel.instants import COUNTY_TIME, Instant

LineKind = Literal["redemption", "refund", "incident"]
KINDS: Final = {"redemption": "核销", "refund": "退款", "incident": "差错处理"}

COLUMNS: Final = (
    *("序号", "时间", "核销编号", "类型"),
    *("账单金额", "优惠金额", "财政承担", "平台承担", "商户承担", "应付商户"),
)
"""Of the table; from the fifth on they are amounts."""

UNIT: Final = "金额单位：元。应付商户＝财政承担＋平台承担；商户承担的部分不付款。"


class StatementLine(Struct, frozen=True, kw_only=True):
    """One redemption, refund or incident; amounts that come back are negative."""

    at: Instant
    number: str
    """The redemption's number as people call it."""
    kind: LineKind
    bill_fen: int
    discount_fen: int
    government_fen: int
    platform_fen: int
    own_fen: int
    """The merchant's own part of the discount."""
    hold_reason: str = ""
    """Why its money is kept back, in words for the merchant; empty when it is not."""

    @property
    def payable_fen(self) -> int:
        """What the line adds to the merchant's money."""
        return self.government_fen + self.platform_fen


class StatementState(Struct, frozen=True):
    """What happened to the money, and when."""

    on: date
    text: str


class StatementPictures(Struct, frozen=True, kw_only=True):
    """PNG files in the order of the pages; ``whole`` is false where a very long statement has more pages than these."""

    pages: tuple[bytes, ...]
    whole: bool


class Totals(Struct, frozen=True, kw_only=True):
    """The sums of the lines."""

    bill_fen: int
    discount_fen: int
    government_fen: int
    platform_fen: int
    own_fen: int
    payable_fen: int
    held_fen: int
    """The part of ``payable_fen`` that is kept back."""


class Statement(Struct, frozen=True, kw_only=True):
    """One merchant's statement of one clearing day."""

    county: str
    """The county's name, as in 筠连县."""
    number: str
    merchant: str
    credit_code: str = ""
    """统一社会信用代码 of the merchant."""
    day: date
    campaigns: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    account: str
    """Masked already: bank and last four figures. No paper carries the whole number."""
    states: tuple[StatementState, ...] = ()
    note: str = ""
    demonstration: bool = False


def totals_of(statement: Statement) -> Totals:
    """The sums, from the lines and nothing else."""
    lines = statement.lines
    return Totals(
        bill_fen=sum(line.bill_fen for line in lines),
        discount_fen=sum(line.discount_fen for line in lines),
        government_fen=sum(line.government_fen for line in lines),
        platform_fen=sum(line.platform_fen for line in lines),
        own_fen=sum(line.own_fen for line in lines),
        payable_fen=sum(line.payable_fen for line in lines),
        held_fen=sum(line.payable_fen for line in lines if line.hold_reason),
    )


def title_of(statement: Statement) -> str:
    """What stands above the paper."""
    return f"{statement.county}消费券商户结算单"


def file_name_of(statement: Statement, ending: str) -> str:
    """What the download is called."""
    mark = "-演示数据" if statement.demonstration else ""
    return f"结算单-{statement.number}{mark}.{ending}"


def facts_of(statement: Statement) -> tuple[tuple[str, str], ...]:
    """The head of the paper, as label and text."""
    day = f"{statement.day.year}年{statement.day.month}月{statement.day.day}日"
    return (
        ("结算单号", statement.number),
        ("结算日期", day),
        ("商户名称", statement.merchant),
        ("统一社会信用代码", statement.credit_code or "（未登记）"),
        ("收款账户", statement.account),
        ("所属活动", "、".join(statement.campaigns)),
    )


def sums_of(statement: Statement) -> tuple[tuple[str, str], ...]:
    """The foot of the paper, as label and text: in figures and in capitals."""
    totals = totals_of(statement)
    ready_fen = totals.payable_fen - totals.held_fen
    debt = "（为负数，从以后的应付款中抵扣）" if ready_fen < 0 else ""
    return (
        ("应付合计", f"￥{grouped(totals.payable_fen)}"),
        ("人民币（大写）", in_capitals(totals.payable_fen)),
        ("其中暂缓付款", f"￥{grouped(totals.held_fen)}"),
        ("本单可付款", f"￥{grouped(ready_fen)}{debt}"),
    )


def cells_of(line: StatementLine, no: int, day: date) -> tuple[str, ...]:
    """The texts of a line's first columns; a line of another day says which."""
    at = line.at.astimezone(COUNTY_TIME)
    time = at.strftime("%H:%M:%S") if at.date() == day else at.strftime("%m-%d %H:%M")
    return (str(no), time, line.number, KINDS[line.kind])


def amounts_of(line: StatementLine | Totals) -> tuple[int, ...]:
    """The amounts of a line or of the totals, in the order of the columns."""
    shares = (line.government_fen, line.platform_fen, line.own_fen)
    return (line.bill_fen, line.discount_fen, *shares, line.payable_fen)


def grouped(amount_fen: int) -> str:
    """The amount as people read large ones: ``-1,234.50``."""
    whole, part = yuan(abs(amount_fen)).split(".")
    return f"{'-' if amount_fen < 0 else ''}{int(whole):,}.{part}"
