"""A journal is walked on from where it was left, and what is said of it is what the whole walk would say."""

from collections.abc import Mapping
from random import Random
from uuid import UUID

import pytest
from msgspec import structs

from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.refusals import Refused
from backend.sync.body_rules import Void
from backend.sync.compliance_rules import Judgement, judgement
from backend.sync.event_rules import Checkpoint, SignedEvent, read_event
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.gather_facts import Journal as Gathered
from backend.sync.gather_facts import gather_facts
from backend.sync.store import devices, events, walks
from backend.sync.walk_rules import Tally, TallyState, Target, Walked
from tests.databases import HandClock
from tests.protocols.known_keys import AT
from tests.sync.device_makers import policy_in_force, seen
from tests.sync.journals import HOUR, Journal, online
from tests.sync.pushing import Counter, told
from tests.sync.test_push import LIMITS, world
from tests.sync.test_push_histories import bring_home, fetched, three_counters
from tests.vouchers.campaigns import faults


def random_journal(dice: Random) -> Journal:
    """Claims that are right, too many, twice, replayed or of an older word; some are taken back, one perhaps twice."""
    journal = Journal()
    for nth in range(dice.randrange(4, 14)):
        act = dice.choice(["take", "take", "take", "again", "back", "online", "old word"])
        if act == "back":
            journal.add(Void(dice.randrange(1, nth + 2), "扫错了"))
        elif act == "online":
            journal.add(online(dice.randrange(6)))
        elif act == "old word":
            journal.take(nth, person=nth % 3, checkpoint=Checkpoint(11, AT - HOUR))
        else:
            number = dice.randrange(6) if act == "again" else 20 + nth
            journal.take(number, person=number % 3, of_kind=1 + number % 2, count=dice.randrange(1, 9))
    return journal


def reminded(judged: Judgement, signed: list[SignedEvent]) -> Walked:
    """All that the county keeps of a walk."""
    counted = [one for one in judged.tallies.values() if one.state is TallyState.COUNTED and one.room is not None]
    episodes: dict[int, tuple[int, int]] = {}
    campaigns: dict[tuple[int, int], int] = {}
    days: dict[tuple[bytes, object], int] = {}
    for one in counted:
        assert one.room is not None
        fen, claims = episodes.get(one.room.episode, (0, 0))
        episodes[one.room.episode] = (fen + one.fen, claims + 1)
        campaign, day = (one.room.episode, one.room.campaign), (one.room.holder, one.room.day)
        campaigns[campaign] = campaigns.get(campaign, 0) + one.fen
        days[day] = days.get(day, 0) + one.fen
    return structs.replace(
        judged.end,
        vouchers=frozenset(
            one.voucher for one in judged.tallies.values() if one.state in (TallyState.COUNTED, TallyState.ONLINE)
        ),
        episodes=episodes,
        campaigns=campaigns,
        days=days,
        counters=counters_in(judged.tallies),
        targets={one.event.seq: Target(one, judged.tallies.get(one.event.seq)) for one in signed},
    )


def counters_in(tallies: Mapping[int, Tally]) -> dict[tuple[bytes, bytes], int]:
    """The highest of each holder and voucher."""
    found: dict[tuple[bytes, bytes], int] = {}
    for one in tallies.values():
        if one.counter is not None and one.holder is not None:
            key = (one.voucher.bytes, one.holder)
            found[key] = max(found.get(key, 0), one.counter)
    return found


def walked_in_two(signed: list[SignedEvent], facts: DeviceFacts, cut: int) -> Judgement:
    """What the second walk says."""
    first = judgement(signed[:cut], facts)
    assert first.doubt is None
    return judgement(signed[cut:], facts, walked=reminded(first, signed[:cut]))


@pytest.mark.parametrize("seed", range(40))
def test_two_walks_say_what_one_says(seed: int) -> None:
    dice = Random(seed)
    journal = random_journal(dice)
    facts = journal.facts()
    whole = judgement(journal.events, facts)
    for cut in range(1, len(journal.events)):
        second = walked_in_two(journal.events, facts, cut)
        assert second.end == whole.end
        assert second.tallies.items() <= whole.tallies.items()
        for event in journal.events[cut:]:
            assert second.verdicts.get(event.hash) == whole.verdicts.get(event.hash), (cut, event.event.seq)
            assert second.targets.get(event.hash) == whole.targets.get(event.hash)
        back = {event.hash for event in journal.events[:cut] if second.verdicts.get(event.hash) is Fault.VOIDED}
        assert all(whole.verdicts[hashed] is Fault.VOIDED for hashed in back)


def test_a_walk_that_has_doubts_says_so_and_nothing_goes_on_from_it() -> None:
    journal = Journal()
    journal.take(1)
    journal.take(2, person=1, prev=b"\x07" * 32)
    assert judgement(journal.events, journal.facts()).doubt is Fault.CHAIN_BROKEN
    assert walked_in_two(journal.events, journal.facts(), 1).doubt is Fault.CHAIN_BROKEN
    assert judgement(journal.events[:1], journal.facts()).doubt is None


