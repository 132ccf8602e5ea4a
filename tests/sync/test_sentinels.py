"""A device that came after a lost one tells how far that journal went: the office sees how many events are missing."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.sync.answer_rules import Answer
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.device_rules import Device, DeviceKind, DeviceState
from backend.sync.device_schemas import device_answer
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.push_rules import Sentinel
from backend.sync.sentinel_rules import MOST_MISSING, Remembered, is_believed, missing_of
from backend.sync.store import sentinels
from tests.databases import HandClock
from tests.sync.device_makers import CLERK, enrolled, seen, with_merchant
from tests.sync.pushing import Counter, told
from tests.sync.test_push import World, counter, world
from tests.vouchers.campaigns import faults

AT = datetime.fromisoformat("2026-11-20T02:00:00+00:00")


async def missing(county: County, device_id: UUID) -> tuple[int, datetime | None, int | None]:
    """(count, since when, first number) as the office's list has them."""
    every = await inquire(county, find_devices, FindDevices(most=100))
    [found] = [device_answer(one) for one in every if one.device.id == device_id]
    return found.unsynced, found.behind_since, found.need_from


async def replacing(here: World, county: County) -> Counter:
    """Another device of the same merchant."""
    return await counter(county, await here.counter.merchant(), 7, here.counter.operator)


async def sends(one: Counter, device: UUID, seq: int) -> Answer:
    """A question with this sentinel."""
    one.sentinel = Sentinel(device, seq)
    return await one.send_again([])


