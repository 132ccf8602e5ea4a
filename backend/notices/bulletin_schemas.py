"""What a bulletin looks like on the wire."""

from datetime import date, datetime

from msgspec import Struct

from backend.notices.bulletin_rules import Bulletin, text_of


class TradeToldAnswer(Struct, frozen=True, kw_only=True):
    """One of the largest trades, of days that are over."""

    trade: str
    pieces: int
    public_fen: int


class BulletinAnswer(Struct, frozen=True, kw_only=True):
    """`text` is what is pasted, in Chinese; the figures in it are told beside it."""

    day: date
    as_of: datetime
    is_over: bool
    text: str
    issued: int
    issued_today: int
    redeemed: int
    redeemed_today: int
    public_fen: int
    public_today_fen: int
    left_fen: int
    open_fen: int
    trades: list[TradeToldAnswer]
    bills_fen: int | None
    gross_hundredths: int | None
    net_hundredths: int | None


def bulletin_answer(told: Bulletin) -> BulletinAnswer:
    """The wire form."""
    leverage = told.spent.leverage if told.spent is not None else None
    return BulletinAnswer(
        day=told.day,
        as_of=told.as_of,
        is_over=told.is_over,
        text=text_of(told),
        issued=told.issued,
        issued_today=told.issued_today,
        redeemed=told.redeemed,
        redeemed_today=told.redeemed_today,
        public_fen=told.public_fen,
        public_today_fen=told.public_today_fen,
        left_fen=told.left_fen,
        open_fen=told.open_fen,
        trades=[TradeToldAnswer(trade=one.key, pieces=one.pieces, public_fen=one.public_fen) for one in told.trades],
        bills_fen=told.spent.spending.bill_fen if told.spent is not None else None,
        gross_hundredths=leverage.gross_hundredths if leverage is not None else None,
        net_hundredths=leverage.net_hundredths if leverage is not None else None,
    )
