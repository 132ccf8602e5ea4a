"""What is a finance event, and which way may it and its payout move?

Pure. Finance event (结算事项) → pricing lines (计价明细) → payout batch (付款批次) → statement (结算单).
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.fen import yuan
from backend.kernel.refusals import Reason
from backend.ledger.rules import Funder

ACQUIRER_ORDER = "acquirer_order"
"""The kind of proof that an acquirer's statement can match."""


class EventKind(StrEnum):
    """What a finance event tells of."""

    REDEMPTION = "redemption"
    """核销: a merchant is owed its discount."""
    REFUND = "refund"
    """退款: a part of it, or all, went back."""
    INCIDENT = "incident"
    """差错: a correction decided by two people."""


class EventState(StrEnum):
    """Where a finance event stands."""

    PENDING = "pending"
    """待计价: its day is not cleared yet."""
    PRICED = "priced"
    """已计价: cleared, and waiting for a payout."""
    HELD = "held"
    """暂缓: cleared; a person has to decide before it is paid."""
    BATCHED = "batched"
    """已入批: in a payout batch."""
    PAID = "paid"
    """已付."""
    CANCELLED = "cancelled"
    """已取消: undone as a whole before its day was cleared."""


class BatchState(StrEnum):
    """Where a payout batch stands; the edges are in ``BATCH_EDGES``."""

    PENDING = "pending"
    """待付."""
    UNDER_REVIEW = "under_review"
    """复核中: in a payout run that somebody else has to approve."""
    SENT = "sent"
    """已送出: with the bank, its money pending in the ledger."""
    ACCEPTED = "accepted"
    """已到账."""
    REJECTED = "rejected"
    """被退回: payable again by the batch that repeats it."""


BATCH_WORDS: dict[BatchState, tuple[str, str]] = {
    BatchState.PENDING: ("待付款", "waits for payment"),
    BatchState.UNDER_REVIEW: ("在复核", "is under review"),
    BatchState.SENT: ("已送银行", "is with the bank"),
    BatchState.ACCEPTED: ("已到账", "was paid"),
    BatchState.REJECTED: ("被银行退回", "was rejected by the bank"),
}

BATCH_EDGES: frozenset[tuple[BatchState, BatchState]] = frozenset(
    {
        (BatchState.PENDING, BatchState.UNDER_REVIEW),
        (BatchState.UNDER_REVIEW, BatchState.PENDING),
        (BatchState.UNDER_REVIEW, BatchState.SENT),
        (BatchState.SENT, BatchState.ACCEPTED),
        (BatchState.SENT, BatchState.REJECTED),
    }
)


class RunState(StrEnum):
    """Where a payout run (付款指令: the batches of one payer that are sent together) stands."""

    UNDER_REVIEW = "under_review"
    """待复核."""
    SENT_BACK = "sent_back"
    """已退回: its batches wait again."""
    SENT = "sent"
    """已送出."""


class MoneyPath(StrEnum):
    """How public money reaches merchants (资金路径)."""

    PREPAID = "prepaid"
    """Prepaid to the licensed institution, which pays it on and returns the rest by the original route (预拨)."""
    ADVANCED = "advanced"
    """Advanced by the platform company and reimbursed in tranches (垫付、拨付)."""
    CLAIMED = "claimed"
    """Claimed from the treasury every month (按月申领)."""


class HoldRule(StrEnum):
    """Why a payout waits for a person; the texts are in ``HOLD_WORDS``."""

    EVIDENCE_MISSING = "evidence-missing"
    """The campaign asks for another kind of proof than was given."""
    UNMATCHED = "unmatched"
    """The order is in no acquirer's statement with this amount."""
    EVIDENCE_DOUBLED = "evidence-doubled"
    """One proof, several redemptions."""
    JUST_ABOVE = "just-above-threshold"
    """Bill after bill only just reaches the threshold."""
    SPLIT_BILL = "split-bill"
    """拆单: two vouchers within minutes."""
    SAME_PAYER = "same-payer"
    """One customer, one merchant, many times."""
    SECONDS_APART = "seconds-apart"
    """Nobody serves customers that quickly."""
    OUTSIDE_HOURS = "outside-hours"
    """The shop was closed."""
    OWN_STAFF = "own-staff"
    """Who works there redeemed there."""
    FAR_FROM_SHOP = "far-from-shop"
    """The counter was somewhere else than any shop of the merchant."""
    NOT_REVIEWED = "not-reviewed"
    """The campaign's papers of this sale were not approved yet."""


HOLD_WORDS: dict[HoldRule, tuple[str, str]] = {
    HoldRule.EVIDENCE_MISSING: ("缺少消费凭证", "Proof of the bill is missing"),
    HoldRule.UNMATCHED: ("凭证与收单流水未对上", "The proof does not match the acquirer's statement"),
    HoldRule.EVIDENCE_DOUBLED: ("同一凭证用于多笔核销", "One proof stands behind several redemptions"),
    HoldRule.JUST_ABOVE: ("多笔账单刚过门槛", "Many bills just above the threshold"),
    HoldRule.SPLIT_BILL: ("疑似拆单", "A bill may have been split"),
    HoldRule.SAME_PAYER: ("同一顾客在同一商户多次核销", "The same customer again and again at this merchant"),
    HoldRule.SECONDS_APART: ("核销间隔只有几秒", "Redemptions only seconds apart"),
    HoldRule.OUTSIDE_HOURS: ("在营业时间外核销", "Redeemed outside opening hours"),
    HoldRule.OWN_STAFF: ("员工在本店核销", "The merchant's own staff redeemed here"),
    HoldRule.FAR_FROM_SHOP: ("核销地点离门店较远", "Redeemed far from the shop"),
    HoldRule.NOT_REVIEWED: ("补贴资料尚未审核通过", "The papers of this sale were not approved yet"),
}

