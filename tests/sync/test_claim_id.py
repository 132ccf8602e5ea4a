"""One event, one redemption: its id is read from the event's hash."""

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.ids import new_id
from backend.sync.claim_id import claim_id


def test_the_id_is_the_hashs_first_half_with_version_8_and_the_usual_variant() -> None:
    assert claim_id(b"\xff" * 32) == UUID("ffffffff-ffff-8fff-bfff-ffffffffffff")
    assert claim_id(bytes(32)) == UUID("00000000-0000-8000-8000-000000000000")
    named = claim_id(hashlib.sha256(b"an event").digest())
    assert named == UUID("f2ee906a-036a-8b3a-8eef-109b1b20454c")
    assert named.version == 8


def test_no_id_that_a_program_draws_is_a_claims() -> None:
    assert new_id().version == 7


@given(st.binary(min_size=32, max_size=32))
def test_every_other_bit_of_the_first_half_is_kept(hashed: bytes) -> None:
    drawn = claim_id(hashed).int ^ int.from_bytes(hashed[:16], "big")
    assert drawn & ~((0xF << 76) | (0x3 << 62)) == 0


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_what_is_no_hash_has_no_id(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        claim_id(bytes(length))
