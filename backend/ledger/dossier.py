"""What does the ledger tell somebody outside of one campaign?"""

from uuid import UUID

from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.ledger import store
from backend.ledger.rules import Account


def ledger_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """Its transfers, pending ones and their ends; accounts go by number."""
    return store.told_of_campaign(campaign_id)


async def numbered_accounts(tx: Transaction, campaign_id: UUID) -> list[tuple[int, Account]]:
    """(number, account) of the campaign."""
    return await store.accounts_of(tx, campaign_id)
