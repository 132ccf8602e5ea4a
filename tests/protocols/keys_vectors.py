"""Vectors of ``fixtures/protocols/keys-and-trust``: points, signatures, and the list of issuers."""

from typing import Any

from backend.kernel import cbor, cose
from backend.kernel.signing import CURVE_ORDER, PublicKey, SigningKey, der_of_raw, to_base64url
from backend.kernel.trust import TrustReason, seconds_of, sign_trust_list
from tests.protocols import handover_vectors
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
    STRANGER,
    high_s,
    other_half,
    trust_list,
)

MESSAGE = "券在谁手里,就归谁用".encode()


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    lists = [*_lists(), *_lists_refused()]
    return [*_keys(), *_keys_refused(), *_jwks_refused(), *_signatures(), *lists, *handover_vectors.vectors()]


def _keys() -> list[dict[str, Any]]:
    smallest, largest = (number.to_bytes(32, "big") for number in (1, CURVE_ORDER - 1))
    keys = [ISSUER, HOLDER, SigningKey.from_scalar(smallest), SigningKey.from_scalar(largest)]
    return [
        {
            "op": "key",
            "case": "K1",
            "test_scalar": key.scalar().hex(),
            "compressed": key.public.compressed.hex(),
            "uncompressed": key.public.uncompressed.hex(),
            "jwk": key.public.to_jwk(),
        }
        for key in keys
    ]


def _keys_refused() -> list[dict[str, Any]]:
    good = HOLDER.public.uncompressed
    x = good[1:33]
    prime = bytes.fromhex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
    refused = {
        "": "nothing",
        "00": "the point at infinity",
        good[1:].hex(): "64 bytes without the leading 04",
        good[:-1].hex(): "64 bytes, one missing",
        (good + b"\x00").hex(): "66 bytes",
        (good[:-1] + bytes([good[-1] ^ 1])).hex(): "y changed: not on the curve",
        (b"\x06" + good[1:]).hex(): "the hybrid form",
        (b"\x04" + bytes(64)).hex(): "zero, zero",
        (b"\x02" + x[:-1]).hex(): "32 bytes",
        (b"\x05" + x).hex(): "compressed with a wrong first byte",
        (b"\x02" + _x_of_no_point()).hex(): "no point has this x",
        (b"\x02" + prime).hex(): "x is not below the prime",
    }
    return [{"op": "key-refused", "case": "K2", "point": point, "why": why} for point, why in refused.items()]


def _x_of_no_point() -> bytes:
    for number in range(100):
        try:
            PublicKey.from_point(b"\x02" + number.to_bytes(32, "big"))
        except ValueError:
            return number.to_bytes(32, "big")
    raise AssertionError("half of all numbers are the x of no point")


def _jwks_refused() -> list[dict[str, Any]]:
    good: dict[str, object] = dict(HOLDER.public.to_jwk())
    refused: list[tuple[str, dict[str, object]]] = [
        ("another curve", good | {"crv": "P-384"}),
        ("another kind of key", good | {"kty": "OKP"}),
        ("a private key", good | {"d": to_base64url(bytes(32))}),
        ("x is missing", {name: value for name, value in good.items() if name != "x"}),
        ("y is a number", good | {"y": 7}),
        ("x of 31 bytes", good | {"x": to_base64url(bytes(31))}),
        ("x with padding", good | {"x": f"{good['x']}="}),
        ("x and y changed over", good | {"x": good["y"], "y": good["x"]}),
    ]
    return [{"op": "jwk-refused", "case": "K3", "jwk": jwk, "why": why} for why, jwk in refused]


def _signatures() -> list[dict[str, Any]]:
    made = HOLDER.sign(MESSAGE)
    high, low = high_s(made), other_half(high_s(made))
    order = CURVE_ORDER.to_bytes(32, "big")
    cases: list[tuple[str, bool, bytes]] = [
        ("as RFC 6979 makes it", True, made),
        ("s in the upper half: accepted, as WebCrypto makes it half of the time", True, high),
        ("s in the lower half", True, low),
        ("a bit of r changed", False, bytes([made[0] ^ 1]) + made[1:]),
        ("a bit of s changed", False, made[:-1] + bytes([made[-1] ^ 1])),
        ("r and s changed over", False, made[32:] + made[:32]),
        ("DER instead of raw", False, der_of_raw(made)),
        ("63 bytes", False, made[:-1]),
        ("65 bytes", False, made + b"\x00"),
        ("nothing", False, b""),
        ("zero, zero", False, bytes(64)),
        ("r is zero", False, bytes(32) + made[32:]),
        ("s is zero", False, made[:32] + bytes(32)),
        ("r is the order of the curve", False, order + made[32:]),
        ("s is the order of the curve", False, made[:32] + order),
        ("all bits set", False, b"\xff" * 64),
        ("another key's", False, STRANGER.sign(MESSAGE)),
        ("of another message", False, HOLDER.sign(MESSAGE + b"!")),
    ]
    common = {"op": "signature", "case": "K4", "key": HOLDER.public.compressed.hex(), "message": MESSAGE.hex()}
    verified = [{**common, "signature": raw.hex(), "valid": valid, "why": why} for why, valid, raw in cases]
    der = [made, high, bytes(31) + b"\x01" + bytes(31) + b"\x01"]
    return verified + [{"op": "der", "case": "K5", "raw": raw.hex(), "der": der_of_raw(raw).hex()} for raw in der]


