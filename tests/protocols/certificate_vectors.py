"""Vectors of ``fixtures/protocols/certificate``: what the county says about a device, and every reason against it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.kernel import cbor
from backend.kernel.instants import to_wire
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from backend.sync.certificate_rules import Certificate, DeviceKind, issue_certificate
from backend.sync.certificate_rules import CertificateReason as Reason
from tests.protocols import issued_vectors as issued
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DAY,
    DEVICE,
    ISSUER,
    ISSUER_KID,
    MERCHANT,
    NEXT_ISSUER,
    NEXT_KID,
    OTHER_COUNTER,
    OTHER_COUNTY,
    OTHER_DEVICE,
    SECOND,
    STATION,
    STRANGER,
)
from tests.protocols.token_vectors import signed

MILLISECOND = timedelta(milliseconds=1)
MONTH = 30 * DAY
SHOWN = AT + 3 * DAY
Case = tuple[Reason | None, str, bytes, dict[str, Any]]


def vectors() -> list[dict[str, Any]]:
    """All cases: the list that the reader trusts, then certificates in the order of the checks."""
    cases = [*_taken(), *_contents(), *_issuers(), *_times()]
    return [issued.trusted("F1"), *map(_written, cases)]


def certificate(**changes: Any) -> Certificate:
    """The certificate of a merchant's device in a demonstration county."""
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "key": COUNTER.public, "kind": DeviceKind.MERCHANT}
    given |= {"merchant": MERCHANT, "station": None, "policy": 4, "domains": ()}
    return Certificate(**(given | {"not_before": AT, "expires_at": AT + MONTH, "flags": 2} | changes))


def given_out(given: Certificate | None = None, *, issuer: SigningKey = ISSUER, kid: bytes = ISSUER_KID) -> bytes:
    """The certificate as its device is given it."""
    return issue_certificate(given or certificate(), issuer=issuer, kid=kid)


def described(given: Certificate) -> dict[str, Any]:
    """A certificate as vectors write it."""
    return {
        "key": given.key.compressed.hex(),
        "kind": int(given.kind),
        "merchant": given.merchant and str(given.merchant),
        "station": given.station and str(given.station),
        "policy": given.policy,
        "domains": list(given.domains),
        "not_before": seconds_of(given.not_before),
        "expires_at": seconds_of(given.expires_at),
        "flags": given.flags,
    }


def items() -> list[cbor.CborValue]:
    """The twelve items of a good certificate, to be spoiled."""
    start = seconds_of(AT)
    ends = start + MONTH // SECOND
    key = COUNTER.public.compressed
    return ["XI1", int(COUNTY), DEVICE.bytes, key, 1, MERCHANT.bytes, None, 4, [], start, ends, 2]


def _written(case: Case) -> dict[str, Any]:
    reason, why, data, given = case
    at: datetime = given.get("at", SHOWN)
    device: UUID = given.get("device", DEVICE)
    vector = {"op": "certificate", "county": given.get("county", COUNTY), "at": to_wire(at), "device": str(device)}
    vector |= {"data": data.hex(), "why": why}
    if reason is not None:
        return vector | {"case": f"F{list(Reason).index(reason) + 5}", "reason": reason.value}
    return vector | {"case": "F3", "expect": described(given.get("says", certificate()))}


def _taken() -> Iterator[Case]:
    data = given_out()
    assert data == signed(items())
    station = {"kind": DeviceKind.STATION, "station": STATION}
    says = {
        "a merchant's device": certificate(),
        "a merchant's own till": certificate(kind=DeviceKind.TILL),
        "a station's tablet whose station is a shop": certificate(**station),
        "a station's tablet without a shop": certificate(**station, merchant=None),
        "a merchant's device at a station": certificate(station=STATION),
        "one domain": certificate(domains=(1,)),
        "sixty-four domains": certificate(domains=tuple(range(1, 65))),
        "domains on both sides of a change of their form": certificate(domains=(23, 24, 255, 256, 65_535, 65_536)),
        "the largest numbers": certificate(policy=2**32 - 1, domains=(2**32 - 1,)),
        "without a policy in force": certificate(policy=0),
        "in a real county": certificate(flags=0),
    }
    for why, given in says.items():
        yield None, why, given_out(given), {"says": given}
    short = certificate(expires_at=AT + SECOND)
    yield None, "for one second", given_out(short), {"says": short, "at": AT}
    other = certificate(device=OTHER_DEVICE, key=OTHER_COUNTER.public)
    yield None, "another device's, read for it", given_out(other), {"says": other, "device": OTHER_DEVICE}
    yield None, "in its first instant", data, {"at": AT}
    yield None, "in its last millisecond", data, {"at": AT + MONTH - MILLISECOND}
    for why, half in issued.both_halves(data).items():
        yield None, why, half, {}
    last = certificate(not_before=AT + 92 * DAY - SECOND, expires_at=AT + 122 * DAY - SECOND)
    late = {"says": last, "at": last.not_before + DAY}
    yield None, "given out in the last second of its issuer's service", given_out(last), late
    renewed = certificate(not_before=AT + 75 * DAY, expires_at=AT + 105 * DAY)
    by_the_next = given_out(renewed, issuer=NEXT_ISSUER, kid=NEXT_KID)
    yield None, "by the next issuer in its first second", by_the_next, {"says": renewed, "at": AT + 76 * DAY}


