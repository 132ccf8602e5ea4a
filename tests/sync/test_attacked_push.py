"""Somebody holds a device's key and means harm: every push is answered, and what was honest still counts.

Numbers at the ends of their range, instants of 1970 and 2242, bodies of other kinds, events that are no events, cut,
padded and signed by others: all of it is classified or put into quarantine, on both databases.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel import cbor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.answer_rules import Answer, ResultCode
from backend.sync.event_rules import Checkpoint, body_of, read_event
from backend.sync.find_policies import find_policy
from backend.sync.push_rules import Numbered, Place, Push, sign_push
from tests.databases import HandClock
from tests.protocols.known_keys import STRANGER
from tests.sync.pushing import Counter, send
from tests.sync.test_push import world

MOST = 2**32 - 1
BEGINNING: Instant = datetime(1970, 1, 1, tzinfo=UTC)
END: Instant = BEGINNING + timedelta(seconds=2**33 - 1)
HEADS: dict[str, dict[str, Any]] = {
    "the largest policy": {"policy": MOST},
    "a policy beyond 31 bits": {"policy": 2**31},
    "the largest snapshot": {"snapshot": MOST},
    "the largest epoch": {"epoch": MOST},
    "the largest checkpoint": {"checkpoint": Checkpoint(MOST, END)},
    "a checkpoint of 1970": {"checkpoint": Checkpoint(0, BEGINNING)},
    "the year 2242": {"t_dev": END},
    "the year 1970": {"t_dev": BEGINNING},
    "the longest uptime": {"mono": MOST},
    "all at once": {
        **dict.fromkeys(("policy", "snapshot", "epoch", "mono"), MOST),
        "checkpoint": Checkpoint(MOST, END),
        "t_dev": END,
    },
}
BODIES: dict[str, dict[str, Any]] = {
    "the largest amounts": {"bill_fen": MOST, "eligible_fen": MOST, "amount_fen": MOST},
    "nothing at all": {"bill_fen": 0, "eligible_fen": 0, "amount_fen": 0},
    "the largest version of terms": {"terms_version": MOST},
    "a voucher that nobody has": {"voucher": UUID(int=2**128 - 1)},
    "an operator that nobody is": {"operator": UUID(int=0)},
}


async def honest(counter: Counter, phone: Any, voucher: UUID) -> None:
    """An honest claim behind all of it comes home and counts."""
    seq = await counter.take(phone, voucher)
    answer = await counter.sync()
    assert answer.ack_seq == seq
    [told] = [one for one in answer.results if one.seq == seq]
    assert told.code in {ResultCode.APPLIED, ResultCode.NONCOMPLIANT, ResultCode.NEEDS_REVIEW}


@pytest.mark.parametrize("name", HEADS)
async def test_an_event_with_a_head_at_the_end_of_its_range_is_classified(
    county: County, clock: HandClock, name: str
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    read = read_event(here.counter.journal.pop())
    assert not isinstance(read, Refused)
    body = body_of(read.event)
    assert not isinstance(body, Refused)
    here.counter.head = read.event.prev
    here.counter.add(body, **HEADS[name])
    answer = await here.counter.sync()
    assert (answer.ack_seq, len(answer.results)) == (1, 1)
    await honest(here.counter, here.phones[1], here.vouchers[1])


@pytest.mark.parametrize("name", BODIES)
async def test_a_claim_with_a_body_at_the_end_of_its_range_is_classified(
    county: County, clock: HandClock, name: str
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0], **BODIES[name])
    answer = await here.counter.sync()
    assert (answer.ack_seq, len(answer.results)) == (1, 1)
    await honest(here.counter, here.phones[1], here.vouchers[1])


@pytest.mark.parametrize("seed", range(6))
async def test_events_that_are_none_are_kept_apart_and_hold_up_nothing(
    county: County, clock: HandClock, seed: int
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    dice = random.Random(seed)
    good = here.counter.journal[0]
    others = [spoilt(good, dice) for _ in range(20)]
    events = tuple(Numbered(seq, data) for seq, data in enumerate([good, *others], 1))
    answer = await sent(here.counter, events, head=len(events))
    assert {one.seq for one in answer.results} == set(range(1, len(events) + 1))
    assert answer.results[0].code is ResultCode.APPLIED
    # The same again changes nothing.
    again = await sent(here.counter, events, head=len(events))
    assert (again.ack_seq, [one.seq for one in again.results]) == (answer.ack_seq, [one.seq for one in answer.results])


@pytest.mark.parametrize("episode", [2**31 - 1, 2**31, MOST])
@pytest.mark.parametrize("head", [1, 2**31, MOST])
async def test_a_push_with_numbers_at_the_ends_of_their_range_is_answered(
    county: County, clock: HandClock, episode: int, head: int
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    answer = await sent(here.counter, (Numbered(1, here.counter.journal[0]),), head=head, episode=episode)
    assert answer.results[0].code is ResultCode.APPLIED
    far = await sent(here.counter, (Numbered(head, here.counter.journal[0]),), head=head, episode=episode)
    assert far.ack_seq == 1


def spoilt(good: bytes, dice: random.Random) -> bytes:
    """Bytes that a device of ours would never write, in one of many ways."""
    ways = [
        lambda: dice.randbytes(dice.randrange(1, 400)),
        lambda: good[: dice.randrange(1, len(good))],
        lambda: good + dice.randbytes(3),
        lambda: bytes([*good[:40], good[40] ^ 1, *good[41:]]),
        lambda: cbor.encode([good[3:], STRANGER.sign(good[3:])]),
        lambda: b"\x81" * dice.randrange(1, 5_000) + b"\x00",
        lambda: b"\x9b" + b"\xff" * 8,
        lambda: bytes(66_000),
    ]
    return dice.choice(ways)()


async def sent(counter: Counter, events: tuple[Numbered, ...], *, head: int, episode: int = 0) -> Answer:
    """A push that the device itself signs, whatever is in it."""
    told = Push(
        county=counter.county.code,
        device=counter.device_id,
        head=Place(head, counter.head),
        events=events,
        sentinel=None,
        episode=episode,
    )
    outcome = await send(counter.county, sign_push(told, device=counter.key))
    assert isinstance(outcome, Answer), outcome
    return outcome


@pytest.mark.parametrize("number", [2**31, MOST])
async def test_a_policy_that_an_event_names_is_looked_for_whatever_its_number(county: County, number: int) -> None:
    assert await inquire(county, find_policy, number) is None
