"""Vectors of ``fixtures/protocols/policy``: the county's limits, and every reason against them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import structs

from backend.kernel import cbor
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.policy_rules import Policy, sign_policy
from backend.sync.policy_rules import PolicyReason as Reason
from tests.protocols import issued_vectors as issued
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DAY,
    ISSUER,
    ISSUER_KID,
    NEXT_ISSUER,
    NEXT_KID,
    OTHER_COUNTY,
    SECOND,
    STRANGER,
)
from tests.protocols.token_vectors import signed

LARGEST = 2**32 - 1
Case = tuple[Reason | None, str, bytes, dict[str, Any]]


def vectors() -> list[dict[str, Any]]:
    """All cases: the list that the reader trusts, then policies in the order of the checks."""
    return [issued.trusted("N1"), *map(_written, [*_taken(), *_contents(), *_issuers()])]


def policy(**changes: Any) -> Policy:
    """The fourth policy, with the usual limits."""
    given: dict[str, Any] = {"county": COUNTY, "number": 4, "enforced_at": AT, "limits": OfflineLimits()}
    return Policy(**(given | changes))


def put_in_force(given: Policy | None = None, *, issuer: SigningKey = ISSUER, kid: bytes = ISSUER_KID) -> bytes:
    """The policy as devices are given it."""
    return sign_policy(given or policy(), issuer=issuer, kid=kid)


def described(given: Policy) -> dict[str, Any]:
    """A policy as vectors write it."""
    limits = given.limits
    return {
        "number": given.number,
        "enforced_at": seconds_of(given.enforced_at),
        "scan_fen": limits.scan_fen,
        "challenge_fen": limits.challenge_fen,
        "holder_day_fen": limits.holder_day_fen,
        "skew_s": limits.skew // SECOND,
        "soft_bp": limits.soft_bp,
        "probe_bp": limits.probe_bp,
        "close_extra_s": limits.close_extra // SECOND,
        "merchant": _episode(limits.merchant),
        "station": _episode(limits.station),
    }


def _episode(given: EpisodeLimits) -> dict[str, int]:
    seconds = {"soft_s": given.soft // SECOND, "hard_s": given.hard // SECOND}
    return seconds | {"cap_fen": given.cap_fen, "claims": given.claims}


def items() -> list[cbor.CborValue]:
    """The thirteen items of a good policy, to be spoiled: the usual limits, written out."""
    merchant: list[cbor.CborValue] = [43_200, 259_200, 200_000, 40]
    station: list[cbor.CborValue] = [43_200, 1_209_600, 1_000_000, 300]
    amounts: list[cbor.CborValue] = [5_000, 10_000, 10_000]
    return ["XL1", int(COUNTY), 4, seconds_of(AT), *amounts, 120, 6_000, 1_000, 604_800, merchant, station]


def _written(case: Case) -> dict[str, Any]:
    reason, why, data, given = case
    vector = {"op": "policy", "county": given.get("county", COUNTY), "known": given.get("known", 0)}
    vector |= {"data": data.hex(), "why": why}
    if reason is not None:
        return vector | {"case": f"N{list(Reason).index(reason) + 4}", "reason": reason.value}
    return vector | {"case": "N3", "expect": described(given.get("says", policy()))}


def _taken() -> Iterator[Case]:
    data = put_in_force()
    assert data == signed(items())
    nothing = EpisodeLimits(soft=timedelta(0), hard=timedelta(0), cap_fen=0, claims=0)
    most = EpisodeLimits(soft=LARGEST * SECOND, hard=LARGEST * SECOND, cap_fen=LARGEST, claims=LARGEST)
    usual = OfflineLimits()
    says = {
        "the usual limits": policy(),
        "the first policy": policy(number=1),
        "the largest number": policy(number=LARGEST),
        "nothing is taken offline": policy(
            limits=OfflineLimits(
                scan_fen=0,
                challenge_fen=0,
                holder_day_fen=0,
                skew=timedelta(0),
                soft_bp=0,
                probe_bp=0,
                close_extra=timedelta(0),
                merchant=nothing,
                station=nothing,
            )
        ),
        "the largest limits": policy(
            limits=OfflineLimits(
                scan_fen=LARGEST,
                challenge_fen=LARGEST,
                holder_day_fen=LARGEST,
                skew=LARGEST * SECOND,
                soft_bp=10_000,
                probe_bp=10_000,
                close_extra=LARGEST * SECOND,
                merchant=most,
                station=most,
            )
        ),
        "a code alone counts for as much as a challenge": policy(limits=structs.replace(usual, scan_fen=100_00)),
        "always with a challenge": policy(limits=structs.replace(usual, scan_fen=0)),
    }
    for why, given in says.items():
        yield None, why, put_in_force(given), {"says": given}
    yield None, "the same one again", data, {"known": 4}
    yield None, "a newer one", data, {"known": 3}
    for why, half in issued.both_halves(data).items():
        yield None, why, half, {}
    old = policy(enforced_at=AT - 90 * DAY)
    yield None, "put in force in its issuer's first second", put_in_force(old), {"says": old}
    late = policy(enforced_at=AT + 75 * DAY)
    yield None, "by the next issuer", put_in_force(late, issuer=NEXT_ISSUER, kid=NEXT_KID), {"says": late}


def _contents() -> Iterator[Case]:
    good = items()
    spoilt: dict[str, tuple[int, cbor.CborValue]] = {
        "a county of five figures": (1, 51152),
        "policy number 0": (2, 0),
        "a number that is true": (2, True),
        "a number of 33 bits": (2, 2**32),
        "in force from a text": (3, "2026-10-01"),
        "in force from the year 2242": (3, 2**33),
        "a negative scan": (4, -1),
        "a scan as text": (4, "50"),
        "more for a scan than for a challenge": (4, 10_001),
        "a challenge of 33 bits": (5, 2**32),
        "a holder's day that is null": (6, None),
        "a negative skew": (7, -120),
        "a part over the whole": (8, 10_001),
        "a negative part": (8, -1),
        "a probe over the whole": (9, 10_001),
        "a close extra of 33 bits": (10, 2**32),
        "merchant's limits that are null": (11, None),
        "three limits of an episode": (11, [43_200, 259_200, 200_000]),
        "five limits of an episode": (11, [43_200, 259_200, 200_000, 40, 0]),
        "a soft limit after the hard one": (11, [259_201, 259_200, 200_000, 40]),
        "a negative cap": (12, [43_200, 259_200, -1, 40]),
        "claims of 33 bits": (12, [43_200, 259_200, 200_000, 2**32]),
        "claims that are true": (12, [43_200, 259_200, 200_000, True]),
        "limits as a map": (12, {0: 43_200}),
    }
    long = {"longer than any policy": signed([*good[:11], [bytes(512)], *good[12:]])}
    long |= {"longer than any policy, of whatever version": signed(["XL2", *good[1:], bytes(512)])}
    for why, data in (issued.spoilt_envelopes(good) | issued.with_items(good, spoilt) | long).items():
        yield Reason.MALFORMED, why, data, {}
    for why, data in issued.other_versions(good).items():
        yield Reason.VERSION, why, data, {}
    for why, data in issued.other_algorithms(good).items():
        yield Reason.ALGORITHM, why, data, {}


def _issuers() -> Iterator[Case]:
    good = items()
    data = signed(good)
    yield Reason.WRONG_COUNTY, "another county's", put_in_force(policy(county=OTHER_COUNTY)), {}
    yield Reason.WRONG_COUNTY, "shown in another county", data, {"county": OTHER_COUNTY}
    yield Reason.ISSUER_UNKNOWN, "an id that the list does not name", put_in_force(kid=b"\x00\x01"), {}
    early, late = policy(enforced_at=AT - 90 * DAY - SECOND), policy(enforced_at=AT + 92 * DAY)
    yield Reason.ISSUER_NOT_SERVING, "a second before its issuer's service", put_in_force(early), {}
    yield Reason.ISSUER_NOT_SERVING, "when its issuer's service has ended", put_in_force(late), {}
    changed = {
        "a larger scan under an older signature": issued.resigned(good, 4, 9_000),
        "a newer number under an older signature": issued.resigned(good, 2, 5),
    }
    for why, altered in issued.forgeries(good, device=COUNTER, changed=changed).items():
        yield Reason.FORGED, why, altered, {}
    yield Reason.FORGED, "forged and older: the first reason counts", signed(good, key=STRANGER), {"known": 5}
    yield Reason.OLDER, "the next one is known", data, {"known": 5}
    yield Reason.OLDER, "the largest number is known", data, {"known": LARGEST}
