"""Every vector of the signed protocols, against the county's own code."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from backend.kernel import base45, cbor, cose
from backend.kernel.enrolment import Challenge, EnrolmentReason, enrolment_message, verify_enrolment
from backend.kernel.presentations import PresentationReason, Presented, RecentTokens, verify_presentation
from backend.kernel.refusals import Refused
from backend.kernel.root_handover import succeeds
from backend.kernel.short_code import group_short_code, read_short_code, say_short_code
from backend.kernel.signing import (
    KeyProblem,
    PublicKey,
    SigningKey,
    der_of_raw,
    from_base64url,
    raw_of_der,
    to_base64url,
)
from backend.kernel.tokens import TokenProblem, TokenVersionUnsupported, read_token
from backend.kernel.trust import TrustList, TrustReason, read_trust_list, seconds_of
from tests.protocols.encoding_vectors import plain
from tests.protocols.make_vectors import FOLDER, PROTOCOLS, text_of
from tests.protocols.vector_files import instant, vectors_of

Vector = dict[str, Any]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_file_of_vectors_is_what_its_maker_writes(protocol: str) -> None:
    assert (FOLDER / protocol / "vectors.json").read_text("utf-8") == text_of(protocol)


@pytest.mark.parametrize(
    ("protocol", "reasons"),
    [("presentation", PresentationReason), ("keys-and-trust", TrustReason), ("holder-enrolment", EnrolmentReason)],
)
def test_every_reason_has_a_vector_and_words_for_people(protocol: str, reasons: type[PresentationReason]) -> None:
    ops = {"presentation": "presentation", "keys-and-trust": "trust-list-refused", "holder-enrolment": "enrolment"}
    seen = {each.values[0].get("reason") for each in vectors_of(protocol, ops[protocol])} - {None}
    assert seen == {reason.value for reason in reasons}
    assert all(reason.zh and reason.en and reason.status in (400, 409) for reason in reasons)


@pytest.mark.parametrize("vector", vectors_of("encoding", "base45"))
def test_base45_there_and_back(vector: Vector) -> None:
    assert base45.encode(bytes.fromhex(vector["hex"])) == vector["text"]
    assert base45.decode(vector["text"]).hex() == vector["hex"]


@pytest.mark.parametrize("vector", vectors_of("encoding", "base45-refused"))
def test_what_is_not_base45_is_refused(vector: Vector) -> None:
    with pytest.raises(base45.Base45Problem):
        base45.decode(vector["text"])


@pytest.mark.parametrize("vector", vectors_of("encoding", "cbor"))
def test_cbor_there_and_back(vector: Vector) -> None:
    value = cbor.decode(bytes.fromhex(vector["hex"]))
    assert cbor.encode(value).hex() == vector["hex"]
    assert sorted_maps(plain(value)) == sorted_maps(vector["value"])


@pytest.mark.parametrize("vector", vectors_of("encoding", "cbor-length"))
def test_byte_strings_of_every_length_have_the_shortest_head(vector: Vector) -> None:
    content = b"\x5a" * vector["length"]
    written = bytes.fromhex(vector["head"]) + content
    assert cbor.encode(content) == written
    assert hashlib.sha256(written).hexdigest() == vector["sha256"]
    assert cbor.decode(written) == content


@pytest.mark.parametrize("vector", vectors_of("encoding", "cbor-refused"))
def test_every_other_form_of_cbor_is_refused(vector: Vector) -> None:
    with pytest.raises(cbor.CborProblem):
        cbor.decode(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", vectors_of("encoding", "base64url", "base64url-refused"))
def test_base64_for_urls_has_one_form(vector: Vector) -> None:
    if vector["op"] == "base64url":
        assert from_base64url(vector["text"]).hex() == vector["hex"]
        assert to_base64url(bytes.fromhex(vector["hex"])) == vector["text"]
    else:
        with pytest.raises(KeyProblem):
            from_base64url(vector["text"])


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "key"))
def test_a_key_has_the_same_point_in_every_form(vector: Vector) -> None:
    key = SigningKey.from_scalar(bytes.fromhex(vector["test_scalar"])).public
    forms = [PublicKey.from_point(bytes.fromhex(vector[form])) for form in ("compressed", "uncompressed")]
    assert {key, *forms, PublicKey.from_jwk(vector["jwk"])} == {key}
    assert key.compressed.hex() == vector["compressed"]
    assert key.uncompressed.hex() == vector["uncompressed"]
    assert key.to_jwk() == vector["jwk"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "key-refused", "jwk-refused"))
def test_what_is_no_public_key_is_refused(vector: Vector) -> None:
    with pytest.raises(KeyProblem):
        PublicKey.from_point(bytes.fromhex(vector["point"])) if "point" in vector else PublicKey.from_jwk(vector["jwk"])


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "signature"))
def test_a_signature_is_believed_or_not(vector: Vector) -> None:
    key = PublicKey.from_point(bytes.fromhex(vector["key"]))
    assert key.verifies(bytes.fromhex(vector["signature"]), bytes.fromhex(vector["message"])) is vector["valid"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "der"))
def test_raw_and_der_are_two_forms_of_one_signature(vector: Vector) -> None:
    assert der_of_raw(bytes.fromhex(vector["raw"])).hex() == vector["der"]
    assert raw_of_der(bytes.fromhex(vector["der"])).hex() == vector["raw"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "trust-list"))
def test_a_trust_list_of_the_root_is_believed(vector: Vector) -> None:
    trust = trusted(vector)
    assert {
        "county": trust.county,
        "serial": trust.serial,
        "issued_at": seconds_of(trust.issued_at),
        "keys": [
            {
                "kid": key.kid.hex(),
                "point": key.public.compressed.hex(),
                "not_before": seconds_of(key.not_before),
                "not_after": seconds_of(key.not_after),
            }
            for key in trust.keys
        ],
    } == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "trust-list-refused"))
def test_a_trust_list_is_refused_for_its_reason(vector: Vector) -> None:
    refused = read_list(vector)
    assert isinstance(refused, Refused)
    assert refused.reason.value == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("keys-and-trust", "root-handover"))
def test_a_root_is_followed_by_those_that_it_named_alone(vector: Vector) -> None:
    root, pinned = (PublicKey.from_point(bytes.fromhex(vector[name])) for name in ("root", "pinned"))
    handovers = [bytes.fromhex(one) for one in vector["handovers"]]
    assert succeeds(root, pinned=pinned, handovers=handovers, county=vector["county"]) is vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("token", "token"))
def test_a_token_says_what_the_vector_says(vector: Vector) -> None:
    read = read_token(bytes.fromhex(vector["data"]))
    token = read.token
    assert read.signed.is_from(PublicKey.from_point(bytes.fromhex(vector["issuer"])))
    assert {
        "kid": read.signed.kid.hex(),
        "county": token.county,
        "voucher": str(token.voucher),
        "campaign": token.campaign,
        "terms_version": token.terms_version,
        "face_fen": token.face_fen,
        "not_before": seconds_of(token.not_before),
        "expires_at": seconds_of(token.expires_at),
        "holder": token.holder.compressed.hex(),
        "status_index": token.status_index,
        "flags": token.flags,
        "domain": token.domain,
    } == vector["expect"]


@pytest.mark.parametrize("vector", vectors_of("token", "token-refused"))
def test_what_is_no_token_is_refused_for_its_reason(vector: Vector) -> None:
    kinds: dict[str, type[ValueError]] = {
        "token-malformed": TokenProblem,
        "token-version-unsupported": TokenVersionUnsupported,
        "algorithm-unsupported": cose.AlgorithmUnsupported,
    }
    with pytest.raises(kinds[vector["reason"]]) as problem:
        read_token(bytes.fromhex(vector["data"]))
    assert problem.type is kinds[vector["reason"]]


@pytest.mark.parametrize("remembering", [False, True], ids=["anew", "token-remembered"])
@pytest.mark.parametrize("vector", vectors_of("presentation", "presentation"))
def test_a_code_on_a_screen_is_accepted_or_refused_for_its_reason(vector: Vector, remembering: bool) -> None:
    trust = trusted(vectors_of("presentation", "trusted")[0].values[0] | {"county": "511527"})
    recent = RecentTokens() if remembering else None
    for _ in range(2 if remembering else 1):
        outcome = verify_presentation(
            vector["text"],
            trust=trust,
            county=vector["county"],
            at=instant(vector["at"]),
            recent=recent,
            challenge=bytes.fromhex(vector["challenge"]),
        )
        if isinstance(outcome, Presented):
            shown = {"time": seconds_of(outcome.time), "counter": outcome.counter}
            assert {"voucher": str(outcome.token.voucher), **shown} == vector.get("expect")
        else:
            assert outcome.reason.value == vector.get("reason")


@pytest.mark.parametrize("vector", vectors_of("holder-enrolment", "enrolment"))
def test_a_phone_proves_or_does_not_prove_that_it_holds_the_key(vector: Vector) -> None:
    nonce, resident = bytes.fromhex(vector["nonce"]), UUID(vector["resident"])
    challenge = Challenge(vector["county"], resident, nonce, instant(vector["expires_at"]))
    key = PublicKey.from_point(bytes.fromhex(vector["key"]))
    assert enrolment_message(challenge, key).hex() == vector["message"]
    outcome = verify_enrolment(challenge, key, bytes.fromhex(vector["signature"]), at=instant(vector["at"]))
    assert outcome == (Refused(EnrolmentReason(vector["reason"])) if vector["reason"] else key)


@pytest.mark.parametrize("vector", vectors_of("short-code", "read"))
def test_typed_text_is_a_short_code_or_none(vector: Vector) -> None:
    assert read_short_code(vector["typed"]) == vector["code"]


@pytest.mark.parametrize("vector", vectors_of("short-code", "say"))
def test_a_short_code_is_shown_and_said_in_two_groups(vector: Vector) -> None:
    assert group_short_code(vector["code"]) == vector["shown"]
    assert say_short_code(vector["code"]) == vector["said"]
    assert read_short_code(vector["shown"]) == vector["code"]


def read_list(vector: Vector) -> TrustList | Refused[TrustReason]:
    root = PublicKey.from_point(bytes.fromhex(vector["root"]))
    known = vector.get("known_serial", 0)
    return read_trust_list(bytes.fromhex(vector["data"]), root=root, county=vector["county"], known_serial=known)


def trusted(vector: Vector) -> TrustList:
    trust = read_list(vector)
    assert isinstance(trust, TrustList)
    return trust


def sorted_maps(value: Any) -> Any:
    """A value of the vectors with its maps in one order: only the bytes have an order."""
    if "array" in value:
        return {"array": [sorted_maps(item) for item in value["array"]]}
    if "map" in value:
        return {"map": sorted(([sorted_maps(key), sorted_maps(item)] for key, item in value["map"]), key=str)}
    return value
