"""No text that a device may sign stops its journal: the longest, NUL, what nobody sees, and what is no text at all.

Each is stored or kept apart, and what comes after it comes home and counts, on both databases.
"""

import types
from typing import get_args, get_type_hints
from uuid import UUID

import pytest
from msgspec import structs

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel import cbor
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.kernel.signed_texts import REPLACED, storable
from backend.stations.find_shifts import FindShifts, find_shifts
from backend.sync.answer_rules import Answer, ResultCode
from backend.sync.body_rules import (
    LONGEST_ARGS,
    LONGEST_CODE,
    LONGEST_REASON,
    MOST_DEPS,
    MOST_LINES,
    Body,
    CardProof,
    ClockJump,
    Cmd,
    HolderProof,
    Line,
    OnlineProof,
    Void,
)
from backend.sync.event_rules import LONGEST_KIND, DeviceEvent, read_event
from backend.sync.find_conflicts import AskEvent, FindConflicts, find_conflicts, find_event
from backend.sync.push import LONGEST_VERSION, push
from backend.sync.push_rules import Numbered
from backend.sync.take_journal_file import FromFile, TakeFromFile, take_from_file
from tests.databases import HandClock
from tests.sync.device_makers import seen
from tests.sync.pushing import recognised, told
from tests.sync.station_tablets import begins, ends, tablet
from tests.sync.test_push import World, world
from tests.vouchers.campaigns import faults

WAYS = {
    "the longest": "x",
    "the longest in Chinese": "长",
    "the longest of four bytes": "😀",
    "NUL": "\0",
    "NUL between": "a\0b",
    "a new line": "\r\n",
    "escapes": "\x1b[2J\x7f\x85",
    "turned around": "\u202e倒\u2066",
    "beyond the planes": "\ufffe\uffff\U0010ffff",
    "blanks": " ",
    "quotes": "'\"\\%;--",
}