async def test_what_a_lost_journal_had_is_counted_and_shown_until_it_comes_home(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    await here.counter.take(here.phones[1], here.vouchers[1])
    here.counter.take_back(2)
    new, lost = await replacing(here, county), here.counter.device_id
    assert await missing(county, lost) == (0, None, None)
    clock.forward(hours=1)
    since = clock()
    answer = await sends(new, lost, 3)
    assert (answer.ack_seq, answer.need_from) == (0, None)
    assert await missing(county, lost) == (2, since, 2)
    # The same again and less change nothing.
    clock.forward(hours=1)
    await sends(new, lost, 3)
    await sends(new, lost, 2)
    assert await missing(county, lost) == (2, since, 2)
    # The lost one is dealt and told as before: only what it signed itself counts for that.
    assert (await seen(county, lost)).head_seq == 1
    assert told(await here.counter.sync()) == {2: ("noncompliant", "voided"), 3: ("applied", None)}
    assert await missing(county, lost) == (0, None, None)
    assert await faults(county) == []


async def test_a_journal_that_fell_back_says_so_itself(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    here.counter.sentinel = Sentinel(here.counter.device_id, 4)
    assert (await here.counter.sync()).ack_seq == 1
    assert await missing(county, here.counter.device_id) == (3, clock(), 2)
    assert await faults(county) == []


async def test_nobody_else_makes_a_device_look_behind_and_nobody_without_a_bound(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    new, lost = await replacing(here, county), here.counter.device_id
    await sends(here.other, lost, 9)  # Another merchant's.
    await sends(new, UUID(int=0xDEAD), 9)  # Nobody's.
    await sends(new, lost, 1)  # As much as is here.
    await sends(new, lost, MOST_MISSING + 2)
    await sends(new, lost, 2**32 - 1)
    assert await missing(county, lost) == (0, None, None)
    # However often it is told, it is no more than so many beyond what is here.
    await sends(new, lost, MOST_MISSING)
    await sends(new, lost, MOST_MISSING + 1)
    await sends(new, lost, MOST_MISSING + 2)
    assert (await missing(county, lost))[0] == MOST_MISSING
    assert await faults(county) == []


async def test_a_device_that_the_office_turned_away_is_believed_nothing(county: County) -> None:
    here = await world(county)
    merchant_id = await here.counter.merchant()
    key = SigningKey.from_scalar((55).to_bytes(32, "big"))
    device_id = await enrolled(county, merchant_id, key=key)
    stranger = Counter(county=county, device_id=device_id, key=key, operator=UUID(int=1), journal=[])
    await sends(stranger, here.counter.device_id, 5)
    assert (await missing(county, here.counter.device_id))[0] == 5, "the office has asked it in, and decides later"
    refuse = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=False, reason="不认识")
    assert not isinstance(await transact(county, decide_device, refuse), Refused)
    await sends(stranger, here.counter.device_id, 6)
    assert (await missing(county, here.counter.device_id))[0] == 5


async def test_two_devices_that_name_each_other_at_once_wait_for_nobody_for_ever(county: County) -> None:
    merchant_id = await with_merchant(county)
    one, other = [await counter(county, merchant_id, number, UUID(int=1)) for number in (1, 2)]
    one.sentinel, other.sentinel = Sentinel(other.device_id, 5), Sentinel(one.device_id, 7)
    answers = await asyncio.gather(*(each.send([]) for each in (one, other) for _ in range(8)))
    assert all(isinstance(each, Answer) for each in answers), answers
    assert (await missing(county, one.device_id))[0] == 7
    assert (await missing(county, other.device_id))[0] == 5


async def test_the_audit_finds_what_nobody_would_have_believed(county: County) -> None:
    here = await world(county)
    device_id = here.counter.device_id
    row = Remembered(device_id=device_id, seq=MOST_MISSING + 1, told_by=device_id, told_at=county.clock())

    async def forge(tx: Transaction, told_of: Remembered, *, now: Instant) -> None:
        del now
        await sentinels.remember(tx, told_of)

    await transact(county, forge, row)
    assert await faults(county) == [f"offline: more is remembered of device {device_id} than is believed"]


def device(number: int, **changed: Any) -> Device:
    made = Device(
        id=UUID(int=number),
        kind=DeviceKind.MERCHANT,
        state=DeviceState.ACTIVE,
        merchant_id=UUID(int=0xA),
        station_id=None,
        label="",
        point=b"",
        app_version="",
        enrolled_at=AT,
        head_seq=3,
        ack_seq=2,
    )
    return structs.replace(made, **changed)


@pytest.mark.parametrize(
    ("of", "by", "believed"),
    [
        ({}, {}, True),
        ({"state": DeviceState.REVOKED}, {"state": DeviceState.SUSPENDED}, True),
        ({}, {"state": DeviceState.WAITING}, True),
        ({"state": DeviceState.WAITING}, {}, False),
        ({"state": DeviceState.REFUSED}, {}, False),
        ({}, {"state": DeviceState.REFUSED}, False),
        ({"merchant_id": None}, {"merchant_id": None}, False),
        ({"merchant_id": UUID(int=0xB)}, {}, False),
        ({"station_id": UUID(int=1)}, {"station_id": UUID(int=1), "merchant_id": None}, True),
        ({"station_id": UUID(int=1)}, {"station_id": UUID(int=2)}, False),
        # Two stations, or a station and a shop, may share a merchant and no tablet.
        ({"station_id": UUID(int=1)}, {}, False),
    ],
)
def test_whose_word_counts(of: dict[str, Any], by: dict[str, Any], believed: bool) -> None:
    assert is_believed(4, of=device(1, **of), told_by=device(2, **by)) is believed
    # Whoever speaks of its own journal is its own owner, unless it was never let in.
    is_in = structs.replace(device(1), **of).state not in (DeviceState.WAITING, DeviceState.REFUSED)
    assert is_believed(4, of=device(1, **of), told_by=device(1, **of)) is is_in


@pytest.mark.parametrize(("seq", "believed"), [(0, False), (3, False), (4, True), (10_002, True), (10_003, False)])
def test_how_far_a_word_counts(seq: int, believed: bool) -> None:
    assert is_believed(seq, of=device(1), told_by=device(2)) is believed


def test_an_older_lack_is_not_forgotten_by_a_newer_one() -> None:
    later = Remembered(device_id=UUID(int=1), seq=9, told_by=UUID(int=2), told_at=AT.replace(day=21))
    known = missing_of(device(1, behind_since=AT, need_from=3), later)
    assert (known.count, known.since, known.first) == (7, AT, 3)
    here = missing_of(device(1, head_seq=9, ack_seq=9), later)
    assert (here.count, here.since, here.first) == (0, None, None)
    second = missing_of(device(1, head_seq=9, ack_seq=9, need_from=4), None)
    assert second.first == 4, "a second journal is asked for, and nothing is missing"
