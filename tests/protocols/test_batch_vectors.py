"""Every vector of pushes and their answers, against the county's own code and the merchants' program."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import cbor
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import PublicKey
from backend.sync.answer_rules import Answer, AnswerReason, EventResult, ResultCode, read_answer, write_answer
from backend.sync.event_rules import verify_event
from backend.sync.push_rules import LONGEST_PUSH, Numbered, Push, PushReason, Sentinel, sign_push, verify_push
from merchant_tools import pushes as merchants
from merchant_tools.signed import NotOurForm
from tests.protocols.answer_vectors import answer
from tests.protocols.batch_vectors import items, numbered, push, signed
from tests.protocols.known_keys import AT, COUNTER, COUNTY, DEVICE
from tests.protocols.spoilt_forms import heads_of
from tests.protocols.vector_files import as_json, vectors_of, whole

Vector = dict[str, Any]
ENROLLED: dict[str, str] = vectors_of("batch", "devices")[0].values[0]["keys"]
POINTS = {UUID(device): bytes.fromhex(key) for device, key in ENROLLED.items()}
KEYS = {device: PublicKey.from_point(point) for device, point in POINTS.items()}


def by_the_county(data: bytes, county: str = COUNTY) -> Push | str:
    push = verify_push(data, county=county, devices=KEYS)
    return push.reason.value if isinstance(push, Refused) else push


def by_a_merchant(data: bytes, county: str = COUNTY) -> merchants.Push | str:
    try:
        return merchants.check_push(data, county=county, devices=POINTS)
    except NotOurForm as refused:
        return refused.reason


def answer_by_the_device(data: bytes) -> Answer | str:
    told = read_answer(data, county=COUNTY, device=DEVICE)
    return told.reason.value if isinstance(told, Refused) else told


def answer_by_a_merchant(data: bytes) -> merchants.Answer | str:
    try:
        return merchants.read_answer(data, county=COUNTY, device=DEVICE)
    except NotOurForm as refused:
        return refused.reason


@pytest.mark.parametrize(("op", "reasons"), [("push-refused", PushReason), ("answer-refused", AnswerReason)])
def test_every_reason_has_a_vector_and_words_for_people(op: str, reasons: type[Reason]) -> None:
    assert {each.values[0]["reason"] for each in vectors_of("batch", op)} == {reason.value for reason in reasons}
    assert all(reason.zh and reason.en for reason in reasons)


def test_every_result_has_a_vector() -> None:
    told = [result for each in vectors_of("batch", "answer") for result in each.values[0]["expect"]["results"]]
    assert {result["code"] for result in told} == {code.value for code in ResultCode}


@pytest.mark.parametrize("vector", vectors_of("batch", "push"))
def test_a_push_says_what_the_vector_says(vector: Vector) -> None:
    data = whole(vector)
    read, by_merchant = by_the_county(data), by_a_merchant(data)
    assert not isinstance(read, str)
    assert not isinstance(by_merchant, str)
    assert as_json(read) == vector["expect"] | {"county": COUNTY}
    head, sentinel = by_merchant.head, by_merchant.sentinel
    assert {
        "device": str(by_merchant.device),
        "head": {"seq": head[0], "hash": head[1].hex()},
        "events": [{"seq": seq, "data": event.hex()} for seq, event in by_merchant.events],
        "sentinel": sentinel and {"device": str(sentinel[0]), "seq": sentinel[1]},
        "episode": by_merchant.episode,
    } == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("batch", "push-sized"))
def test_events_of_every_length_are_carried_whole_up_to_the_limits(vector: Vector) -> None:
    data = whole(vector)
    assert hashlib.sha256(data).hexdigest() == vector["sha256"]
    read, by_merchant = by_the_county(data), by_a_merchant(data)
    assert not isinstance(read, str)
    assert not isinstance(by_merchant, str)
    assert [len(event.data) for event in read.events] == vector["lengths"]
    assert all(event.data == b"\x5a" * len(event.data) for event in read.events)
    assert by_merchant.events == tuple((event.seq, event.data) for event in read.events)


@pytest.mark.parametrize("vector", vectors_of("batch", "push-refused"))
def test_a_push_is_refused_for_its_reason(vector: Vector) -> None:
    data, county = whole(vector), vector["county"]
    assert by_the_county(data, county) == vector["reason"]
    assert by_a_merchant(data, county) == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("batch", "answer"))
def test_an_answer_says_what_the_vector_says(vector: Vector) -> None:
    data = whole(vector)
    told, by_merchant = answer_by_the_device(data), answer_by_a_merchant(data)
    assert not isinstance(told, str)
    assert not isinstance(by_merchant, str)
    assert as_json(told) == vector["expect"] | {"county": COUNTY, "device": str(DEVICE)}
    assert write_answer(told) == data
    said = {name: as_json(getattr(by_merchant, name)) for name in vector["expect"]}
    said["results"] = [dict(zip(("seq", "code", "reason"), result, strict=True)) for result in said["results"]]
    said["checkpoint"] = dict(zip(("no", "time"), said["checkpoint"], strict=True))
    assert said == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("batch", "answer-refused"))
def test_an_answer_is_refused_for_its_reason(vector: Vector) -> None:
    data = whole(vector)
    assert answer_by_the_device(data) == vector["reason"]
    assert answer_by_a_merchant(data) == vector["reason"]


carried = st.lists(st.binary(min_size=1, max_size=300), max_size=8).map(
    lambda events: [Numbered(seq, data) for seq, data in enumerate(events, 1)]
)


@given(carried, st.none() | st.builds(Sentinel, st.uuids(), st.integers(0, 2**32 - 1)))
def test_a_push_comes_back_as_it_was_sent(events: list[Numbered], sentinel: Sentinel | None) -> None:
    given = push(*events, sentinel=sentinel)
    assert by_the_county(sign_push(given, device=COUNTER)) == given


@given(st.lists(st.sampled_from(ResultCode), max_size=9), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_an_answer_comes_back_as_it_was_given(codes: list[ResultCode], one: int, other: int) -> None:
    reasoned = (ResultCode.NONCOMPLIANT, ResultCode.NEEDS_REVIEW)
    results = [EventResult(seq, code, "over-cap" if code in reasoned else None) for seq, code in enumerate(codes, 1)]
    given = answer(*results, ack_seq=max(one, other), durable_seq=min(one, other), server_time=AT)
    assert answer_by_the_device(write_answer(given)) == given


@given(st.data())
def test_a_push_with_any_byte_turned_is_refused_by_both_for_one_reason(data: st.DataObject) -> None:
    spoilt = bytearray(sign_push(push(*numbered(2)), device=COUNTER))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = by_the_county(bytes(spoilt))
    assert isinstance(outcome, str)
    assert by_a_merchant(bytes(spoilt)) == outcome


@given(st.data())
def test_both_say_the_same_of_every_spoilt_content_and_answer(data: st.DataObject) -> None:
    content = bytearray(cbor.encode([*items()[:4], [[1, b"abc"], [2, b"d"]], [DEVICE.bytes, 9]]))
    told = bytearray(write_answer(answer(*[EventResult(1, ResultCode.NEEDS_REVIEW, "over-cap")], need_from=3)))
    for spoilt in (content, told):
        for _ in range(data.draw(st.integers(1, 2))):
            spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    raw = cbor.encode([bytes(content), COUNTER.sign(bytes(content))])
    one, other = by_the_county(raw), by_a_merchant(raw)
    assert (one if isinstance(one, str) else None) == (other if isinstance(other, str) else None)
    mine, theirs = answer_by_the_device(bytes(told)), answer_by_a_merchant(bytes(told))
    assert (mine if isinstance(mine, str) else None) == (theirs if isinstance(theirs, str) else None)


@given(st.data())
def test_no_other_form_of_a_push_or_an_answer_is_read(data: st.DataObject) -> None:
    content = cbor.encode([*items()[:4], [[1, b"abc"]], None, 7])
    outside = sign_push(push(*numbered(1)), device=COUNTER)
    longer = _longer(content, data)
    assert by_the_county(_longer(outside, data)) == "push-unreadable"
    assert by_the_county(cbor.encode([longer, COUNTER.sign(longer)])) == "push-unreadable"
    assert answer_by_the_device(_longer(write_answer(answer()), data)) == "answer-unreadable"


def _longer(form: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.sampled_from(heads_of(form)))
    return form[:at] + bytes([form[at] & 0xE0 | 24, form[at] & 0x1F]) + form[at + 1 :]


def test_one_event_that_nobody_can_read_spoils_no_other() -> None:
    events = numbered(3)
    events[1] = Numbered(2, b"\xff not an event")
    read = by_the_county(sign_push(push(*events), device=COUNTER))
    assert not isinstance(read, str)
    outcomes = [verify_event(event.data, county=COUNTY, device=DEVICE, key=KEYS[DEVICE]) for event in read.events]
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, True, False]


def test_what_nobody_would_take_is_not_written() -> None:
    for spoilt in (
        push(Numbered(2, b"x"), Numbered(1, b"x")),
        push(Numbered(10, b"x")),
        push(*[Numbered(seq, b"x") for seq in range(1, 202)]),
        push(Numbered(1, bytes(LONGEST_PUSH))),
    ):
        with pytest.raises(ValueError, match=r"numbers|head|at most"):
            sign_push(spoilt, device=COUNTER)
    with pytest.raises(ValueError, match="in a backup"):
        write_answer(answer(ack_seq=1, durable_seq=2))
    with pytest.raises(ValueError, match="reason"):
        write_answer(answer(EventResult(1, ResultCode.APPLIED, "over-cap")))
    assert signed(items()) == sign_push(push(), device=COUNTER)
