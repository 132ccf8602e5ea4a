"""Every vector of journal files against the county's own code; and that what a till writes, the county opens."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.refusals import Refused
from backend.sync.journal_file_rules import JournalFile, journal_key, open_journal_file
from merchant_tools.journal_file import seal_journal
from tests.protocols.journal_file_vectors import FRESH, GOOD, NONCE, SECRET, point, sealed
from tests.protocols.known_keys import COUNTY, DEVICE
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]
KEY = journal_key(SECRET)


def opened(data: bytes) -> JournalFile | str:
    read = open_journal_file(data, county=COUNTY, key=KEY)
    return read.reason.value if isinstance(read, Refused) else read


@pytest.mark.parametrize("vector", vectors_of("journal-file", "journal-key"))
def test_the_key_is_the_vectors(vector: Vector) -> None:
    assert point(bytes.fromhex(vector["secret"])).hex() == vector["key"]


@pytest.mark.parametrize("vector", vectors_of("journal-file", "journal-file"))
def test_a_file_says_what_the_vector_says(vector: Vector) -> None:
    read = opened(bytes.fromhex(vector["data"]))
    assert isinstance(read, JournalFile)
    size = sum(len(event.data) for event in read.events)
    told = {"first": read.first, "last": read.last, "events": len(read.events), "bytes": size}
    assert told == vector["expect"]
    assert read.device == DEVICE


@pytest.mark.parametrize("vector", vectors_of("journal-file", "journal-file-refused"))
def test_a_file_is_refused_for_its_reason(vector: Vector) -> None:
    assert opened(bytes.fromhex(vector["data"])) == vector["reason"]


def test_what_a_till_writes_is_the_form_of_the_vectors() -> None:
    assert seal_journal(COUNTY, DEVICE, GOOD, recipient=point(SECRET), fresh=FRESH, nonce=NONCE) == sealed()


@given(st.lists(st.tuples(st.integers(1, 2**32 - 1), st.binary(min_size=1, max_size=300)), min_size=1, max_size=20))
def test_the_county_opens_what_a_till_writes_with_a_fresh_key(events: list[tuple[int, bytes]]) -> None:
    numbered = sorted(dict(events).items())
    read = opened(seal_journal(COUNTY, DEVICE, numbered, recipient=point(SECRET)))
    assert isinstance(read, JournalFile)
    assert [(event.seq, event.data) for event in read.events] == numbered


def test_a_file_beyond_the_limit_is_not_looked_at() -> None:
    assert opened(bytes(4_194_305)) == "journal-file-unreadable"


def test_an_event_beyond_the_limit_spoils_its_file() -> None:
    assert opened(sealed(inside=[[1, bytes(66_560)], [5, b"\x01"]])) != "journal-file-damaged"
    assert opened(sealed(inside=[[1, bytes(66_561)], [5, b"\x01"]])) == "journal-file-damaged"


@given(st.integers(0, len(sealed()) - 1), st.integers(1, 255))
def test_no_byte_of_a_file_may_change(place: int, by: int) -> None:
    spoilt = bytearray(sealed())
    spoilt[place] ^= by
    assert isinstance(opened(bytes(spoilt)), str)
