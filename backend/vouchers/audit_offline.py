"""Do claims made without a network hold: labels, cover, debts, and one payment a merchant and voucher?"""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.ledger.audit import LedgerReport
from backend.ledger.rules import AccountKind, Step
from backend.vouchers.store import debts
from backend.vouchers.store import offline_checks as checks


async def audit_offline(tx: Transaction, ledger: LedgerReport) -> list[str]:
    """Every difference, told with its invariant's number."""
    unlike = {
        "invariant 2: voucher {}: {} fen of its own and {} of allowances are used, its claims cost {}, covered {}": (
            await checks.labels_unlike_claims(tx)
        ),
        "invariant 5: voucher {}: merchant {} is paid {} times": await checks.paid_twice(tx),
        "invariant 5: redemption {} is not what its claim and its voucher say": await checks.conflicts_astray(tx),
        "invariant 6: claim {} and its holder's debt differ": await checks.debts_astray(tx),
        "invariant 6: claim {}: {} fen are set off, vouchers gave {}": await debts.set_off_unlike(tx),
    }
    faults = [words.format(*found) for words, all_found in unlike.items() for found in all_found]
    return faults + _set_off_otherwise(ledger, await debts.set_off_to_pools(tx))


def _set_off_otherwise(ledger: LedgerReport, told: dict[UUID, int]) -> list[str]:
    """Pools whose ledger has another sum back from holders than vouchers gave for debts that the pool had paid."""
    booked = {
        key.rpartition("/")[2]: credits_
        for (key, step), (_, credits_) in ledger.flows.items()
        if step is Step.SET_OFF and key.startswith(f"{AccountKind.OFFLINE_POOL}/")
    }
    given = {line.hex: fen for line, fen in told.items()}
    return [
        f"invariant 2: pool {line}: {booked.get(line, 0)} fen came back of debts, vouchers gave {given.get(line, 0)}"
        for line in sorted(booked.keys() | given.keys())
        if booked.get(line, 0) != given.get(line, 0)
    ]