def filled(way: str, most: int) -> str:
    """As many bytes of it as a text may have."""
    some = WAYS[way]
    return some * max(1, most // len(some.encode()))


def test_every_text_of_an_event_is_tried_here() -> None:
    parts = [DeviceEvent, Line, OnlineProof, HolderProof, CardProof, *get_args(Body)]
    texts = {
        (part.__name__, name)
        for part in parts
        for name, kind in get_type_hints(part).items()
        if kind is str or (isinstance(kind, types.UnionType) and str in get_args(kind))
    }
    tried = {("DeviceEvent", "kind"), ("Line", "code"), ("Void", "reason"), ("Shift", "reason"), ("Cmd", "type")}
    # A county's text is made of its number, and a body is what the others say, or nobody reads it.
    assert texts == tried | {("DeviceEvent", "county"), ("DeviceEvent", "body")}


def test_what_can_be_stored_is_cut_and_marked_and_else_as_it_was() -> None:
    assert storable("扫错了", 3) == "扫错了"
    assert storable("扫错了吗", 3) == "扫错…"
    assert storable("a\0b\ud800\u202e", 9) == f"a{REPLACED}b{REPLACED}{REPLACED}"


async def written(here: World, way: str) -> int:
    """Every text of every kind of event as long as it may be; the last number."""
    at, now = here.counter, here.counter.county.clock()
    lines = tuple(Line(filled(way, LONGEST_CODE), 100) for _ in range(MOST_LINES))
    taken = await at.take(here.phones[0], here.vouchers[0], lines=lines)
    # Paid before it is taken back, so that the reason stands beside what comes back.
    assert told(await at.sync()) == {taken: ("applied", None)}
    at.add(ClockJump(now, now, now), kind=filled(way, LONGEST_KIND))
    at.take_back(taken, filled(way, LONGEST_REASON))
    # Nothing to take back is a text all the same.
    at.take_back(2, filled(way, LONGEST_REASON))
    at.add(ends(new_id(), 1, filled(way, LONGEST_REASON), at.operator))
    deps = tuple(UUID(int=one) for one in range(MOST_DEPS))
    return at.add(Cmd(new_id(), "x" * 64, WAYS[way].encode() * (LONGEST_ARGS // 20), deps, 2**32 - 1))


async def honest(here: World) -> None:
    """A claim behind all of it comes home and counts, and the office can look at everything."""
    seq = await here.counter.take(here.phones[1], here.vouchers[1])
    answer = await here.counter.sync()
    assert (answer.ack_seq, answer.need_from) == (seq, None)
    assert {one.seq: one.code for one in answer.results}[seq] is ResultCode.APPLIED
    assert await inquire(here.counter.county, find_conflicts, FindConflicts())
    for one in range(1, seq + 1):
        await inquire(here.counter.county, find_event, AskEvent(here.counter.device_id, one))
    assert await faults(here.counter.county) == []


@pytest.mark.parametrize("way", WAYS)
async def test_every_text_at_its_longest_comes_home_by_a_push(county: County, clock: HandClock, way: str) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    last = await written(here, way)
    answer = await here.counter.sync()
    assert answer.ack_seq == last
    assert {one.seq: one.code for one in answer.results}[3] is ResultCode.APPLIED
    await honest(here)


async def test_and_in_a_file(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    last = await written(here, "NUL")
    events = tuple(Numbered(seq, data) for seq, data in enumerate(here.counter.journal, 1))
    brought = TakeFromFile(device_id=here.counter.device_id, events=events)
    assert await transact(county, take_from_file, brought) == FromFile(
        taken=last - 1, known=1, unreadable=0, ack_seq=last
    )
    await honest(here)


@pytest.mark.parametrize("way", WAYS)
async def test_why_the_cash_of_a_station_differs_is_kept_as_far_as_it_can_be(
    county: County, clock: HandClock, way: str
) -> None:
    here, shift = (await tablet(county)).counter, new_id()
    clock.forward(hours=1)
    here.add(begins(shift))
    here.add(ends(shift, 18_000, filled(way, LONGEST_REASON)))
    here.add(begins(new_id()))
    answer = await here.sync()
    assert [(one.seq, one.code) for one in answer.results] == [(seq, ResultCode.APPLIED) for seq in (1, 2, 3)]
    kept = [one.shift for one in await inquire(county, find_shifts, FindShifts())]
    assert {one.difference_reason is None for one in kept if one.id == shift} == {False}
    assert await faults(county) == []


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xc0\x80\x80", b"\xf5\xff\xff", b"\x00\xff\x00"])
async def test_what_is_signed_and_no_text_is_kept_apart(county: County, clock: HandClock, raw: bytes) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    counter = here.counter
    counter.add(Void(1, "???"))
    read = read_event(counter.journal.pop())
    assert not isinstance(read, Refused)
    content = read.content.replace(b"\x63???", b"\x63" + raw)
    assert content != read.content
    counter.journal.append(cbor.encode([content, counter.key.sign(content)]))
    answer = await counter.sync()
    assert (answer.ack_seq, [one.code for one in answer.results]) == (1, [ResultCode.NEEDS_REVIEW])
    # Behind it nobody can tell what came before.
    await counter.take(here.phones[1], here.vouchers[1])
    assert (await counter.sync()).ack_seq == 2
    assert await faults(county) == []


@pytest.mark.parametrize("version", ["x" * 2_000, "1.0\0", "\ud800", "\u202e1.0", " "])
async def test_whatever_a_device_calls_its_program_is_kept_as_far_as_it_can_be(county: County, version: str) -> None:
    here = await world(county)
    sent = structs.replace(await recognised(county, here.counter.pushed([])), app_version=version)
    assert isinstance(await transact(county, push, sent), Answer)
    kept = (await seen(county, here.counter.device_id)).app_version
    assert 1 <= len(kept) <= LONGEST_VERSION
    assert kept == storable(version, LONGEST_VERSION)
