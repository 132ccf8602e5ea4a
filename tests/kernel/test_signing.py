"""Promises of keys, signatures and lists that no list of examples can hold."""

import base64
import hashlib
import struct
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import cose
from backend.kernel.signing import (
    KeyProblem,
    PublicKey,
    SigningKey,
    der_of_raw,
    from_base64url,
    raw_of_der,
    to_base64url,
)
from backend.kernel.trust import IssuerKey, TrustList, read_trust_list, sign_trust_list, trusting
from tests.protocols.known_keys import AT, COUNTY, DAY, HOLDER, ISSUER, ROOT, ROOT_KID, STRANGER, known_key, trust_list

SCALARS = st.binary(min_size=32, max_size=32).map(lambda seed: hashlib.sha256(seed).digest())


@given(SCALARS, st.binary(max_size=200))
def test_a_key_verifies_what_it_signed_and_nothing_else(scalar: bytes, message: bytes) -> None:
    key = SigningKey.from_scalar(scalar)
    signature = key.sign(message)
    assert len(signature) == 64
    assert key.public.verifies(signature, message)
    assert not key.public.verifies(signature, message + b"\x00")
    assert not STRANGER.public.verifies(signature, message)


def test_the_same_key_and_message_give_the_same_signature() -> None:
    # RFC 6979, A.2.5: P-256 with SHA-256 over "sample".
    key = SigningKey.from_scalar(bytes.fromhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"))
    assert key.sign(b"sample").hex() == (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )


@given(SCALARS)
def test_a_public_key_survives_every_form(scalar: bytes) -> None:
    key = SigningKey.from_scalar(scalar)
    public = key.public
    assert PublicKey.from_point(public.compressed) == public
    assert PublicKey.from_point(public.uncompressed) == public
    assert PublicKey.from_jwk(public.to_jwk()) == public
    assert SigningKey.from_scalar(key.scalar()).public == public
    assert hash(PublicKey.from_point(public.uncompressed)) == hash(public)


@given(st.binary(max_size=70))
def test_any_bytes_are_a_point_or_a_problem(data: bytes) -> None:
    try:
        key = PublicKey.from_point(data)
    except KeyProblem:
        return
    assert data in (key.compressed, key.uncompressed)


@given(st.binary(max_size=80))
def test_any_bytes_verify_as_no_signature_and_raise_nothing(data: bytes) -> None:
    assert HOLDER.public.verifies(data, b"message") is False


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_raw_and_der_are_two_forms_of_the_same_numbers(r: int, s: int) -> None:
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert raw_of_der(der_of_raw(raw)) == raw


def test_der_of_numbers_that_are_too_large_or_negative_is_refused() -> None:
    for der in (b"", b"\x30\x06\x02\x01\x01\x02\x01\xff", der_of_raw(bytes(64)) + b"\x00", b"\x30\x00"):
        with pytest.raises(KeyProblem):
            raw_of_der(der)
    with pytest.raises(KeyProblem):
        der_of_raw(bytes(63))


@given(st.binary(max_size=70))
def test_base64_for_urls_agrees_with_the_standard_library(data: bytes) -> None:
    text = to_base64url(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert from_base64url(text) == data


def test_a_private_key_never_shows_itself() -> None:
    assert ISSUER.scalar().hex() not in repr(ISSUER)
    assert ISSUER.public.compressed.hex() in repr(ISSUER)


def test_a_scalar_outside_the_curves_order_is_no_key() -> None:
    for scalar in (bytes(32), b"\xff" * 32, b"\x01" * 31, b"\x01" * 33):
        with pytest.raises(KeyProblem):
            SigningKey.from_scalar(scalar)


def test_a_key_of_another_curve_is_no_key_of_ours() -> None:
    with pytest.raises(KeyProblem):
        SigningKey(ec.generate_private_key(ec.SECP384R1()))


def test_two_fresh_keys_differ() -> None:
    assert SigningKey.new().public != SigningKey.new().public


def test_a_key_id_has_one_to_eight_bytes() -> None:
    for kid in (b"", bytes(9)):
        with pytest.raises(cose.CoseProblem):
            cose.sign1(["XT1"], key=ISSUER, kid=kid)
        with pytest.raises(ValueError, match="id of 1 to 8 bytes"):
            trusting(COUNTY, [IssuerKey(kid, ISSUER.public, AT, AT + DAY)], at=AT)


def test_a_list_with_two_keys_of_one_id_is_not_made() -> None:
    twice = [IssuerKey(b"\x01", key.public, AT, AT + DAY) for key in (ISSUER, HOLDER)]
    with pytest.raises(ValueError, match="two keys with one id"):
        trusting(COUNTY, twice, at=AT)


def test_a_key_serves_from_its_first_instant_to_before_its_last() -> None:
    key = IssuerKey(b"\x01", ISSUER.public, AT, AT + DAY)
    instant = timedelta(microseconds=1)
    assert [key.serves_at(at) for at in (AT - instant, AT, AT + DAY - instant, AT + DAY)] == [False, True, True, False]


@given(st.data())
def test_a_list_with_any_bit_changed_is_not_believed(data: st.DataObject) -> None:
    good = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID)
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    changed = bytearray(good)
    changed[bit // 8] ^= 1 << bit % 8
    read = read_trust_list(bytes(changed), root=ROOT.public, county=COUNTY)
    assert not isinstance(read, TrustList)


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_a_list_comes_back_as_it_was_signed(count: int, serial: int) -> None:
    keys = [
        IssuerKey(struct.pack(">H", number * 7), known_key(str(number)).public, AT, AT + number * DAY)
        for number in range(count, 0, -1)
    ]
    made = trusting(COUNTY, keys, serial=serial, at=AT)
    data = sign_trust_list(made, root=ROOT, kid=ROOT_KID)
    assert read_trust_list(data, root=ROOT.public, county=COUNTY) == made
    assert made.key(struct.pack(">H", 7)) == made.keys[0]
    assert made.key(b"\xff\xff") is None
