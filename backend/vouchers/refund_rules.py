"""How is a bill, or a part of it, given back: who gets which fen, and what becomes of the voucher?

Pure. 撤销核销 is the whole bill in one step; 退款 is any part of it, in as many steps as it takes. The four policies
are those of ``domain.md`` 3.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.actors import Actor
from backend.kernel.fen import split_by_largest_remainder
from backend.kernel.refusals import Reason, Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.desk_rules import CampaignState, RedemptionState, RefundPolicy
from backend.vouchers.offline_rules import OfflineLabel
from backend.vouchers.rules import VoucherState


class RedemptionRecord(Struct, frozen=True, kw_only=True):
    """A stored redemption; ``shares`` are what each funder has left unrefunded, ``refunded_fen`` is of the bill.

    ``refunded_discount_fen`` is the funders' part of it; in lists ``shares`` are what each funder had paid at first.
    """

    redemption_id: UUID
    voucher_id: UUID
    campaign_id: UUID
    line_id: UUID
    resident_id: UUID
    merchant_id: UUID
    state: RedemptionState
    bill_fen: int
    eligible_fen: int
    discount_fen: int
    face_fen: int
    refunded_fen: int = 0
    refunded_discount_fen: int = 0
    occurred_at: datetime
    shares: dict[Funder, int]
    device_id: UUID | None = None
    """The counter that accepted it without a network."""

    @property
    def left_fen(self) -> int:
        """What of the bill has not come back yet."""
        return self.bill_fen - self.refunded_fen

    @property
    def customer_left_fen(self) -> int:
        """What of the customer's own money has not come back yet."""
        return self.left_fen - sum(self.shares.values())


class RollBackReason(Reason):
    """Why a roll-back or refund was refused."""

    NO_SUCH_REDEMPTION = "no-such-redemption", 404, "没有找到这笔核销", "No such redemption here"
    ALREADY_REVERSED = (
        "already-reversed",
        409,
        "这笔核销已经全部退回过了",
        "All of this redemption has been given back before",
    )
    TOO_MUCH = (
        "refund-too-large",
        409,
        "退款金额超过账单未退的部分",
        "More than what is left of the bill",
    )
    ARCHIVED = (
        "campaign-archived",
        409,
        "活动已归档，请联系县里办理",
        "The campaign is archived; ask the county office",
    )
    OFFLINE_OPEN = (
        "offline-not-closed",
        409,
        "离线核销的券还在等其他终端上传，到期结清后才能撤销或退款",
        "Other counters may still send claims on this voucher; it can be given back once that time is over",
    )


class RollBack(Struct, frozen=True, kw_only=True):
    """A merchant gives a bill of theirs back; ``refund_fen`` is the part of the bill, all that is left by default."""

    roll_back_id: UUID
    redemption_id: UUID
    merchant_id: UUID
    reason: str
    refund_fen: int | None
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("roll-back", self.redemption_id, self.merchant_id, self.reason, self.refund_fen))


class RolledBack(Struct, frozen=True, kw_only=True, tag="rolled-back"):
    """Yes: what came back, to whom, and what became of the voucher.

    ``refund_fen`` is the part of the bill; of it ``customer_fen`` goes to the customer and ``funders`` get the rest.
    """

    roll_back_id: UUID
    redemption_id: UUID
    refund_fen: int
    customer_fen: int = 0
    funders: tuple[tuple[Funder, int], ...] = ()
    left_fen: int = 0
    voucher_state: VoucherState
    rolled_back_at: datetime
    again: bool = False


RollBackOutcome = RolledBack | Refused[RollBackReason] | IdReused

UNBOUND_ROLL_BACKS = frozenset({RollBackReason.NO_SUCH_REDEMPTION, RollBackReason.OFFLINE_OPEN})
"""Refusals that bind no id: what is not there yet, or not this merchant's, may be asked for again."""


class Returned(Struct, frozen=True, kw_only=True):
    """One step: what goes to the customer and to each funder, and where the voucher stands after it."""

    customer_fen: int
    shares: dict[Funder, int]
    voucher_state: VoucherState

    @property
    def restores(self) -> bool:
        """Whether the redemption is undone as a whole: its voucher comes back, or would if its time had not run out."""
        return self.voucher_state is not VoucherState.REDEEMED


def decide_refund(
    record: RedemptionRecord,
    command: RollBack,
    *,
    policy: RefundPolicy,
    campaign: CampaignState,
    expires_at: datetime,
    at: datetime,
    label: OfflineLabel | None = None,
) -> Returned | Refused[RollBackReason]:
    """Decide one step; change nothing.

    ``label``: some counter accepted the voucher without a network. What that counter accepted is not given back before
    all claims are known, and the voucher never comes back: its other claims stand.
    """
    if record.merchant_id != command.merchant_id:
        return Refused(RollBackReason.NO_SUCH_REDEMPTION)
    if record.state is RedemptionState.REVERSED or record.left_fen == 0:
        return Refused(RollBackReason.ALREADY_REVERSED)
    if campaign is CampaignState.ARCHIVED:
        return Refused(RollBackReason.ARCHIVED)
    if record.device_id is not None and label is not None and label.closed_at is None:
        return Refused(RollBackReason.OFFLINE_OPEN)
    amount_fen = record.left_fen if command.refund_fen is None else command.refund_fen
    if amount_fen > record.left_fen:
        return Refused(RollBackReason.TOO_MUCH)
    customer_fen, shares = split_refund(record.customer_left_fen, record.shares, amount_fen, policy)
    whole = amount_fen == record.bill_fen
    restoring = whole and policy in RESTORING and label is None
    state = state_after_roll_back(expires_at, at) if restoring else VoucherState.REDEEMED
    return Returned(customer_fen=customer_fen, shares=shares, voucher_state=state)


RESTORING = frozenset({RefundPolicy.RESTORE_FULL, RefundPolicy.RESTORE_SAME_EXPIRY})
"""Policies under which the whole bill, given back in one step, brings the voucher back."""


def split_refund(
    customer_left_fen: int, shares_left: Mapping[Funder, int], amount_fen: int, policy: RefundPolicy
) -> tuple[int, dict[Funder, int]]:
    """(customer, funders): the parts of ``amount_fen`` of the bill, each in proportion to what its payer has left.

    By largest remainder, ties to the government; whoever splits so never gives back more than was paid. Under
    ``POOL_FIRST`` the funders come before the customer.
    """
    funders = [funder for funder in Funder if shares_left.get(funder, 0)]
    discount_left_fen = sum(shares_left.values())
    if policy is RefundPolicy.POOL_FIRST:
        of_discount = min(amount_fen, discount_left_fen)
        parts = split_by_largest_remainder(of_discount, [shares_left[funder] for funder in funders])
        return amount_fen - of_discount, dict(zip(funders, parts, strict=True))
    weights = [*(shares_left[funder] for funder in funders), customer_left_fen]
    *parts, customer = split_by_largest_remainder(amount_fen, weights)
    return customer, dict(zip(funders, parts, strict=True))


def state_after_roll_back(terms_expire_at: datetime, at: datetime) -> VoucherState:
    """A voucher whose time has run out meanwhile is not restored: its money goes back to the line."""
    return VoucherState.ISSUED if at < terms_expire_at else VoucherState.EXPIRED
