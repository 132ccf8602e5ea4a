"""What others may want to know about merchants."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from backend.merchants.rules import Trade
from backend.outbox.rules import Event


class MerchantAdmitted(Event, frozen=True, kw_only=True):
    """A merchant takes part from now on."""

    NAME: ClassVar[str] = "merchant-admitted/1"
    merchant_id: UUID
    trade: Trade
    town_code: str


class MerchantSuspended(Event, frozen=True, kw_only=True):
    """A merchant may not take vouchers until it is reinstated; what it is owed stays owed."""

    NAME: ClassVar[str] = "merchant-suspended/1"
    merchant_id: UUID
    reason: str


class MerchantReinstated(Event, frozen=True, kw_only=True):
    """A suspended merchant takes part again."""

    NAME: ClassVar[str] = "merchant-reinstated/1"
    merchant_id: UUID
    reason: str


class MerchantEnded(Event, frozen=True, kw_only=True):
    """A merchant has left for good."""

    NAME: ClassVar[str] = "merchant-ended/1"
    merchant_id: UUID
    reason: str


class StoreAdded(Event, frozen=True, kw_only=True):
    """A merchant has one more shop."""

    NAME: ClassVar[str] = "merchant-store-added/1"
    merchant_id: UUID
    store_id: UUID
    town_code: str


class MerchantListed(Event, frozen=True, kw_only=True):
    """A merchant is on the list of a call (征集公告) from now on."""

    NAME: ClassVar[str] = "merchant-listed/1"
    merchant_id: UUID
    call_id: UUID


class MerchantUnlisted(Event, frozen=True, kw_only=True):
    """A merchant was taken off the list of a call."""

    NAME: ClassVar[str] = "merchant-unlisted/1"
    merchant_id: UUID
    call_id: UUID


class PayoutAccountApproved(Event, frozen=True, kw_only=True):
    """Another bank account of a merchant counts from ``effective_at`` on, unless it is withdrawn before."""

    NAME: ClassVar[str] = "merchant-payout-account-approved/1"
    merchant_id: UUID
    account_id: UUID
    effective_at: datetime
