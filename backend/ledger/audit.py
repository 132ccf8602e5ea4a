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
from backend.ledger.rules import DEBIT_NORMAL, Account, AccountKind, Funder, Step

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
    """What was found; ``faults`` is empty when every invariant holds.

    ``flows`` are (debits, credits) by account and step, ``pending`` what is on its way out of accounts.
    """

    transfers: int
    balances: dict[str, int]
    flows: dict[tuple[str, Step], tuple[int, int]]
    pending: dict[str, int]
    campaigns: list[LineFigures]
    faults: list[str]


async def audit_ledger(tx: Transaction, asked: AuditLedger) -> LedgerReport:
    """Recompute every balance from its transfers and test the invariants of public money."""
    del asked
    balances: dict[Account, int] = {}
    flows: dict[tuple[Account, Step], tuple[int, int]] = {}
    faults: list[str] = []
    debits_of_all = credits_of_all = 0
    for account, step, debits, credits_ in await store.flows(tx):
        moved = debits - credits_ if account.kind in DEBIT_NORMAL else credits_ - debits
        balances[account] = balances.get(account, 0) + moved
        if step is not None:
            flows[account, step] = (debits, credits_)
        debits_of_all += debits
        credits_of_all += credits_
    pending = dict(await store.pending_debits(tx))
    for account, balance in balances.items():
        if balance < 0 and account.kind is not AccountKind.PLATFORM_DUE:
            faults.append(f"invariant 2: {account.key()} stands at {balance} fen")
        elif 0 <= balance < (on_its_way := pending.get(account.key(), 0)):
            faults.append(f"invariant 2: {account.key()} stands at {balance} fen, {on_its_way} are being paid out")
    if debits_of_all != credits_of_all:
        faults.append(f"invariant 1: debits {debits_of_all} and credits {credits_of_all} differ")
    campaigns = [_figures(campaign_id, own, flows) for campaign_id, own in sorted(_by_campaign(balances).items())]
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
        flows={(account.key(), step): moved for (account, step), moved in flows.items()},
        pending=pending,
    )


def _by_campaign(balances: dict[Account, int]) -> dict[UUID, dict[Account, int]]:
    grouped: dict[UUID, dict[Account, int]] = defaultdict(dict)
    for account, balance in balances.items():
        grouped[account.campaign_id][account] = balance
    return grouped


Flows = dict[tuple[Account, Step], tuple[int, int]]


def _figures(campaign_id: UUID, own: dict[Account, int], flows: Flows) -> LineFigures:
    kinds = AccountKind

    def total(*of: AccountKind) -> int:
        # The platform's own share never counts as public money.
        return sum(fen for account, fen in own.items() if account.kind in of and account.funder is not Funder.PLATFORM)

    def moved(kind: AccountKind, step: Step) -> tuple[int, int]:
        found = [
            both
            for (account, taken), both in flows.items()
            if account.campaign_id == campaign_id
            and account.kind is kind
            and taken is step
            and account.funder is not Funder.PLATFORM
        ]
        return sum(debits for debits, _ in found), sum(credits_ for _, credits_ in found)

    # What was set off was paid to a merchant before; what merchants paid back at the bank is paid no more.
    paid = moved(kinds.MERCHANT_PAYABLE, Step.PAY_OUT)[0] - moved(kinds.MERCHANT_CLAWBACK, Step.REPAY)[1]
    return LineFigures(
        campaign_id=campaign_id,
        funded_fen=moved(kinds.FUND_BANK, Step.FUND)[0],
        free_fen=total(kinds.FUND_UNALLOCATED, kinds.BUDGET_LINE),
        open_fen=total(kinds.VOUCHER_OPEN),
        held_fen=total(kinds.VOUCHER_HELD),
        offline_fen=total(kinds.OFFLINE_POOL, kinds.OFFLINE_ALLOWANCE),
        payable_fen=total(kinds.MERCHANT_PAYABLE),
        clawback_fen=total(kinds.MERCHANT_CLAWBACK),
        returned_fen=total(kinds.RETURN_TREASURY) + moved(kinds.RETURN_TREASURY, Step.RETURN)[0],
        paid_fen=paid,
    )


class HashLedger(Struct, frozen=True):
    """Give the ledger's hash."""


async def hash_ledger(tx: Transaction, asked: HashLedger) -> str:
    """SHA-256 over every transfer, pending ones and their ends too, the same on both databases and after a restore."""
    del asked
    names = await store.account_keys(tx)
    total = hashlib.sha256()
    act, leg = UUID(int=0), -1
    while rows := await store.transfers_after(tx, act, leg, AT_ONCE):
        for row in rows:
            row[2], row[3] = names[row[2]], names[row[3]]
            total.update(msgspec.json.encode(row) + b"\n")
        act, leg = UUID(rows[-1][0]), rows[-1][1]
    for row in await store.pending_told(tx):
        total.update(msgspec.json.encode(row) + b"\n")
    return total.hexdigest()
