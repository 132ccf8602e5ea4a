"""The same vectors against the merchants' own program, which shares no code with the county's."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel import base45
from backend.kernel.presentations import verify_presentation
from backend.kernel.refusals import Refused
from backend.kernel.trust import seconds_of
from merchant_tools.presentation import check_presentation, read_short_code, read_token
from merchant_tools.root_handover import succeeds
from merchant_tools.signed import NotOurForm, TrustList, is_point, is_signed_by, read_cbor, read_trust_list
from tests.protocols.known_keys import trust_list
from tests.protocols.vector_files import instant, vectors_of

Vector = dict[str, Any]


def verdict_of_the_merchant(text: str, at: datetime, trust: TrustList) -> str:
    try:
        shown = check_presentation(text, trust=trust, county="511527", at=at)
    except NotOurForm as refused:
        return refused.reason
    return f"{shown.token.voucher} {shown.time} {shown.counter}"


def verdict_of_the_county(text: str, at: datetime) -> str:
    outcome = verify_presentation(text, trust=trust_list(), county="511527", at=at)
    if isinstance(outcome, Refused):
        return outcome.reason.value
    return f"{outcome.token.voucher} {seconds_of(outcome.time)} {outcome.counter}"


def of_hex(vector: Vector, name: str) -> bytes:
    return bytes.fromhex(vector[name])


def read_list(vector: Vector) -> TrustList:
    root, known = of_hex(vector, "root"), vector.get("known_serial", 0)
    return read_trust_list(of_hex(vector, "data"), root=root, county=vector["county"], known_serial=known)


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "key", "key-refused"))
def test_a_compressed_point_is_a_key_or_not(vector: Vector) -> None:
    if vector["op"] == "key":
        assert is_point(of_hex(vector, "compressed"))
    else:
        assert not is_point(of_hex(vector, "point"))


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "signature"))
def test_a_signature_is_believed_or_not(vector: Vector) -> None:
    believed = is_signed_by(of_hex(vector, "key"), of_hex(vector, "signature"), of_hex(vector, "message"))
    assert believed is vector["valid"]


@pytest.mark.parametrize("vector", vectors_of("encoding", "cbor-length"))
def test_byte_strings_of_every_length_are_read_from_their_shortest_head_alone(vector: Vector) -> None:
    content, head = b"\x5a" * vector["length"], of_hex(vector, "head")
    assert hashlib.sha256(head + content).hexdigest() == vector["sha256"]
    assert read_cbor(head + content) == content
    with pytest.raises(NotOurForm):
        read_cbor(head + content + b"\x5a")
    with pytest.raises(NotOurForm):
        read_cbor(b"\x5b" + vector["length"].to_bytes(8, "big") + content)


@pytest.mark.parametrize("vector", vectors_of("encoding", "cbor-refused"))
def test_other_bytes_are_no_deterministic_cbor(vector: Vector) -> None:
    with pytest.raises(NotOurForm):
        read_cbor(of_hex(vector, "hex"))


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "trust-list"))
def test_a_trust_list_of_the_root_is_believed(vector: Vector) -> None:
    trust = read_list(vector)
    expected = vector["expect"]
    assert (trust.county, trust.serial) == (expected["county"], expected["serial"])
    assert [
        {"kid": kid.hex(), "point": key.point.hex(), "not_before": key.not_before, "not_after": key.not_after}
        for kid, key in trust.keys.items()
    ] == expected["keys"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "trust-list-refused"))
def test_a_trust_list_is_refused_for_its_reason(vector: Vector) -> None:
    with pytest.raises(NotOurForm) as refused:
        read_list(vector)
    assert refused.value.reason == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "root-handover"))
def test_a_root_is_followed_by_those_that_it_named_alone(vector: Vector) -> None:
    handovers = [bytes.fromhex(one) for one in vector["handovers"]]
    told = succeeds(
        of_hex(vector, "root"), pinned=of_hex(vector, "pinned"), handovers=handovers, county=vector["county"]
    )
    assert told is vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("token", "token"))
def test_a_token_says_what_the_vector_says(vector: Vector) -> None:
    token, signed = read_token(of_hex(vector, "data"))
    assert is_signed_by(of_hex(vector, "issuer"), signed.signature, signed.message)
    said = asdict(token) | {"kid": signed.kid.hex(), "voucher": str(token.voucher), "holder": token.holder.hex()}
    assert said == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("token", "token-refused"))
def test_what_is_no_token_is_refused_for_its_reason(vector: Vector) -> None:
    with pytest.raises(NotOurForm) as refused:
        read_token(of_hex(vector, "data"))
    assert refused.value.reason == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("presentation", "presentation"))
def test_a_code_on_a_screen_is_accepted_or_refused_for_its_reason(vector: Vector) -> None:
    trust = read_list(vectors_of("presentation", "trusted")[0].values[0] | {"county": "511527"})
    try:
        shown = check_presentation(
            vector["text"],
            trust=trust,
            county=vector["county"],
            at=instant(vector["at"]),
            challenge=of_hex(vector, "challenge"),
        )
    except NotOurForm as refused:
        outcome: Any = refused.reason
    else:
        outcome = {"voucher": str(shown.token.voucher), "time": shown.time, "counter": shown.counter}
    assert outcome == vector.get("expect", vector.get("reason"))


@pytest.mark.parametrize("vector", vectors_of("short-code", "read"))
def test_typed_text_is_a_short_code_or_none(vector: Vector) -> None:
    assert read_short_code(vector["typed"]) == vector["code"]


@given(st.data())
def test_the_merchants_program_and_the_countys_say_the_same_of_every_spoilt_code(data: st.DataObject) -> None:
    trust = read_list(vectors_of("presentation", "trusted")[0].values[0] | {"county": "511527"})
    vector = data.draw(st.sampled_from([each.values[0] for each in vectors_of("presentation", "presentation")]))
    text, at = str(vector["text"]), instant(vector["at"])
    if text.startswith("XV1:") and verdict_of_the_county(text, at) != "code-unreadable":
        body = bytearray(base45.decode(text.strip()[4:]))
        for _ in range(data.draw(st.integers(0, 2))):
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        text = "XV1:" + base45.encode(bytes(body))
    assert verdict_of_the_merchant(text, at, trust) == verdict_of_the_county(text, at)
