"""Write everything about one campaign into a folder, as of one moment and page by page."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from backend.audit_pack.desk import Desk, Gather
from backend.audit_pack.plan_rules import in_words
from backend.audit_pack.rules import cell
from backend.audit_pack.write_proof import write_chain, write_sample
from backend.audit_trail.proof import AskWritten, written_about
from backend.database.transaction import Transaction
from backend.kernel.instants import to_wire
from backend.ledger.audit import AuditLedger, LedgerReport, audit_ledger
from backend.ledger.dossier import ledger_of_campaign, numbered_accounts
from backend.ledger.rules import DEBIT_NORMAL, AccountKind, Funder
from backend.merchants.find_merchants import participants
from backend.settlement.audit import AuditSettlement, audit_settlement
from backend.settlement.dossier import settlement_of_campaign
from backend.settlement.papers.delimited import guarded
from backend.settlement.rules import BatchState, EventState
from backend.trade_in.audit import AuditTradeIns, audit_trade_ins
from backend.trade_in.dossier import trade_ins_of_campaign
from backend.vouchers.audit import AuditVouchers, audit_vouchers
from backend.vouchers.desk_rules import CampaignPlan
from backend.vouchers.dossier import RuledCampaign, ruled_campaign, vouchers_of_campaign

PAYERS = (Funder.GOVERNMENT, Funder.PLATFORM)


class Gathered(Struct, frozen=True, kw_only=True):
    """What the pack is about, and how many redemptions it tells and shows."""

    title_zh: str
    redemptions: int
    sampled: int


async def gather(tx: Transaction, asked: Gather) -> Gathered | None:
    """``None`` where there is no such campaign. Ask it frozen: the tables must be of one moment."""
    ruled = await ruled_campaign(tx, asked.campaign_id)
    if ruled is None:
        return None
    desk = Desk(tx, asked)
    _write_rules(desk, ruled)
    of = asked.campaign_id
    tables = (*vouchers_of_campaign(of), *settlement_of_campaign(of), trade_ins_of_campaign(of))
    for told in (*tables, *ledger_of_campaign(asked.campaign_id)):
        await desk.write(told, _notices(desk).get(told.name))
    ledger = await audit_ledger(tx, AuditLedger())
    await _write_accounts(desk, ledger)
    await _write_reconciliation(desk, ledger)
    await _write_merchants(desk)
    drawn = {str(one) for _, *both in desk.drawn for one in both}
    entries = await written_about(tx, AskWritten(tuple(sorted(desk.subjects | drawn))))
    await write_sample(desk, [told for told in tables if told.concerns is not None], entries)
    await write_chain(desk, entries)
    return Gathered(title_zh=ruled.campaign.plan.title_zh, redemptions=desk.redemptions, sampled=len(desk.drawn))


def _write_rules(desk: Desk, ruled: RuledCampaign) -> None:
    campaign, asked = ruled.campaign, desk.asked
    told = {
        "county": desk.tx.county.code,
        "campaign_id": campaign.campaign_id,
        "number": campaign.number,
        "title_zh": campaign.plan.title_zh,
        "title_en": campaign.plan.title_en,
        "state": campaign.state,
        "version": campaign.version,
        "made_at": to_wire(asked.at),
        "pack_id": asked.pack_id,
        "seed": asked.seed,
        "sample": asked.sample,
    }
    desk.write_json("campaign.json", told)
    for version, plan in ruled.versions:
        desk.path(f"rules/version-{version}.json").write_bytes(msgspec.json.format(plan.encode(), indent=1) + b"\n")
        words = in_words(msgspec.json.decode(plan, type=CampaignPlan), version)
        desk.path(f"rules/version-{version}.txt").write_text(words, "utf-8")


def _notices(desk: Desk) -> dict[str, Callable[[Any], None]]:
    """What is noticed while a table is written."""

    def redemption(row: Any) -> None:
        desk.merchants.add(row.merchant_id)
        desk.draw(row.id, row.voucher_id)

    def share(row: Any) -> None:
        desk.sums["redemptions", row.funder] += row.amount_fen - row.refunded_fen

    def event(row: Any) -> None:
        if row.state != EventState.CANCELLED:
            desk.sums["events", Funder.GOVERNMENT] += row.government_fen
            desk.sums["events", Funder.PLATFORM] += row.platform_fen

    def batch(row: Any) -> None:
        if row.state == BatchState.ACCEPTED:
            desk.sums["paid", row.payer] += row.amount_fen

    def about(column: str) -> Callable[[Any], None]:
        return lambda row: desk.subjects.add(str(getattr(row, column)))

    return {
        "redemptions.csv": redemption,
        "shares.csv": share,
        "incidents.csv": about("redemption_id"),
        "rounds.csv": about("id"),
        "lists.csv": about("id"),
        "settlement/events.csv": event,
        "settlement/batches.csv": batch,
        "settlement/runs.csv": about("id"),
        "settlement/holds.csv": about("event_id"),
        "trade-in/dossiers.csv": about("redemption_id"),
    }


async def _write_accounts(desk: Desk, ledger: LedgerReport) -> None:
    columns = ("number", "key", "kind", "normal", "line_id", "merchant_id", "funder", "balance_fen", "pending_fen")
    rows = []
    for number, account in await numbered_accounts(desk.tx, desk.asked.campaign_id):
        key = account.key()
        normal = "debit" if account.kind in DEBIT_NORMAL else "credit"
        owners = (account.line_id, account.merchant_id, account.funder)
        told = (number, key, account.kind, normal, *owners, ledger.balances[key], ledger.pending.get(key, 0))
        rows.append([cell(value) for value in told])
    desk.write_rows("ledger/accounts.csv", columns, rows)


async def _write_reconciliation(desk: Desk, ledger: LedgerReport) -> None:
    """What ``yizhan audit`` says of the whole county, and this campaign's figures beside each other."""
    vouchers = await audit_vouchers(desk.tx, AuditVouchers(ledger))
    settlement = await audit_settlement(desk.tx, AuditSettlement(ledger))
    trade_ins = await audit_trade_ins(desk.tx, AuditTradeIns())
    owed: Counter[str] = Counter()
    for _, account in await numbered_accounts(desk.tx, desk.asked.campaign_id):
        if account.kind is AccountKind.MERCHANT_PAYABLE and account.funder is not None:
            owed[account.funder] += ledger.balances[account.key()]
        if account.kind is AccountKind.MERCHANT_CLAWBACK and account.funder is not None:
            owed[account.funder] -= ledger.balances[account.key()]
    payers = [
        {
            "payer": payer,
            "by_redemptions_fen": desk.sums["redemptions", payer],
            "by_events_fen": desk.sums["events", payer],
            "by_ledger_fen": owed[payer] + desk.sums["paid", payer],
            "paid_fen": desk.sums["paid", payer],
        }
        for payer in PAYERS
    ]
    money = [one for one in ledger.campaigns if one.campaign_id == desk.asked.campaign_id]
    faults = [*ledger.faults, *vouchers.faults, *settlement.faults, *trade_ins.faults]
    told = {"payers": payers, "money": money, "faults": faults}
    desk.write_json("reconciliation.json", told)


async def _write_merchants(desk: Desk) -> None:
    taking_part = await participants(desk.tx, desk.merchants)
    columns = ("merchant_id", "name_zh", "registered_name", "credit_code", "trade", "state")
    desk.write_rows("merchants.csv", columns, [[guarded(str(value)) for value in row] for row in taking_part])
