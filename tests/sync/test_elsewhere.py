"""What went wrong in other people's counters, tried on the real county; ``tests/faults/CASES.md`` lists all of it."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.kernel.actors import Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer, read_answer
from backend.sync.event_tables import events
from backend.sync.limits_rules import OfflineLimits
from backend.sync.push_routes import CBOR, PUSHES
from backend.vouchers.tables import redemptions
from tests.databases import HandClock
from tests.merchants.merchant_makers import admission, admitted
from tests.sync.device_makers import policy_in_force, with_merchant
from tests.sync.pushing import Counter, told
from tests.sync.test_push import LIMITS, at_work, counter, world
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import Phone, phone, voucher
from tests.vouchers.pools import places, sized
from tests.web.client import calling, serving

Line = tuple[UUID, int, Instant, Instant]


async def paid(county: County) -> list[Line]:
    """(voucher, fen, when its counter says, when it arrived) of each redemption that stands."""

    async def ask(tx: Transaction, asked: None) -> list[Line]:
        del asked
        columns = redemptions.c.voucher_id, redemptions.c.discount_fen, redemptions.c.occurred_at
        rows = await tx.execute(select(*columns, redemptions.c.recorded_at).where(redemptions.c.state != "reversed"))
        return [(voucher_id, fen, occurred, recorded) for voucher_id, fen, occurred, recorded in rows]

    return await inquire(county, ask, None)


async def stored(county: County) -> list[tuple[int, Instant, Instant]]:
    """(number, when its counter says, when it arrived) of each event."""

    async def ask(tx: Transaction, asked: None) -> list[tuple[int, Instant, Instant]]:
        del asked
        rows = await tx.execute(select(events.c.seq, events.c.occurred_at, events.c.recorded_at).order_by(events.c.seq))
        return [(seq, occurred, recorded) for seq, occurred, recorded in rows]

    return await inquire(county, ask, None)


async def taken(here: Counter, people: list[Phone], vouchers: list[UUID]) -> None:
    """All of these are taken without a network."""
    for of, voucher_id in zip(people, vouchers, strict=True):
        await here.take(of, voucher_id)


async def test_odoo_152259_one_queue_sent_from_two_tabs_is_one_transaction(county: County, clock: HandClock) -> None:
    here = await world(county, people=4, limits=OfflineLimits())
    clock.forward(minutes=5)
    await taken(here.counter, here.phones, here.vouchers)
    answers = await asyncio.gather(*(here.counter.send(range(1, 5)) for _ in range(4)))
    assert {answer.ack_seq for answer in answers if isinstance(answer, Answer)} == {4}
    assert sorted(voucher_id for voucher_id, *_ in await paid(county)) == sorted(here.vouchers)
    assert [seq for seq, *_ in await stored(county)] == [1, 2, 3, 4]
    assert await faults(county) == []


@pytest.mark.parametrize("arrived", [0, 1, 3])
@pytest.mark.parametrize("lost", [False, True])
async def test_odoo_pr_261096_cut_after_some_of_the_events_the_rest_arrives_later_and_none_is_lost(
    county: County, clock: HandClock, arrived: int, *, lost: bool
) -> None:
    here = await world(county, people=4, limits=OfflineLimits())
    clock.forward(minutes=5)
    await taken(here.counter, here.phones, here.vouchers)
    if arrived:
        # The county has them; whether the counter heard of it depends on where the line was cut.
        await here.counter.sync(most=arrived, lost=lost)
    clock.forward(hours=1)
    answer = await here.counter.sync()
    assert answer.ack_seq == 4
    assert {seq: code for seq, (code, _) in told(answer).items()} == dict.fromkeys(told(answer), "applied")
    assert sorted(voucher_id for voucher_id, *_ in await paid(county)) == sorted(here.vouchers)
    assert await faults(county) == []


async def test_uni_event_pr_248_the_time_of_the_scan_is_kept_beside_the_time_of_its_arrival(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    scanned = []
    for of, voucher_id in zip(here.phones, here.vouchers, strict=True):
        scanned.append(clock.forward(hours=2, minutes=7))
        await here.counter.take(of, voucher_id)
    arrived = clock.forward(days=2)
    await here.counter.sync()
    assert await stored(county) == [(1, scanned[0], arrived), (2, scanned[1], arrived)]
    assert sorted((at, recorded) for *_, at, recorded in await paid(county)) == [(at, arrived) for at in scanned]


@pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.OFFICE, "nobody"])
async def test_a_journal_is_taken_whoever_is_signed_in_or_nobody(
    county: County, clock: HandClock, role: Role | str | None
) -> None:
    """Authority is the event's signature: an ended sign-in or another person's session changes nothing."""
    here = await world(county)
    clock.forward(minutes=5)
    await taken(here.counter, here.phones, here.vouchers)
    cookie = "ended" if role == "nobody" else None
    if isinstance(role, Role):
        opened = await transact(county, ready_sessions, ReadySessions(role=role, count=1))
        assert not isinstance(opened, Refused)
        # Where nobody has that part, the cookie is one that the county does not know.
        cookie = opened[0].token if opened else "unknown"
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        answer = await client.post(PUSHES, content=here.counter.pushed([1, 2]), headers={"content-type": CBOR})
    assert answer.status_code == 200, answer.text
    read = read_answer(answer.content, county=county.code, device=here.counter.device_id)
    assert not isinstance(read, Refused)
    assert told(read) == {1: ("applied", None), 2: ("applied", None)}
    assert await faults(county) == []


async def test_three_tablets_that_all_spend_what_they_can_never_overspend_the_pool(
    county: County, clock: HandClock
) -> None:
    """Every tablet takes every voucher: the first use has the voucher's own money, all others want the pool's."""
    merchants = [await with_merchant(county)]
    merchants += [(await admitted(county, admission(order=order))).merchant_id for order in (2, 3)]
    for number, merchant_id in enumerate(merchants, 1):
        await at_work(county, merchant_id, number)
    campaign_id, pool = UUID(int=0xCA), 15_000
    [round_id] = await running_campaign(county, campaign_id=campaign_id, pieces=5, cap_pieces=10)
    await sized(county, campaign_id, pool)
    await policy_in_force(county, LIMITS)
    people = [await phone(county, number) for number in range(1, 6)]
    vouchers = [await voucher(county, round_id, one) for one in people]
    tablets = [
        await counter(county, merchant_id, number, UUID(int=0x711 + number))
        for number, merchant_id in enumerate(merchants)
    ]
    assert (await places(county, campaign_id))[1:] == (0, pool, 0)
    clock.forward(minutes=5)
    for tablet in tablets:
        clock.forward(minutes=1)
        for of, voucher_id in zip(people, vouchers, strict=True):
            await tablet.take(of, voucher_id, count=1)
    codes = [code for tablet in reversed(tablets) for code, _ in told(await tablet.sync()).values()]
    assert len(codes) == 15
    size, left, dealt, spent = await places(county, campaign_id)
    assert (size, left + dealt + spent) == (pool, pool)
    assert 0 < spent <= pool
    assert sum(fen for _, fen, *_ in await paid(county)) <= 5 * 5_000 + pool
    assert await faults(county) == []


async def test_a_command_that_nobody_can_read_never_delays_those_that_do_not_need_it(
    county: County, clock: HandClock
) -> None:
    here = await world(county, people=4, limits=OfflineLimits())
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    # Of two claims in the middle nothing arrives as it was written, and each is acknowledged and kept all the same.
    await taken(here.counter, here.phones[1:], here.vouchers[1:])
    whole = list(here.counter.journal)
    here.counter.journal[1:3] = [whole[1][: len(whole[1]) // 2], b"\xa0" * 400]
    first = await here.counter.sync()
    assert {seq: code for seq, (code, _) in told(first).items()} == {
        1: "applied",
        2: "needs_review",
        3: "needs_review",
        4: "applied",
    }
    assert (first.ack_seq, first.need_from) == (4, None)
    here.counter.journal[:] = whole
    assert {code for code, _ in told(await here.counter.send_again([2, 3])).values()} == {"applied"}
    assert sorted(voucher_id for voucher_id, *_ in await paid(county)) == sorted(here.vouchers)
    assert await faults(county) == []
