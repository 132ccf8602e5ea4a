"""A journal that comes home in a file: taken once, whoever brings it, however often, whatever came before it."""

import httpx
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.ids import new_id
from backend.sync.body_rules import Shift, ShiftAct
from backend.sync.journal_file_routes import JOURNAL_FILES
from backend.sync.journal_file_rules import LONGEST_FILE, point_of
from backend.sync.journal_key import journal_key_of
from backend.sync.push_routes import CBOR
from merchant_tools.journal_file import seal_journal
from tests.databases import HandClock
from tests.sync.device_makers import seen
from tests.sync.pushing import Counter, told
from tests.sync.test_push import world
from tests.vouchers.campaigns import faults
from tests.web.client import calling, serving

HEADERS = {"content-type": CBOR}


def file_of(here: Counter, seqs: list[int], **changes: bytes) -> bytes:
    """These events, sealed to the county."""
    events = [(seq, changes.get(f"number_{seq}", here.journal[seq - 1])) for seq in seqs]
    recipient = point_of(journal_key_of(here.county))
    return seal_journal(here.county.code, here.device_id, events, recipient=recipient)


def note(here: Counter, times: int = 1) -> None:
    """So many events that move no money."""
    for _ in range(times):
        here.add(Shift(ShiftAct.OPEN, new_id(), here.operator))


async def bring(county: County, data: bytes) -> httpx.Response:
    """Anybody's hands."""
    async with serving(county) as application, calling(application) as client:
        return await client.post(JOURNAL_FILES, content=data, headers=HEADERS)


async def test_a_lost_tablets_journal_is_paid_from_its_file_and_a_second_file_adds_nothing(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    await here.counter.suspend()
    before = await seen(county, here.counter.device_id)
    answer = await bring(county, file_of(here.counter, [1, 2]))
    assert answer.status_code == 200, answer.text
    device = str(here.counter.device_id)
    whole = {"device_id": device, "first": 1, "last": 2, "taken": 2, "known": 0, "unreadable": 0, "ack_seq": 2}
    assert answer.json() == whole
    assert (await bring(county, file_of(here.counter, [1, 2]))).json() == whole | {"taken": 0, "known": 2}
    assert told(await here.counter.send_again([1, 2])) == {1: ("applied", None), 2: ("applied", None)}
    after = await seen(county, here.counter.device_id)
    assert (before.unsynced, after.unsynced) == (0, 0)
    assert await faults(county) == []


async def test_the_device_itself_was_not_heard_of_by_its_file(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(hours=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    before = await seen(county, here.counter.device_id)
    await bring(county, file_of(here.counter, [1]))
    after = await seen(county, here.counter.device_id)
    assert (after.seen_at, after.app_version, after.episode) == (before.seen_at, before.app_version, before.episode)
    assert (after.head_seq, after.ack_seq) == (1, 1)


async def test_a_part_of_a_journal_waits_for_the_rest_and_the_rest_may_come_by_the_line(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    late = (await bring(county, file_of(here.counter, [2]))).json()
    assert (late["taken"], late["ack_seq"]) == (1, 0)
    device = await seen(county, here.counter.device_id)
    assert (device.unsynced, device.need_from) == (2, 1)
    whole = await here.counter.sync()
    assert told(whole) == {1: ("applied", None), 2: ("applied", None)}
    assert await faults(county) == []


async def test_what_the_device_did_not_sign_is_told_and_not_kept_and_spoils_nothing_beside_it(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.take(here.phones[1], here.vouchers[1])
    await here.other.take(here.phones[1], here.vouchers[1], count=2)
    foreign, misnamed = here.other.journal[0], here.counter.journal[0]
    for strange in (b"\x00", foreign, misnamed):
        told_of = (await bring(county, file_of(here.counter, [1, 2], number_2=strange))).json()
        assert (told_of["unreadable"], told_of["ack_seq"]) == (1, 1)
    assert (await bring(county, file_of(here.counter, [2], number_2=b"\x00"))).json()["unreadable"] == 1
    assert told(await here.counter.sync()) == {1: ("applied", None), 2: ("applied", None)}


async def test_more_events_than_a_push_has_are_taken_in_parts(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    note(here.counter, 615)
    answer = (await bring(county, file_of(here.counter, list(range(1, len(here.counter.journal) + 1))))).json()
    assert (answer["taken"], answer["ack_seq"]) == (615, 615)


async def test_what_came_in_a_file_stands_in_the_trail(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await bring(county, file_of(here.counter, [1]))
    await bring(county, file_of(here.counter, [1]))
    entries = await inquire(county, find, Find(subject_kind="device", subject_id=str(here.counter.device_id)))
    assert [one.detail for one in entries if one.act == "sync.take-file"] == ["1 of 1 events up to number 1"]


@pytest.mark.parametrize(
    ("spoil", "status", "reason"),
    [
        (lambda data: b"", 400, "journal-file-unreadable"),
        (lambda data: data[:-1], 400, "journal-file-unreadable"),
        (lambda data: data + bytes(LONGEST_FILE), 400, "journal-file-unreadable"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), 400, "journal-file-damaged"),
    ],
)
async def test_what_is_no_file_of_ours_is_a_problem(county: County, spoil: object, status: int, reason: str) -> None:
    here = await world(county)
    note(here.counter)
    assert callable(spoil)
    answer = await bring(county, spoil(file_of(here.counter, [1])))
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_a_device_that_was_never_enrolled_has_no_journal_here(county: County) -> None:
    here = await world(county)
    note(here.counter)
    recipient = point_of(journal_key_of(county))
    stranger = seal_journal(county.code, new_id(), [(1, here.counter.journal[0])], recipient=recipient)
    answer = await bring(county, stranger)
    assert (answer.status_code, answer.json()["reason"]) == (401, "push-device-unknown")
