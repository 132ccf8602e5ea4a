"""Vectors of ``fixtures/protocols/card``: paper cards, where they may be taken, and every reason against one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from backend.kernel import base45, cbor
from backend.kernel.cards import Card, issue_card
from backend.kernel.cards import CardReason as Reason
from backend.kernel.instants import to_wire
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.trust import seconds_of, sign_trust_list
from tests.protocols.known_keys import (
    AT,
    CARD,
    COUNTY,
    DAY,
    DEVICE,
    HOLDER,
    ISSUER,
    ISSUER_KID,
    OTHER_COUNTY,
    OTHER_DEVICE,
    ROOT,
    ROOT_KID,
    SECOND,
    STRANGER,
    high_s,
    other_half,
    token,
    trust_list,
)
from tests.protocols.token_vectors import items_of_a_token, signed

MILLISECOND = timedelta(milliseconds=1)
YEAR = 366 * DAY
SHOWN = AT + 40 * DAY
Case = tuple[Reason | None, str, str, dict[str, Any]]


def vectors() -> list[dict[str, Any]]:
    """All cases: the list that the verifier trusts, then cards in the order of the checks."""
    data = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID).hex()
    trusted = {"op": "trusted", "case": "L1", "root": ROOT.public.compressed.hex(), "data": data}
    return [trusted, *map(_written, [*_taken(), *_texts(), *_contents(), *_issuers(), *_times()])]


def _written(case: Case) -> dict[str, Any]:
    reason, why, text, given = case
    at: datetime = given.get("at", SHOWN)
    device = given.get("device", DEVICE)
    vector = {"op": "card", "county": given.get("county", COUNTY), "at": to_wire(at), "device": str(device)}
    vector["text"] = text
    if reason is not None:
        return vector | {"case": f"L{list(Reason).index(reason) + 4}", "reason": reason.value, "why": why}
    expect = {"card": str(CARD), "status_index": given.get("status_index", 77), "offline": device == DEVICE}
    return vector | {"case": "L3", "expect": expect, "why": why}


def card(**changes: Any) -> Card:
    """A card of a year in a demonstration county."""
    given: dict[str, Any] = {"county": COUNTY, "card": CARD, "not_before": AT, "expires_at": AT + YEAR}
    return Card(**(given | {"status_index": 77, "home": DEVICE, "flags": 2} | changes))


def printed(given: Card | None = None, *, issuer: SigningKey = ISSUER, kid: bytes = ISSUER_KID) -> str:
    """The text on the card."""
    return issue_card(given or card(), issuer=issuer, kid=kid)


def items_of_a_card() -> list[cbor.CborValue]:
    """The eight items of a good card, to be spoiled."""
    start = seconds_of(AT)
    return ["XP1", int(COUNTY), CARD.bytes, start, start + YEAR // SECOND, 77, DEVICE.bytes, 2]


def _text(data: bytes) -> str:
    return "XP1:" + base45.encode(data)


def _data() -> bytes:
    return base45.decode(printed()[4:])


def _taken() -> Iterator[Case]:
    data = _data()
    assert data == signed(items_of_a_card())
    yield None, "at its home device, without a network", printed(), {}
    yield None, "at any other device only online", printed(), {"device": OTHER_DEVICE}
    yield None, "in its first instant", printed(), {"at": AT}
    yield None, "in its last millisecond", printed(), {"at": AT + YEAR - MILLISECOND}
    yield None, "a scanner added a line end", f" {printed()}\r\n", {}
    yield None, "the issuer's s in the upper half", _text(data[:-64] + high_s(data[-64:])), {}
    yield None, "the issuer's s in the lower half", _text(data[:-64] + other_half(high_s(data[-64:]))), {}
    for index in (255, 256, 65_535, 65_536, 2**32 - 1):
        yield None, f"status index {index}", printed(card(status_index=index)), {"status_index": index}
    yield None, "in a real county", printed(card(flags=0)), {}


def _texts() -> Iterator[Case]:
    good = printed()
    for why, text in {
        "nothing": "",
        "a voucher code": "XV1:" + good[4:],
        "lower case": good.lower(),
        "without the colon": "XP1" + good[4:],
    }.items():
        yield Reason.NOT_A_CARD, why, text, {}
    yield Reason.VERSION, "the next version", "XP2:" + good[4:], {}
    for why, text in {
        "a sign too few": good[:-1] if len(good) % 3 == 2 else good[: 4 + (len(good) - 4) // 3 * 3 + 1],
        "a lower-case letter": good[:50] + "a" + good[51:],
        "signs that stand for no bytes": good[:-3] + ":::",
        "longer than any card": good + "0" * 100,
    }.items():
        yield Reason.UNREADABLE, why, text, {}


def _contents() -> Iterator[Case]:
    data = _data()
    good = items_of_a_card()
    signature = data[-64:]
    for why, spoilt in {
        "nothing after the prefix": b"",
        "a byte after the end": data + b"\x00",
        "cut off": data[:-1],
        "tagged as COSE_Sign1": b"\xd2" + data,
        "a longer head than needed": b"\x98\x04" + data[1:],
        "DER instead of raw": data[:-66] + cbor.encode(der_of_raw(signature)),
        "a voucher's token": signed(items_of_a_token()),
        "the next version inside": signed(["XP2", *good[1:]]),
        "seven items": signed(good[:-1]),
        "nine items": signed([*good, 0]),
        "a map": signed({0: "XP1"}),
    }.items():
        yield Reason.MALFORMED, why, _text(spoilt), {}
    items_spoilt: dict[str, tuple[int, cbor.CborValue]] = {
        "a county of seven figures": (1, 1_000_000),
        "a card of 15 bytes": (2, bytes(15)),
        "a card as text": (2, str(CARD)),
        "a negative beginning": (3, -1),
        "an end in the year 2242": (4, 2**33),
        "a status index of 33 bits": (5, 2**32),
        "a status index that is true": (5, True),
        "two home devices": (6, [DEVICE.bytes, OTHER_DEVICE.bytes]),
        "a home device of 17 bytes": (6, bytes(17)),
        "a flag that this version does not know": (7, 4),
        "the flag of tokens for online only": (7, 1),
    }
    for why, (place, value) in items_spoilt.items():
        items: list[cbor.CborValue] = [*good[:place], value, *good[place + 1 :]]
        yield Reason.MALFORMED, why, _text(signed(items)), {}
    other = signed(good, header={1: -257, 4: ISSUER_KID})
    yield Reason.ALGORITHM, "another algorithm", _text(other), {}


def _issuers() -> Iterator[Case]:
    data = _data()
    yield Reason.WRONG_COUNTY, "another county's", printed(card(county=OTHER_COUNTY)), {}
    yield Reason.WRONG_COUNTY, "shown in another county", printed(), {"county": OTHER_COUNTY}
    yield Reason.ISSUER_UNKNOWN, "an id that the list does not name", printed(kid=b"\x00\x01"), {}
    early = AT - 90 * DAY - SECOND
    before = printed(card(not_before=early, expires_at=early + YEAR))
    yield Reason.ISSUER_NOT_SERVING, "printed a second before its service", before, {}
    for why, altered in {
        "a stranger's signature": base45.decode(printed(issuer=STRANGER)[4:]),
        "the holder's signature": base45.decode(printed(issuer=HOLDER)[4:]),
        "another home device": data.replace(DEVICE.bytes, OTHER_DEVICE.bytes),
        "another card": data.replace(CARD.bytes, token().voucher.bytes),
        "a bit of the signature changed": data[:-1] + bytes([data[-1] ^ 1]),
        "a signature of zeros": data[:-64] + bytes(64),
    }.items():
        assert altered != data
        yield Reason.FORGED, why, _text(altered), {}
    late = AT + 400 * DAY
    yield Reason.FORGED, "forged and expired: the first reason counts", printed(issuer=STRANGER), {"at": late}


def _times() -> Iterator[Case]:
    good = items_of_a_card()
    start = seconds_of(AT)
    longer = signed([*good[:4], start + YEAR // SECOND + 1, *good[5:]])
    backward = signed([*good[:4], start - 1, *good[5:]])
    yield Reason.LIVES_TOO_LONG, "366 days and a second", _text(longer), {}
    yield Reason.NOT_YET_VALID, "a millisecond early", printed(), {"at": AT - MILLISECOND}
    yield Reason.EXPIRED, "the last instant is already too late", printed(), {"at": AT + YEAR}
    yield Reason.EXPIRED, "ends before it begins", _text(backward), {}
