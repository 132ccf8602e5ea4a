"""What the vectors of certificate, policy and allowance share: spoilt envelopes, issuers, signatures."""

from typing import Any

from backend.kernel import cbor
from backend.kernel.signing import SigningKey, der_of_raw
from backend.kernel.trust import sign_trust_list
from tests.protocols.known_keys import HOLDER, ISSUER_KID, ROOT, ROOT_KID, STRANGER, high_s, other_half, trust_list
from tests.protocols.token_vectors import items_of_a_token, signed

Items = list[cbor.CborValue]


def trusted(case: str) -> dict[str, Any]:
    """The vector of the list that the reader trusts."""
    data = sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID).hex()
    return {"op": "trusted", "case": case, "root": ROOT.public.compressed.hex(), "data": data}


def both_halves(data: bytes) -> dict[str, bytes]:
    """The same object with its issuer's s in either half; both are believed."""
    return {
        "the issuer's s in the upper half": data[:-64] + high_s(data[-64:]),
        "the issuer's s in the lower half": data[:-64] + other_half(high_s(data[-64:])),
    }


def spoilt_envelopes(good: Items) -> dict[str, bytes]:
    """What is no signed object of this kind, whatever its items say."""
    data = signed(good)
    return {
        "nothing": b"",
        "a byte after the end": data + b"\x00",
        "cut off": data[:-1],
        "tagged as COSE_Sign1": b"\xd2" + data,
        "a longer head than needed": b"\x98\x04" + data[1:],
        "DER instead of raw": data[:-66] + cbor.encode(der_of_raw(data[-64:])),
        "an item too few": signed(good[:-1]),
        "an item more": signed([*good, 0]),
        "no items": signed([]),
        "a map": signed({0: good[0]}),
        "a kind that is a number": signed([1, *good[1:]]),
    }


def other_versions(good: Items) -> dict[str, bytes]:
    """Good objects of another kind or version."""
    kind = str(good[0])
    return {
        "the next version": signed([f"{kind[:2]}2", *good[1:]]),
        "the next version with an item more": signed([f"{kind[:2]}2", *good[1:], 0]),
        "a voucher's token": signed(items_of_a_token()),
        "a clearing file's signature": signed(["XC1", *good[1:]]),
        "an audit pack's signature": signed(["XA1", good[1], bytes(32)]),
    }


def other_algorithms(good: Items) -> dict[str, bytes]:
    """Objects whose signed header names another algorithm."""
    return {
        "another algorithm": signed(good, header={1: -257, 4: ISSUER_KID}),
        "another algorithm over the next version": signed(["XX2", *good[1:]], header={1: -257, 4: ISSUER_KID}),
    }


def with_items(good: Items, spoilt: dict[str, tuple[int, cbor.CborValue]]) -> dict[str, bytes]:
    """The object with one item replaced, well signed."""
    return {why: signed([*good[:place], value, *good[place + 1 :]]) for why, (place, value) in spoilt.items()}


def forgeries(good: Items, *, device: SigningKey, changed: dict[str, bytes]) -> dict[str, bytes]:
    """The object under signatures that are not its issuer's; ``changed`` are its bytes with something replaced."""
    data = signed(good)
    found = {
        "a stranger's signature": signed(good, key=STRANGER),
        "a holder's signature": signed(good, key=HOLDER),
        "the device's own signature": signed(good, key=device),
        "a bit of the signature changed": data[:-1] + bytes([data[-1] ^ 1]),
        "a signature of zeros": data[:-64] + bytes(64),
    } | changed
    assert all(altered != data for altered in found.values())
    return found


def resigned(good: Items, place: int, value: cbor.CborValue) -> bytes:
    """The object with one item replaced under the signature of the one before."""
    data, other = signed(good), signed([*good[:place], value, *good[place + 1 :]])
    return other[:-64] + data[-64:]
