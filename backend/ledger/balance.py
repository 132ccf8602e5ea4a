"""What does an account hold that nobody is paying out already?"""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.ledger import store
from backend.ledger.rules import DEBIT_NORMAL, Account, Step


async def balance(tx: Transaction, account: Account) -> int:
    """The account's balance in fen, on its own side."""
    debits, credits_, _ = await store.balance_of(tx, account)
    return debits - credits_ if account.kind in DEBIT_NORMAL else credits_ - debits


async def free_balance(tx: Transaction, account: Account) -> int:
    """The balance less what is pending on its way out."""
    debits, credits_, pending = await store.balance_of(tx, account)
    return (debits - credits_ if account.kind in DEBIT_NORMAL else credits_ - debits) - pending


async def campaign_flows(tx: Transaction, campaign_id: UUID) -> list[tuple[Account, Step | None, int, int]]:
    """(account, step, debits, credits) in fen of every account of a campaign."""
    return await store.flows(tx, campaign_id)
