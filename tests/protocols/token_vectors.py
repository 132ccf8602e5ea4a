"""Vectors of ``fixtures/protocols/token``: what a token looks like, and what is none."""

from typing import Any

from msgspec import structs

from backend.kernel import cbor, cose
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.tokens import Token, issue_token
from backend.kernel.trust import seconds_of
from tests.protocols.encoding_vectors import BOUNDARIES
from tests.protocols.known_keys import AT, COUNTY, HOLDER, ISSUER, ISSUER_KID, OTHER_COUNTY, SECOND, token

MALFORMED, VERSION, ALGORITHM = "token-malformed", "token-version-unsupported", "algorithm-unsupported"


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    read = [*_read()]
    return read + [
        {"op": "token-refused", "case": "T6", "data": data.hex(), "reason": reason, "why": why}
        for why, (reason, data) in not_tokens().items()
    ]


def _read() -> list[dict[str, Any]]:
    given = [token(), token(flags=0), token(flags=3, life=SECOND), token(county=OTHER_COUNTY, face_fen=2**32 - 1)]
    for number in BOUNDARIES:
        numbers = {"campaign": number, "terms_version": number, "status_index": number, "domain": number}
        given.append(structs.replace(token(face_fen=number), **numbers))
    return [_described(each) for each in given]


def _described(each: Token) -> dict[str, Any]:
    return {
        "op": "token",
        "case": "T5",
        "issuer": ISSUER.public.compressed.hex(),
        "data": issue_token(each, issuer=ISSUER, kid=ISSUER_KID).hex(),
        "expect": {
            "kid": ISSUER_KID.hex(),
            "county": each.county,
            "voucher": str(each.voucher),
            "campaign": each.campaign,
            "terms_version": each.terms_version,
            "face_fen": each.face_fen,
            "not_before": seconds_of(each.not_before),
            "expires_at": seconds_of(each.expires_at),
            "holder": each.holder.compressed.hex(),
            "status_index": each.status_index,
            "flags": each.flags,
            "domain": each.domain,
        },
    }


def items_of_a_token() -> list[cbor.CborValue]:
    """The twelve items of a good token, to be spoiled."""
    start = seconds_of(AT)
    voucher = token().voucher.bytes
    return ["XT1", int(COUNTY), voucher, 3, 2, 5000, start, start + 604800, HOLDER.public.compressed, 1234, 2, 0]


def spoiled(**changes: cbor.CborValue) -> list[cbor.CborValue]:
    """The items with some replaced: ``spoiled(i5=-1)`` has a face of -1."""
    items = items_of_a_token()
    for name, value in changes.items():
        items[int(name[1:])] = value
    return items


def signed(items: cbor.CborValue, *, key: SigningKey = ISSUER, header: cbor.CborValue = None) -> bytes:
    """A COSE_Sign1 of anything, with the issuer's good signature."""
    protected = cbor.encode(header if header is not None else {1: cose.ES256, 4: ISSUER_KID})
    payload = cbor.encode(items)
    signature = key.sign(cbor.encode(["Signature1", protected, b"", payload]))
    return cbor.encode([protected, {}, payload, signature])


def not_tokens() -> dict[str, tuple[str, bytes]]:
    """Bytes that are no token, each with its reason; presentations carry them too."""
    return {**_other_kinds(), **_wrong_envelopes(), **_wrong_items()}


def _other_kinds() -> dict[str, tuple[str, bytes]]:
    return {
        "the next version": (VERSION, signed(spoiled(i0="XT2"))),
        "a paper card": (VERSION, signed(["XP1", int(COUNTY), bytes(16)])),
        "another algorithm": (ALGORITHM, signed(items_of_a_token(), header={1: -257, 4: ISSUER_KID})),
        "another algorithm with a longer signature": (ALGORITHM, _of_another_algorithm()),
        "an algorithm as text": (ALGORITHM, signed(items_of_a_token(), header={1: "ES256", 4: ISSUER_KID})),
    }


