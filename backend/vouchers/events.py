"""What happened to vouchers and campaigns, told to whoever listens."""

from typing import ClassVar
from uuid import UUID

from backend.outbox.rules import Event


class VoucherClaimed(Event, frozen=True, kw_only=True):
    """A resident took a voucher in a round."""

    NAME: ClassVar[str] = "VoucherClaimed.1"
    voucher_id: UUID
    round_id: UUID
    resident_id: UUID
    face_fen: int


class VoucherRedeemed(Event, frozen=True, kw_only=True):
    """A voucher was accepted on a bill; ``shares`` are (funder, fen) and add up to the discount."""

    NAME: ClassVar[str] = "VoucherRedeemed.1"
    redemption_id: UUID
    voucher_id: UUID
    campaign_id: UUID
    resident_id: UUID
    merchant_id: UUID
    bill_fen: int
    discount_fen: int
    shares: tuple[tuple[str, int], ...]


class RedemptionRolledBack(Event, frozen=True, kw_only=True):
    """A bill, or a part of it, was given back; ``restored`` tells whether the voucher can be used again.

    ``undone``: the whole bill in one step. ``customer_fen`` went to the customer, ``discount_fen`` to the funders.
    """

    NAME: ClassVar[str] = "RedemptionRolledBack.1"
    redemption_id: UUID
    voucher_id: UUID
    resident_id: UUID
    merchant_id: UUID
    discount_fen: int
    restored: bool
    undone: bool = True
    customer_fen: int = 0


class VouchersExpired(Event, frozen=True, kw_only=True):
    """A run of the expiry job returned so much to one line, from these vouchers."""

    NAME: ClassVar[str] = "VouchersExpired.2"
    line_id: UUID
    pieces: int
    amount_fen: int
    voucher_ids: tuple[UUID, ...]


class CampaignPaused(Event, frozen=True, kw_only=True):
    """The circuit breaker was pulled. Why stands with the campaign: an event cannot forget what somebody wrote."""

    NAME: ClassVar[str] = "CampaignPaused.2"
    campaign_id: UUID


class CampaignResumed(Event, frozen=True, kw_only=True):
    """A person let the campaign go on."""

    NAME: ClassVar[str] = "CampaignResumed.1"
    campaign_id: UUID
