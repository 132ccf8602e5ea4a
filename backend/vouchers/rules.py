"""May this person claim in this round, and may this voucher be spent on this bill, at this counter, now?

Pure: no clock, no database, no framework. The phone and the tablet answer the second question in
``pwa/src/vouchers/rules.ts``; ``fixtures/protocols/redemption/vectors.json`` keeps the two honest.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.instants import COUNTY_TIME, business_day, day_starts
from backend.kernel.refusals import Reason, Refused
from backend.ledger.rules import Funder
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.trade_in_rules import TradeIn


class VoucherState(StrEnum):
    """Where a voucher stands; the edges are in ``VOUCHER_EDGES``."""

    ISSUED = "issued"
    """Claimed and ready to be used."""
    HELD = "held"
    """Set aside for a basket."""
    REDEEMED = "redeemed"
    """Used on a bill."""
    EXPIRED = "expired"
    """Its time ran out; the money is back on its line."""
    VOIDED = "voided"
    """Taken back by the office with a reason; the money is back on its line."""


VOUCHER_EDGES: frozenset[tuple[VoucherState, VoucherState]] = frozenset(
    {
        (VoucherState.ISSUED, VoucherState.HELD),
        (VoucherState.HELD, VoucherState.ISSUED),
        (VoucherState.ISSUED, VoucherState.REDEEMED),
        (VoucherState.HELD, VoucherState.REDEEMED),
        (VoucherState.REDEEMED, VoucherState.ISSUED),
        (VoucherState.REDEEMED, VoucherState.EXPIRED),
        (VoucherState.REDEEMED, VoucherState.VOIDED),
        (VoucherState.ISSUED, VoucherState.EXPIRED),
        (VoucherState.ISSUED, VoucherState.VOIDED),
        # Only when a claim made without a network in good time arrives after it.
        (VoucherState.EXPIRED, VoucherState.REDEEMED),
        (VoucherState.VOIDED, VoucherState.REDEEMED),
    }
)


class DiscountKind(StrEnum):
    """How a voucher works out its discount."""

    THRESHOLD = "threshold"
    """满减: the face, once the bill reaches the threshold."""
    PERCENTAGE = "percentage"
    """折扣: a part of the bill, at most the face."""
    FIXED_PRICE = "fixed-price"
    """一口价: down to a fixed price, at most the face."""


class LimitPeriod(StrEnum):
    """How long a limit per person counts."""

    EVER = "ever"
    """For the campaign's whole life."""
    DAY = "day"
    """Per business day."""
    MONTH = "month"
    """Per calendar month in the county."""


