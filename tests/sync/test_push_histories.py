"""Counters live through random days: whatever they take, take back and copy, every push is taken and the books hold."""

from random import Random

import pytest
from msgspec import structs

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.sync.answer_rules import Answer
from backend.sync.claim_id import claim_id
from backend.sync.decide_event import decide_event
from backend.sync.device_rules import DeviceState
from backend.sync.settle_reviewed import Reviewed
from backend.vouchers.correct import DecideIncident, IncidentOutcome, ProposeIncident, decide_incident, propose_incident
from tests.databases import HandClock
from tests.sync.device_makers import policy_in_force, seen
from tests.sync.pushing import Counter, token_of, told
from tests.sync.test_decide_event import deciding
from tests.sync.test_push import LIMITS, POOL, World, counter, world
from tests.sync.test_unspent_claims import ONE_CLAIM
from tests.vouchers.campaigns import CLERK, FINANCE, faults
from tests.vouchers.pools import pool_of, sized

CAP = 10_000


async def three_counters(county: County) -> tuple[World, Counter]:
    """Two shops, the first with a second counter; each may take 100 yuan, and the pool has 300."""
    here = await world(county, people=3)
    await sized(county, here.campaign_id, POOL + CAP)
    third = await counter(county, await here.counter.merchant(), 2, here.counter.operator)
    return here, third


async def fetched(here: World) -> list[bytes]:
    """Everybody's token, as their phones have it from now on."""
    both = zip(here.phones, here.vouchers, strict=True)
    return [await token_of(here.counter.county, of, voucher_id) for of, voucher_id in both]


async def empty_pool(county: County, here: World) -> None:
    """The office takes back what no device holds."""
    stands = await pool_of(county, here.campaign_id)
    await sized(county, here.campaign_id, stands.size_fen - stands.left_fen)


async def episode_taken_away(county: County, at: Counter) -> None:
    """The office stops the device, and its answer about that is lost: it goes on taking in good faith."""
    await at.suspend()
    await at.sync(lost=True)


async def test_a_claim_whose_episode_is_over_is_paid_from_what_its_pool_has_and_else_waits_for_a_person(
    county: County, clock: HandClock
) -> None:
    here, third = await three_counters(county)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    for number in (0, 1):
        await here.other.take(here.phones[number], here.vouchers[number])
    await here.other.sync()
    await episode_taken_away(county, here.counter)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0], count=2, token=tokens[0])
    assert told(await here.counter.sync()) == {1: ("conflict_paid", None)}
    assert await faults(county) == []
    await episode_taken_away(county, third)
    await empty_pool(county, here)
    await third.take(here.phones[1], here.vouchers[1], count=2, token=tokens[1])
    await third.take(here.phones[2], here.vouchers[2], count=2, token=tokens[2])
    assert told(await third.sync()) == {1: ("needs_review", "cover-gone"), 2: ("applied", None)}
    assert await faults(county) == []
    third.take_back(1)
    assert told(await third.sync()) == {3: ("applied", None)}
    assert await faults(county) == []


async def test_what_is_taken_back_pays_for_the_claim_that_takes_its_place(county: County, clock: HandClock) -> None:
    here, third = await three_counters(county)
    for nth, at in enumerate([here.other, here.counter, third]):
        clock.forward(minutes=5)
        await at.take(here.phones[0], here.vouchers[0], count=nth + 1)
    assert told(await here.other.sync()) == {1: ("applied", None)}
    assert told(await here.counter.sync()) == {1: ("conflict_paid", None)}
    assert told(await third.sync()) == {1: ("conflict_unpaid", None)}
    # All three have new episodes, and the pool nothing that no device holds.
    await empty_pool(county, here)
    here.counter.take_back(1)
    assert told(await here.counter.sync()) == {2: ("applied", None)}
    assert told(await third.send_again([1])) == {1: ("conflict_paid", None)}
    assert await faults(county) == []


async def correct(county: County, at: Counter, hashed: bytes) -> bool:
    """Two people of the county undo what a claim was paid; whether there was anything to undo."""
    proposed = ProposeIncident(
        incident_id=new_id(), redemption_id=claim_id(hashed), reason="冒领", document_no="1号", actor=CLERK
    )
    if not isinstance(await transact(at.county, propose_incident, proposed), IncidentOutcome):
        return False
    decision = DecideIncident(decision_id=new_id(), incident_id=proposed.incident_id, confirm=True, actor=FINANCE)
    return isinstance(await transact(county, decide_incident, decision), IncidentOutcome)