PROOF_RULES = frozenset({HoldRule.EVIDENCE_MISSING, HoldRule.UNMATCHED})
"""Holds that end by themselves once the proof is there; every other one needs a person."""


class CounterCell(Struct, frozen=True, kw_only=True):
    """Where a counter said that it stood: a cell of the BeiDou grid, about 110 m wide, and never a point."""

    event_id: UUID
    merchant_id: UUID
    business_day: date
    cell: str


class HoldState(StrEnum):
    """Where a hold stands."""

    OPEN = "open"
    """待处理."""
    CONTESTED = "contested"
    """商户已申诉."""
    RELEASED = "released"
    """已放行."""
    UPHELD = "upheld"
    """不予支付: the correction is an incident."""


class EvidenceRule(Struct, frozen=True, kw_only=True):
    """From ``from_fen`` of the bill on, in ``trade`` (or any), a proof of one of ``kinds`` is needed."""

    kinds: tuple[str, ...]
    from_fen: int = 0
    trade: str | None = None


class Programme(Struct, frozen=True, kw_only=True):
    """What settlement knows of a campaign, frozen when its money was proven.

    ``review`` names what is filed of every sale and approved before it is paid; empty: nothing is.
    """

    campaign_id: UUID
    title_zh: str
    title_en: str
    department: str
    money_path: MoneyPath
    evidence: tuple[EvidenceRule, ...] = ()
    review: tuple[str, ...] = ()


class FinanceEvent(Struct, frozen=True, kw_only=True):
    """What a merchant is owed by one act, or owes back (negative); ``event_id`` is the act's own id.

    ``business_day`` is the day whose takings it belongs to: a refund before the clearing belongs to its redemption's
    day. ``clawback``: the redemption was cleared before. ``paid_fen`` is the customer's own part of the bill;
    ``threshold_fen`` is what the bill had to reach.
    """

    event_id: UUID
    kind: EventKind
    of_event_id: UUID | None = None
    campaign_id: UUID
    line_id: UUID
    merchant_id: UUID
    resident_id: UUID
    staff_id: UUID | None = None
    state: EventState = EventState.PENDING
    business_day: date
    town_code: str
    trade: str
    bill_fen: int
    paid_fen: int
    government_fen: int
    platform_fen: int
    merchant_fen: int
    threshold_fen: int = 0
    clawback: bool = False
    matched: bool = False
    evidence_kind: str | None = None
    evidence_value: str | None = None
    evidence_fen: int | None = None
    occurred_at: datetime

    @property
    def owed(self) -> dict[Funder, int]:
        """What each payer owes by it; the merchant owes itself nothing."""
        owed = {Funder.GOVERNMENT: self.government_fen, Funder.PLATFORM: self.platform_fen}
        return {payer: fen for payer, fen in owed.items() if fen}


class SettlementReason(Reason):
    """Why settlement refused a step."""

    NO_SUCH_CAMPAIGN = "no-such-campaign", 404, "没有这个活动", "No such campaign"
    NO_SUCH_RUN = "no-such-run", 404, "没有这个付款指令", "No such payout run"
    NO_SUCH_HOLD = "no-such-hold", 404, "没有这条暂缓记录", "No such hold"
    NO_SUCH_EVENT = "no-such-event", 404, "没有这笔结算事项", "No such finance event"
    NO_CLEARING_FILE = "no-clearing-file", 404, "这一天没有清算文件", "There is no clearing file of this day"
    NO_SUCH_TEMPLATE = "no-such-template", 409, "没有这个文件模板", "There is no such file template"
    FILE_FAULTY = (
        "file-faulty",
        409,
        "付款文件写不出来，请按提示修改",
        "The payout file cannot be written; mend it as told",
    )
    ALREADY_IMPORTED = "already-imported", 409, "这个文件已经导入过", "This file was imported before"
    NOTHING_TO_PAY = "nothing-to-pay", 409, "没有可付款的批次", "No batch can be paid"
    WRONG_STATE = "wrong-state", 409, "当前状态不能这样操作", "Its state does not allow this step"
    SAME_PERSON = (
        "same-person",
        409,
        "编制人不能复核自己的付款",
        "Whoever prepared it does not approve it: another person has to",
    )
    ACCOUNT_CHANGED = (
        "account-changed",
        409,
        "有商户的收款账户已变更，请退回后重新编制",
        "A merchant's bank account has changed meanwhile; send the run back and prepare it anew",
    )
    PLATFORM_MONEY_MISSING = (
        "platform-money-missing",
        409,
        "平台补贴资金不足，请先登记到账",
        "The platform company has not paid in enough; record its payment first",
    )
    REVIEW_FIRST = (
        "review-first",
        409,
        "补贴资料审核通过后才会放行；也可以决定不予支付",
        "It is released by the approval of the sale's papers alone; it may be upheld",
    )
    AMOUNT_TOO_HIGH = "amount-too-high", 409, "金额超过应付或应还的数额", "More than what is due"
    AMOUNT_DIFFERS = "amount-differs", 409, "金额不一致", "The amount differs from what is due"
    NOTHING_OWED = "nothing-owed", 409, "这个商户没有应退回的款项", "This merchant owes nothing back"


def batch_number(day: date, number: int) -> str:
    """A batch's reference as the bank prints it: fourteen digits."""
    return f"{day:%Y%m%d}{number:06d}"


def told_fen(amount_fen: int) -> str:
    """An amount in the words of a detail."""
    return f"{yuan(amount_fen)} 元"