class Limit(Struct, frozen=True, kw_only=True):
    """At most ``most`` vouchers per person and period under this rule; kinds that share ``rule_id`` count together."""

    rule_id: UUID
    most: int = 1
    period: LimitPeriod = LimitPeriod.EVER


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A daily window in county time, ``from_`` included, ``until`` excluded."""

    from_: Annotated[time, Meta(tz=False)]
    until: Annotated[time, Meta(tz=False)]


class Terms(Struct, frozen=True, kw_only=True):
    """What a voucher entitles to; data of a campaign, frozen for every voucher claimed under it.

    ``face_fen`` is the most it can ever give. Empty scopes mean anywhere; ``weekdays`` are 0 (Monday) to 6. ``lists``
    are calls for merchants (征集公告): whoever is on the list of one of them may take the voucher.
    """

    kind_code: str
    discount: DiscountKind = DiscountKind.THRESHOLD
    face_fen: int
    minimum_spend_fen: int = 0
    percent_bp: int = 0
    fixed_price_fen: int = 0
    trades: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    merchants: tuple[UUID, ...] = ()
    lists: tuple[UUID, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[Hours, ...] = ()
    funding: tuple[FundingShare, ...] = (FundingShare(funder=Funder.GOVERNMENT, share_bp=10_000),)
    limits: tuple[Limit, ...] = ()
    groups: tuple[str, ...] = ()
    claim_level: int = 1
    redeem_level: int = 1
    valid_days: int | None = None
    use_from: datetime | None = None
    use_until: datetime | None = None
    trade_in: TradeIn | None = None


class ClaimReason(Reason):
    """Why a claim was refused."""

    BY_DRAW = "by-draw", 409, "这一轮摇号发放，请先报名", "This round is drawn by lot; enter it instead"
    BY_ROSTER = (
        "by-roster",
        409,
        "这一轮按名单发放，请在待领里领取",
        "This round is given by a list; take what is yours",
    )
    PAUSED = "paused", 409, "活动暂停中，请留意公告", "The campaign is paused; watch the notices"
    NOT_OPEN = "not-open", 409, "还没到领取时间，或领取已结束", "This round is not open now"
    NOT_ELIGIBLE = (
        "not-eligible",
        409,
        "您暂不符合领取条件，可到驿站人工核验",
        "You do not meet the conditions; a station can check by hand",
    )
    LIMIT_REACHED = (
        "limit-reached",
        409,
        "您已领过了；如有疑问可到驿站人工核验",
        "You have had your share; a station can check by hand",
    )
    SOLD_OUT = "sold-out", 409, "已经领完了", "All vouchers of this round are taken"


class RedemptionReason(Reason):
    """Why a redemption was refused, in the order in which the conditions are printed on the poster."""

    CODE_WRONG = "code-wrong", 409, "券码不对，请核对或让顾客刷新", "The code is wrong; check it or have it redrawn"
    CODE_EXPIRED = "code-expired", 409, "券码已过期，请让顾客刷新", "The code has run out; have it redrawn"
    CODE_REPLAYED = "code-replayed", 409, "这个券码用过了，请让顾客刷新", "This code was shown before; have it redrawn"
    COUNTER_LOCKED = (
        "counter-locked",
        409,
        "输错次数太多，请一小时后再试或扫码",
        "Too many wrong codes; scan instead or wait an hour",
    )
    PAUSED = "paused", 409, "活动暂停中，暂不能核销", "The campaign is paused"
    MERCHANT_SUSPENDED = "merchant-suspended", 409, "商户已暂停参加活动", "This merchant is suspended"
    ALREADY_USED = "already-used", 409, "这张券已经用过了", "This voucher has been used"
    HELD = "held", 409, "这张券正用于一笔未付款的订单", "This voucher is set aside for an unpaid order"
    VOIDED = "voided", 409, "这张券已作废", "This voucher was voided"
    NOT_YET_VALID = "not-yet-valid", 409, "还没到使用时间", "This voucher cannot be used yet"
    EXPIRED = "expired", 409, "这张券已过期", "This voucher has expired"
    WRONG_MERCHANT = "wrong-merchant", 409, "这家店不在本券适用范围内", "This voucher is not for this merchant"
    WRONG_TRADE = "wrong-trade", 409, "本券不适用于这个行业", "This voucher is for another trade"
    WRONG_TOWN = "wrong-town", 409, "本券不适用于这个乡镇", "This voucher is for another town"
    OUTSIDE_HOURS = "outside-hours", 409, "现在不在本券可用的日子或时段", "Not on this day or at this hour"
    LEVEL_TOO_LOW = "level-too-low", 409, "需要先核验身份", "The person's identity must be checked first"
    BILL_TOO_SMALL = "bill-too-small", 409, "还没到使用门槛", "The bill is below the threshold"
    NO_DISCOUNT = (
        "no-discount",
        409,
        "这笔账单用不上优惠，券没有使用",
        "The voucher gives nothing here and was not used",
    )


class RoundFacts(Struct, frozen=True, kw_only=True):
    """What a decision needs to know of a round. Window: ``opens_at`` included, ``closes_at`` excluded."""

    round_id: UUID
    terms: Terms
    running: bool
    paused: bool
    opens_at: datetime
    closes_at: datetime
    pieces: int
    station_pieces: int
    station_until: datetime | None
    issued_online: int
    issued_station: int
    mode: RoundMode = RoundMode.RUSH


class ClaimantFacts(Struct, frozen=True, kw_only=True):
    """What a decision needs to know of the person who claims."""

    groups: frozenset[str] = frozenset()
    proof_level: int = 1
    frozen: bool = False


def decide_window(facts: RoundFacts, *, at: datetime) -> Refused[ClaimReason] | None:
    """The conditions that bind no id: paused, not open. ``None`` when the round takes claims at ``at``."""
    if facts.paused:
        return Refused(ClaimReason.PAUSED)
    if not facts.running or not facts.opens_at <= at < facts.closes_at:
        return Refused(ClaimReason.NOT_OPEN)
    return None


def pieces_left(facts: RoundFacts, *, at: datetime, at_station: bool) -> int:
    """How many pieces this way of claiming can still take; the stations' share is theirs alone until its hour."""
    left = facts.pieces - facts.issued_online - facts.issued_station
    if at_station or facts.station_until is None or at >= facts.station_until:
        return left
    return left - max(0, facts.station_pieces - facts.issued_station)


def decide_claimant(terms: Terms, claimant: ClaimantFacts) -> Refused[ClaimReason] | None:
    """Does the person meet the campaign's conditions? ``None`` for yes."""
    if claimant.frozen or claimant.proof_level < terms.claim_level:
        return Refused(ClaimReason.NOT_ELIGIBLE)
    if terms.groups and claimant.groups.isdisjoint(terms.groups):
        return Refused(ClaimReason.NOT_ELIGIBLE)
    return None


def limit_period(limit: Limit, *, at: datetime) -> str:
    """The key of the period that ``at`` falls in, as stored beside the person's keys."""
    day: date = business_day(at)
    match limit.period:
        case LimitPeriod.EVER:
            return "ever"
        case LimitPeriod.DAY:
            return day.isoformat()
        case LimitPeriod.MONTH:
            return day.isoformat()[:7]


