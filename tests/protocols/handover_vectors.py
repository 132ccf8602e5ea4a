"""Vectors of ``keys-and-trust``, K11 and K12: from a pinned root to the one that speaks now, and every way astray."""

from collections.abc import Sequence
from typing import Any

from backend.kernel import cbor, cose
from backend.kernel.root_handover import Handover, sign_handover
from backend.kernel.signing import SigningKey
from backend.kernel.trust import seconds_of
from tests.protocols.known_keys import AT, COUNTY, OTHER_COUNTY, ROOT, STRANGER, known_key

EARLIEST, EARLIER = known_key("earliest root"), known_key("earlier root")


def handed(old: SigningKey, new: SigningKey, county: str = COUNTY) -> bytes:
    """The old root hands over to the new one."""
    return sign_handover(Handover(county, old.public, new.public, AT), old=old)


def vectors() -> list[dict[str, Any]]:
    """Ways that lead there, then those that do not."""
    first, second = handed(EARLIEST, EARLIER), handed(EARLIER, ROOT)
    whole = [first, second]
    good = [
        ("the root itself", ROOT, []),
        ("one hand-over", EARLIER, [second]),
        ("two in their order", EARLIEST, whole),
        ("whoever pinned the middle one skips the first", EARLIER, whole),
        ("the root itself, whatever lies beside it", ROOT, [b"", *whole]),
        ("one that leads back and one that leads on", EARLIER, [handed(EARLIER, STRANGER), handed(STRANGER, ROOT)]),
        ("eight", EARLIEST, [*[handed(EARLIEST, EARLIEST)] * 6, *whole]),
    ]
    bad = [
        ("nothing", EARLIER, []),
        ("a stranger pinned", STRANGER, whole),
        ("backwards", EARLIEST, [second, first]),
        ("the last is missing", EARLIEST, [first]),
        ("the first is missing", EARLIEST, [second]),
        ("it ends at another root", EARLIER, [second, handed(ROOT, STRANGER)]),
        ("the new root signed it itself", EARLIER, [_by(ROOT, EARLIER, ROOT)]),
        ("a stranger signed it", EARLIER, [_by(STRANGER, EARLIER, ROOT)]),
        ("another county's", EARLIER, [handed(EARLIER, ROOT, OTHER_COUNTY)]),
        ("one of two is another county's", EARLIEST, [first, handed(EARLIER, ROOT, OTHER_COUNTY)]),
        ("one that nobody can read", EARLIER, [b"", second]),
        ("cut off", EARLIER, [second[:-1]]),
        ("a byte after the end", EARLIER, [second + b"\x00"]),
        ("a bit changed", EARLIER, [second[:-1] + bytes([second[-1] ^ 1])]),
        ("nine", EARLIEST, [*[handed(EARLIEST, EARLIEST)] * 7, *whole]),
        *[(why, EARLIER, [cose.sign1(items, key=EARLIER, kid=b"k")]) for why, items in _malformed().items()],
    ]
    return [_told("K11", True, *one) for one in good] + [_told("K12", False, *one) for one in bad]


def _by(signer: SigningKey, old: SigningKey, new: SigningKey) -> bytes:
    return sign_handover(Handover(COUNTY, old.public, new.public, AT), old=signer)


def _malformed() -> dict[str, list[cbor.CborValue]]:
    old, new, at = EARLIER.public, ROOT.public, seconds_of(AT)
    good: list[cbor.CborValue] = ["XN1", int(COUNTY), old.compressed, new.compressed, at]
    return {
        "another version": ["XN2", *good[1:]],
        "a trust list": ["XK1", *good[1:]],
        "four items": good[:-1],
        "six items": [*good, 0],
        "a county as text": ["XN1", COUNTY, *good[2:]],
        "a county that is true": ["XN1", True, *good[2:]],
        "an uncompressed root": [*good[:3], new.uncompressed, at],
        "a root that is no point": [*good[:3], b"\x05" + new.compressed[1:], at],
        "an old root as text": [*good[:2], old.compressed.hex(), *good[3:]],
        "a time in the year 2242": [*good[:4], 2**33],
        "a time that is a text": [*good[:4], "now"],
        "510 bytes more": [*good[:4], at, "x" * 510],
    }


def _told(case: str, expect: bool, why: str, pinned: SigningKey, handovers: Sequence[bytes]) -> dict[str, Any]:
    return {
        "op": "root-handover",
        "case": case,
        "why": why,
        "county": COUNTY,
        "pinned": pinned.public.compressed.hex(),
        "root": ROOT.public.compressed.hex(),
        "handovers": [one.hex() for one in handovers],
        "expect": expect,
    }
