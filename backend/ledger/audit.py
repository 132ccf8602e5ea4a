"""Does the ledger hold? The same checkers serve the tests and ``yizhan audit`` on live data.

Invariants 1 and 2 of ``domain.md`` 5.
"""

import hashlib
from collections import defaultdict
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.ledger import store
from backend.ledger.rules import DEBIT_NORMAL, Account, AccountKind, Funder

AT_ONCE = 20_000


class AuditLedger(Struct, frozen=True):
    """Check the whole ledger."""


class LineFigures(Struct, frozen=True, kw_only=True):
    """Where the public money of one campaign is, in fen; the terms of invariant 2."""

    campaign_id: UUID
    funded_fen: int
    free_fen: int
    open_fen: int
    held_fen: int
    offline_fen: int
    payable_fen: int
    clawback_fen: int
    returned_fen: int
    paid_fen: int


class LedgerReport(Struct, frozen=True, kw_only=True):
    """What was found; ``faults`` is empty when every invariant holds."""

    transfers: int
    balances: dict[str, int]
    campaigns: list[LineFigures]
    faults: list[str]


async def audit_ledger(tx: Transaction, asked: AuditLedger) -> LedgerReport:
    """Recompute every balance from its transfers and test the invariants of public money."""
    del asked
    balances: dict[Account, int] = {}
    faults: list[str] = []
    debits_of_all = credits_of_all = 0
    for account, debits, credits_ in await store.balances(tx):
        balance = debits - credits_ if account.kind in DEBIT_NORMAL else credits_ - debits
        balances[account] = balance
        debits_of_all += debits
        credits_of_all += credits_
        if balance < 0 and account.kind is not AccountKind.FUND_BANK:
            faults.append(f"invariant 2: {account.key()} stands at {balance} fen")
    if debits_of_all != credits_of_all:
        faults.append(f"invariant 1: debits {debits_of_all} and credits {credits_of_all} differ")
    campaigns = [_figures(campaign_id, own) for campaign_id, own in sorted(_by_campaign(balances).items())]
    for figures in campaigns:
        placed = (
            figures.free_fen
            + figures.open_fen
            + figures.held_fen
            + figures.offline_fen
            + figures.payable_fen
            + figures.paid_fen
            + figures.returned_fen
            - figures.clawback_fen
        )
        if placed != figures.funded_fen:
            faults.append(f"invariant 2: campaign {figures.campaign_id} funded {figures.funded_fen}, found {placed}")
    return LedgerReport(
        transfers=await store.transfer_count(tx),
        faults=faults,
        campaigns=campaigns,
        balances={account.key(): balance for account, balance in balances.items()},
    )


def _by_campaign(balances: dict[Account, int]) -> dict[UUID, dict[Account, int]]:
    grouped: dict[UUID, dict[Account, int]] = defaultdict(dict)
    for account, balance in balances.items():
        grouped[account.campaign_id][account] = balance
    return grouped


def _figures(campaign_id: UUID, own: dict[Account, int]) -> LineFigures:
    def total(*kinds: AccountKind) -> int:
        # The platform's own share never counts as public money.
        return sum(
            fen for account, fen in own.items() if account.kind in kinds and account.funder is not Funder.PLATFORM
        )

    kinds = AccountKind
    at_bank = total(kinds.FUND_BANK)
    return LineFigures(
        campaign_id=campaign_id,
        funded_fen=at_bank,
        free_fen=total(kinds.FUND_UNALLOCATED, kinds.BUDGET_LINE),
        open_fen=total(kinds.VOUCHER_OPEN),
        held_fen=total(kinds.VOUCHER_HELD),
        offline_fen=total(kinds.OFFLINE_POOL, kinds.OFFLINE_ALLOWANCE),
        payable_fen=total(kinds.MERCHANT_PAYABLE),
        clawback_fen=total(kinds.MERCHANT_CLAWBACK),
        returned_fen=total(kinds.RETURN_TREASURY),
        paid_fen=0,
    )


class HashLedger(Struct, frozen=True):
    """Give the ledger's hash."""


async def hash_ledger(tx: Transaction, asked: HashLedger) -> str:
    """SHA-256 over every transfer in the order of its key, the same on both databases and after a restore."""
    del asked
    names = await store.account_keys(tx)
    total = hashlib.sha256()
    act, leg = UUID(int=0), -1
    while rows := await store.transfers_after(tx, act, leg, AT_ONCE):
        for row in rows:
            row[2], row[3] = names[row[2]], names[row[3]]
            total.update(msgspec.json.encode(row) + b"\n")
        act, leg = UUID(rows[-1][0]), rows[-1][1]
    return total.hexdigest()
