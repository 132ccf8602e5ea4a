"""The trail forgets from where something was done after half a year, and still proves what was done."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.find import Find, find
from backend.audit_trail.record import record
from backend.audit_trail.retention import erase_old_addresses
from backend.audit_trail.rules import ADDRESSES_KEPT_DAYS, new_entry
from backend.audit_trail.tables import audit_entries
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from tests.databases import HandClock

FROM_HOME = Actor(kind=ActorKind.VISITOR, address="203.0.113.7")


async def act(tx: Transaction, command: str, *, now: Instant) -> None:
    await record(tx, new_entry(now, FROM_HOME, command, ("door", 1)))


async def addresses(county: County) -> dict[str, str | None]:
    return {entry.act: entry.actor.address for entry in await inquire(county, find, Find())}


async def test_addresses_go_after_half_a_year_and_the_chain_still_holds(county: County, clock: HandClock) -> None:
    await transact(county, act, "test.old")
    await transact(county, chain, Chain())
    clock.forward(days=ADDRESSES_KEPT_DAYS)
    await transact(county, act, "test.new")
    await transact(county, chain, Chain())
    assert await transact(county, erase_old_addresses, None) == 0  # Half a year to the microsecond is not over yet.
    clock.forward(microseconds=1)
    assert await transact(county, erase_old_addresses, None) == 1
    assert await addresses(county) == {"test.old": None, "test.new": "203.0.113.7"}
    report = await inquire(county, verify, Verify(clock() + timedelta(seconds=1)))
    assert (report.blocks, report.entries, report.fault) == (2, 2, "")


async def test_an_address_can_be_erased_and_nothing_else_can_be_done_to_an_entry(county: County) -> None:
    await transact(county, act, "test.kept")

    for change in (
        update(audit_entries).values(address="198.51.100.1"),
        update(audit_entries).values(act="test.other"),
        update(audit_entries).values(detail="something else"),
        delete(audit_entries),
    ):

        async def tamper(tx: Transaction, command: object, *, now: Instant) -> None:
            await tx.execute(command)  # type: ignore[arg-type]  # Whatever statement it is.

        with pytest.raises(DBAPIError, match="append-only"):
            await transact(county, tamper, change)
    assert await addresses(county) == {"test.kept": "203.0.113.7"}
