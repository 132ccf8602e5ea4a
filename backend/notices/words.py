"""What are states, ways of issuing and figures called on the pages of notices? Chinese first."""

from backend.kernel.fen import yuan
from backend.merchants.rules import SizeClass
from backend.notices.terms_rules import Both
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.draw_rules import DrawState
from backend.vouchers.mode_rules import RoundMode

STATES: dict[CampaignState, Both] = {
    CampaignState.APPROVED: ("已批准，资金待到位", "Approved, not funded yet"),
    CampaignState.FUNDED: ("资金已到位，待开始", "Funded, about to start"),
    CampaignState.RUNNING: ("进行中", "Running"),
    CampaignState.PAUSED: ("暂停", "Paused"),
    CampaignState.ENDED: ("已结束，结算中", "Ended, being settled"),
    CampaignState.SETTLED: ("已结算", "Settled"),
    CampaignState.ARCHIVED: ("已归档", "Archived"),
}
MODES: dict[RoundMode, Both] = {
    RoundMode.RUSH: ("抢券", "First come, first served"),
    RoundMode.DRAW: ("摇号", "By lot"),
    RoundMode.ROSTER: ("定向发放", "By list"),
}
DRAWS: dict[DrawState, Both] = {
    DrawState.COLLECTING: ("报名中", "Open for entries"),
    DrawState.NUMBERED: ("已编号公布，等待摇号", "Numbered and published, waiting for its seed"),
    DrawState.DRAWN: ("已摇出，发放中", "Drawn, being issued"),
    DrawState.FINISHED: ("已发放完毕", "Finished"),
}
SIZES: dict[SizeClass, Both] = {SizeClass.ABOVE: ("限上", "Above size"), SizeClass.BELOW: ("限下", "Below size")}
OTHERS: Both = ("其他", "Others")
LEVERAGE: tuple[Both, ...] = (
    (
        "毛杠杆：用券账单的总额 ÷ 其中的财政优惠。",
        "Gross: all that was paid on bills with vouchers ÷ the public part of their discounts.",
    ),
    (
        "净杠杆：用券账单里优惠以外的部分 ÷ 其中的财政优惠。",
        "Net: what was paid on those bills beyond the discounts ÷ the public part of the discounts.",
    ),
    (
        "退货的部分两边都不算；四舍五入到百分位。凭证已与收单流水对上的账单另列。",
        "Refunded parts count on neither side; rounded half up to hundredths. Bills whose proof was matched with an "
        "acquirer's statement are told apart.",
    ),
)


def grouped(amount_fen: int) -> str:
    """Yuan with a comma every three digits: ``1,234,567.80``."""
    whole, _, part = yuan(abs(amount_fen)).partition(".")
    return f"{'-' if amount_fen < 0 else ''}{int(whole):,}.{part}"


def times(hundredths: int) -> str:
    """286 is ``2.86``."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"
