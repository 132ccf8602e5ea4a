"""What became of vouchers that counters say they took without a network?"""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.rules import Terms
from backend.vouchers.store import taken as store


async def is_redeemed(tx: Transaction, redemption_id: UUID) -> bool:
    """Whether the county has a redemption of this id."""
    return await store.has_redemption(tx, redemption_id)


async def campaign_of(tx: Transaction, voucher_id: UUID) -> UUID | None:
    """The campaign of a voucher; ``None`` for one that does not exist."""
    return await store.campaign_of(tx, voucher_id)


async def campaigns_of(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The campaigns of vouchers; those that do not exist are left out."""
    return await store.campaigns_of(tx, voucher_ids)


async def taken_since(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, Instant]:
    """Since when the county itself has these vouchers on record as used; those that it has not are left out."""
    return await store.taken_since(tx, voucher_ids)


async def campaign_numbers(tx: Transaction, campaign_ids: Collection[UUID]) -> dict[UUID, int]:
    """The short numbers under which tokens name campaigns."""
    return await store.campaign_numbers(tx, campaign_ids)


async def terms_at(tx: Transaction, keys: Collection[tuple[int, int, int]]) -> dict[tuple[int, int, int], Terms]:
    """Terms by the campaign's number, the version of its plan, and the kind's place in it from 1; unknown: left out."""
    plans = await store.plans_at(tx, {(number, version) for number, version, _ in keys})
    return {
        (number, version, domain): plan.kinds[domain - 1].terms
        for number, version, domain in keys
        if (plan := plans.get((number, version))) is not None and 1 <= domain <= len(plan.kinds)
    }
