"""Claims that are settled together leave behind what each of them by itself leaves behind, and no other is touched."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import structs
from sqlalchemy import ColumnElement, Table, select

from backend.audit_trail.tables import audit_entries
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.ledger.tables import transfers
from backend.outbox.tables import due_work, events
from backend.settlement.tables import finance_events
from backend.vouchers.offline_rules import ClaimLabel
from backend.vouchers.offline_tables import holder_debts, offline_claims, offline_labels
from backend.vouchers.settle_first import SettleFirst, settle_first
from backend.vouchers.settle_offline import SettleOffline
from backend.vouchers.tables import redemption_shares, redemptions, short_codes, vouchers
from tests.databases import HandClock
from tests.vouchers.campaigns import faults_of_books
from tests.vouchers.counters import phone, voucher
from tests.vouchers.offline_counters import BEFORE, Stage, offline_claim, settle, settled, stage
from tests.vouchers.test_audit import SHARED
from tests.vouchers.test_redeem import balances

CLAIMED = "voucher.claim"
OWN = {"event_hash", "digest", "address"}
"""Columns that are another value for every event."""


async def _rows(tx: Transaction, voucher_id: UUID) -> dict[str, list[dict[str, str]]]:
    """Everything that settling a voucher's claim writes; ids are told by what they name."""
    claim = (await tx.execute(select(offline_claims).where(offline_claims.c.voucher_id == voucher_id))).one()
    paid = claim.redemption_id
    asked: dict[str, tuple[Table, ColumnElement[bool]]] = {
        "claim": (offline_claims, offline_claims.c.id == claim.id),
        "label": (offline_labels, offline_labels.c.voucher_id == voucher_id),
        "debts": (holder_debts, holder_debts.c.voucher_id == voucher_id),
        "redemptions": (redemptions, redemptions.c.voucher_id == voucher_id),
        "short codes": (short_codes, short_codes.c.voucher_id == voucher_id),
        "voucher": (vouchers, vouchers.c.id == voucher_id),
        "shares": (redemption_shares, redemption_shares.c.redemption_id == paid),
        "transfers": (transfers, transfers.c.act_id == paid),
        "finance": (finance_events, finance_events.c.id == paid),
        "due": (due_work, due_work.c.key.startswith(str(voucher_id))),
        "trail": (audit_entries, (audit_entries.c.subject_id == str(voucher_id)) & (audit_entries.c.act != CLAIMED)),
        "told": (events, events.c.body.contains(str(paid))),
    }
    voucher_row = (await tx.execute(select(vouchers).where(vouchers.c.id == voucher_id))).one()
    names = {str(voucher_id): "voucher", str(claim.id): "claim", str(voucher_row.resident_id): "holder"}
    found = {}
    for name, (table, where) in asked.items():
        rows = [_named(row._asdict(), names) for row in await tx.execute(select(table).where(where))]
        found[name] = sorted(rows, key=str)
    return found


def _named(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    own = {str(row["id"]): "its own id"} if "id" in row else {}
    told = {}
    for column, value in row.items():
        text = str(value)
        for one, name in (own | dict(names)).items():
            text = text.replace(one, name)
        told[column] = text
    return {column: text for column, text in told.items() if column not in OWN}


async def two(county: County, **terms: Any) -> tuple[Stage, UUID]:
    """Two people's vouchers of one round."""
    on = await stage(county, **terms)
    return on, await voucher(county, on.round_id, await phone(county, 2))


async def together(county: County, *claims: SettleOffline) -> frozenset[UUID]:
    """Settle what may be settled together."""
    return await transact(county, settle_first, SettleFirst(claims))


async def test_what_is_settled_together_leaves_the_same_rows_as_what_is_settled_alone(
    county: County, clock: HandClock
) -> None:
    on, other = await two(county, funding=SHARED, apart_fen=10_000)
    clock.forward(hours=2)
    alone = offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=1), fen=4_000, count=7)
    beside = offline_claim(on.devices[0], other, on.at + timedelta(hours=1), fen=4_000, count=7)
    done = settled(await settle(county, alone))
    assert (done.label, done.cover_fen, done.debt_fen) == (ClaimLabel.APPLIED, 0, 0)
    assert await together(county, beside) == {beside.claim_id}
    assert await inquire(county, _rows, on.voucher) == await inquire(county, _rows, other)
    assert await faults_of_books(county) == []
    assert settled(await settle(county, beside)).again
    assert await together(county, beside) == frozenset()


async def test_only_the_first_claim_of_a_voucher_is_settled_together(county: County, clock: HandClock) -> None:
    on, other = await two(county)
    clock.forward(hours=2)
    mine = offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=1))
    theirs = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=30))
    free = offline_claim(on.devices[0], other, on.at + timedelta(hours=1))
    settled(await settle(county, theirs))
    before = await balances(county)
    assert await together(county, mine) == frozenset(), "its voucher is taken"
    assert await balances(county) == before
    assert await together(county, free, structs.replace(free, claim_id=mine.claim_id)) == {free.claim_id}
    assert settled(await settle(county, mine)).label is ClaimLabel.CONFLICT_PAID
    assert await faults_of_books(county) == []


async def test_what_the_others_may_charge_before_is_held_back(county: County, clock: HandClock) -> None:
    on, other = await two(county)
    clock.forward(hours=2)
    at = on.at + timedelta(hours=1)
    settled(await settle(county, offline_claim(on.devices[1], on.voucher, at)))
    conflict = offline_claim(on.devices[0], on.voucher, at, allowance_left_fen=9_999)
    free = offline_claim(on.devices[0], other, at, allowance_left_fen=9_999)
    assert await together(county, conflict, free) == frozenset()
    assert await together(county, structs.replace(free, allowance_left_fen=4_999)) == frozenset()
    assert await together(county, structs.replace(free, pool_line_id=None)) == frozenset()
    assert await balances(county) == BEFORE | {"budget.line": 10_000, "merchant.payable": 5_000, "voucher.open": 5_000}
    enough = structs.replace(free, allowance_left_fen=10_000)
    assert await together(county, structs.replace(conflict, allowance_left_fen=10_000), enough) == {free.claim_id}
    assert await faults_of_books(county) == []
