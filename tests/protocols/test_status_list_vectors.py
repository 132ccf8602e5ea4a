"""Every vector of status lists, against the county's own code and the merchants' program."""

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.sync.status_rules import (
    LONGEST_LIST,
    MOST_PLACES,
    StatusList,
    StatusListReason,
    deflate,
    pack_states,
    read_status_list,
    write_status_list,
)
from backend.vouchers.status_words import UsableState
from merchant_tools import status_lists as merchants
from merchant_tools.signed import NotOurForm
from tests.protocols.known_keys import COUNTY
from tests.protocols.status_list_vectors import items, stored
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]


def by_the_county(data: bytes, county: str = COUNTY) -> StatusList | str:
    listed = read_status_list(data, county=county)
    return listed.reason.value if isinstance(listed, Refused) else listed


def by_a_merchant(data: bytes, county: str = COUNTY) -> merchants.StatusList | str:
    try:
        return merchants.read_status_list(data, county=county)
    except NotOurForm as refused:
        return refused.reason


def told(listed: StatusList | merchants.StatusList | str) -> Any:
    """As the vectors write it, with one place beyond the list."""
    if isinstance(listed, str):
        return listed
    states = "".join(str(int(listed.state_of(place))) for place in range(listed.count + 1))
    return {"epoch": listed.epoch, "version": listed.version, "count": listed.count, "states": states}


@pytest.mark.parametrize("vector", vectors_of("status-list", "status-list"))
def test_a_list_says_what_the_vector_says(vector: Vector) -> None:
    data = bytes.fromhex(vector["data"])
    assert told(by_the_county(data)) == vector["expect"]
    assert told(by_a_merchant(data)) == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("status-list", "status-list-refused"))
def test_a_list_is_refused_for_its_reason(vector: Vector) -> None:
    data, county = bytes.fromhex(vector["data"]), vector["county"]
    assert by_the_county(data, county) == vector["reason"]
    assert by_a_merchant(data, county) == vector["reason"]


def test_every_reason_has_a_vector_and_words_for_people() -> None:
    found = {each.values[0]["reason"] for each in vectors_of("status-list", "status-list-refused")}
    assert found == {reason.value for reason in StatusListReason}
    assert all(reason.zh and reason.en for reason in StatusListReason)


states = st.lists(st.sampled_from(UsableState), max_size=40)


@given(states, st.integers(0, 2**32 - 1))
def test_a_list_comes_back_as_it_was_made(given_states: list[UsableState], version: int) -> None:
    count, packed = pack_states(enumerate(given_states))
    data = write_status_list(county=COUNTY, epoch=3, version=version, count=count, deflated=deflate(packed))
    listed = by_the_county(data)
    assert isinstance(listed, StatusList)
    assert [listed.state_of(place) for place in range(count)] == given_states
    assert (listed.epoch, listed.version, listed.state_of(count + 5)) == (3, version, UsableState.USABLE)


@given(st.sets(st.integers(0, 60)))
def test_a_place_that_is_left_out_cannot_be_used(used: set[int]) -> None:
    count, packed = pack_states((place, UsableState.USED) for place in sorted(used))
    listed = StatusList(county=COUNTY, epoch=1, version=1, count=count, packed=packed)
    assert count == max(used, default=-1) + 1
    expected = [UsableState.USED if place in used else UsableState.NOT_USABLE for place in range(count)]
    assert [listed.state_of(place) for place in range(count)] == expected


@given(st.data())
def test_both_say_the_same_of_every_spoilt_list(data: st.DataObject) -> None:
    spoilt = bytearray(cbor.encode(items()))
    for _ in range(data.draw(st.integers(1, 2))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    assert told(by_the_county(bytes(spoilt))) == told(by_a_merchant(bytes(spoilt)))


def test_what_nobody_would_take_is_not_written() -> None:
    with pytest.raises(ValueError, match="two bits"):
        write_status_list(county=COUNTY, epoch=1, version=1, count=5, deflated=stored(b""))
    with pytest.raises(ValueError, match="at most"):
        pack_states([(MOST_PLACES, UsableState.USED)])


def test_a_small_stream_that_inflates_without_end_is_not_inflated() -> None:
    huge = zlib.compress(bytes(100_000_000), 9)
    assert by_the_county(cbor.encode([*items()[:5], huge])) == "status-list-malformed"
    assert by_the_county(bytes(LONGEST_LIST + 1)) == "status-list-unreadable"
    assert by_a_merchant(bytes(LONGEST_LIST + 1)) == "status-list-unreadable"
