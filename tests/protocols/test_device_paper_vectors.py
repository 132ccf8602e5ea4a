"""Every vector of certificate, policy and allowance, against the county's own code and the merchants' program."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend.kernel.refusals import Reason, Refused
from backend.kernel.trust import instant_of
from backend.sync.allowance_rules import Allowance, AllowanceReason, CampaignCap, verify_allowance
from backend.sync.certificate_rules import CertificateReason, DeviceKind, verify_certificate
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.policy_rules import PolicyReason, verify_policy
from merchant_tools import device_papers as merchants
from tests.protocols import allowance_vectors, certificate_vectors, policy_vectors
from tests.protocols.allowance_vectors import allowance, dealt
from tests.protocols.certificate_vectors import certificate, given_out
from tests.protocols.known_keys import AT, COUNTY, DAY, DEVICE, MERCHANT, SECOND, STATION
from tests.protocols.policy_vectors import policy, put_in_force
from tests.protocols.test_offline_code_vectors import reason_of, told, trusted, trusted_by_merchants
from tests.protocols.vector_files import as_json, instant, vectors_of

Vector = dict[str, Any]
PAPERS: dict[str, type[Reason]] = {
    "certificate": CertificateReason,
    "policy": PolicyReason,
    "allowance": AllowanceReason,
}


def known_of(vector: Vector) -> Allowance | None:
    """The allowance that the reader of a vector knew before."""
    known = vector["known"]
    if known is None:
        return None
    caps = tuple(CampaignCap(*cap) for cap in known["caps"])
    at = instant_of(known["dealt_at"])
    return Allowance(
        county=COUNTY, device=DEVICE, episode=known["episode"], after=known["after"], dealt_at=at, caps=caps
    )


def by_the_county(vector: Vector) -> Any:
    """What the county's code says of a vector: as vectors write it, or the word of its refusal."""
    data, county, trust = bytes.fromhex(vector["data"]), vector["county"], trusted(vector["op"])
    if vector["op"] == "certificate":
        device, at = UUID(vector["device"]), instant(vector["at"])
        paper = verify_certificate(data, trust=trust, county=county, device=device, at=at)
        return reason_of(paper) if isinstance(paper, Refused) else certificate_vectors.described(paper)
    if vector["op"] == "policy":
        limits = verify_policy(data, trust=trust, county=county, known_number=vector["known"])
        return reason_of(limits) if isinstance(limits, Refused) else policy_vectors.described(limits)
    device, known = UUID(vector["device"]), known_of(vector)
    caps = verify_allowance(data, trust=trust, county=county, device=device, known=known)
    return reason_of(caps) if isinstance(caps, Refused) else allowance_vectors.described(caps)


def by_a_merchant(vector: Vector) -> Any:
    """What the merchants' program says of a vector, likewise."""
    data, county, trust = bytes.fromhex(vector["data"]), vector["county"], trusted_by_merchants(vector["op"])
    known: Any = vector.get("known")
    asked: dict[str, Callable[[], Any]] = {
        "certificate": lambda: merchants.check_certificate(
            data, trust=trust, county=county, device=UUID(vector["device"]), at=instant(vector["at"])
        ),
        "policy": lambda: merchants.check_policy(data, trust=trust, county=county, known_number=known),
        "allowance": lambda: merchants.check_allowance(
            data,
            trust=trust,
            county=county,
            device=UUID(vector["device"]),
            known=known and (known["episode"], known["dealt_at"]),
        ),
    }
    found = told(asked[vector["op"]])
    if isinstance(found, str):
        return found
    return {name: _plain(value) for name, value in vars(found).items() if name not in {"county", "device"}}


def _plain(value: Any) -> Any:
    return vars(value) if isinstance(value, merchants.EpisodeLimits) else as_json(value)


@pytest.mark.parametrize("protocol", PAPERS)
def test_every_reason_has_a_vector_and_words_for_people(protocol: str) -> None:
    seen = {each.values[0].get("reason") for each in vectors_of(protocol, protocol)} - {None}
    assert seen == {reason.value for reason in PAPERS[protocol]}
    assert all(reason.zh and reason.en and reason.status == 409 for reason in PAPERS[protocol])


@pytest.mark.parametrize("vector", [each for protocol in PAPERS for each in vectors_of(protocol, protocol)])
def test_a_paper_says_what_the_vector_says_or_is_refused_for_its_reason(vector: Vector) -> None:
    expected = vector.get("reason", vector.get("expect"))
    assert by_the_county(vector) == expected
    assert by_a_merchant(vector) == expected


def read(protocol: str, data: bytes) -> object:
    """What the county's own reader says of a paper for the device of the vectors; a refusal as its word."""
    trust = trusted(protocol)
    if protocol == "certificate":
        return reason_of(verify_certificate(data, trust=trust, county=COUNTY, device=DEVICE, at=AT))
    if protocol == "policy":
        return reason_of(verify_policy(data, trust=trust, county=COUNTY))
    return reason_of(verify_allowance(data, trust=trust, county=COUNTY, device=DEVICE))