async def test_a_correction_of_what_a_device_covered_leaves_allowances_and_ledger_alike(
    county: County, clock: HandClock
) -> None:
    here, _ = await three_counters(county)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    clock.forward(minutes=5)
    await here.other.take(here.phones[0], here.vouchers[0], count=2, token=tokens[0])
    assert told(await here.other.sync()) == {1: ("conflict_paid", None)}
    assert await correct(county, here.other, here.other.head)
    assert await faults(county) == []
    here.other.take_back(1)
    await here.other.sync()
    assert await faults(county) == []


@pytest.mark.parametrize("seed", range(3))
async def test_every_push_of_a_random_day_is_taken_and_the_books_hold_after_each(
    county: County, clock: HandClock, seed: int
) -> None:
    dice = Random(seed)
    here, third = await three_counters(county)
    await policy_in_force(county, structs.replace(LIMITS, holder_day_fen=100_000))
    counters = [here.other, here.counter, third]
    for at in counters:
        await at.sync()
    counts, tokens = 0, await fetched(here)
    for _ in range(22):
        clock.forward(minutes=dice.randrange(1, 20))
        at = dice.choice(counters)
        act = dice.choice(
            [*["take"] * 3, "back", *["send"] * 2, "part", "lost", "copy", "stop", "empty", "correct", "accept"]
        )
        if act == "take":
            counts += 1
            who = dice.randrange(len(here.phones))
            await at.take(here.phones[who], here.vouchers[who], count=counts, token=tokens[who])
        elif act == "back" and at.journal:
            at.take_back(dice.randrange(1, len(at.journal) + 1))
        elif act == "copy" and len(counters) < 5:
            counters.append(at.copied())
        elif act == "stop" and (await seen(county, at.device_id)).state is DeviceState.ACTIVE:
            await episode_taken_away(county, at)
        elif act == "empty":
            await empty_pool(county, here)
        elif act == "correct":
            await correct(county, at, at.head)
        elif act == "accept":
            await accept_all(at)
        else:
            await bring_home(at, dice, act)
        assert await faults(county) == []
    for at in counters:
        await bring_home(at, dice, "send")
        assert await faults(county) == []
    for at in counters:
        await accept_all(at)
        assert await faults(county) == []


@pytest.mark.parametrize("seed", [0, 1, 3])
async def test_claims_beyond_a_limit_are_accepted_here_and_there_and_the_books_hold_after_each(
    county: County, clock: HandClock, seed: int
) -> None:
    dice = Random(seed)
    here = await world(county, people=3, limits=ONE_CLAIM)
    counters = [here.counter, here.other]
    counts, tokens, accepted = 0, await fetched(here), 0
    for _ in range(24):
        clock.forward(minutes=dice.randrange(1, 20))
        at = dice.choice(counters)
        act = dice.choice([*["take"] * 4, "back", *["send"] * 2, "accept"])
        if act == "take":
            counts += 1
            who = dice.randrange(len(here.phones))
            await at.take(here.phones[who], here.vouchers[who], count=counts, token=tokens[who])
        elif act == "back" and at.journal:
            at.take_back(dice.randrange(1, len(at.journal) + 1))
        elif act == "accept":
            accepted += await accept_all(at)
        else:
            await bring_home(at, dice, "send")
        assert await faults(county) == []
    for at in counters:
        await bring_home(at, dice, "send")
        accepted += await accept_all(at)
        assert await faults(county) == []
    assert accepted > 0


async def accept_all(at: Counter) -> int:
    """Somebody accepts whatever of the counter may be accepted, what waits and what broke a limit; how many."""
    outcomes = [await transact(at.county, decide_event, deciding(at, seq)) for seq in range(1, len(at.journal) + 1)]
    return sum(isinstance(one, Reviewed) for one in outcomes)


async def bring_home(at: Counter, dice: Random, act: str) -> None:
    """Send, perhaps only a part of it, perhaps without hearing the answer; from where the county asks."""
    answer = await at.sync(most=1 if act == "part" else None, lost=act == "lost")
    while act == "send" and answer.need_from is not None:
        sent = await at.send(range(answer.need_from, len(at.journal) + 1)[: dice.choice([1, 200])])
        assert isinstance(sent, Answer), sent
        answer = sent
