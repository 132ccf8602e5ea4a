"""Every vector of the clearing file, against the county's own code and the merchants' program."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.trust import seconds_of
from backend.settlement.papers.clearing import canonical_csv, canonical_json
from backend.settlement.papers.clearing_reading import ClearingDoubted, read_clearing_csv, read_clearing_json
from merchant_tools import clearing as merchants
from merchant_tools.signed import IssuerKey, NotOurForm, TrustList
from tests.protocols.clearing_vectors import holiday, signed
from tests.protocols.known_keys import trust_list
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]
COUNTY = trust_list()
MERCHANT = TrustList(
    COUNTY.county,
    COUNTY.serial,
    {
        key.kid: IssuerKey(key.public.compressed, seconds_of(key.not_before), seconds_of(key.not_after))
        for key in COUNTY.keys
    },
)


def verdict(read: Callable[[], object]) -> str:
    """The reason of the first doubt, or nothing."""
    try:
        read()
    except (ClearingDoubted, NotOurForm) as doubted:
        return doubted.reason
    return ""


def verdicts_on_json(data: bytes) -> tuple[str, str]:
    return (
        verdict(lambda: read_clearing_json(data, trust=COUNTY)),
        verdict(lambda: merchants.read_clearing_json(data, trust=MERCHANT)),
    )


def verdicts_on_csv(data: bytes, signature: str) -> tuple[str, str]:
    return (
        verdict(lambda: read_clearing_csv(data, signature=signature, trust=COUNTY)),
        verdict(lambda: merchants.read_clearing_csv(data, signature=signature, trust=MERCHANT)),
    )


@pytest.mark.parametrize("vector", vectors_of("clearing", "clearing"))
def test_the_county_believes_both_forms_of_its_file_and_writes_them_again(vector: Vector) -> None:
    as_json, as_csv = bytes.fromhex(vector["json"]), bytes.fromhex(vector["csv"])
    file = read_clearing_json(as_json, trust=COUNTY)
    assert read_clearing_csv(as_csv, signature=vector["signature"], trust=COUNTY) == file
    assert (canonical_json(file), canonical_csv(file)) == (as_json, as_csv)
    expected = vector["expect"]
    assert (file.county, file.day.isoformat(), file.demonstration) == tuple(
        expected[name] for name in ("county", "day", "demonstration")
    )
    assert (file.lines, file.total_fen, file.held_fen) == tuple(
        expected[name] for name in ("lines", "total_fen", "held_fen")
    )
    assert file.total_fen == sum(item.amount_fen for item in file.items) == sum(m.amount_fen for m in file.merchants)


@pytest.mark.parametrize("vector", vectors_of("clearing", "clearing"))
def test_a_merchant_reads_the_same_from_both_forms(vector: Vector) -> None:
    file = merchants.read_clearing_json(bytes.fromhex(vector["json"]), trust=MERCHANT)
    assert (
        merchants.read_clearing_csv(bytes.fromhex(vector["csv"]), signature=vector["signature"], trust=MERCHANT) == file
    )
    expected = vector["expect"]
    assert (file.county, file.day, file.demonstration) == (
        expected["county"],
        date.fromisoformat(expected["day"]),
        expected["demonstration"],
    )
    assert (len(file.items), file.total_fen, file.held_fen) == (
        expected["lines"],
        expected["total_fen"],
        expected["held_fen"],
    )


@pytest.mark.parametrize("vector", vectors_of("clearing", "json-refused"))
def test_a_json_file_is_doubted_for_its_reason(vector: Vector) -> None:
    assert verdicts_on_json(bytes.fromhex(vector["json"])) == (vector["reason"],) * 2


@pytest.mark.parametrize("vector", vectors_of("clearing", "csv-refused"))
def test_a_csv_file_is_doubted_for_its_reason(vector: Vector) -> None:
    assert verdicts_on_csv(bytes.fromhex(vector["csv"]), vector["signature"]) == (vector["reason"],) * 2


@given(st.data())
def test_one_changed_byte_anywhere_is_found_by_both(data: st.DataObject) -> None:
    whole = signed(holiday())
    assert isinstance(whole.signature, str)
    as_json = data.draw(st.booleans())
    spoilt = bytearray(canonical_json(whole) if as_json else canonical_csv(whole))
    place = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[place] ^= data.draw(st.integers(1, 255))
    county, merchant = verdicts_on_json(bytes(spoilt)) if as_json else verdicts_on_csv(bytes(spoilt), whole.signature)
    assert county
    assert county == merchant
