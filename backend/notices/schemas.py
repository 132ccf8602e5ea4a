"""What the public notice looks like on the wire. Money is in fen, instants are RFC 3339 in UTC."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.notices.rules import Cell, Money, Notice, Pieces, RoundNotice, Share, Spent
from backend.notices.terms_rules import ALWAYS, MONEY_PATHS, REFUNDS
from backend.settlement.rules import MoneyPath
from backend.vouchers.desk_rules import CampaignState, RefundPolicy
from backend.vouchers.draw_rules import DrawState
from backend.vouchers.mode_rules import RoundMode

MOST_MERCHANTS = 100

Hundredths = Annotated[
    int,
    Meta(description="Hundredths, rounded half up: 286 is 2.86 yuan spent for each yuan of public money."),
]


class PiecesAnswer(Struct, frozen=True, kw_only=True):
    """Vouchers: `issued` = `redeemed` + `expired` + `open`; `left` can still be issued."""

    planned: int
    issued: int
    redeemed: int
    expired: int
    open: int
    left: int


class PublicMoneyAnswer(Struct, frozen=True, kw_only=True):
    """Public money: funded = left + open + redeemed + to return + returned; redeemed = paid out + owed.

    `redeemed_fen` is after refunds. `owed_fen` below zero is what merchants owe back.
    """

    funded_fen: int
    left_fen: int
    open_fen: int
    redeemed_fen: int
    paid_out_fen: int
    owed_fen: int
    to_return_fen: int
    returned_fen: int


class PlatformMoneyAnswer(Struct, frozen=True, kw_only=True):
    """The platform company's share, which is no public money."""

    borne_fen: int
    paid_out_fen: int
    owed_fen: int


class KindNoticeAnswer(Struct, frozen=True, kw_only=True):
    """A kind of voucher with its part of the budget and its rules in plain words."""

    code: str
    name_zh: str
    name_en: str
    pieces: int
    face_fen: int
    public_face_fen: int
    budget_fen: int
    rules_zh: tuple[str, ...]
    rules_en: tuple[str, ...]


class RoundNoticeAnswer(Struct, frozen=True, kw_only=True):
    """An issuing session; `budget_fen` is null where it takes what its kind has left."""

    round_id: UUID
    kind_code: str
    name_zh: str
    name_en: str
    mode: RoundMode
    opens_at: datetime
    closes_at: datetime
    budget_fen: int | None
    pieces: PiecesAnswer


class LeverageAnswer(Struct, frozen=True, kw_only=True):
    """What public money set in motion (杠杆率): sums over bills on which a discount stands, after refunds.

    Gross (毛杠杆) = `bills_fen` ÷ `public_discount_fen`; net (净杠杆) = `beyond_fen` ÷ `public_discount_fen`, where
    `beyond_fen` = `bills_fen` − `discount_fen` is what customers paid themselves. Null where no public money stands
    behind the bills.
    """

    bills: int
    bills_fen: int
    discount_fen: int
    public_discount_fen: int
    beyond_fen: int
    gross_hundredths: Hundredths | None
    net_hundredths: Hundredths | None


class CellAnswer(Struct, frozen=True, kw_only=True):
    """Redemptions of a town or trade up to the end of yesterday; `other` is all that are fewer than five each."""

    code: str
    redeemed: int
    public_fen: int


