"""Vectors of ``fixtures/protocols/encoding``: Base45, deterministic CBOR, Base64 for URLs."""

import hashlib
from typing import Any

from backend.kernel import base45, cbor
from backend.kernel.signing import to_base64url

BYTE_LENGTHS = (0, 1, 22, 23, 24, 25, 254, 255, 256, 257, 65534, 65535, 65536, 65537)
BOUNDARIES = (255, 256, 65_535, 65_536)
"""Where a number or a length needs one byte more."""
INTEGERS = (0, 1, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**64 - 1)


def plain(value: cbor.CborValue) -> Any:
    """A value as JSON that keeps its type: ``{"int": "5"}``, ``{"hex": "00ff"}``, ``{"array": [...]}``."""
    if value is None or isinstance(value, bool):
        return {"simple": value}
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {"map": [[plain(key), plain(item)] for key, item in value.items()]}
    assert isinstance(value, list)
    return {"array": [plain(item) for item in value]}


def vectors() -> list[dict[str, Any]]:
    """All cases, in the order of the specification."""
    return [*_base45(), *_base45_refused(), *_cbor(), *_cbor_lengths(), *_cbor_refused(), *_base64url()]


def _base45() -> list[dict[str, Any]]:
    words = [b"AB", b"Hello!!", b"base-45", b"ietf!", b"", b"\x00", b"\xff", b"\x00\x00", b"\xff\xff", b"\xff\xff\xff"]
    return [{"op": "base45", "case": "E1", "hex": data.hex(), "text": base45.encode(data)} for data in words]


def _base45_refused() -> list[dict[str, Any]]:
    refused = {
        "A": "one sign alone",
        "BB8A": "a sign too few at the end",
        "GGW": "65536, one more than two bytes hold",
        ":::": "the largest three signs",
        "V5": "256, one more than a byte holds",
        "::": "the largest two signs",
        "bb8": "lower case",
        "BB8\n": "a line end",
        "ＢＢ８": "full-width letters",
        "BB_": "a sign outside the alphabet",
    }
    return [{"op": "base45-refused", "case": "E2", "text": text, "why": why} for text, why in refused.items()]


def _cbor() -> list[dict[str, Any]]:
    values: list[cbor.CborValue] = [*INTEGERS, *(-1 - number for number in INTEGERS)]
    values += ["", "a", "水", "𝄞", "é", b"\x01\x02", [], [1, [2, [3]]], {}, True, False, None]
    values += [{1: -7, 4: b"\xa1\xb2"}, {"b": 2, "a": 1, 10: 3, -1: 4, b"\x00": 5, 1000: 6}, ["x" * 24, "y" * 256]]
    values += [[[[[[[[1]]]]]]]]
    return [{"op": "cbor", "case": "E4", "value": plain(value), "hex": cbor.encode(value).hex()} for value in values]


def _cbor_lengths() -> list[dict[str, Any]]:
    """Byte strings around every change of the head's size; the long ones by their hash."""
    cases = []
    for length in BYTE_LENGTHS:
        written = cbor.encode(b"\x5a" * length)
        head = written[: len(written) - length]
        digest = hashlib.sha256(written).hexdigest()
        cases.append({"op": "cbor-length", "case": "E5", "length": length, "head": head.hex(), "sha256": digest})
    return cases


def _cbor_refused() -> list[dict[str, Any]]:
    refused = {
        "": "nothing",
        "0000": "a byte after the value",
        "1817": "23 in two bytes",
        "1900ff": "255 in three bytes",
        "1a0000ffff": "65535 in five bytes",
        "1b00000000ffffffff": "a 32-bit number in nine bytes",
        "3800": "-1 in two bytes",
        "5817" + "5a" * 23: "a length of 23 in two bytes",
        "5900ff" + "5a" * 255: "a length of 255 in three bytes",
        "5a0000ffff": "a length of 65535 in five bytes",
        "5803" + "0102": "a length beyond the end",
        "5bffffffffffffffff": "a length beyond any memory",
        "9bffffffffffffffff": "an array beyond any memory",
        "18": "a head cut off",
        "1c": "a reserved length",
        "5f420102ff": "an indefinite byte string",
        "9f01ff": "an indefinite array",
        "bf0101ff": "an indefinite map",
        "ff": "a break alone",
        "c001": "a tag",
        "d28440a04040": "the tag of COSE_Sign1",
        "f93c00": "a half float",
        "fa47c35000": "a float",
        "fb3ff199999999999a": "a double",
        "f7": "undefined",
        "f0": "an unassigned simple value",
        "f820": "a simple value in two bytes",
        "61ff": "a text that is not UTF-8",
        "62c080": "an overlong zero",
        "63eda080": "half of a surrogate pair",
        "a2020101": "a map cut off",
        "a2020301": "a map without its last value",
        "a202010101": "map keys out of order",
        "a201010102": "a map key twice",
        "a2613101" + "0102": "a text key before an integer key",
        "a1f501": "a map key that is true",
        "81a1f401": "a map key that is false, inside an array",
        "a1f601": "a map key that is null",
        "a18001": "a map key that is an array",
        "818181818181818181" + "01": "nine arrays inside each other",
        "8181818181818181" + "80": "nine arrays inside each other, the last one empty",
        "8181818181818181" + "a0": "eight arrays and an empty map",
    }
    return [{"op": "cbor-refused", "case": "E6", "hex": data, "why": why} for data, why in refused.items()]


def _base64url() -> list[dict[str, Any]]:
    good = [b"", b"\xfb", b"\xff\xef", b"abc"]
    bad = {
        "A": "one sign alone",
        "-_": "unused bits that are not zero",
        "_w==": "padding",
        "+w": "the other alphabet",
        "_w ": "a space",
    }
    written = [{"op": "base64url", "case": "E7", "hex": data.hex(), "text": to_base64url(data)} for data in good]
    return written + [{"op": "base64url-refused", "case": "E7", "text": text, "why": why} for text, why in bad.items()]
