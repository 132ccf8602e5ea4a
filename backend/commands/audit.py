"""Does every invariant hold, on the data as it is now? The tests' own checkers, read from one frozen moment.

Prints where the money is; the first broken invariant makes the exit code 1.
"""

import argparse
import sys
from uuid import UUID

import msgspec
import uvloop
from msgspec import Struct

from backend.audit_trail.verify import ChainReport, Verify, verify
from backend.commands.opening import opened_county
from backend.commands.options import add_place
from backend.commands.table import table
from backend.commands.words import say
from backend.database.transaction import Transaction, inquire
from backend.kernel.fen import yuan
from backend.kernel.instants import Instant, elapsed_seconds, to_wire
from backend.ledger.audit import AuditLedger, HashLedger, LineFigures, audit_ledger, hash_ledger
from backend.merchants.audit import AuditMerchants, audit_merchants
from backend.outbox.backlog import AskBacklog, backlog
from backend.settlement.audit import AuditSettlement, audit_settlement
from backend.stations.audit import AuditStations, audit_stations
from backend.sync.audit import AuditSync, audit_sync
from backend.trade_in.audit import AuditTradeIns, audit_trade_ins
from backend.vouchers.audit import AuditVouchers, audit_vouchers


class Figures(Struct, frozen=True, kw_only=True):
    """What ``--json`` prints: figures, hashes, and everything that is wrong."""

    county: str
    at: str
    vouchers: int
    redemptions: int
    paid_fen: int
    waiting_fen: int
    transfers: int
    ledger_hash: str
    trail_blocks: int
    trail_entries: int
    campaigns: list[LineFigures]
    faults: list[str]


class Examine(Struct, frozen=True):
    """Everything, as of an instant."""

    at: Instant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which county, and in which form."""
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="输出 JSON · print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Examine; 0 when everything holds, 1 otherwise."""
    begun = elapsed_seconds()
    figures = uvloop.run(_examine(arguments))
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
    else:
        _print(figures, elapsed_seconds() - begun)
    return 1 if figures.faults else 0


async def _examine(arguments: argparse.Namespace) -> Figures:
    async with opened_county(arguments) as county:
        return await inquire(county, examine, Examine(county.clock()), frozen=True)


async def examine(tx: Transaction, asked: Examine) -> Figures:
    """Ledger, vouchers against the ledger, merchants, dossiers, stations' proofs, devices, the trail, what waits."""
    ledger = await audit_ledger(tx, AuditLedger())
    vouchers = await audit_vouchers(tx, AuditVouchers(ledger))
    merchants = await audit_merchants(tx, AuditMerchants())
    settlement = await audit_settlement(tx, AuditSettlement(ledger))
    trade_ins = await audit_trade_ins(tx, AuditTradeIns())
    stations = await audit_stations(tx, AuditStations(asked.at))
    offline = await audit_sync(tx, AuditSync(ledger))
    trail = await verify(tx, Verify(asked.at))
    waiting = await backlog(tx, AskBacklog((), asked.at))
    return Figures(
        county=tx.county.code,
        at=to_wire(asked.at),
        vouchers=vouchers.vouchers,
        redemptions=vouchers.redemptions,
        paid_fen=settlement.paid_fen,
        waiting_fen=settlement.waiting_fen,
        transfers=ledger.transfers,
        ledger_hash=await hash_ledger(tx, HashLedger()),
        trail_blocks=trail.blocks,
        trail_entries=trail.entries,
        campaigns=ledger.campaigns,
        faults=[
            *(*ledger.faults, *vouchers.faults, *settlement.faults, *merchants.faults),
            *(*trade_ins.faults, *stations.faults, *offline.faults, *_faults(trail), *waiting.faults),
        ],
    )


def _faults(trail: ChainReport) -> list[str]:
    faults = []
    if trail.broken_at is not None:
        faults.append(f"invariant 13: the trail breaks at block {trail.broken_at}: {trail.fault}")
    if trail.unlinked_too_long:
        faults.append(f"invariant 13: {trail.unlinked_too_long} entries wait for the chain for longer than 10 s")
    return faults


def _print(figures: Figures, seconds: float) -> None:
    say(f"{figures.county} 账务核对，截至 {figures.at}", f"audit of {figures.county} as of {figures.at}")
    head = (
        "活动 · Campaign",
        "到账 · Funded",
        "未发 · Free",
        "在手 · Open",
        "应付 · Payable",
        "已付 · Paid",
        "追回 · Clawback",
        "退回 · Returned",
    )
    rows = [
        (
            _short(one.campaign_id),
            *(yuan(fen) for fen in (one.funded_fen, one.free_fen, one.open_fen, one.payable_fen)),
            *(yuan(fen) for fen in (one.paid_fen, one.clawback_fen, one.returned_fen)),
        )
        for one in figures.campaigns
    ]
    print(table(head, rows))
    say(
        f"券 {figures.vouchers} 张，核销 {figures.redemptions} 笔，分录 {figures.transfers} 笔",
        f"{figures.vouchers} vouchers, {figures.redemptions} redemptions, {figures.transfers} transfers",
    )
    say(
        f"审计链 {figures.trail_blocks} 块、{figures.trail_entries} 条",
        f"the trail's chain has {figures.trail_blocks} blocks, {figures.trail_entries} entries",
    )
    say(f"账本哈希 {figures.ledger_hash}", "ledger hash")
    for fault in figures.faults:
        say(f"✗ 不符：{fault}", "broken")
    if not figures.faults:
        say(f"✓ 全部相符，用时 {seconds:.1f} 秒", "every invariant holds")


def _short(campaign_id: UUID) -> str:
    return f"…{campaign_id.hex[-12:]}"
