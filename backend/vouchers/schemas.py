"""What claims, wallets and redemptions look like on the wire. Money is in fen, instants are RFC 3339 in UTC."""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.kernel.fen import PositiveFen
from backend.ledger.rules import Funder
from backend.places.wire import CellCode
from backend.stations.rules import ProofKind
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.desk_views import RoundView
from backend.vouchers.find_redemptions import NamedRedemption
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.redeem_rules import EvidenceKind, Redeemed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import DiscountKind, Hours, Terms, VoucherState, pieces_left
from backend.vouchers.trade_in_rules import TradeIn
from backend.vouchers.wallet import IssuedToken
from backend.vouchers.wallet_views import WalletVoucher
from backend.web.texts import MAYBE_ONE_LINE, ONE_LINE, SCANNED, DocumentNumber

CodeText = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=512,
        pattern=SCANNED,
        description="An `XV1:` code as scanned, or the eight digits of a short code.",
    ),
]
Why = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]


class ClaimRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident sends `claim_id` alone; an operator adds whom, with which proof, in which shift."""

    claim_id: UUID
    resident_id: UUID | UnsetType = UNSET
    proof: ProofKind | UnsetType = UNSET
    proof_number: DocumentNumber | UnsetType = UNSET
    shift_id: UUID | UnsetType = UNSET


class ClaimAnswer(Struct, frozen=True, kw_only=True):
    """The voucher that was claimed; the same bytes however often it is asked."""

    voucher_id: UUID
    claim_id: UUID
    round_id: UUID
    face_fen: int
    minimum_spend_fen: int
    use_from: datetime
    expires_at: datetime
    claimed_at: datetime


def claim_answer(claimed: Claimed) -> ClaimAnswer:
    """The wire form."""
    return ClaimAnswer(
        voucher_id=claimed.voucher_id,
        claim_id=claimed.claim_id,
        round_id=claimed.round_id,
        face_fen=claimed.face_fen,
        minimum_spend_fen=claimed.minimum_spend_fen,
        use_from=claimed.use_from,
        expires_at=claimed.expires_at,
        claimed_at=claimed.claimed_at,
    )


class TermsAnswer(Struct, frozen=True, kw_only=True):
    """The conditions in the order in which they are printed."""

    kind_code: str
    discount: DiscountKind
    face_fen: int
    minimum_spend_fen: int
    percent_bp: int
    fixed_price_fen: int
    trades: tuple[str, ...]
    towns: tuple[str, ...]
    merchants: tuple[UUID, ...]
    lists: tuple[UUID, ...]
    weekdays: tuple[int, ...]
    hours: tuple[Hours, ...]
    groups: tuple[str, ...]
    per_person: int
    valid_days: int | None
    trade_in: TradeIn | None


def terms_answer(terms: Terms) -> TermsAnswer:
    """The wire form."""
    return TermsAnswer(
        kind_code=terms.kind_code,
        discount=terms.discount,
        face_fen=terms.face_fen,
        minimum_spend_fen=terms.minimum_spend_fen,
        percent_bp=terms.percent_bp,
        fixed_price_fen=terms.fixed_price_fen,
        trades=terms.trades,
        towns=terms.towns,
        merchants=terms.merchants,
        lists=terms.lists,
        weekdays=terms.weekdays,
        hours=terms.hours,
        groups=terms.groups,
        per_person=min((limit.most for limit in terms.limits), default=0),
        valid_days=terms.valid_days,
        trade_in=terms.trade_in,
    )


class RoundAnswer(Struct, frozen=True, kw_only=True):
    """A round for residents: what it gives, when, and how many are left (never older than a second)."""

    round_id: UUID
    campaign_id: UUID
    campaign_zh: str
    campaign_en: str
    name_zh: str
    name_en: str
    mode: RoundMode
    state: str
    opens_at: datetime
    closes_at: datetime
    pieces: int
    left: int
    terms: TermsAnswer


def round_answer(view: RoundView, at: datetime) -> RoundAnswer:
    """The wire form as of an instant; the state is told by the clock, not by when a worker came by."""
    facts = view.facts
    state = "planned" if at < facts.opens_at else "closed" if at >= facts.closes_at else "open"
    if state == "open" and not facts.running:
        state = "planned" if view.state == "planned" else "closed"
    return RoundAnswer(
        round_id=facts.round_id,
        campaign_id=view.campaign_id,
        campaign_zh=view.campaign_zh,
        campaign_en=view.campaign_en,
        name_zh=view.name_zh,
        name_en=view.name_en,
        mode=facts.mode,
        state="paused" if facts.paused and state == "open" else state,
        opens_at=facts.opens_at,
        closes_at=facts.closes_at,
        pieces=facts.pieces,
        left=max(0, pieces_left(facts, at=at, at_station=False)),
        terms=terms_answer(facts.terms),
    )


class VoucherAnswer(Struct, frozen=True, kw_only=True):
    """A voucher in its holder's wallet."""

    voucher_id: UUID
    state: VoucherState
    campaign_id: UUID
    campaign_zh: str
    campaign_en: str
    round_id: UUID
    name_zh: str
    name_en: str
    face_fen: int
    terms: TermsAnswer
    use_from: datetime
    expires_at: datetime
    claimed_at: datetime