async def _both(tx: Transaction, device_id: UUID) -> tuple[object, object]:
    """What is kept of a device's walk, and what a walk along its whole journal would keep."""
    device = await devices.device(tx, device_id)
    assert device is not None
    log = [read_event(one.data) for one in await events.log_up_to(tx, device_id, device.ack_seq)]
    signed = [one for one in log if not isinstance(one, Refused)]
    facts = await gather_facts(tx, Gathered(device, signed))
    judged = judgement(signed, facts, proven={one.hash for one in signed})
    assert judged.doubt is None
    kept = await walks.tallies_of(tx, device_id, range(1, device.ack_seq + 1))
    return (await walks.walked(tx, device_id), kept), (judged.end if signed else None, judged.tallies)


async def assert_walks_are_whole(county: County, counters: list[Counter]) -> None:
    """Of each of these."""
    for at in counters:
        kept, whole = await inquire(county, _both, at.device_id)
        assert kept == whole


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_kept_of_a_walk_is_what_the_whole_journal_gives(
    county: County, clock: HandClock, seed: int
) -> None:
    dice = Random(seed)
    here, third = await three_counters(county)
    await policy_in_force(county, structs.replace(LIMITS, holder_day_fen=100_000))
    counters = [here.other, here.counter, third]
    for at in counters:
        await at.sync()
    counts, tokens = 0, await fetched(here)
    for _ in range(14):
        clock.forward(minutes=dice.randrange(1, 20))
        at = dice.choice(counters)
        act = dice.choice(["take", "take", "take", "back", "send", "part", "lost"])
        if act == "take":
            counts += 1
            who = dice.randrange(len(here.phones))
            await at.take(here.phones[who], here.vouchers[who], count=counts, token=tokens[who])
        elif act == "back" and at.journal:
            at.take_back(dice.randrange(1, len(at.journal) + 1))
        else:
            await bring_home(at, dice, act)
            await assert_walks_are_whole(county, counters)
    for at in counters:
        await bring_home(at, dice, "send")
    await assert_walks_are_whole(county, counters)
    assert await faults(county) == []


async def test_a_device_with_two_journals_is_walked_from_its_beginning(county: County, clock: HandClock) -> None:
    here = await world(county, people=2)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    copy = here.counter.copied()
    await here.counter.take(here.phones[0], here.vouchers[0], token=tokens[0])
    await here.counter.sync()
    assert (await inquire(county, walks.walked, here.counter.device_id)) is not None
    await copy.take(here.phones[1], here.vouchers[1], token=tokens[1])
    await copy.sync()
    assert (await inquire(county, walks.walked, here.counter.device_id)) is None


async def test_what_could_be_read_in_the_end_is_walked_on_from_and_not_from_the_beginning(
    county: County, clock: HandClock
) -> None:
    here = await world(county, people=2)
    clock.forward(minutes=5)
    tokens = await fetched(here)
    await here.counter.take(here.phones[0], here.vouchers[0], token=tokens[0])
    [readable] = here.counter.journal
    here.counter.journal = [b"\x00"]
    await here.counter.sync()
    assert (await inquire(county, walks.walked, here.counter.device_id)) is None
    here.counter.journal = [readable]
    assert told(await here.counter.send_again([1])) == {1: ("applied", None)}
    await here.counter.take(here.phones[1], here.vouchers[1], token=tokens[1])
    assert told(await here.counter.sync())[2] == ("applied", None)
    walked = await inquire(county, walks.walked, here.counter.device_id)
    assert walked is not None
    assert walked.seq == 2


async def test_a_push_looks_at_as_much_after_a_hundred_others_as_after_one(county: County, clock: HandClock) -> None:
    here = await world(county, people=2)
    tokens = await fetched(here)
    for _ in range(100):
        clock.forward(hours=2)
        await here.counter.sync()
    await here.counter.take(here.phones[0], here.vouchers[0], token=tokens[0])
    facts = await facts_for(county, here.counter)
    assert [len(found) for found in (facts.checkpoints, facts.certificates, facts.episodes)] == [1, 1, 1]
    await here.counter.sync()
    await here.counter.take(here.phones[1], here.vouchers[1], token=tokens[1])
    assert len((await facts_for(county, here.counter)).episodes) == 1
    # What is taken back may have been taken by an allowance of before.
    here.counter.take_back(1)
    assert len((await facts_for(county, here.counter)).episodes) == 2


async def facts_for(county: County, counter: Counter) -> DeviceFacts:
    """What the county looks up to judge the newest event."""
    newest = read_event(counter.journal[-1])
    assert isinstance(newest, SignedEvent)
    return await inquire(county, gather_facts, Gathered(await seen(county, counter.device_id), [newest]))
