"""Into which account is each merchant paid at an instant, and who has none yet? For whoever pays."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.account_rules import PayoutAccount
from backend.merchants.store import accounts as store


class Asked(Struct, frozen=True, kw_only=True):
    """These merchants, at this instant."""

    merchant_ids: tuple[UUID, ...]
    at: Instant


async def payout_accounts(tx: Transaction, asked: Asked) -> dict[UUID, PayoutAccount]:
    """The account in force of each merchant that has one, with its number clear: for payout files, never for a page."""
    found = await store.approved_accounts(tx, asked.merchant_ids, asked.at)
    return {
        merchant_id: PayoutAccount(
            account_id=one.id,
            merchant_id=merchant_id,
            kind=one.kind,
            holder_name=one.holder_name,
            bank_name=one.bank_name,
            bank_code=one.bank_code,
            province=one.province,
            number=one.number,
            effective_at=one.effective_at or asked.at,
        )
        for merchant_id, one in found.items()
    }


async def without_account(tx: Transaction, asked: Asked) -> Sequence[UUID]:
    """Which of these merchants have no account in force then, in the order asked for; no number is opened."""
    having = await store.merchants_with_account(tx, asked.at)
    return [merchant_id for merchant_id in asked.merchant_ids if merchant_id not in having]