def validity(terms: Terms, *, claimed_at: datetime) -> tuple[datetime, datetime]:
    """(usable from, expires at) of a voucher claimed now; the expiry instant itself is already too late.

    N days after the claim end at a midnight: a voucher of seven days claimed on the 1st is good through the 7th.
    """
    use_from = max(claimed_at, terms.use_from) if terms.use_from else claimed_at
    ends = []
    if terms.valid_days is not None:
        ends.append(day_starts(business_day(claimed_at) + timedelta(days=terms.valid_days)))
    if terms.use_until is not None:
        ends.append(terms.use_until)
    return use_from, min(ends)


class VoucherFacts(Struct, frozen=True, kw_only=True):
    """What a decision needs to know of a voucher; ``face_fen`` is what is left of it after partial returns."""

    state: VoucherState
    terms: Terms
    face_fen: int
    use_from: datetime
    expires_at: datetime
    paused: bool = False
    proof_level: int = 1


class Counter(Struct, frozen=True, kw_only=True):
    """Where a voucher is to be spent."""

    merchant_id: UUID
    trade: str
    town: str
    standing: str = "admitted"
    lists: frozenset[UUID] = frozenset()


class Bill(Struct, frozen=True, kw_only=True):
    """What is to be paid before the voucher; ``eligible_fen`` leaves out 烟, 酒, 黄金, 充值卡, 购物卡."""

    bill_fen: int
    eligible_fen: int


class Accepted(Struct, frozen=True, tag="accepted"):
    """Yes: so much off the bill, at least one fen is always paid."""

    discount_fen: int


def decide_redemption(
    voucher: VoucherFacts, *, bill: Bill, counter: Counter, at: datetime
) -> Accepted | Refused[RedemptionReason]:
    """Decide; change nothing. The first broken condition, in the order printed on the poster, is the answer."""
    for refused in (_standing(voucher, counter), _time(voucher, at), _place(voucher.terms, counter)):
        if refused is not None:
            return Refused(refused)
    if not _within_hours(voucher.terms, at):
        return Refused(RedemptionReason.OUTSIDE_HOURS)
    if voucher.proof_level < voucher.terms.redeem_level:
        return Refused(RedemptionReason.LEVEL_TOO_LOW)
    if bill.eligible_fen < voucher.terms.minimum_spend_fen:
        return Refused(RedemptionReason.BILL_TOO_SMALL)
    discount = min(discount_of(voucher.terms, bill.eligible_fen), voucher.face_fen, bill.bill_fen - 1)
    # A voucher gives no change and leaves a fen to pay; one that would give nothing is not consumed.
    return Accepted(discount) if discount >= 1 else Refused(RedemptionReason.NO_DISCOUNT)


def discount_of(terms: Terms, eligible_fen: int) -> int:
    """The discount by the terms alone, in fen, before the limits of face and bill."""
    match terms.discount:
        case DiscountKind.THRESHOLD:
            return min(terms.face_fen, eligible_fen)
        case DiscountKind.PERCENTAGE:
            return eligible_fen * terms.percent_bp // 10_000
        case DiscountKind.FIXED_PRICE:
            return max(0, eligible_fen - terms.fixed_price_fen)


def _standing(voucher: VoucherFacts, counter: Counter) -> RedemptionReason | None:
    if voucher.paused:
        return RedemptionReason.PAUSED
    if counter.standing != "admitted":
        return RedemptionReason.MERCHANT_SUSPENDED
    match voucher.state:
        case VoucherState.REDEEMED:
            return RedemptionReason.ALREADY_USED
        case VoucherState.HELD:
            return RedemptionReason.HELD
        case VoucherState.VOIDED:
            return RedemptionReason.VOIDED
        case VoucherState.EXPIRED:
            return RedemptionReason.EXPIRED
        case VoucherState.ISSUED:
            return None


def _time(voucher: VoucherFacts, at: datetime) -> RedemptionReason | None:
    if at < voucher.use_from:
        return RedemptionReason.NOT_YET_VALID
    if at >= voucher.expires_at:
        return RedemptionReason.EXPIRED
    return None


def _place(terms: Terms, counter: Counter) -> RedemptionReason | None:
    if terms.merchants and counter.merchant_id not in terms.merchants:
        return RedemptionReason.WRONG_MERCHANT
    if terms.lists and counter.lists.isdisjoint(terms.lists):
        return RedemptionReason.WRONG_MERCHANT
    if terms.trades and counter.trade not in terms.trades:
        return RedemptionReason.WRONG_TRADE
    if terms.towns and counter.town not in terms.towns:
        return RedemptionReason.WRONG_TOWN
    return None


def _within_hours(terms: Terms, at: datetime) -> bool:
    local = at.astimezone(COUNTY_TIME)
    if terms.weekdays and local.weekday() not in terms.weekdays:
        return False
    return not terms.hours or any(hours.from_ <= local.time() < hours.until for hours in terms.hours)
