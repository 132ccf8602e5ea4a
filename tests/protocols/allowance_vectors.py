"""Vectors of ``fixtures/protocols/allowance``: what was dealt to a device, and every reason against it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from backend.kernel import cbor
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from backend.sync.allowance_rules import Allowance, CampaignCap, sign_allowance
from backend.sync.allowance_rules import AllowanceReason as Reason
from tests.protocols import issued_vectors as issued
from tests.protocols.known_keys import (
    AT,
    COUNTER,
    COUNTY,
    DAY,
    DEVICE,
    ISSUER,
    ISSUER_KID,
    NEXT_ISSUER,
    NEXT_KID,
    OTHER_COUNTY,
    OTHER_DEVICE,
    SECOND,
    STRANGER,
)
from tests.protocols.token_vectors import signed

LARGEST = 2**32 - 1
Case = tuple[Reason | None, str, bytes, dict[str, Any]]


def vectors() -> list[dict[str, Any]]:
    """All cases: the list that the reader trusts, then allowances in the order of the checks."""
    return [issued.trusted("A1"), *map(_written, [*_taken(), *_contents(), *_issuers(), *_older()])]


def allowance(*caps: tuple[int, int], **changes: Any) -> Allowance:
    """The seventh episode's allowance; without caps, two campaigns'."""
    dealt = tuple(CampaignCap(campaign, cap_fen) for campaign, cap_fen in caps or [(3, 200_000), (5, 80_000)])
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "episode": 7, "after": 40, "dealt_at": AT}
    return Allowance(**(given | {"caps": dealt} | changes))


def dealt(given: Allowance | None = None, *, issuer: SigningKey = ISSUER, kid: bytes = ISSUER_KID) -> bytes:
    """The allowance as its device is given it."""
    return sign_allowance(given or allowance(), issuer=issuer, kid=kid)


def described(given: Allowance) -> dict[str, Any]:
    """An allowance as vectors write it."""
    caps = [[cap.campaign, cap.cap_fen] for cap in given.caps]
    return {"episode": given.episode, "after": given.after, "dealt_at": seconds_of(given.dealt_at), "caps": caps}


def items() -> list[cbor.CborValue]:
    """The seven items of a good allowance, to be spoiled."""
    return ["XQ1", int(COUNTY), DEVICE.bytes, 7, 40, seconds_of(AT), [[3, 200_000], [5, 80_000]]]


def _written(case: Case) -> dict[str, Any]:
    reason, why, data, given = case
    device: UUID = given.get("device", DEVICE)
    known: Allowance | None = given.get("known")
    vector = {"op": "allowance", "county": given.get("county", COUNTY), "device": str(device)}
    vector |= {"known": known and described(known), "data": data.hex(), "why": why}
    if reason is not None:
        return vector | {"case": f"A{list(Reason).index(reason) + 6}", "reason": reason.value}
    case_of = "A5" if known else "A3"
    return vector | {"case": case_of, "expect": described(given.get("says", allowance()))}


def _taken() -> Iterator[Case]:
    data = dealt()
    assert data == signed(items())
    many = [(campaign, 200_000) for campaign in range(65_300, 65_800)]
    says = {
        "two campaigns": allowance(),
        "one campaign": allowance((3, 200_000)),
        "no campaign: online only": allowance(caps=()),
        "an empty pool: online only": allowance((3, 0)),
        "five hundred campaigns": allowance(*many),
        "numbers on both sides of a change of their form": allowance((23, 24), (24, 23), (255, 256), (256, 255)),
        "the largest numbers": allowance((LARGEST, LARGEST), episode=LARGEST, after=LARGEST),
        "the first episode, before any event": allowance(episode=1, after=0),
    }
    for why, given in says.items():
        yield None, why, dealt(given), {"says": given}
    for why, half in issued.both_halves(data).items():
        yield None, why, half, {}
    other = allowance(device=OTHER_DEVICE)
    yield None, "another device's, read for it", dealt(other), {"says": other, "device": OTHER_DEVICE}
    late = allowance(dealt_at=AT + 75 * DAY)
    yield None, "by the next issuer", dealt(late, issuer=NEXT_ISSUER, kid=NEXT_KID), {"says": late}
    yield None, "the same one again", data, {"known": allowance()}
    yield None, "dealt again in the same episode", data, {"known": allowance(dealt_at=AT - SECOND)}
    before = allowance(episode=6, dealt_at=AT + DAY)
    yield None, "a newer episode, whatever the clock said", data, {"known": before}


def _contents() -> Iterator[Case]:
    good = items()
    spoilt: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a device of 15 bytes": (2, bytes(15)),
        "a device that is null": (2, None),
        "episode 0": (3, 0),
        "an episode that is true": (3, True),
        "an episode of 33 bits": (3, 2**32),
        "after a negative event": (4, -1),
        "after an event of 33 bits": (4, 2**32),
        "after null": (4, None),
        "dealt at a text": (5, "2026-10-01"),
        "dealt in the year 2242": (5, 2**33),
        "caps that are null": (6, None),
        "caps as a map": (6, {3: 200_000}),
        "a cap alone": (6, [3, 200_000]),
        "a cap without its campaign": (6, [[200_000]]),
        "a cap of three": (6, [[3, 200_000, 0]]),
        "campaign 0": (6, [[0, 200_000]]),
        "a campaign as text": (6, [["3", 200_000]]),
        "a negative cap": (6, [[3, -1]]),
        "a cap of 33 bits": (6, [[3, 2**32]]),
        "campaigns backwards": (6, [[5, 80_000], [3, 200_000]]),
        "a campaign twice": (6, [[3, 200_000], [3, 1]]),
        "five hundred and one campaigns": (6, [[campaign, 1] for campaign in range(1, 502)]),
    }
    long = {"longer than any allowance": signed([*good[:6], [bytes(8_192)]])}
    long |= {"longer than any allowance, of whatever version": signed(["XQ2", *good[1:], bytes(8_192)])}
    for why, data in (issued.spoilt_envelopes(good) | issued.with_items(good, spoilt) | long).items():
        yield Reason.MALFORMED, why, data, {}
    for why, data in issued.other_versions(good).items():
        yield Reason.VERSION, why, data, {}
    for why, data in issued.other_algorithms(good).items():
        yield Reason.ALGORITHM, why, data, {}


def _issuers() -> Iterator[Case]:
    good = items()
    data = signed(good)
    yield Reason.WRONG_COUNTY, "another county's", dealt(allowance(county=OTHER_COUNTY)), {}
    yield Reason.WRONG_COUNTY, "shown in another county", data, {"county": OTHER_COUNTY}
    yield Reason.ISSUER_UNKNOWN, "an id that the list does not name", dealt(kid=b"\x00\x01"), {}
    early, late = allowance(dealt_at=AT - 90 * DAY - SECOND), allowance(dealt_at=AT + 92 * DAY)
    yield Reason.ISSUER_NOT_SERVING, "a second before its issuer's service", dealt(early), {}
    yield Reason.ISSUER_NOT_SERVING, "when its issuer's service has ended", dealt(late), {}
    changed = {
        "a larger cap under an older signature": issued.resigned(good, 6, [[3, 200_001], [5, 80_000]]),
        "after an earlier event under an older signature": issued.resigned(good, 4, 39),
        "a newer episode under an older signature": issued.resigned(good, 3, 8),
        "another device under an older signature": issued.resigned(good, 2, OTHER_DEVICE.bytes),
    }
    for why, altered in issued.forgeries(good, device=COUNTER, changed=changed).items():
        yield Reason.FORGED, why, altered, {}
    first = {"device": OTHER_DEVICE, "known": allowance(episode=8)}
    yield Reason.FORGED, "forged, another's and older: the first reason counts", signed(good, key=STRANGER), first


def _older() -> Iterator[Case]:
    data = dealt()
    yield Reason.WRONG_DEVICE, "read for another device", data, {"device": OTHER_DEVICE}
    yield Reason.OLDER, "a newer episode is known", data, {"known": allowance(episode=8, dealt_at=AT - DAY)}
    yield Reason.OLDER, "a later one of the episode is known", data, {"known": allowance(dealt_at=AT + SECOND)}
