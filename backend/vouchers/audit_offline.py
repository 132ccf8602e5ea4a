"""Do claims made without a network hold: labels, cover, debts, and one payment a merchant and voucher?"""

from backend.database.transaction import Transaction
from backend.vouchers.store import offline_checks as checks


async def audit_offline(tx: Transaction) -> list[str]:
    """Every difference, told with its invariant's number."""
    unlike = {
        "invariant 2: voucher {}: {} fen of its own and {} of allowances are used, its claims cost {}, covered {}": (
            await checks.labels_unlike_claims(tx)
        ),
        "invariant 5: voucher {}: merchant {} is paid {} times": await checks.paid_twice(tx),
        "invariant 5: redemption {} is not what its claim and its voucher say": await checks.conflicts_astray(tx),
        "invariant 6: claim {} and its holder's debt differ": await checks.debts_astray(tx),
    }
    return [words.format(*found) for words, all_found in unlike.items() for found in all_found]
