"""A merchant's till whose disk was copied brings both journals to the county itself, and then rests."""

import shutil
from pathlib import Path
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import Answer, write_answer
from backend.sync.device_rules import DeviceState
from backend.sync.store import journals
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.till import Reading, Till
from tests.databases import HandClock
from tests.merchant_tools.shop import briefing
from tests.sync.device_makers import active_device, policy_in_force, seen, with_merchant
from tests.sync.pushing import send
from tests.vouchers.campaigns import faults

KEY = SigningKey.from_scalar((100).to_bytes(32, "big"))


class Raw:
    """The device's key, as a till signs with it."""

    def sign(self, content: bytes) -> bytes:
        """Raw ES256."""
        return KEY.sign(content)


def opened(folder: Path, county: County, device_id: UUID) -> Till:
    """The till of a folder."""
    return Till(
        county.code,
        device_id,
        Raw(),
        keeping=Journal(folder / "journal.sqlite"),
        remembering=SentinelFile(folder / "sentinel"),
        briefing=briefing(),
    )


async def sent(county: County, till: Till, most: int) -> bool:
    """One push and its answer; whether the till has more to send."""
    now = reading(county)
    brought = till.to_send(most)
    told = await send(county, till.push(most))
    assert isinstance(told, Answer), told
    return till.take(write_answer(told), asked=now, now=now, brought=brought)


def reading(county: County) -> Reading:
    """A clock that is right."""
    seconds = seconds_of(county.clock())
    return Reading(seconds, seconds % 86_400)


async def test_both_journals_of_a_copied_till_reach_the_county_however_little_its_line_lets_through(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    merchant_id = await with_merchant(county)
    await policy_in_force(county)
    device_id = await active_device(county, merchant_id, number=0)
    (tmp_path / "one").mkdir()
    one = opened(tmp_path / "one", county, device_id)
    for _ in range(3):
        one.note("SHIFT", ["open", bytes(16), bytes(16), 0, None], reading(county))
    await sent(county, one, 0)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    two = opened(tmp_path / "two", county, device_id)
    clock.forward(minutes=1)
    for till, reason, times in ((one, "扫错了", 5), (two, "退货", 4)):
        for nth in range(times):
            till.note("VOID", [nth + 1, reason], reading(county))
    while await sent(county, one, 200):
        pass
    pushes = 1
    # The first answer only tells the copy that "everything" is here.
    await sent(county, two, 0)
    while await sent(county, two, 2):
        pushes += 1
        assert pushes < 20, "it sends for ever"
    chain = await inquire(county, journals.chain_of, device_id)
    assert len(chain.before) == 3 + 5 + 4
    assert chain.wanted() == set()
    assert (await seen(county, device_id)).state is DeviceState.SUSPENDED
    for till in (one, two):
        assert not await sent(county, till, 200), "nobody is asked twice"
    assert await faults(county) == []