class MerchantNoticeAnswer(Struct, frozen=True, kw_only=True):
    """A merchant that takes part: `above` is 限上, `below` 限下."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    town_code: str
    town_zh: str
    town_en: str
    trade: str
    size: str


class DrawNoticeAnswer(Struct, frozen=True, kw_only=True):
    """A draw in numbers; `proof` is the address from which anybody can work it out again."""

    round_id: UUID
    state: DrawState
    entered: int
    issued: int
    proof: str


class ListNoticeAnswer(Struct, frozen=True, kw_only=True):
    """A confirmed list (定向名单) by its document number."""

    document_no: str
    people: int


class NoticeAnswer(Struct, frozen=True, kw_only=True):
    """An approved campaign as everybody may read it (信息公开), as of `as_of`; no personal data.

    `leverage` counts all bills, `leverage_matched` those whose proof was matched with an acquirer's statement; null
    where there are, or where the difference is, fewer than five bills. `merchants` are the first hundred of
    `merchant_count`.
    """

    campaign_id: UUID
    state: CampaignState
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    notice_no: str
    document_no: str
    approved_at: datetime | None
    rules_version: int
    department: str
    complaint_phone: str
    money_path: MoneyPath
    money_path_zh: str
    money_path_en: str
    refund_policy: RefundPolicy
    refund_policy_zh: str
    refund_policy_en: str
    budget_fen: int
    kinds: list[KindNoticeAnswer]
    rounds: list[RoundNoticeAnswer]
    pieces: PiecesAnswer
    public_money: PublicMoneyAnswer
    platform_money: PlatformMoneyAnswer
    merchants_fen: Annotated[int, Meta(description="What merchants bear of the discounts themselves.")]
    leverage: LeverageAnswer | None
    leverage_matched: LeverageAnswer | None
    towns: list[CellAnswer]
    trades: list[CellAnswer]
    draws: list[DrawNoticeAnswer]
    lists: list[ListNoticeAnswer]
    merchant_count: int
    merchants: list[MerchantNoticeAnswer]
    as_of: datetime


def notice_answer(notice: Notice) -> NoticeAnswer:
    """The wire form."""
    plan = notice.plan
    return NoticeAnswer(
        campaign_id=notice.campaign_id,
        state=notice.state,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        summary_zh=plan.summary_zh,
        summary_en=plan.summary_en,
        notice_no=plan.notice_no,
        document_no=notice.document_no,
        approved_at=notice.approved_at,
        rules_version=notice.version,
        department=plan.department,
        complaint_phone=plan.complaint_phone,
        money_path=plan.money_path,
        money_path_zh=MONEY_PATHS[plan.money_path][0],
        money_path_en=MONEY_PATHS[plan.money_path][1],
        refund_policy=plan.refund_policy,
        refund_policy_zh=REFUNDS[plan.refund_policy][0] + ALWAYS[0],
        refund_policy_en=f"{REFUNDS[plan.refund_policy][1]} {ALWAYS[1]}",
        budget_fen=notice.budget_fen,
        kinds=_kinds(notice),
        rounds=[_round(one) for one in notice.rounds],
        pieces=_pieces(notice.pieces),
        public_money=_public_money(notice.money),
        platform_money=_platform_money(notice.platform),
        merchants_fen=notice.merchants_fen,
        leverage=_leverage(notice.spent),
        leverage_matched=_leverage(notice.spent_matched),
        towns=_cells(notice.towns),
        trades=_cells(notice.trades),
        draws=_draws(notice),
        lists=[ListNoticeAnswer(document_no=one.document_no, people=one.people) for one in notice.lists],
        merchant_count=len(notice.takers),
        merchants=_merchants(notice),
        as_of=notice.as_of,
    )


def _pieces(pieces: Pieces) -> PiecesAnswer:
    return PiecesAnswer(
        planned=pieces.planned,
        issued=pieces.issued,
        redeemed=pieces.redeemed,
        expired=pieces.ended,
        open=pieces.open,
        left=pieces.left,
    )


def _public_money(money: Money) -> PublicMoneyAnswer:
    return PublicMoneyAnswer(
        funded_fen=money.funded_fen,
        left_fen=money.left_fen,
        open_fen=money.open_fen,
        redeemed_fen=money.redeemed_fen,
        paid_out_fen=money.paid_out_fen,
        owed_fen=money.owed_fen,
        to_return_fen=money.to_return_fen,
        returned_fen=money.returned_fen,
    )


def _platform_money(platform: Share) -> PlatformMoneyAnswer:
    return PlatformMoneyAnswer(
        borne_fen=platform.borne_fen,
        paid_out_fen=platform.paid_out_fen,
        owed_fen=platform.borne_fen - platform.paid_out_fen,
    )


def _kinds(notice: Notice) -> list[KindNoticeAnswer]:
    return [
        KindNoticeAnswer(
            code=kind.code,
            name_zh=kind.name_zh,
            name_en=kind.name_en,
            pieces=kind.pieces,
            face_fen=kind.face_fen,
            public_face_fen=kind.public_face_fen,
            budget_fen=kind.budget_fen,
            rules_zh=kind.rules_zh,
            rules_en=kind.rules_en,
        )
        for kind in notice.kinds
    ]


def _round(one: RoundNotice) -> RoundNoticeAnswer:
    return RoundNoticeAnswer(
        round_id=one.round_id,
        kind_code=one.kind_code,
        name_zh=one.name_zh,
        name_en=one.name_en,
        mode=one.mode,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        budget_fen=one.budget_fen,
        pieces=_pieces(one.pieces),
    )


def _leverage(spent: Spent | None) -> LeverageAnswer | None:
    if spent is None:
        return None
    spending, leverage = spent.spending, spent.leverage
    return LeverageAnswer(
        bills=spending.bills,
        bills_fen=spending.bill_fen,
        discount_fen=spending.discount_fen,
        public_discount_fen=spending.public_fen,
        beyond_fen=spending.beyond_fen,
        gross_hundredths=leverage.gross_hundredths if leverage else None,
        net_hundredths=leverage.net_hundredths if leverage else None,
    )


def _cells(cells: list[Cell]) -> list[CellAnswer]:
    return [CellAnswer(code=cell.key, redeemed=cell.pieces, public_fen=cell.public_fen) for cell in cells]


def _draws(notice: Notice) -> list[DrawNoticeAnswer]:
    return [
        DrawNoticeAnswer(
            round_id=one.round_id,
            state=one.state,
            entered=one.entered,
            issued=one.issued,
            proof=f"/api/v1/public/rounds/{one.round_id}/draw",
        )
        for one in notice.draws
    ]


def _merchants(notice: Notice) -> list[MerchantNoticeAnswer]:
    found = []
    for one in notice.takers[:MOST_MERCHANTS]:
        town = notice.town_names.get(one.town_code, (one.town_code, one.town_code))
        found.append(
            MerchantNoticeAnswer(
                merchant_id=one.merchant_id,
                name_zh=one.name_zh,
                name_en=one.name_en,
                town_code=one.town_code,
                town_zh=town[0],
                town_en=town[1],
                trade=one.trade,
                size=one.size,
            )
        )
    return found