def _contents() -> Iterator[Case]:
    good = items()
    no_point = b"\x02" + b"\xff" * 32
    spoilt: dict[str, tuple[int, cbor.CborValue]] = {
        "a county of seven figures": (1, 1_000_000),
        "a county as text": (1, COUNTY),
        "a device of 15 bytes": (2, bytes(15)),
        "a device as text": (2, str(DEVICE)),
        "a key that is no point": (3, no_point),
        "a key uncompressed": (3, COUNTER.public.uncompressed),
        "no kind": (4, 0),
        "a kind of tomorrow": (4, 4),
        "a kind that is true": (4, True),
        "a kind as text": (4, "merchant"),
        "a merchant's device without a merchant": (5, None),
        "a merchant of 17 bytes": (5, bytes(17)),
        "a merchant that is false": (5, False),
        "a station of 15 bytes": (6, bytes(15)),
        "a station's tablet without a station": (4, 2),
        "a negative policy": (7, -1),
        "a policy of 33 bits": (7, 2**32),
        "domains that are null": (8, None),
        "a domain alone": (8, 1),
        "domain 0": (8, [0, 1]),
        "domains backwards": (8, [2, 1]),
        "a domain twice": (8, [1, 1]),
        "a domain as text": (8, ["1"]),
        "sixty-five domains": (8, list(range(1, 66))),
        "a negative beginning": (9, -1),
        "an end in the year 2242": (10, 2**33),
        "an end as text": (10, "2026-10-31"),
        "a flag that this version does not know": (11, 4),
        "the flag of tokens for online only": (11, 1),
        "a flag that is true": (11, True),
    }
    till: list[cbor.CborValue] = [*good[:4], 3, None, STATION.bytes, *good[7:]]
    long = {"longer than any certificate": signed([*good[:8], [bytes(1_024)], *good[9:]])}
    long |= {"longer than any certificate, of whatever version": signed(["XI2", *good[1:], bytes(1_024)])}
    long |= {"a till of a station without a merchant": signed(till)}
    for why, data in (issued.spoilt_envelopes(good) | issued.with_items(good, spoilt) | long).items():
        yield Reason.MALFORMED, why, data, {}
    for why, data in issued.other_versions(good).items():
        yield Reason.VERSION, why, data, {}
    for why, data in issued.other_algorithms(good).items():
        yield Reason.ALGORITHM, why, data, {}


def _issuers() -> Iterator[Case]:
    good = items()
    data = signed(good)
    yield Reason.WRONG_COUNTY, "another county's", given_out(certificate(county=OTHER_COUNTY)), {}
    yield Reason.WRONG_COUNTY, "shown in another county", data, {"county": OTHER_COUNTY}
    yield Reason.ISSUER_UNKNOWN, "an id that the list does not name", given_out(kid=b"\x00\x01"), {}
    early = AT - 90 * DAY - SECOND
    before = certificate(not_before=early, expires_at=early + MONTH)
    yield Reason.ISSUER_NOT_SERVING, "a second before its issuer's service", given_out(before), {"at": early}
    after = certificate(not_before=AT + 92 * DAY, expires_at=AT + 93 * DAY)
    yield Reason.ISSUER_NOT_SERVING, "when its issuer's service has ended", given_out(after), {"at": AT + 92 * DAY}
    later = certificate(not_before=AT + 80 * DAY, expires_at=AT + 81 * DAY)
    changed = {
        "a stranger's key under an older signature": issued.resigned(good, 3, STRANGER.public.compressed),
        "another device under an older signature": issued.resigned(good, 2, OTHER_DEVICE.bytes),
        "a longer life under an older signature": issued.resigned(good, 10, seconds_of(AT) + MONTH // SECOND - 1),
        "the next issuer's id": given_out(later, kid=NEXT_KID),
    }
    for why, altered in issued.forgeries(good, device=COUNTER, changed=changed).items():
        yield Reason.FORGED, why, altered, {}
    late = {"at": AT + 40 * DAY, "device": OTHER_DEVICE}
    yield Reason.FORGED, "forged, another's and expired: the first reason counts", signed(good, key=STRANGER), late
    yield Reason.WRONG_DEVICE, "read for another device", data, {"device": OTHER_DEVICE}


def _times() -> Iterator[Case]:
    good = items()
    start = seconds_of(AT)
    longer = signed([*good[:10], start + MONTH // SECOND + 1, *good[11:]])
    backward = signed([*good[:10], start - 1, *good[11:]])
    yield Reason.LIVES_TOO_LONG, "30 days and a second", longer, {}
    yield Reason.NOT_YET_VALID, "a millisecond early", given_out(), {"at": AT - MILLISECOND}
    yield Reason.EXPIRED, "the last instant is already too late", given_out(), {"at": AT + MONTH}
    yield Reason.EXPIRED, "ends before it begins", backward, {}
