"""The way of a push over HTTP: bytes in, bytes out, problems in JSON, and no session that matters."""

import gzip
import time

import pytest

from backend.database.county import County
from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import read_answer
from backend.sync.push_routes import CBOR, PUSHES
from backend.sync.push_rules import LONGEST_PUSH
from tests.databases import HandClock
from tests.sync.device_makers import seen
from tests.sync.test_push import fill_quarantine, world
from tests.vouchers.campaigns import faults
from tests.web.client import calling, serving

HEADERS = {"content-type": CBOR}


async def test_a_push_is_answered_in_cbor_and_what_the_device_says_of_itself_is_kept(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    told = HEADERS | {"x-yizhan-version": "2026.11.30", "x-yizhan-persistent": "true"}
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(PUSHES, content=here.counter.pushed([1]), headers=told)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == CBOR
    read = read_answer(answer.content, county=county.code, device=here.counter.device_id)
    assert not isinstance(read, Refused)
    assert [(one.seq, str(one.code)) for one in read.results] == [(1, "applied")]
    device = await seen(county, here.counter.device_id)
    assert (device.app_version, device.persistent) == ("2026.11.30", True)


@pytest.mark.parametrize(
    ("spoil", "status", "reason"),
    [
        (lambda data: data[:-1], 400, "push-unreadable"),
        (lambda data: b"", 400, "push-unreadable"),
        (lambda data: data[:-64] + bytes(63) + b"\x01", 401, "push-forged"),
        (lambda data: data + bytes(LONGEST_PUSH), 413, "push-too-large"),
    ],
)
async def test_what_is_no_push_of_a_device_of_ours_is_a_problem(
    county: County, spoil: object, status: int, reason: str
) -> None:
    here = await world(county)
    assert callable(spoil)
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(PUSHES, content=spoil(here.counter.pushed([])), headers=HEADERS)
    assert answer.status_code == status, answer.text
    assert answer.json()["reason"] == reason


async def test_a_push_may_be_packed_and_nobody_unpacks_more_than_a_push_has(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    packed = HEADERS | {"content-encoding": "gzip"}
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(PUSHES, content=gzip.compress(here.counter.pushed([1])), headers=packed)
        bomb = await client.post(PUSHES, content=gzip.compress(bytes(50 * LONGEST_PUSH)), headers=packed)
        spoilt = await client.post(PUSHES, content=b"not gzip", headers=packed)
    read = read_answer(answer.content, county=county.code, device=here.counter.device_id)
    assert not isinstance(read, Refused)
    assert [str(one.code) for one in read.results] == ["applied"]
    assert (bomb.status_code, bomb.json()["reason"]) == (413, "push-too-large")
    assert (spoilt.status_code, spoilt.json()["reason"]) == (400, "push-unreadable")


async def test_a_few_bytes_that_unpack_to_a_million_values_cost_nobody_time(county: County) -> None:
    values = b"\x9a" + (LONGEST_PUSH - 200).to_bytes(4, "big") + bytes(LONGEST_PUSH - 200)
    bomb = gzip.compress(cbor.encode([values, bytes(64)]))
    assert len(bomb) < 2_000
    async with serving(county) as application, calling(application) as client:
        begun = time.process_time()
        answers = [
            await client.post(PUSHES, content=bomb, headers=HEADERS | {"content-encoding": "gzip"}) for _ in range(20)
        ]
        took = time.process_time() - begun
    assert {(one.status_code, one.json()["reason"]) for one in answers} == {(413, "push-too-large")}
    # Reading one of them whole takes about a second.
    assert took < 2.0


async def test_too_much_that_nobody_can_read_is_429_and_the_device_keeps_and_sends_what_it_has(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    for of, voucher_id in zip(here.phones, here.vouchers, strict=True):
        await here.counter.take(of, voucher_id)
    good, here.counter.journal[1] = here.counter.journal[1], b"\xff" * 300
    await fill_quarantine(county, here.counter.device_id)
    async with serving(county) as application, calling(application) as client:
        for _ in range(2):
            full = await client.post(PUSHES, content=here.counter.pushed([1, 2]), headers=HEADERS)
            assert (full.status_code, full.json()["reason"]) == (429, "quarantine-full"), full.text
        device = await seen(county, here.counter.device_id)
        assert (device.head_seq, device.ack_seq) == (0, 0), "nothing of such a push is stored, the good event neither"
        # What can be read is taken from the same device as ever, and the rest once it is in order again.
        answer = await client.post(PUSHES, content=here.counter.pushed([1]), headers=HEADERS)
        assert answer.status_code == 200, answer.text
        here.counter.journal[1] = good
        answer = await client.post(PUSHES, content=here.counter.pushed([1, 2]), headers=HEADERS)
    read = read_answer(answer.content, county=county.code, device=here.counter.device_id)
    assert not isinstance(read, Refused)
    assert [(one.seq, str(one.code)) for one in read.results] == [(1, "applied"), (2, "applied")]
    assert await faults(county) == []


@pytest.mark.parametrize(("stopped", "pushes"), [(False, 32), (True, 4)])
async def test_a_device_fills_no_disk_and_is_told_when_to_come_back(
    county: County, clock: HandClock, *, stopped: bool, pushes: int
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    # Something that nobody can read is as long as what somebody can.
    here.counter.journal += [bytes(60_000)] * 16
    if stopped:
        await here.counter.suspend()
    full, small = here.counter.pushed(range(1, 18)), here.other.pushed([])
    async with serving(county) as application, calling(application) as client:
        answers = [await client.post(PUSHES, content=full, headers=HEADERS) for _ in range(pushes + 4)]
        others = await client.post(PUSHES, content=small, headers=HEADERS)
    taken = [one.status_code for one in answers]
    assert taken[:pushes] == [200] * pushes
    assert taken[-1] == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert others.status_code == 200


async def test_json_is_not_what_devices_send(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(PUSHES, json={})
    assert answer.json()["reason"] == "wrong-content-type"
