"""What does everybody see of a call's list, and of those who are on their way to it? No personal data.

Pure words: ``store`` fills them.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.merchants.rules import MerchantState, SizeClass, Trade


class Listed(Struct, frozen=True, kw_only=True):
    """A merchant on a list."""

    application_id: UUID
    merchant_id: UUID
    name_zh: str
    name_en: str
    registered_name: str
    credit_code: str
    trade: Trade
    size: SizeClass
    town_code: str
    state: MerchantState
    listed_at: datetime

    @property
    def moment(self) -> tuple[datetime, UUID]:
        """Its place on the list."""
        return self.listed_at, self.application_id


class Publicised(Struct, frozen=True, kw_only=True):
    """An applicant to whom anybody may object, or whose time for objections is over and who is not decided on yet."""

    application_id: UUID
    name_zh: str
    name_en: str
    registered_name: str
    credit_code: str
    trade: Trade
    size: SizeClass
    town_code: str
    objections_from: datetime
    objections_until: datetime

    @property
    def moment(self) -> tuple[datetime, UUID]:
        """Its place among the publicised."""
        return self.objections_from, self.application_id


class Taker(Struct, frozen=True, kw_only=True):
    """A merchant that takes vouchers now; ``lists`` are the calls on whose lists it is."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    trade: Trade
    size: SizeClass
    town_code: str
    lists: frozenset[UUID]
