"""Every vector of the event, against the county's own code and the merchants' program."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.sync.body_rules import Body, Kind, Mode, Void
from backend.sync.chain_rules import Link, contiguous, link_of, missing_from
from backend.sync.event_rules import (
    EventReason,
    SignedEvent,
    body_of,
    read_event,
    sign_event,
    verify_event,
    with_body,
)
from merchant_tools import events as merchants
from merchant_tools.signed import NotOurForm
from tests.protocols.event_vectors import act, bodies, event, journal, opened, redeem, signed
from tests.protocols.known_keys import COUNTER, COUNTY, DEVICE, other_half
from tests.protocols.spoilt_forms import heads_of
from tests.protocols.vector_files import as_json, vectors_of, whole

Vector = dict[str, Any]
POINT = bytes.fromhex(vectors_of("event", "device")[0].values[0]["key"])
KEY = PublicKey.from_point(POINT)


def by_the_county(data: bytes, county: str = COUNTY) -> tuple[SignedEvent, Body] | str:
    """The event and what it says, or the reason."""
    read = verify_event(data, county=county, device=DEVICE, key=KEY)
    if isinstance(read, Refused):
        return read.reason.value
    body = body_of(read.event)
    return body.reason.value if isinstance(body, Refused) else (read, body)


def by_a_merchant(data: bytes, county: str = COUNTY) -> tuple[merchants.Event, dict[str, Any]] | str:
    try:
        return merchants.check_event(data, county=county, device=DEVICE, key=POINT)
    except NotOurForm as refused:
        return refused.reason


def test_every_reason_has_a_vector_and_words_for_people() -> None:
    seen = {each.values[0]["reason"] for each in vectors_of("event", "event-refused")}
    assert seen == {reason.value for reason in EventReason}
    assert all(reason.zh and reason.en for reason in EventReason)


def test_every_kind_and_every_link_has_a_vector() -> None:
    assert {each.values[0]["expect"]["kind"] for each in vectors_of("event", "event")} == {str(kind) for kind in Kind}
    links = {link for each in vectors_of("event", "chain") for link in each.values[0]["links"]}
    assert links == {str(link) for link in Link}


@pytest.mark.parametrize("vector", vectors_of("event", "event"))
def test_an_event_says_what_the_vector_says(vector: Vector) -> None:
    data = whole(vector)
    read, by_merchant = by_the_county(data), by_a_merchant(data)
    assert not isinstance(read, str)
    assert not isinstance(by_merchant, str)
    signed_event, body = read
    assert as_json(signed_event.event) == vector["expect"] | {"county": COUNTY, "device": str(DEVICE)} | {
        "body": as_json(signed_event.event.body)
    }
    assert cbor.encode(signed_event.event.body).hex() == vector["body"]
    assert with_body(signed_event.event, body) == signed_event.event
    assert as_json(body) == as_json(by_merchant[1]) == vector["says"]
    assert signed_event.hash.hex() == by_merchant[0].hash.hex() == vector["hash"]
    head = {name: as_json(getattr(by_merchant[0], name)) for name in vector["expect"]}
    no, time = head["checkpoint"]
    assert head | {"checkpoint": {"no": no, "time": time}} == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("event", "event-args", "event-text"))
def test_byte_strings_and_texts_of_every_length_are_read_whole(vector: Vector) -> None:
    data, length = whole(vector), vector["length"]
    for read in (by_the_county(data), by_a_merchant(data)):
        assert not isinstance(read, str)
        assert read[0].hash.hex() == vector["hash"]
        told = as_json(read[1])
        assert told["args"] == "5a" * length if vector["op"] == "event-args" else told["reason"] == "Z" * length


@pytest.mark.parametrize("vector", vectors_of("event", "event-refused"))
def test_an_event_counts_for_nothing_for_its_reason(vector: Vector) -> None:
    data, county = whole(vector), vector["county"]
    assert by_the_county(data, county) == vector["reason"]
    assert by_a_merchant(data, county) == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("event", "chain"))
def test_events_join_on_as_the_vector_says(vector: Vector) -> None:
    stored: dict[int, bytes] = {}
    links: list[tuple[str, str]] = []
    for data in map(bytes.fromhex, vector["events"]):
        arrived = opened(data)
        links.append((link_of(arrived, stored=stored), merchants.link_of(merchants.read_event(data), stored)))
        stored.setdefault(arrived.event.seq, arrived.hash)
    assert links == [(link, link) for link in vector["links"]]
    assert contiguous(stored) == merchants.contiguous(stored) == vector["ack_seq"]
    assert missing_from(stored, head=vector.get("head", max(stored, default=0))) == vector["need_from"]


@given(st.sampled_from(sorted(bodies())), st.integers(1, 2**32 - 1), st.binary(min_size=32, max_size=32))
def test_an_event_comes_back_as_it_was_signed(why: str, seq: int, prev: bytes) -> None:
    given = event(bodies()[why], seq=seq, prev=prev)
    read = by_the_county(sign_event(given, device=COUNTER))
    assert not isinstance(read, str)
    assert (read[0].event, read[1]) == (given, bodies()[why])


@given(st.binary(max_size=300), st.text(min_size=1, max_size=80))
def test_any_bytes_and_any_words_come_back(args: bytes, reason: str) -> None:
    for body in (act(args=args), Void(3, reason)):
        read = by_the_county(sign_event(event(body), device=COUNTER))
        assert not isinstance(read, str)
        assert read[1] == body


@given(st.data())
def test_an_event_with_any_byte_turned_is_refused_by_both_for_one_reason(data: st.DataObject) -> None:
    why = data.draw(st.sampled_from(sorted(bodies())))
    spoilt = bytearray(sign_event(event(bodies()[why]), device=COUNTER))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = by_the_county(bytes(spoilt))
    assert isinstance(outcome, str)
    assert by_a_merchant(bytes(spoilt)) == outcome


@given(st.data())
def test_both_say_the_same_of_every_spoilt_content_that_is_well_signed(data: st.DataObject) -> None:
    why = data.draw(st.sampled_from(sorted(bodies())))
    content = bytearray(opened(sign_event(event(bodies()[why]), device=COUNTER)).content)
    for _ in range(data.draw(st.integers(1, 2))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    spoilt = signed(bytes(content))
    county, merchant = by_the_county(spoilt), by_a_merchant(spoilt)
    if isinstance(county, str):
        assert merchant == county
    else:
        assert not isinstance(merchant, str)
        assert as_json(county[1]) == as_json(merchant[1])


@given(st.data())
def test_no_other_form_of_an_event_is_read(data: st.DataObject) -> None:
    """Wherever a head stands, its longer form is refused, inside and outside of what is signed."""
    good = sign_event(event(), device=COUNTER)
    content = opened(good).content
    for whole_form, sign in ((good, None), (content, signed)):
        at = data.draw(st.sampled_from(heads_of(whole_form)))
        first, rest = whole_form[at], whole_form[at + 1 :]
        longer = whole_form[:at] + bytes([first & 0xE0 | 24, first & 0x1F]) + rest
        assert by_the_county(sign(longer) if sign else longer) == "event-unreadable"


def test_an_events_name_is_never_its_signature() -> None:
    """Whoever sees a signature can write the other one that fits: it is the same event, and arrives once."""
    good = sign_event(event(), device=COUNTER)
    twin = good[:-64] + other_half(good[-64:])
    first, second = (verify_event(data, county=COUNTY, device=DEVICE, key=KEY) for data in (good, twin))
    assert isinstance(first, SignedEvent)
    assert isinstance(second, SignedEvent)
    assert good != twin
    assert first.hash == second.hash == hashlib.sha256(first.content).digest()
    assert link_of(second, stored={1: first.hash}) is Link.AGAIN


@given(st.permutations(range(6)))
def test_what_is_acknowledged_depends_on_the_set_of_events_alone(order: list[int]) -> None:
    events = [opened(data) for data in journal(6)]
    stored: dict[int, bytes] = {}
    for place in order:
        assert link_of(events[place], stored=stored) in (Link.NEXT, Link.GAP)
        stored[events[place].event.seq] = events[place].hash
        last = contiguous(stored)
        assert set(range(1, last + 1)) <= set(stored)
        assert last + 1 not in stored
        assert missing_from(stored, head=6) == (last + 1 if last < 6 else None)
    assert contiguous(stored) == 6


def test_what_nobody_would_read_is_not_written() -> None:
    for spoilt in (event(seq=0), event(prev=b""), event(kind=""), structs.replace(event(), body=bytes(66_560))):
        with pytest.raises(ValueError, match=r"begin at 1|1 to 16 bytes|66560"):
            sign_event(spoilt, device=COUNTER)
    for body in (act(args=bytes(65_536)), Void(0, "x"), Void(1, "水" * 334), redeem(mode=Mode.PAPER)):
        with pytest.raises(ValueError, match=r"65535|1000 bytes|proof of this mode"):
            event(body)


def test_a_head_is_read_whatever_its_body_says_so_that_a_chain_goes_on() -> None:
    tomorrow = structs.replace(event(), kind="GIFT", body={"a": [1, None]})
    read = read_event(sign_event(tomorrow, device=COUNTER))
    assert isinstance(read, SignedEvent)
    assert body_of(read.event) == Refused(EventReason.KIND_UNKNOWN)
    assert link_of(read, stored={}) is Link.NEXT


def test_a_voucher_taken_by_its_code_costs_a_thin_link_less_than_330_bytes() -> None:
    assert len(sign_event(event(seq=3_000, mono=90_000), device=COUNTER)) < 330