def _of_another_algorithm() -> bytes:
    protected = cbor.encode({1: -35, 4: ISSUER_KID})
    return cbor.encode([protected, {}, cbor.encode(items_of_a_token()), bytes(96)])


def _wrong_envelopes() -> dict[str, tuple[str, bytes]]:
    good = issue_token(token(), issuer=ISSUER, kid=ISSUER_KID)
    protected, unprotected, payload, signature = _four(good)
    headers: dict[str, cbor.CborValue] = {
        "no algorithm": {4: ISSUER_KID},
        "no key id": {1: -7},
        "an empty key id": {1: -7, 4: b""},
        "a key id of nine bytes": {1: -7, 4: bytes(9)},
        "a key id as text": {1: -7, 4: "a1b2"},
        "a header more": {1: -7, 4: ISSUER_KID, 3: 0},
        "a header that is an array": [1, -7],
    }
    spoilt = {
        "nothing": b"",
        "a byte after the end": good + b"\x00",
        "cut off": good[:-1],
        "tagged as COSE_Sign1": b"\xd2" + good,
        "a longer head than needed": b"\x98\x04" + good[1:],
        "three parts": cbor.encode([protected, unprotected, payload]),
        "five parts": cbor.encode([protected, unprotected, payload, signature, b""]),
        "an unprotected header": cbor.encode([protected, {4: ISSUER_KID}, payload, signature]),
        "a payload that is not in bytes": cbor.encode([protected, {}, items_of_a_token(), signature]),
        "DER instead of raw": cbor.encode([protected, {}, payload, der_of_raw(signature)]),
        "a signature of 63 bytes": cbor.encode([protected, {}, payload, signature[:-1]]),
        "a payload with a byte after its end": cbor.encode([protected, {}, payload + b"\x00", signature]),
        "a payload in another form": cbor.encode([protected, {}, b"\x98\x0c" + payload[1:], signature]),
    }
    result = {why: (MALFORMED, data) for why, data in spoilt.items()}
    return result | {why: (MALFORMED, signed(items_of_a_token(), header=header)) for why, header in headers.items()}


def _four(data: bytes) -> tuple[bytes, cbor.CborValue, bytes, bytes]:
    parts = cbor.decode(data)
    assert isinstance(parts, list)
    protected, unprotected, payload, signature = parts
    assert isinstance(protected, bytes)
    assert isinstance(payload, bytes)
    assert isinstance(signature, bytes)
    return protected, unprotected, payload, signature


def _wrong_items() -> dict[str, tuple[str, bytes]]:
    no_point = b"\x02" + b"\xff" * 32
    items: dict[str, cbor.CborValue] = {
        "eleven items": items_of_a_token()[:-1],
        "thirteen items": [*items_of_a_token(), 0],
        "a map": {0: "XT1"},
        "no items": [],
        "a kind that is a number": spoiled(i0=1),
        "a county as text": spoiled(i1=COUNTY),
        "a county of seven figures": spoiled(i1=1_000_000),
        "a county of five figures": spoiled(i1=51152),
        "a voucher of 15 bytes": spoiled(i2=bytes(15)),
        "a negative campaign": spoiled(i3=-1),
        "terms that are true": spoiled(i4=True),
        "a face beyond 32 bits": spoiled(i5=2**32),
        "a negative face": spoiled(i5=-1),
        "a beginning as text": spoiled(i6="2026-10-01"),
        "an end in the year 2242": spoiled(i7=2**33),
        "a holder's key uncompressed": spoiled(i8=HOLDER.public.uncompressed),
        "a holder's key that is no point": spoiled(i8=no_point),
        "a status index as bytes": spoiled(i9=b"\x01"),
        "a flag that this version does not know": spoiled(i10=4),
        "a negative flag": spoiled(i10=-1),
        "a domain that is null": spoiled(i11=None),
    }
    return {why: (MALFORMED, signed(value)) for why, value in items.items()}