def voucher_answer(voucher: WalletVoucher) -> VoucherAnswer:
    """The wire form."""
    return VoucherAnswer(
        voucher_id=voucher.voucher_id,
        state=voucher.state,
        campaign_id=voucher.campaign_id,
        campaign_zh=voucher.campaign_zh,
        campaign_en=voucher.campaign_en,
        round_id=voucher.round_id,
        name_zh=voucher.name_zh,
        name_en=voucher.name_en,
        face_fen=voucher.face_fen,
        terms=terms_answer(voucher.terms),
        use_from=voucher.use_from,
        expires_at=voucher.expires_at,
        claimed_at=voucher.claimed_at,
    )


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """A token for the phone to show: Base64url of the COSE bytes; `last_count` is the highest counter accepted."""

    voucher_id: UUID
    token: str
    expires_at: datetime
    last_count: int


class TokensAnswer(Struct, frozen=True, kw_only=True):
    """Every voucher that the phone can show until its token runs out."""

    items: list[TokenAnswer]


def tokens_answer(issued: list[IssuedToken]) -> TokensAnswer:
    """The wire form."""
    return TokensAnswer(
        items=[
            TokenAnswer(
                voucher_id=token.voucher_id,
                token=urlsafe_b64encode(token.token).decode().rstrip("="),
                expires_at=token.expires_at,
                last_count=token.last_count,
            )
            for token in issued
        ]
    )


class EvidenceRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Proof of the bill."""

    kind: EvidenceKind
    value: Annotated[str, Meta(max_length=120, pattern=MAYBE_ONE_LINE)] = ""
    amount_fen: PositiveFen | None = None


class BillLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the bill, as far as the till tells it."""

    name: Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
    amount_fen: PositiveFen
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    eligible: bool = True


class RedemptionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A counter takes a voucher as payment; `eligible_fen` leaves out 烟, 酒, 黄金, 充值卡, 购物卡.

    `counter_cell`: where the till stands, as a BeiDou grid code of level 5 (about 110 m); compared with the shops at
    settlement and then deleted, it never refuses a sale.
    """

    redemption_id: UUID
    code: CodeText
    bill_fen: PositiveFen
    eligible_fen: PositiveFen | UnsetType = UNSET
    payment_evidence: EvidenceRequest | None = None
    lines: Annotated[list[BillLine], Meta(max_length=100)] = []
    shift_id: UUID | UnsetType = UNSET
    merchant_id: UUID | UnsetType = UNSET
    proof: ProofKind | UnsetType = UNSET
    proof_number: DocumentNumber | UnsetType = UNSET
    counter_cell: CellCode | UnsetType = UNSET


class FunderAnswer(Struct, frozen=True, kw_only=True):
    """Who bears which fen of the discount."""

    funder: Funder
    amount_fen: int


class RedemptionAnswer(Struct, frozen=True, kw_only=True):
    """Accepted: so much off, so much to pay; the same bytes however often it is asked."""

    redemption_id: UUID
    voucher_id: UUID
    bill_fen: int
    discount_fen: int
    payable_fen: int
    funders: list[FunderAnswer]
    redeemed_at: datetime


def redemption_answer(done: Redeemed) -> RedemptionAnswer:
    """The wire form."""
    return RedemptionAnswer(
        redemption_id=done.redemption_id,
        voucher_id=done.voucher_id,
        bill_fen=done.bill_fen,
        discount_fen=done.discount_fen,
        payable_fen=done.payable_fen,
        funders=[FunderAnswer(funder=funder, amount_fen=fen) for funder, fen in done.funders],
        redeemed_at=done.redeemed_at,
    )


class RedemptionItem(Struct, frozen=True, kw_only=True):
    """A redemption in a list; `refunded_fen` of the bill came back since, `refunded_discount_fen` of it to funders."""

    redemption_id: UUID
    voucher_id: UUID
    name_zh: str
    name_en: str
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    state: str
    bill_fen: int
    discount_fen: int
    payable_fen: int
    refunded_fen: int
    refunded_discount_fen: int
    funders: list[FunderAnswer]
    redeemed_at: datetime


def redemption_item(found: NamedRedemption) -> RedemptionItem:
    """The wire form."""
    record = found.record
    return RedemptionItem(
        redemption_id=record.redemption_id,
        voucher_id=record.voucher_id,
        name_zh=found.name_zh,
        name_en=found.name_en,
        merchant_id=record.merchant_id,
        merchant_zh=found.merchant_zh,
        merchant_en=found.merchant_en,
        state=record.state,
        bill_fen=record.bill_fen,
        discount_fen=record.discount_fen,
        payable_fen=record.bill_fen - record.discount_fen,
        refunded_fen=record.refunded_fen,
        refunded_discount_fen=record.refunded_discount_fen,
        funders=[FunderAnswer(funder=funder, amount_fen=fen) for funder, fen in sorted(record.shares.items())],
        redeemed_at=record.occurred_at,
    )


class RollBackRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a bill back; `refund_fen` is the part of the bill, all that is left of it by default."""

    roll_back_id: UUID
    reason: Why
    refund_fen: PositiveFen | UnsetType = UNSET


class RollBackAnswer(Struct, frozen=True, kw_only=True):
    """Given back: `refund_fen` of the bill, `customer_fen` of it to the customer; what became of the voucher."""

    roll_back_id: UUID
    redemption_id: UUID
    refund_fen: int
    customer_fen: int
    funders: list[FunderAnswer]
    left_fen: int
    voucher_state: VoucherState
    rolled_back_at: datetime


def roll_back_answer(done: RolledBack) -> RollBackAnswer:
    """The wire form."""
    return RollBackAnswer(
        roll_back_id=done.roll_back_id,
        redemption_id=done.redemption_id,
        refund_fen=done.refund_fen,
        customer_fen=done.customer_fen,
        funders=[FunderAnswer(funder=funder, amount_fen=fen) for funder, fen in done.funders],
        left_fen=done.left_fen,
        voucher_state=done.voucher_state,
        rolled_back_at=done.rolled_back_at,
    )


def bill_lines(lines: list[BillLine]) -> tuple[dict[str, Any], ...]:
    """The lines as they are kept beside the redemption."""
    return tuple(
        {"name": line.name, "amount_fen": line.amount_fen, "quantity": line.quantity, "eligible": line.eligible}
        for line in lines
    )
