"""Which numbers do accounts have? For hot store functions that book transfers themselves, many in one statement."""

from collections.abc import Sequence

from backend.database.transaction import Transaction
from backend.ledger import store
from backend.ledger.rules import Account


async def account_numbers(tx: Transaction, accounts: Sequence[Account]) -> list[int]:
    """The accounts' numbers, opened where they are new; final once this transaction has committed."""
    numbers = await store.account_numbers(tx, accounts)
    return [numbers[account] for account in accounts]
