"""Which licences end soon, and which new papers wait to be verified?"""

from datetime import date
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import merchant_names
from backend.merchants.paper_rules import EndingLicence, Renewal, RenewalState
from backend.merchants.store import papers as store


class FindEnding(Struct, frozen=True, kw_only=True):
    """Licences whose last day is at most ``until``; ``after`` is the last one of an earlier page."""

    until: date
    after: tuple[date, UUID, str, str] | None = None
    most: int = 50


class FindRenewals(Struct, frozen=True, kw_only=True):
    """Papers that were handed in, of a state or of one merchant."""

    state: RenewalState | None = None
    merchant_id: UUID | None = None
    before: tuple[Instant, UUID] | None = None
    most: int = 50


async def find_ending(tx: Transaction, asked: FindEnding) -> list[EndingLicence]:
    """The first to end first, those that have ended included."""
    return await store.ending_licences(tx, until=asked.until, after=asked.after, most=asked.most)


class FoundRenewal(Struct, frozen=True, kw_only=True):
    """Papers that were handed in, and whose they are."""

    renewal: Renewal
    name_zh: str
    name_en: str


async def find_renewals(tx: Transaction, asked: FindRenewals) -> list[FoundRenewal]:
    """The newest first."""
    found = await store.renewals_before(
        tx, state=asked.state, merchant_id=asked.merchant_id, before=asked.before, most=asked.most
    )
    names = await merchant_names(tx, {one.merchant_id for one in found})
    return [
        FoundRenewal(renewal=one, name_zh=names[one.merchant_id][0], name_en=names[one.merchant_id][1]) for one in found
    ]
