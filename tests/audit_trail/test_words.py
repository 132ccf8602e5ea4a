"""What somebody wrote is kept beside the trail: sealed, proven by the chain, and erasable without breaking it."""

from datetime import timedelta

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.find import Find, find
from backend.audit_trail.record import record
from backend.audit_trail.retention import erase_old_addresses, erase_words_about
from backend.audit_trail.rules import WORDS_KEPT_DAYS, new_entry
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant
from tests.databases import HandClock

WORDS = "李四邻居举报其代领，电话 15410000001"


async def wrote(county: County, subject: str, words: str = WORDS) -> None:
    async def write(tx: Transaction, told: str, *, now: Instant) -> None:
        await record(tx, new_entry(now, SYSTEM, "test.freeze", ("resident", subject), detail="for a day", words=told))

    await transact(county, write, words)


async def stored(county: County) -> str:
    async def ask(tx: Transaction, _asked: None) -> str:
        tables = ("audit_entries", "audit_words", "audit_blocks")
        rows = [(await tx.connection.exec_driver_sql(f"SELECT * FROM {table}")).all() for table in tables]
        return repr(rows)

    return await inquire(county, ask, None)


async def is_whole(county: County) -> bool:
    while await transact(county, chain, Chain()):
        pass
    return (await inquire(county, verify, Verify(county.clock()))).broken_at is None


async def test_the_auditor_reads_words_that_no_row_shows(county: County) -> None:
    await wrote(county, "1")
    (entry,) = await inquire(county, find, Find(act="test.freeze"))
    assert entry.words == WORDS
    proof = county.keys.keyed_hash("audit-words", WORDS).hex()
    assert entry.detail == f"for a day words:{proof}"
    assert "15410000001" not in await stored(county)
    assert repr(WORDS.encode())[2:-1] not in await stored(county)
    assert await is_whole(county)


async def test_words_about_somebody_go_with_them_and_the_chain_holds(county: County) -> None:
    await wrote(county, "1")
    await wrote(county, "2")
    assert await is_whole(county)
    assert await transact(county, erase_words_about, "1") == 1
    second, first = await inquire(county, find, Find(act="test.freeze"))
    assert (first.words, second.words) == ("", WORDS)
    assert await is_whole(county)


async def test_words_are_erased_when_their_time_is_over(county: County, clock: HandClock) -> None:
    await wrote(county, "1")
    clock.forward(days=WORDS_KEPT_DAYS)
    assert await transact(county, erase_old_addresses, None) == 0
    clock.at += timedelta(microseconds=1)
    assert await transact(county, erase_old_addresses, None) == 1
    assert await is_whole(county)