uint32 = st.integers(0, 2**32 - 1)
seconds = uint32.map(lambda count: timedelta(seconds=count))
parts = st.integers(0, 10_000)
episodes = st.builds(EpisodeLimits, soft=st.just(timedelta(0)), hard=seconds, cap_fen=uint32, claims=uint32)
limits = st.builds(
    OfflineLimits,
    scan_fen=st.just(0),
    challenge_fen=uint32,
    holder_day_fen=uint32,
    skew=seconds,
    soft_bp=parts,
    probe_bp=parts,
    close_extra=seconds,
    merchant=episodes,
    station=episodes,
)


@given(limits, st.integers(1, 2**32 - 1))
def test_a_policy_comes_back_as_it_was_put_in_force(given_limits: OfflineLimits, number: int) -> None:
    in_force = policy(limits=given_limits, number=number)
    assert read("policy", put_in_force(in_force)) == in_force


@given(st.sampled_from(DeviceKind), st.sets(st.integers(1, 2**32 - 1), max_size=64), st.integers(1, 30), uint32)
def test_a_certificate_comes_back_as_it_was_given_out(
    kind: DeviceKind, domains: set[int], days: int, policy_number: int
) -> None:
    changes = {"domains": tuple(sorted(domains)), "expires_at": AT + days * DAY, "policy": policy_number}
    issued = certificate(kind=kind, station=STATION, **changes)
    assert read("certificate", given_out(issued)) == issued


@given(st.dictionaries(st.integers(1, 2**32 - 1), uint32, max_size=40), st.integers(1, 2**32 - 1))
def test_an_allowance_comes_back_as_it_was_dealt(caps: dict[int, int], episode: int) -> None:
    each = tuple(CampaignCap(campaign, cap_fen) for campaign, cap_fen in sorted(caps.items()))
    given_caps = allowance(caps=each, episode=episode)
    assert read("allowance", dealt(given_caps)) == given_caps
    assert [given_caps.cap_of(campaign) for campaign in caps] == list(caps.values())


@given(st.sampled_from(sorted(PAPERS)), st.data())
def test_a_paper_with_any_byte_turned_is_refused_by_both_for_one_reason(protocol: str, data: st.DataObject) -> None:
    spoilt = bytearray({"certificate": given_out(), "policy": put_in_force(), "allowance": dealt()}[protocol])
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    vector: Vector = {"op": protocol, "county": COUNTY, "device": str(DEVICE), "at": "2026-10-02T00:00:00Z"}
    vector |= {"data": bytes(spoilt).hex(), "known": 0 if protocol == "policy" else None}
    outcome = by_the_county(vector)
    assert isinstance(outcome, str)
    assert by_a_merchant(vector) == outcome


def test_a_certificate_says_which_domains_a_device_may_take_offline() -> None:
    every, some = certificate(), certificate(domains=(2, 5))
    assert [every.may_take(domain) for domain in (0, 1, 65_536)] == [False, True, True]
    assert [some.may_take(domain) for domain in (0, 1, 2, 5, 6)] == [False, False, True, True, False]


def test_a_campaign_that_an_allowance_does_not_name_is_taken_online_only() -> None:
    given_caps = allowance((3, 200_000), (5, 0))
    assert [given_caps.cap_of(campaign) for campaign in (2, 3, 4, 5, 6)] == [0, 200_000, 0, 0, 0]


def test_what_nobody_would_believe_is_not_signed() -> None:
    for spoilt in (
        certificate(expires_at=AT + 30 * DAY + SECOND),
        certificate(expires_at=AT),
        certificate(merchant=None),
        certificate(kind=DeviceKind.STATION, merchant=MERCHANT),
        certificate(domains=(2, 1)),
        certificate(flags=1),
        certificate(not_before=AT + timedelta(milliseconds=5)),
    ):
        with pytest.raises(ValueError, match=r"30 days|names its|domains|flag|whole seconds"):
            given_out(spoilt)
    usual = OfflineLimits()
    for changed in (
        structs.replace(usual, scan_fen=100_01),
        structs.replace(usual, soft_bp=10_001),
        structs.replace(usual, skew=timedelta(milliseconds=1500)),
        structs.replace(usual, station=structs.replace(usual.station, hard=timedelta(hours=1))),
    ):
        with pytest.raises(ValueError, match=r"answer to a challenge|integer|whole seconds|soft"):
            put_in_force(policy(limits=changed))
    with pytest.raises(ValueError, match="from 1"):
        put_in_force(policy(number=0))
    for caps in (((3, 1), (3, 2)), ((5, 1), (3, 1)), ((0, 1),), ((3, -1),)):
        with pytest.raises(ValueError, match=r"ascending|number|integer"):
            dealt(allowance(*caps))
