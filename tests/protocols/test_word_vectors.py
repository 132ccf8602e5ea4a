"""Every vector of words, against the county's own code and the merchants' program."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.sync.digest_rules import digest_of
from backend.sync.word_rules import (
    LONGEST_WORD,
    Word,
    WordReason,
    changed_since,
    cursor_of,
    digests_of,
    read_word,
    write_word,
)
from merchant_tools import words as merchants
from merchant_tools.signed import NotOurForm
from tests.protocols.known_keys import COUNTY, DEVICE
from tests.protocols.vector_files import as_json, vectors_of
from tests.protocols.word_vectors import WHOLE, described, items, word

Vector = dict[str, Any]


def by_the_county(data: bytes, county: str = COUNTY, device: UUID = DEVICE) -> Any:
    """What the county's code says, as vectors write it, or the word of its refusal."""
    read = read_word(data, county=county, device=device)
    return read.reason.value if isinstance(read, Refused) else described(read)


def by_a_merchant(data: bytes, county: str = COUNTY, device: UUID = DEVICE) -> Any:
    """What the merchants' program says, likewise."""
    try:
        read = merchants.read_word(data, county=county, device=device)
    except NotOurForm as refused:
        return refused.reason
    told = {name: as_json(value) for name, value in vars(read).items() if name not in {"county", "device"}}
    if read.trust is not None and not read.trust[2]:
        told["trust"] = as_json(read.trust[:2])
    digests = {name: as_json(merchants.digest_of(rows)) for name, rows in read.collections.items()}
    return told | {"digests": digests}


@pytest.mark.parametrize("vector", vectors_of("word", "word"))
def test_a_word_says_what_the_vector_says(vector: Vector) -> None:
    data = bytes.fromhex(vector["data"])
    assert by_the_county(data) == vector["expect"]
    assert by_a_merchant(data) == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("word", "word-refused"))
def test_a_word_is_refused_for_its_reason(vector: Vector) -> None:
    asked = bytes.fromhex(vector["data"]), vector["county"], UUID(vector["device"])
    assert by_the_county(*asked) == vector["reason"]
    assert by_a_merchant(*asked) == vector["reason"]


def test_every_reason_has_a_vector_and_words_for_people() -> None:
    found = {each.values[0]["reason"] for each in vectors_of("word", "word-refused")}
    assert found == {reason.value for reason in WordReason}
    assert all(reason.zh and reason.en for reason in WordReason)


@given(st.data())
def test_both_say_the_same_of_every_spoilt_word(data: st.DataObject) -> None:
    spoilt = bytearray(cbor.encode(items()))
    for _ in range(data.draw(st.integers(1, 2))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    assert by_the_county(bytes(spoilt)) == by_a_merchant(bytes(spoilt))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
collections = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.dictionaries(
        st.text(min_size=1, max_size=4), st.dictionaries(st.text(max_size=3), json_values, max_size=3), max_size=3
    ),
    max_size=3,
)


@given(collections)
def test_a_word_comes_back_as_it_was_told(told: dict[str, Any]) -> None:
    try:
        data = write_word(word(collections=told))
    except ValueError:
        return  # Deeper than any row may be, or text that has no UTF-8.
    read = read_word(data, county=COUNTY, device=DEVICE)
    assert isinstance(read, Word)
    assert read.collections == told
    assert by_a_merchant(data) == described(read)


def test_what_nobody_would_take_is_not_written() -> None:
    spoilt: list[dict[str, Any]] = [
        {"cursor": ""},
        {"collections": {"Terms": {}}},
        {"collections": {"terms": {"a": {"b": 1.5}}}},
    ]
    for changes in spoilt:
        with pytest.raises(ValueError, match=r"cursor|small letters|no form"):
            write_word(word(**changes))
    assert by_the_county(bytes(LONGEST_WORD + 1)) == by_a_merchant(bytes(LONGEST_WORD + 1)) == "word-unreadable"


def test_a_cursor_names_what_changed_since_and_any_other_everything() -> None:
    digests = digests_of(WHOLE)
    cursor = cursor_of(3, digests)
    assert changed_since(cursor, 3, digests) == set()
    moved = digests | {"terms": digest_of({})}
    assert changed_since(cursor, 3, moved) == {"terms"}
    assert changed_since(cursor, 3, digests | {"news": digest_of({})}) == {"news"}
    spoilt = cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB")
    for other in (None, "", "A", "gQE", cursor + "A", cursor[:-1], cursor_of(4, digests)):
        assert changed_since(other, 3, digests) == digests.keys()
    assert changed_since(spoilt, 3, digests) != set()
