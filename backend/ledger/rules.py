"""Which accounts exist, and what is one transfer between two of them?

Pure. Table and names: ``ARCHITECTURE.md``, "The ledger". Assets (banks, dues) are debit-normal, everything else is
credit-normal: its balance is credits minus debits and never negative.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class AccountKind(StrEnum):
    """Kinds of accounts; one account of a kind per campaign, line, merchant or funder as its owner fields say."""

    FUND_BANK = "fund.bank"
    """Public money at the bank (财政资金), per campaign; debit-normal."""
    FUND_UNALLOCATED = "fund.unallocated"
    """Proven money that nobody has approved for a line yet, per campaign."""
    BUDGET_LINE = "budget.line"
    """What a line can still issue (资金额度)."""
    VOUCHER_OPEN = "voucher.open"
    """Face value of issued vouchers, per line."""
    VOUCHER_HELD = "voucher.held"
    """Face value set aside for baskets, per line."""
    OFFLINE_POOL = "offline.pool"
    """Set apart for offline counters, per line."""
    OFFLINE_ALLOWANCE = "offline.allowance"
    """Dealt to devices, per line."""
    MERCHANT_PAYABLE = "merchant.payable"
    """Owed to a merchant, per line and funder (应付商户)."""
    MERCHANT_CLAWBACK = "merchant.clawback"
    """Owed back by a merchant, per line and funder; debit-normal."""
    PLATFORM_DUE = "platform.due"
    """The platform company's share still to be paid in, per campaign; debit-normal.

    A current account: after refunds it stands below nothing, which is what the company has paid in too much.
    """
    PLATFORM_BANK = "platform.bank"
    """The platform company's money at the bank, per campaign; debit-normal."""
    PLATFORM_ADVANCE = "platform.advance"
    """Payouts of public money that the platform company has advanced (垫付) and is not reimbursed for, per campaign."""
    RETURN_TREASURY = "return.treasury"
    """To be returned to the treasury at the campaign's close."""


DEBIT_NORMAL = frozenset(
    {AccountKind.FUND_BANK, AccountKind.MERCHANT_CLAWBACK, AccountKind.PLATFORM_DUE, AccountKind.PLATFORM_BANK}
)


class Funder(StrEnum):
    """Who pays a fen of a discount."""

    GOVERNMENT = "government"
    """Public money (财政)."""
    PLATFORM = "platform"
    """The platform company's subsidy (平台补贴)."""
    MERCHANT = "merchant"
    """The merchant's own offer (商家让利)."""


class Step(StrEnum):
    """What a transfer did, in the words of ``domain.md`` 5."""

    FUND = "fund"
    """Money is proven."""
    ALLOCATE = "allocate"
    """An allocation is approved."""
    DEAL = "deal"
    """A line hands part of its money down to a line below it."""
    RETURN_UP = "return-up"
    """A line hands back what it did not issue."""
    CLAIM = "claim"
    """A voucher is issued."""
    HOLD = "hold"
    """A voucher is set aside for a basket."""
    RELEASE = "release"
    """A hold ends without a purchase."""
    REDEEM = "redeem"
    """The public share of a redemption."""
    UNUSED_FACE = "unused-face"
    """Face value that the bill did not use returns to its line."""
    OFFLINE_COVER = "offline-cover"
    """A device's allowance pays what a voucher's own money does not reach of its uses without a network."""
    OFFLINE_UNCOVER = "offline-uncover"
    """What an allowance had paid is not needed any more, and goes back to it."""
    PLATFORM_SHARE = "platform-share"
    """The platform's share of a redemption."""
    ROLL_BACK = "roll-back"
    """A redemption undone, or a part of it refunded, before payout."""
    CLAW_BACK = "claw-back"
    """A refund after payout: the merchant owes it back (追回)."""
    SET_OFF = "set-off"
    """What a merchant is owed pays what it owes back (抵扣); a holder's next voucher, what a pool had paid."""
    REPAY = "repay"
    """A merchant pays back at the bank what it owed back."""
    PAY_OUT = "pay-out"
    """A payout that the bank has accepted (拨付商户)."""
    PAY_IN = "pay-in"
    """The platform company pays its share in."""
    PAY_BACK = "pay-back"
    """What the platform company has paid in too much, after refunds, goes back to it."""
    REIMBURSE = "reimburse"
    """The treasury reimburses what the platform company had advanced (拨付)."""
    INCIDENT = "incident"
    """A correction decided by two people (差错处理)."""
    CLOSE_OUT = "close-out"
    """A campaign is closed: what it did not spend is to be returned."""
    RETURN = "return"
    """The transfer to the treasury is on record with its document."""
    EXPIRE = "expire"
    """A voucher expired or was voided."""
    OFFLINE_SET_APART = "offline-set-apart"
    """Part of a kind's line is set apart as the pool of its offline counters (离线备付池)."""
    OFFLINE_GIVE_BACK = "offline-give-back"
    """What the pool does not need goes back to the kind's line."""
    OFFLINE_DEAL = "offline-deal"
    """A device's episode begins: the pool hands it an allowance."""
    OFFLINE_TAKE_BACK = "offline-take-back"
    """A device's episode has ended: what it did not use goes back to the pool."""


class Ending(StrEnum):
    """How a pending act ends."""

    POSTED = "posted"
    """It happened: its transfers are booked."""
    VOIDED = "voided"
    """It did not: nothing is booked."""


class Account(Struct, frozen=True, cache_hash=True):
    """Names an account; fields that its kind does not use stay ``None``."""

    kind: AccountKind
    campaign_id: UUID
    line_id: UUID | None = None
    merchant_id: UUID | None = None
    funder: Funder | None = None

    def key(self) -> str:
        """The account's unique name in the database."""
        owners = (self.campaign_id, self.line_id, self.merchant_id)
        return "/".join(
            [str(self.kind), *(owner.hex for owner in owners if owner), *([self.funder] if self.funder else [])]
        )


class Transfer(Struct, frozen=True, kw_only=True):
    """One movement of ``amount_fen`` (> 0) from ``credit``'s giver to its taker; ``act_id`` and ``leg`` name it once.

    ``act_id`` is the id of the act that caused it (claim, redemption, …); ``leg`` numbers the transfers of one act.
    """

    act_id: UUID
    leg: int
    debit: Account
    credit: Account
    amount_fen: int
    step: Step
    occurred_at: datetime
