"""What a log or a row keeps of a fault never quotes anybody."""

import asyncio
import logging
import traceback
from typing import Any

import pytest
from litestar import Request
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from backend.app import tell_lost_fault
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.database.trouble import Trouble
from backend.kernel.faults import told_fault, traced_fault
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.outbox.due import plan, run_due
from backend.outbox.rules import DueWork
from backend.outbox.tables import due_work, leases
from backend.web.problems import on_bug

SECRET = "15410000001"


async def write_wrongly(tx: Transaction, secret: str, *, now: Instant) -> None:
    """A row that the database refuses: a lease needs a holder."""
    await tx.execute(insert(leases), {"name": secret, "holder": None, "until": now})


async def refused(county: County) -> DBAPIError:
    with pytest.raises(DBAPIError) as caught:
        await transact(county, write_wrongly, SECRET)
    return caught.value


async def test_an_error_of_the_database_hides_the_parameters(county: County) -> None:
    error = await refused(county)
    assert error.hide_parameters
    assert "SQL parameters hidden" in str(error)


async def test_what_is_kept_of_an_error_says_where_and_nothing_of_the_row(county: County) -> None:
    error = await refused(county)
    # An ordinary traceback ends in PostgreSQL's own message, which quotes the whole row that it refused.
    assert (SECRET in "".join(traceback.format_exception(error))) == county.on_postgresql
    assert "IntegrityError" in told_fault(error)
    assert "write_wrongly" in traced_fault(error)
    assert SECRET not in told_fault(error) + traced_fault(error)


async def test_a_bug_is_logged_without_a_word_of_anybody(county: County, caplog: pytest.LogCaptureFixture) -> None:
    error = await refused(county)
    scope: Any = {"type": "http"}
    assert on_bug(Request(scope), error).status_code == 500
    trouble = Trouble(logging.getLogger("test.faults"), "work")
    for _ in range(2):
        trouble.failed(error)
    assert "IntegrityError" in caplog.text
    assert "test_faults.py" in caplog.text
    assert SECRET not in caplog.text


async def test_timed_work_that_fails_keeps_no_word_of_anybody(county: County, caplog: pytest.LogCaptureFixture) -> None:
    async def put(tx: Transaction, work: DueWork, *, now: Instant) -> None:
        await plan(tx, work)

    async def fail(tx: Transaction, _work: DueWork, at: Instant) -> None:
        await write_wrongly(tx, SECRET, now=at)

    await transact(county, put, DueWork(kind="lease", key=str(new_id()), due_at=county.clock()))
    assert await run_due(county, {"lease": fail}, county.clock()) == 0

    async def kept(tx: Transaction, _asked: None, *, now: Instant) -> str:
        return str((await tx.execute(due_work.select())).one().fault)

    fault = await transact(county, kept, None)
    assert fault.startswith("IntegrityError")
    assert SECRET not in fault + caplog.text


async def test_a_task_that_nobody_awaits_is_told_in_the_same_way(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(tell_lost_fault)
    loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": ValueError(SECRET)})
    assert "Task exception was never retrieved: Traceback" in caplog.text
    assert SECRET not in caplog.text