def _lists() -> list[dict[str, Any]]:
    trust = trust_list()
    expected = {
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
    }
    data = sign_trust_list(trust, root=ROOT, kid=ROOT_KID).hex()
    common = {"op": "trust-list", "root": ROOT.public.compressed.hex(), "county": COUNTY, "data": data}
    return [
        {**common, "case": "K7", "known_serial": 0, "expect": expected},
        {**common, "case": "K8", "known_serial": 7, "expect": expected, "why": "the same list again"},
    ]


def _lists_refused() -> list[dict[str, Any]]:
    good = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID)
    stranger = sign_trust_list(trust_list(), root=STRANGER, kid=ROOT_KID)
    start, end = seconds_of(AT - DAY), seconds_of(AT + DAY)
    issuer: list[cbor.CborValue] = [ISSUER_KID, ISSUER.public.compressed, start, end]
    successor: list[cbor.CborValue] = [NEXT_KID, NEXT_ISSUER.public.compressed, start, end]

    def signed(*keys: cbor.CborValue, kind: str = "XK1", county: cbor.CborValue = int(COUNTY)) -> bytes:
        return cose.sign1([kind, county, 7, start, list(keys)], key=ROOT, kid=ROOT_KID)

    malformed = {
        "keys out of order": signed(successor, issuer),
        "a key twice": signed(issuer, issuer),
        "a service that ends as it begins": signed([ISSUER_KID, ISSUER.public.compressed, start, start]),
        "an uncompressed key": signed([ISSUER_KID, ISSUER.public.uncompressed, start, end]),
        "a key that is no point": signed([ISSUER_KID, b"\x02" + _x_of_no_point(), start, end]),
        "an id of nine bytes": signed([bytes(9), ISSUER.public.compressed, start, end]),
        **_other_shapes(issuer, successor),
        "an instant before 1970": signed([ISSUER_KID, ISSUER.public.compressed, -1, end]),
        "another version": signed(issuer, kind="XK2"),
        "a county of five figures": signed(issuer, county=51152),
        "a county as text": signed(issuer, county=COUNTY),
        "a byte after the end": good + b"\x00",
        "cut off": good[:-1],
        "nothing": b"",
    }
    reason = TrustReason
    cases: list[tuple[str, TrustReason, bytes, int, str]] = [
        *[(why, reason.LIST_MALFORMED, data, 0, COUNTY) for why, data in malformed.items()],
        ("another county asks", reason.LIST_WRONG_COUNTY, good, 0, OTHER_COUNTY),
        ("another county's list", reason.LIST_WRONG_COUNTY, signed(issuer, county=int(OTHER_COUNTY)), 0, COUNTY),
        ("another root signed", reason.LIST_FORGED, stranger, 0, COUNTY),
        ("a bit of the list changed", reason.LIST_FORGED, _with_bit_changed(good), 0, COUNTY),
        ("a newer list is known", reason.LIST_OLDER, good, 8, COUNTY),
    ]
    root = ROOT.public.compressed.hex()
    return [
        {
            "op": "trust-list-refused",
            "case": "K9",
            "root": root,
            "county": county,
            "known_serial": known,
            "data": data.hex(),
            "reason": why_refused.value,
            "why": why,
        }
        for why, why_refused, data, known, county in cases
    ]


def _other_shapes(issuer: list[cbor.CborValue], successor: list[cbor.CborValue]) -> dict[str, bytes]:
    """Keys that are no keys, where a program might take them apart before it has looked."""
    start, end = seconds_of(AT - DAY), seconds_of(AT + DAY)
    return {
        "an id that is a number": _signed([2**32, ISSUER.public.compressed, start, end], successor),
        "an id that is a text beside one in bytes": _signed(issuer, ["x", ISSUER.public.compressed, start, end]),
        "a key without anything": _signed([]),
        "a key of five": _signed([*issuer, 0]),
        "a key that is a map": _signed({"a": 1}),
        "a key that is nothing": _signed(None),
        "no keys but a number": cose.sign1(["XK1", int(COUNTY), 7, start, 0], key=ROOT, kid=ROOT_KID),
        "keys as a map": cose.sign1(["XK1", int(COUNTY), 7, start, {"a": issuer}], key=ROOT, kid=ROOT_KID),
        "six items": cose.sign1(["XK1", int(COUNTY), 7, start, [issuer], 0], key=ROOT, kid=ROOT_KID),
    }


def _signed(*keys: cbor.CborValue) -> bytes:
    return cose.sign1(["XK1", int(COUNTY), 7, seconds_of(AT - DAY), list(keys)], key=ROOT, kid=ROOT_KID)


def _with_bit_changed(data: bytes) -> bytes:
    """The list with one bit of its last key's end of service changed, still well formed."""
    at = len(data) - 67
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
