"""Do the vouchers hold? The same checkers serve the tests and ``yizhan audit`` on live data.

Invariants 2 to 6, 8 and 12 of ``domain.md`` 5, as far as vouchers and redemptions know them.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import subjects
from backend.database.transaction import Transaction
from backend.ledger.audit import LedgerReport
from backend.ledger.rules import Account, AccountKind
from backend.vouchers.store import checks


class AuditVouchers(Struct, frozen=True):
    """Check every voucher against the ledger that was just added up."""

    ledger: LedgerReport


class VoucherReport(Struct, frozen=True, kw_only=True):
    """What was found; ``faults`` is empty when every invariant holds."""

    vouchers: int
    redemptions: int
    faults: list[str]


async def audit_vouchers(tx: Transaction, asked: AuditVouchers) -> VoucherReport:
    """Compare rows, counters and ledger; every difference is told with its invariant's number."""
    faults = [
        *await _lines_against_ledger(tx, asked.ledger),
        *(
            f"invariant 3: line {line} counts {counted} issued, rows and lines below say {found}"
            for line, counted, found in await checks.lines_that_miscount(tx)
        ),
        *(
            f"invariant 3: round {round_id} counts {counted} issued, {found} rows are there"
            for round_id, counted, found in await checks.rounds_that_miscount(tx)
        ),
        *(f"invariant 4: rule {rule} gave one person more than the limit" for rule in await checks.limits_broken(tx)),
        *(
            f"invariant 5: voucher {voucher} is {state} with {live} live redemptions"
            for voucher, state, live in await checks.redeemed_otherwise(tx)
        ),
        *(
            f"invariant 6: redemption {redemption}: shares {shares} fen, discount {discount} fen"
            for redemption, shares, discount in await checks.shares_that_differ(tx)
        ),
        *(
            f"invariant 7: redemption {redemption} gave {funder} back more than it paid"
            for redemption, funder in await checks.over_refunded(tx)
        ),
        *(
            f"invariant 12: voucher {voucher} changed without an entry in the trail"
            for voucher in await checks.untraced(tx, await subjects(tx, "voucher"))
        ),
    ]
    vouchers, redemptions = await checks.counts(tx)
    return VoucherReport(vouchers=vouchers, redemptions=redemptions, faults=faults)


async def _lines_against_ledger(tx: Transaction, ledger: LedgerReport) -> list[str]:
    def balance(kind: AccountKind, campaign: UUID, line: UUID) -> int:
        return ledger.balances.get(Account(kind, campaign, line).key(), 0)

    faults = []
    for campaign, line, open_fen, held_fen in await checks.sub_ledger(tx):
        for kind, rows in ((AccountKind.VOUCHER_OPEN, open_fen), (AccountKind.VOUCHER_HELD, held_fen)):
            if (booked := balance(kind, campaign, line)) != rows:
                faults.append(f"invariant 2: {kind} of line {line} stands at {booked} fen, its vouchers at {rows}")
    for campaign, line, free_fen in await checks.free_of_lines(tx):
        if (booked := balance(AccountKind.BUDGET_LINE, campaign, line)) != free_fen:
            faults.append(f"invariant 2: budget.line of {line} stands at {booked} fen, its counters say {free_fen}")
    return faults
