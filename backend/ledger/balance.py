"""What does an account hold that nobody is paying out already?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger import store
from backend.ledger.rules import DEBIT_NORMAL, Account, AccountKind, Step


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


class BalancesBefore(Struct, frozen=True, kw_only=True):
    """A campaign's books as they stood at an instant."""

    campaign_id: UUID
    before: Instant


async def balances_before(tx: Transaction, asked: BalancesBefore) -> dict[AccountKind, int]:
    """What all accounts of a kind held together, in fen, each on its own side; a kind without transfers is absent."""
    sums = await store.sums_before(tx, asked.campaign_id, asked.before)
    return {
        kind: debits - credits_ if kind in DEBIT_NORMAL else credits_ - debits
        for kind, (debits, credits_) in sums.items()
    }
