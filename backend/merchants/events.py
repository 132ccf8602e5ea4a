"""What others may want to know about merchants."""

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
