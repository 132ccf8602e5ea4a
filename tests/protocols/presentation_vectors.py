"""Vectors of ``fixtures/protocols/presentation``: what a screen shows, and every reason why it is not accepted."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from backend.kernel import base45, cbor
from backend.kernel.instants import to_wire
from backend.kernel.presentations import PREFIX, encode_presentation, holder_message, present
from backend.kernel.presentations import PresentationReason as Reason
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.tokens import Token, issue_token
from backend.kernel.trust import seconds_of, sign_trust_list
from tests.protocols.encoding_vectors import BOUNDARIES
from tests.protocols.known_keys import (
    AT,
    COUNTY,
    DAY,
    HOLDER,
    ISSUER,
    ISSUER_KID,
    NEXT_ISSUER,
    NEXT_KID,
    OTHER_COUNTY,
    ROOT,
    ROOT_KID,
    SECOND,
    STRANGER,
    high_s,
    other_half,
    token,
    trust_list,
)
from tests.protocols.token_vectors import not_tokens, signed, spoiled

MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
CHALLENGE = hashlib.sha256(b"XM1 challenge of a test counter").digest()
SHOWN = AT + timedelta(hours=3)
Case = tuple[Reason | None, str, str, dict[str, Any]]


def vectors() -> list[dict[str, Any]]:
    """All cases: first the list that the verifier trusts, then codes in the order of the checks."""
    trusted = {
        "op": "trusted",
        "case": "P1",
        "root": ROOT.public.compressed.hex(),
        "data": sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID).hex(),
    }
    cases = [*_accepted(), *_texts(), *_bodies(), *_tokens(), *_issuers(), *_times_of_tokens(), *_holders(), *_fresh()]
    return [trusted, *(_written(case) for case in cases)]


def _written(case: Case) -> dict[str, Any]:
    reason, why, text, given = case
    at: datetime = given.get("at", SHOWN)
    vector: dict[str, Any] = {"op": "presentation", "county": given.get("county", COUNTY), "at": to_wire(at)}
    vector["challenge"] = given.get("challenge", b"").hex()
    vector["text"] = text
    if reason is None:
        shown = {"time": seconds_of(given.get("drawn", SHOWN)), "counter": given.get("counter", 42)}
        return vector | {"case": "P3", "expect": {"voucher": str(token().voucher), **shown}, "why": why}
    return vector | {"case": f"P{list(Reason).index(reason) + 4}", "reason": reason.value, "why": why}


def _good(given: Token | None = None, *, issuer: SigningKey = ISSUER, kid: bytes = ISSUER_KID) -> bytes:
    return issue_token(given or token(), issuer=issuer, kid=kid)


def _shown(data: bytes | None = None, *, at: datetime = SHOWN, counter: int = 42, challenge: bytes = b"") -> str:
    return present(data or _good(), holder=HOLDER, at=at, counter=counter, challenge=challenge)


def _parts() -> tuple[bytes, int, int, bytes]:
    """A good code taken apart."""
    data, seconds = _good(), seconds_of(SHOWN)
    return data, seconds, 42, HOLDER.sign(holder_message(hashlib.sha256(data).digest(), seconds, 42))


def _body(value: cbor.CborValue) -> str:
    return PREFIX + base45.encode(cbor.encode(value))


def _raw(data: bytes) -> str:
    return PREFIX + base45.encode(data)


def _accepted() -> Iterator[Case]:
    data, seconds, counter, signature = _parts()
    yield None, "as drawn this second", _shown(), {}
    yield None, "drawn exactly 60 s ago", _shown(at=SHOWN - MINUTE), {"drawn": SHOWN - MINUTE}
    yield None, "drawn exactly 60 s ahead", _shown(at=SHOWN + MINUTE), {"drawn": SHOWN + MINUTE}
    late = SHOWN + MINUTE - MILLISECOND
    yield None, "the county's clock shows a fraction of a second", _shown(), {"at": late}
    yield None, "the first counter", _shown(counter=0), {"counter": 0}
    for number in BOUNDARIES:
        yield None, f"a counter of {number}", _shown(counter=number), {"counter": number}
    yield None, "the largest counter", _shown(counter=2**32 - 1), {"counter": 2**32 - 1}
    yield None, "the holder's s in the upper half", _with(signature=high_s(signature)), {}
    yield None, "the holder's s in the lower half", _with(signature=other_half(high_s(signature))), {}
    yield None, "the issuer's s in the upper half", _shown(data[:-64] + high_s(data[-64:])), {}
    yield None, "a scanner added a line end", f" {_shown()}\r\n", {}
    yield None, "the token's first instant", _shown(at=AT), {"at": AT, "drawn": AT}
    end = AT + 7 * DAY
    last = end - MILLISECOND
    yield None, "the token's last millisecond", _shown(at=end), {"at": last, "drawn": end}
    yield None, "a challenge signed", _shown(challenge=CHALLENGE), {"challenge": CHALLENGE}
    yield None, "online only, in a real county", _shown(_good(token(flags=1))), {}
    start = AT + 92 * DAY - SECOND
    old = _shown(_good(token(start=start)), at=start + 2 * DAY)
    yield (
        None,
        "issued in the key's last second, shown after it",
        old,
        {"at": start + 2 * DAY, "drawn": start + 2 * DAY},
    )
    start = AT + 92 * DAY
    new = _shown(_good(token(start=start), issuer=NEXT_ISSUER, kid=NEXT_KID), at=start)
    yield None, "the next issuer", new, {"at": start, "drawn": start}
    assert (seconds, counter) == (seconds_of(SHOWN), 42)


def _with(**changes: Any) -> str:
    """A good code with some of its four parts replaced, in its good form."""
    data, seconds, counter, signature = _parts()
    return encode_presentation(
        changes.get("token", data),
        changes.get("seconds", seconds),
        changes.get("counter", counter),
        changes.get("signature", signature),
    )


def _texts() -> Iterator[Case]:
    good = _shown()
    for why, text in {
        "nothing": "",
        "a short code": "04207716",
        "a link": "https://junlian.example/q/1",
        "a health certificate": "HC1:" + good[4:],
        "lower case": good.lower(),
        "full-width letters": "ＸＶ１：" + good[4:],
        "without the colon": "XV1" + good[4:],
        "another object of ours": "XP1:" + good[4:],
    }.items():
        yield Reason.NOT_A_PRESENTATION, why, text, {}
    yield Reason.VERSION, "the next version", "XV2:" + good[4:], {}
    for why, text in {
        "nothing after the prefix": PREFIX,
        "a lower-case letter": good[:100] + "a" + good[101:],
        "a sign too few": good[:-1],
        "three signs too few": good[:-3],
        "signs that stand for no bytes": good[:-3] + ":::",
        "longer than any code": good + "0" * 400,
        "a byte after the end": _raw(cbor.encode(list(_parts())) + b"\x00"),
        "a longer head than needed": _raw(b"\x98\x04" + cbor.encode(list(_parts()))[1:]),
        "an indefinite array": _raw(b"\x9f" + cbor.encode(list(_parts()))[1:] + b"\xff"),
        "a time that is a float": _raw(_spliced(b"\xfb41daa6f1e0000000")),
        "a time in nine bytes": _raw(_spliced(b"\x1b" + seconds_of(SHOWN).to_bytes(8, "big"))),
    }.items():
        yield Reason.UNREADABLE, why, text, {}


def _spliced(time: bytes) -> bytes:
    """A good body with other bytes in the place of its time."""
    data, _, counter, signature = _parts()
    return b"\x84" + cbor.encode(data) + time + cbor.encode(counter) + cbor.encode(signature)


def _bodies() -> Iterator[Case]:
    data, seconds, counter, signature = _parts()
    bodies: dict[str, cbor.CborValue] = {
        "a map": {1: data},
        "three parts": [data, seconds, counter],
        "five parts": [data, seconds, counter, signature, b""],
        "a token as text": ["token", seconds, counter, signature],
        "a token that is not in bytes": [cbor.decode(data), seconds, counter, signature],
        "a negative time": [data, -1, counter, signature],
        "a time as text": [data, "now", counter, signature],
        "a time that is null": [data, None, counter, signature],
        "a time in the year 2242": [data, 2**33, counter, signature],
        "a negative counter": [data, seconds, -1, signature],
        "a counter of 33 bits": [data, seconds, 2**32, signature],
        "a counter as bytes": [data, seconds, b"\x01", signature],
        "a counter that is true": [data, seconds, True, signature],
        "DER instead of raw": [data, seconds, counter, der_of_raw(signature)],
        "a signature of 63 bytes": [data, seconds, counter, signature[:-1]],
        "a signature of 65 bytes": [data, seconds, counter, signature + b"\x00"],
        "an empty signature": [data, seconds, counter, b""],
    }
    for why, value in bodies.items():
        yield Reason.MALFORMED, why, _body(value), {}


def _tokens() -> Iterator[Case]:
    for why, (reason, data) in not_tokens().items():
        if len(data) < 300:
            yield Reason(reason), f"token: {why}", _shown(data) if data else _with(token=b""), {}
    yield Reason.WRONG_COUNTY, "this county's issuer for another county", _shown(_good(token(county=OTHER_COUNTY))), {}
    yield Reason.WRONG_COUNTY, "shown in another county", _shown(), {"county": OTHER_COUNTY}
    yield Reason.WRONG_COUNTY, "before the issuer is looked up", _shown(_good(token(county=OTHER_COUNTY), kid=b"?")), {}


def _issuers() -> Iterator[Case]:
    data = _good()
    yield Reason.ISSUER_UNKNOWN, "an id that the list does not name", _shown(_good(kid=b"\x00\x01")), {}
    yield Reason.ISSUER_UNKNOWN, "the beginning of a known id", _shown(_good(kid=ISSUER_KID[:1])), {}
    early, late = AT - 90 * DAY - SECOND, AT + 92 * DAY
    yield Reason.ISSUER_NOT_SERVING, "a second before its service", _shown(_good(token(start=early))), {"at": early}
    yield Reason.ISSUER_NOT_SERVING, "at the end of its service", _shown(_good(token(start=late))), {"at": late}
    forged = {
        "a stranger's signature under the issuer's id": _good(issuer=STRANGER),
        "the holder's signature": _good(issuer=HOLDER),
        "the next issuer's signature under this id": _good(issuer=NEXT_ISSUER),
        "a larger face": data.replace(b"\x19\x13\x88", b"\x19\x27\x10"),
        "another holder's key": data.replace(HOLDER.public.compressed, STRANGER.public.compressed),
        "a bit of the signature changed": data[:-1] + bytes([data[-1] ^ 1]),
        "a signature of zeros": data[:-64] + bytes(64),
        "a signature of ones": data[:-64] + b"\xff" * 64,
    }
    for why, altered in forged.items():
        assert altered != data
        yield Reason.TOKEN_FORGED, why, _shown(altered), {}
    late = AT + 30 * DAY
    yield (
        Reason.TOKEN_FORGED,
        "forged and expired: the first reason counts",
        _shown(_good(issuer=STRANGER)),
        {"at": late},
    )


def _times_of_tokens() -> Iterator[Case]:
    start = seconds_of(AT)
    longer = signed(spoiled(i7=start + 604801))
    backward = signed(spoiled(i7=start - 1))
    yield Reason.TOKEN_LIVES_TOO_LONG, "seven days and a second", _shown(longer), {}
    before = AT - MILLISECOND
    yield Reason.TOKEN_NOT_YET_VALID, "a millisecond early", _shown(at=AT), {"at": before}
    end = AT + 7 * DAY
    yield Reason.TOKEN_EXPIRED, "the last instant is already too late", _shown(at=end), {"at": end}
    yield Reason.TOKEN_EXPIRED, "ends before it begins", _shown(backward), {}


def _holders() -> Iterator[Case]:
    data, seconds, counter, signature = _parts()
    other = hashlib.sha256(_good(token(face_fen=2000))).digest()
    digest = hashlib.sha256(data).digest()
    forged = {
        "a stranger's signature": _with(signature=STRANGER.sign(holder_message(digest, seconds, counter))),
        "the issuer's signature": _with(signature=ISSUER.sign(holder_message(digest, seconds, counter))),
        "another time": _with(seconds=seconds + 1),
        "another counter": _with(counter=counter + 1),
        "signed for another token": _with(signature=HOLDER.sign(holder_message(other, seconds, counter))),
        "signed over the token instead of its hash": _with(signature=HOLDER.sign(b"XV1" + data)),
        "without the kind": _with(signature=HOLDER.sign(holder_message(digest, seconds, counter)[3:])),
        "a bit changed": _with(signature=signature[:-1] + bytes([signature[-1] ^ 1])),
        "zeros": _with(signature=bytes(64)),
        "s is zero": _with(signature=signature[:32] + bytes(32)),
    }
    for why, text in forged.items():
        yield Reason.HOLDER_FORGED, why, text, {}
    yield Reason.HOLDER_FORGED, "a challenge was asked and not signed", _shown(), {"challenge": CHALLENGE}
    yield Reason.HOLDER_FORGED, "another challenge was signed", _shown(challenge=CHALLENGE), {"challenge": bytes(32)}
    yield Reason.HOLDER_FORGED, "a challenge was signed that nobody asked", _shown(challenge=CHALLENGE), {}
    yield (
        Reason.HOLDER_FORGED,
        "a stale screenshot with a new time",
        _with(seconds=seconds_of(SHOWN + DAY)),
        {"at": SHOWN + DAY},
    )


def _fresh() -> Iterator[Case]:
    yield Reason.STALE, "a millisecond over 60 s old", _shown(), {"at": SHOWN + MINUTE + MILLISECOND}
    yield Reason.STALE, "a screenshot of yesterday", _shown(), {"at": SHOWN + DAY}
    yield Reason.EARLY, "a millisecond over 60 s ahead", _shown(), {"at": SHOWN - MINUTE - MILLISECOND}
