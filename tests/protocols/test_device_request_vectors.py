"""Every vector of a device's enrolment and its requests, against the county's own code and the merchants' program."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey, from_base64url
from backend.kernel.trust import seconds_of
from backend.sync.possession_rules import (
    PossessionReason,
    code_hash,
    possession_message,
    prove_possession,
    verify_possession,
)
from backend.sync.request_rules import (
    SCHEME,
    ReadRequest,
    RequestReason,
    SignedRequest,
    believe_request,
    read_request,
    sign_request,
    verify_request,
)
from merchant_tools import device_requests as merchants
from merchant_tools.signed import NotOurForm
from tests.protocols.device_enrolment_vectors import CODE
from tests.protocols.device_request_vectors import ADDRESS, header_of, request
from tests.protocols.known_keys import COUNTER, COUNTY, DEVICE, STRANGER
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]
READERS: dict[str, str] = vectors_of("device-request", "devices")[0].values[0]["keys"]
POINTS = {UUID(device): bytes.fromhex(key) for device, key in READERS.items()}
KEYS = {device: PublicKey.from_point(point) for device, point in POINTS.items()}


def by_the_county(header: str | None, county: str = COUNTY, address: str = ADDRESS) -> ReadRequest | str:
    read = verify_request(header, county=county, address=address, devices=KEYS)
    return read.reason.value if isinstance(read, Refused) else read


def by_a_merchant(header: str | None, county: str = COUNTY, address: str = ADDRESS) -> merchants.ReadRequest | str:
    try:
        return merchants.check_request(header, county=county, address=address, devices=POINTS)
    except NotOurForm as refused:
        return refused.reason


@pytest.mark.parametrize("vector", vectors_of("device-enrolment", "possession"))
def test_a_device_is_enrolled_only_by_its_own_proof_for_this_code(vector: Vector) -> None:
    county, device = vector["county"], UUID(vector["device"])
    code, point, signature = (bytes.fromhex(vector[name]) for name in ("code", "key", "signature"))
    key = PublicKey.from_point(point)
    assert possession_message(county, device, code_hash(code), key).hex() == vector["message"]
    given_to = {"county": county, "device": device, "code": code, "key": point}
    assert merchants.possession_message(**given_to).hex() == vector["message"]
    outcome = verify_possession(county, device, code_hash(code), key, signature)
    refusal = None if isinstance(outcome, PublicKey) else outcome.reason.value
    assert refusal == vector["reason"]
    try:
        merchants.check_possession(**given_to, signature=signature)
        by_merchant = None
    except NotOurForm as refused:
        by_merchant = refused.reason
    assert by_merchant == vector["reason"]


@pytest.mark.parametrize("vector", vectors_of("device-request", "request"))
def test_a_request_is_believed_or_refused_for_its_reason(vector: Vector) -> None:
    asked = vector["header"], vector["county"], vector["address"]
    read, by_merchant = by_the_county(*asked), by_a_merchant(*asked)
    if "reason" in vector:
        assert (read, by_merchant) == (vector["reason"],) * 2
        return
    assert not isinstance(read, str)
    assert not isinstance(by_merchant, str)
    assert (read.county, read.address) == (by_merchant.county, by_merchant.address) == asked[1:]
    assert {"device": str(read.device), "t_dev": seconds_of(read.t_dev)} == vector["expect"]
    assert {"device": str(by_merchant.device), "t_dev": by_merchant.t_dev} == vector["expect"]


@pytest.mark.parametrize(
    ("protocol", "op", "reasons"),
    [("device-enrolment", "possession", PossessionReason), ("device-request", "request", RequestReason)],
)
def test_every_reason_has_a_vector_and_words_for_people(protocol: str, op: str, reasons: Any) -> None:
    seen = {each.values[0].get("reason") for each in vectors_of(protocol, op)} - {None}
    assert seen == {reason.value for reason in reasons}
    assert all(reason.zh and reason.en for reason in reasons)


addresses = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=200).map(lambda text: "/" + text)


@given(addresses, st.uuids(), st.integers(0, 2**33 - 1))
def test_a_tills_request_is_read_by_the_county_and_the_countys_by_a_till(
    address: str, device: UUID, t_dev: int
) -> None:
    asked = merchants.ReadRequest(COUNTY, device, t_dev, address)
    header = merchants.write_request(asked, sign=COUNTER.sign)
    keys = {device: COUNTER.public}
    read = verify_request(header, county=COUNTY, address=address, devices=keys)
    assert not isinstance(read, Refused)
    assert (read.device, seconds_of(read.t_dev), read.address) == (device, t_dev, address)
    assert sign_request(read, device=COUNTER) == header


@given(st.data())
def test_a_request_with_any_byte_turned_is_refused_by_both_for_one_reason(data: st.DataObject) -> None:
    spoilt = bytearray(from_base64url(sign_request(request(), device=COUNTER).removeprefix(SCHEME)))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    outcome = by_the_county(header_of(bytes(spoilt)))
    assert isinstance(outcome, str)
    assert by_a_merchant(header_of(bytes(spoilt))) == outcome


def test_a_request_tells_its_device_before_it_is_believed() -> None:
    read = read_request(sign_request(request(), device=COUNTER), county=COUNTY, address=ADDRESS)
    assert isinstance(read, SignedRequest)
    assert read.request == request()
    assert believe_request(read, COUNTER.public) == request()
    assert believe_request(read, None) == Refused(RequestReason.DEVICE_UNKNOWN)
    assert believe_request(read, STRANGER.public) == Refused(RequestReason.FORGED)


def test_what_nobody_would_read_is_not_written() -> None:
    for address in ("", "api", "/a b", "/同步", "/" + "a" * 2_048):
        with pytest.raises(ValueError, match="address"):
            sign_request(request(address=address), device=COUNTER)
        with pytest.raises(NotOurForm, match="request-malformed"):
            merchants.write_request(merchants.ReadRequest(COUNTY, DEVICE, 0, address), sign=COUNTER.sign)
    for code in (CODE[:-1], CODE + b"\x00"):
        with pytest.raises(ValueError, match="16 bytes"):
            prove_possession(COUNTY, DEVICE, code, key=COUNTER)
        with pytest.raises(ValueError, match="16 bytes"):
            merchants.possession_message(county=COUNTY, device=DEVICE, code=code, key=COUNTER.public.compressed)
    with pytest.raises(ValueError, match="32 bytes"):
        possession_message(COUNTY, DEVICE, CODE, COUNTER.public)
