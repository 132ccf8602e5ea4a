"""The written forms beneath every signature, against independent programs."""

from typing import Any

import base45 as package_base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import base45, cbor

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**64), 2**64 - 1), st.binary(max_size=300), st.text(max_size=80)
)
KEYS = st.one_of(st.integers(-(2**64), 2**64 - 1), st.binary(max_size=30), st.text(max_size=30))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)


def depth(value: Any) -> int:
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


@given(VALUES.filter(lambda value: depth(value) <= cbor.DEEPEST))
def test_a_value_comes_back_and_another_reader_agrees(value: Any) -> None:
    written = cbor.encode(value)
    assert cbor.decode(written) == value
    assert cbor2.loads(written) == value


@given(st.one_of(SCALARS, st.lists(SCALARS, max_size=30)))
def test_another_writer_chooses_the_same_form(value: Any) -> None:
    assert cbor.encode(value) == cbor2.dumps(value, canonical=True)


@given(st.binary(max_size=60))
def test_bytes_that_are_read_are_the_one_form_of_their_value(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except cbor.CborProblem:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize("value", [1.5, 2**64, -(2**64) - 1, object(), {1.0: 1}, [b"", 0.0]])
def test_a_value_outside_the_profile_is_not_written(value: Any) -> None:
    with pytest.raises(cbor.CborProblem):
        cbor.encode(value)


def test_integer_keys_and_map_order_are_those_of_the_standard() -> None:
    # RFC 8949, 4.2.1: bytewise, so 10, 100, -1, "z", "aa".
    assert cbor.encode({"aa": 1, "z": 2, -1: 3, 100: 4, 10: 5}).hex() == "a50a05186404200361" + "7a0262616101"


@given(st.binary(max_size=400))
def test_base45_agrees_with_the_package_and_never_ends_in_a_space(data: bytes) -> None:
    text = base45.encode(data)
    assert text == package_base45.b45encode(data).decode()
    assert base45.decode(text) == data
    assert not text.endswith(" ")


@given(st.text(alphabet=base45.ALPHABET + "aé_", max_size=12))
def test_base45_refuses_what_the_package_refuses(text: str) -> None:
    assert read_or_none(base45.decode, text) == read_or_none(package_base45.b45decode, text)


def read_or_none(read: Any, text: str) -> bytes | None:
    try:
        data: bytes = read(text)
    except ValueError:
        return None
    return data
