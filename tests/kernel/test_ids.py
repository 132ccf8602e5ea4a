"""An id is a UUIDv7: sorted by its millisecond, never given twice. A secret is something else."""

import re
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.ids import id_at, new_digits, new_id, new_secret
from backend.kernel.instants import unix_milliseconds

milliseconds = st.integers(0, 2**48 - 1)


@given(milliseconds)
def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond(at: int) -> None:
    made = id_at(at)
    assert (made.version, made.variant, made.int >> 80) == (7, RFC_4122, at)


@given(milliseconds, milliseconds)
def test_ids_sort_as_their_instants_do(one: int, other: int) -> None:
    if one != other:
        assert (id_at(one) < id_at(other)) == (one < other)
        assert (str(id_at(one)) < str(id_at(other))) == (one < other)


def test_no_id_is_given_twice_within_a_millisecond() -> None:
    assert len({id_at(1_800_000_000_000) for _ in range(10_000)}) == 10_000


def test_a_new_id_is_of_now() -> None:
    before = unix_milliseconds()
    made = new_id().int >> 80
    assert before <= made <= unix_milliseconds()


def test_secrets_are_long_and_digits_are_digits() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"[\w-]{43}", secret, re.ASCII) for secret in secrets)
    codes = [new_digits(8) for _ in range(500)]
    assert all(re.fullmatch(r"[0-9]{8}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_ids_made_one_after_the_other_sort_in_that_order() -> None:
    made = [new_id() for _ in range(1_000)]
    assert made == sorted(made)
