"""One act changes the county as a whole, or not at all."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.audit import AuditLedger, HashLedger, audit_ledger, hash_ledger
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.ledger.tables import transfers
from backend.outbox.tables import events as outbox_events
from tests.databases import HandClock

CAMPAIGN = UUID(int=7)


async def fund(tx: Transaction, command: int, *, now: Instant) -> int:
    await post(
        tx,
        Transfer(
            act_id=new_id(),
            leg=0,
            debit=Account(AccountKind.FUND_BANK, CAMPAIGN),
            credit=Account(AccountKind.FUND_UNALLOCATED, CAMPAIGN),
            amount_fen=command,
            step=Step.FUND,
            occurred_at=now,
        ),
        now=now,
    )
    await record(tx, new_entry(now, SYSTEM, "campaign.fund", ("campaign", CAMPAIGN)))
    if command == 13:
        raise RuntimeError("the act breaks after it has written")
    return command


async def test_what_breaks_after_writing_leaves_nothing(county: County) -> None:
    await transact(county, fund, 100)
    with pytest.raises(RuntimeError):
        await transact(county, fund, 13)
    report = await inquire(county, audit_ledger, AuditLedger())
    assert report.transfers == 1
    assert report.balances[f"fund.bank/{CAMPAIGN.hex}"] == 100
    assert report.faults == []


async def test_parallel_acts_all_land_once(county: County) -> None:
    await asyncio.gather(*(transact(county, fund, 1) for _ in range(40)))
    report = await inquire(county, audit_ledger, AuditLedger())
    assert (report.transfers, report.balances[f"fund.unallocated/{CAMPAIGN.hex}"]) == (40, 40)
    assert await inquire(county, hash_ledger, HashLedger()) == await inquire(county, hash_ledger, HashLedger())


async def test_a_reader_cannot_write_on_sqlite_and_transfers_never_change(county: County) -> None:
    await transact(county, fund, 5)

    async def tamper(tx: Transaction, command: str, *, now: Instant) -> None:
        await tx.connection.exec_driver_sql(command)

    for statement in (
        "UPDATE ledger_transfers SET amount_fen = 6",
        "DELETE FROM ledger_transfers",
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET act = 'x'",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            await transact(county, tamper, statement)


async def test_the_chain_links_every_entry_once_and_finds_a_flipped_byte(county: County, clock: HandClock) -> None:
    for amount in (1, 2, 3):
        await transact(county, fund, amount)
    assert await transact(county, chain, Chain()) == 3
    await transact(county, fund, 4)
    assert await transact(county, chain, Chain()) == 1
    assert await transact(county, chain, Chain()) == 0
    report = await inquire(county, verify, Verify(clock()))
    assert (report.blocks, report.entries, report.broken_at) == (2, 4, None)

    async def tamper(tx: Transaction, command: None, *, now: Instant) -> None:
        if county.on_postgresql:
            await tx.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            await tx.connection.exec_driver_sql("DROP TRIGGER audit_entries_frozen")
        await tx.connection.exec_driver_sql("UPDATE audit_entries SET detail = 'x' WHERE block_no = 1")

    await transact(county, tamper, None)
    assert (await inquire(county, verify, Verify(clock()))).broken_at == 1


async def test_what_was_appended_is_seen_by_the_next_question(county: County) -> None:
    async def append_and_ask(tx: Transaction, command: None, *, now: Instant) -> int:
        await fund(tx, 7, now=now)
        return int((await tx.execute(select(func.count()).select_from(transfers))).scalar_one())

    assert await transact(county, append_and_ask, None) == 1
    assert (await inquire(county, audit_ledger, AuditLedger())).transfers == 1


async def test_a_row_that_the_database_does_not_take_undoes_every_table(county: County) -> None:
    async def doubled(tx: Transaction, command: UUID, *, now: Instant) -> None:
        await fund(tx, 1, now=now)
        events = [{"id": command, "name": "Test.1", "body": "{}", "recorded_at": now}] * 2
        tx.append(outbox_events, events)

    with pytest.raises(DBAPIError):
        await transact(county, doubled, new_id())
    assert (await inquire(county, audit_ledger, AuditLedger())).transfers == 0


async def test_appended_rows_reach_postgresql_in_one_statement(county: County) -> None:
    sent: list[str] = []

    def told(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = county.write_engine.sync_engine
    event.listen(engine, "before_cursor_execute", told)
    try:
        await transact(county, fund, 1)
        await transact(county, fund, 2)
    finally:
        event.remove(engine, "before_cursor_execute", told)
    storing = [statement for statement in sent if "INSERT INTO ledger_transfers" in statement]
    # SQLite's verbs do not go through this engine, and have no way to the database whose price would be worth sharing.
    assert len(storing) == (2 if county.on_postgresql else 0)
    assert all("INSERT INTO audit_entries" in statement for statement in storing)


async def test_a_question_that_appends_is_a_bug_and_not_a_silent_loss(county: County) -> None:
    async def asks_and_writes(tx: Transaction, asked: Instant) -> None:
        tx.append(outbox_events, [{"id": new_id(), "name": "Test.1", "body": "{}", "recorded_at": asked}])

    with pytest.raises(RuntimeError, match="a question appended rows"):
        await inquire(county, asks_and_writes, county.clock())
