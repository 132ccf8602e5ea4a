"""Vectors of ``fixtures/protocols/challenge``: what a counter asks, what is no challenge, and which answers count."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from backend.kernel import base45, cbor
from backend.kernel.challenges import ChallengeReason as Reason
from backend.kernel.challenges import CounterChallenge
from backend.kernel.instants import to_wire
from backend.kernel.presentations import PresentationReason, holder_message, present
from backend.kernel.tokens import issue_token
from backend.kernel.trust import seconds_of, sign_trust_list
from tests.protocols.known_keys import (
    AT,
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
    token,
    trust_list,
)

NONCE = bytes(range(16))
GOOD = CounterChallenge(county=COUNTY, device=DEVICE, nonce=NONCE, amount_fen=8000)
SHOWN = AT + DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    return [*_read(), *_refused(), *_answers()]


def _read() -> Iterator[dict[str, Any]]:
    for why, asked in {
        "80 yuan": GOOD,
        "one fen": _asked(amount_fen=1),
        "255 fen": _asked(amount_fen=255),
        "256 fen": _asked(amount_fen=256),
        "65 535 fen": _asked(amount_fen=65_535),
        "65 536 fen": _asked(amount_fen=65_536),
        "the largest amount": _asked(amount_fen=2**32 - 1),
        "another county, read there": _asked(county=OTHER_COUNTY),
    }.items():
        yield {
            "op": "challenge",
            "case": "M2",
            "why": why,
            "county": asked.county,
            "text": asked.text(),
            "expect": {
                "device": str(asked.device),
                "nonce": asked.nonce.hex(),
                "amount_fen": asked.amount_fen,
                "digest": asked.digest().hex(),
            },
        }
    yield _read_again("a scanner added a line end", f"\t{GOOD.text()}\r\n")


def _read_again(why: str, text: str) -> dict[str, Any]:
    expect = {"device": str(DEVICE), "nonce": NONCE.hex(), "amount_fen": 8000, "digest": GOOD.digest().hex()}
    return {"op": "challenge", "case": "M2", "why": why, "county": COUNTY, "text": text, "expect": expect}


def _asked(**changes: Any) -> CounterChallenge:
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "nonce": NONCE, "amount_fen": 8000}
    return CounterChallenge(**(given | changes))


def text_of(value: cbor.CborValue) -> str:
    """The text of any value in the form of a challenge."""
    return "XM1:" + base45.encode(cbor.encode(value))


def _refused() -> Iterator[dict[str, Any]]:
    good, number = GOOD.text(), int(COUNTY)
    data = GOOD.encode()
    items: list[cbor.CborValue] = ["XM1", number, DEVICE.bytes, NONCE, 8000]
    texts: list[tuple[Reason, str, str]] = [
        (Reason.NOT_A_CHALLENGE, "nothing", ""),
        (Reason.NOT_A_CHALLENGE, "a voucher code", "XV1:" + good[4:]),
        (Reason.NOT_A_CHALLENGE, "lower case", good.lower()),
        (Reason.NOT_A_CHALLENGE, "without the colon", "XM1" + good[4:]),
        (Reason.VERSION, "the next version", "XM2:" + good[4:]),
        (Reason.UNREADABLE, "nothing after the prefix", "XM1:"),
        (Reason.UNREADABLE, "a sign too few", good[:-1]),
        (Reason.UNREADABLE, "three signs too few", good[:-3]),
        (Reason.UNREADABLE, "longer than any challenge", good + "0" * 100),
        (Reason.UNREADABLE, "a byte after the end", "XM1:" + base45.encode(data + b"\x00")),
        (Reason.UNREADABLE, "a longer head than needed", "XM1:" + base45.encode(b"\x98\x05" + data[1:])),
        (Reason.UNREADABLE, "an indefinite array", "XM1:" + base45.encode(b"\x9f" + data[1:] + b"\xff")),
        (Reason.UNREADABLE, "an amount in five bytes", "XM1:" + base45.encode(data[:-3] + b"\x1a\x00\x00\x1f\x40")),
        (Reason.UNREADABLE, "a tag", "XM1:" + base45.encode(b"\xc1" + data)),
        (Reason.MALFORMED, "a map", text_of({0: "XM1"})),
        (Reason.MALFORMED, "four items", text_of(items[:-1])),
        (Reason.MALFORMED, "six items", text_of([*items, 0])),
        (Reason.MALFORMED, "another kind inside", text_of(["XR1", *items[1:]])),
        (Reason.MALFORMED, "a county of five figures", text_of(["XM1", 51152, *items[2:]])),
        (Reason.MALFORMED, "a county as text", text_of(["XM1", COUNTY, *items[2:]])),
        (Reason.MALFORMED, "a device of 15 bytes", text_of([*items[:2], bytes(15), *items[3:]])),
        (Reason.MALFORMED, "a device as text", text_of([*items[:2], str(DEVICE), *items[3:]])),
        (Reason.MALFORMED, "a nonce of 15 bytes", text_of([*items[:3], bytes(15), 8000])),
        (Reason.MALFORMED, "a nonce of 17 bytes", text_of([*items[:3], bytes(17), 8000])),
        (Reason.MALFORMED, "an amount of nothing", text_of([*items[:4], 0])),
        (Reason.MALFORMED, "an amount below nothing", text_of([*items[:4], -1])),
        (Reason.MALFORMED, "an amount of 33 bits", text_of([*items[:4], 2**32])),
        (Reason.MALFORMED, "an amount that is true", text_of([*items[:4], True])),
        (Reason.WRONG_COUNTY, "another county's", _asked(county=OTHER_COUNTY).text()),
    ]
    for reason, why, text in texts:
        case = f"M{list(Reason).index(reason) + 4}"
        yield {
            "op": "challenge-refused",
            "case": case,
            "why": why,
            "county": COUNTY,
            "text": text,
            "reason": reason.value,
        }


def _answers() -> Iterator[dict[str, Any]]:
    trust = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID).hex()
    yield {"op": "trusted", "case": "M9", "root": ROOT.public.compressed.hex(), "data": trust}
    good = issue_token(token(), issuer=ISSUER, kid=ISSUER_KID)
    digest = GOOD.digest()
    answered = present(good, holder=HOLDER, at=SHOWN, counter=7, challenge=digest)
    forged, late, early = PresentationReason.HOLDER_FORGED, SHOWN - DAY, SHOWN + DAY
    cases: list[tuple[PresentationReason | None, str, str]] = [
        (None, "answered", answered),
        (None, "the phone's clock is a day late", present(good, holder=HOLDER, at=late, counter=7, challenge=digest)),
        (None, "the phone's clock is a day early", present(good, holder=HOLDER, at=early, counter=7, challenge=digest)),
        (
            None,
            "the phone's clock is at its beginning",
            present(good, holder=HOLDER, at=EPOCH, counter=7, challenge=digest),
        ),
        (forged, "not answered at all", present(good, holder=HOLDER, at=SHOWN, counter=7)),
        (forged, "another amount was agreed to", _answer(good, _asked(amount_fen=7999))),
        (forged, "another counter's challenge", _answer(good, _asked(device=OTHER_DEVICE))),
        (forged, "a challenge of before", _answer(good, _asked(nonce=NONCE[::-1]))),
        (forged, "another county's challenge", _answer(good, _asked(county=OTHER_COUNTY))),
        (forged, "a stranger's phone answered", present(good, holder=STRANGER, at=SHOWN, counter=7, challenge=digest)),
        (forged, "the challenge itself instead of its hash", _over(good, GOOD.encode())),
    ]
    for reason, why, text in cases:
        yield _answer_vector(reason, why, text)
    expired = PresentationReason.TOKEN_EXPIRED
    yield _answer_vector(expired, "the token has expired by the counter's clock", _old(digest))
    data = hashlib.sha256(good).digest()
    yield {
        "op": "message",
        "case": "M9",
        "why": "what the holder signs",
        "token": good.hex(),
        "challenge": digest.hex(),
        "time": seconds_of(SHOWN),
        "counter": 7,
        "message": holder_message(data, seconds_of(SHOWN), 7, digest).hex(),
    }


def _answer_vector(reason: PresentationReason | None, why: str, text: str) -> dict[str, Any]:
    given = {"op": "answer", "case": "M9", "why": why, "at": to_wire(SHOWN), "challenge": GOOD.text(), "text": text}
    return given | ({"reason": reason.value} if reason else {"expect": {"voucher": str(token().voucher)}})


def _answer(data: bytes, asked: CounterChallenge) -> str:
    return present(data, holder=HOLDER, at=SHOWN, counter=7, challenge=asked.digest())


def _old(digest: bytes) -> str:
    data = issue_token(token(start=SHOWN - 8 * DAY, life=7 * DAY - SECOND), issuer=ISSUER, kid=ISSUER_KID)
    return present(data, holder=HOLDER, at=SHOWN - 2 * DAY, counter=7, challenge=digest)


def _over(data: bytes, challenge: bytes) -> str:
    """A code whose holder signed the challenge's bytes where its hash belongs."""
    seconds = seconds_of(SHOWN)
    message = holder_message(hashlib.sha256(data).digest(), seconds, 7) + challenge
    return "XV1:" + base45.encode(cbor.encode([data, seconds, 7, HOLDER.sign(message)]))
