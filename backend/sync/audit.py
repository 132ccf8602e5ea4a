"""Do devices hold what the ledger says they hold, and was nothing acknowledged that nobody told of?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.ledger.audit import LedgerReport
from backend.ledger.rules import Account, AccountKind, Step
from backend.sync.store import allowances, devices, sentinels, walks

DEALING = frozenset({Step.OFFLINE_DEAL, Step.OFFLINE_TAKE_BACK})


class AuditSync(Struct, frozen=True):
    """Check every allowance against the ledger that was just added up."""

    ledger: LedgerReport


class SyncReport(Struct, frozen=True, kw_only=True):
    """What is set apart for devices, what they may use of it by what they were told, and everything that is wrong."""

    held_fen: int
    told_fen: int
    faults: list[str]


async def audit_sync(tx: Transaction, asked: AuditSync) -> SyncReport:
    """By the pools' lines: live caps less what was charged, and all that was ever charged."""
    kind = AccountKind.OFFLINE_ALLOWANCE
    lines = {Account(kind, of, line).key(): (held, paid) for of, line, held, paid in await allowances.by_line(tx)}
    booked = {key: fen for key, fen in asked.ledger.balances.items() if key.startswith(f"{kind}/")}
    faults = []
    for key in sorted(lines.keys() | booked.keys()):
        held, charged = lines.get(key, (0, 0))
        if booked.get(key, 0) != held:
            faults.append(f"offline: {key} stands at {booked.get(key, 0)} fen, devices hold {held}")
        if (paid := _paid(asked.ledger, key)) != charged:
            faults.append(f"offline: {paid} fen were paid from {key}, {charged} are charged to devices")
    faults += [f"offline: device {one} is ahead of itself" for one in await devices.out_of_step(tx)]
    faults += [
        f"offline: more is remembered of device {one} than is believed" for one in await sentinels.beyond_belief(tx)
    ]
    faults += [
        f"offline: the walk along device {one} ended at an event that is not there" for one in await walks.astray(tx)
    ]
    faults += [
        f"offline: device {one} was dealt, told or given back too much in episode {episode}"
        for one, episode in await allowances.out_of_bounds(tx)
    ]
    held_fen = sum(held for held, _ in lines.values())
    return SyncReport(held_fen=held_fen, told_fen=await allowances.told_fen(tx), faults=faults)


def _paid(ledger: LedgerReport, key: str) -> int:
    moved = [fen for (account, step), fen in ledger.flows.items() if account == key and step not in DEALING]
    return sum(debits - credits_ for debits, credits_ in moved)
