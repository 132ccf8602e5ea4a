"""A device that the office stopped, for a while or for good, brings what it holds and is answered, over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer, read_answer
from backend.sync.device_rules import DeviceState
from backend.sync.push_routes import CBOR, PUSHES
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from tests.databases import HandClock
from tests.sync.device_makers import seen
from tests.sync.pushing import Counter, told
from tests.sync.test_push import world
from tests.vouchers.campaigns import faults
from tests.web.client import calling, serving

Stop = Callable[[Counter], Awaitable[None]]


async def sent(client: httpx.AsyncClient, counter: Counter, seqs: Any) -> Answer:
    """The county's answer over HTTP, which the counter hears."""
    answer = await client.post(PUSHES, content=counter.pushed(seqs), headers={"content-type": CBOR})
    assert answer.status_code == 200, answer.text
    read = read_answer(answer.content, county=counter.county.code, device=counter.device_id)
    assert not isinstance(read, Refused)
    counter.told = read
    return read


@pytest.mark.parametrize(
    ("stop", "state"), [(Counter.suspend, DeviceState.SUSPENDED), (Counter.revoke, DeviceState.REVOKED)]
)
async def test_a_device_that_was_stopped_is_heard_and_what_it_took_before_is_paid(
    county: County, clock: HandClock, stop: Stop, state: DeviceState
) -> None:
    here = await world(county)
    merchant_id = await here.counter.merchant()
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await stop(here.counter)
    clock.forward(minutes=5)
    async with serving(county) as application, calling(application) as client:
        answer = await sent(client, here.counter, [1])
        assert told(answer) == {1: ("applied", None)}, "its word of the county was of before"
        assert answer.ack_seq == 1
        [paid] = await inquire(county, find_redemptions, FindRedemptions(merchant_id=merchant_id))
        assert paid.record.voucher_id == here.vouchers[0]
        # From that answer on it knows, and what it takes all the same is kept and paid to nobody.
        await here.counter.take(here.phones[1], here.vouchers[1])
        answer = await sent(client, here.counter, [2])
        assert told(answer) == {2: ("noncompliant", "device-not-active")}
        assert answer.ack_seq == 2
        assert told(await sent(client, here.counter, [1, 2])) == {
            1: ("applied", None),
            2: ("noncompliant", "device-not-active"),
        }
    assert len(await inquire(county, find_redemptions, FindRedemptions(merchant_id=merchant_id))) == 1
    assert (await seen(county, here.counter.device_id)).state is state
    assert await faults(county) == []
