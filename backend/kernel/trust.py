"""Which keys may issue vouchers for this county, and who says so?

A trust list ``XK1`` names the county's issuer keys with their time of service and is signed by the county's root key,
which stays off the server. Counters pin the root and take any list that it signed; the county itself uses the same
list, so both sides believe the same keys. Specification: ``fixtures/protocols/keys-and-trust/SPEC.md``; twin:
``pwa/src/kernel/trust.ts``.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from backend.kernel import cbor, cose
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey, SigningKey

KIND: Final = "XK1"
LATEST_SECOND: Final = 2**33
"""Seconds since 1970 on the wire stay below this (year 2242), so that every language reads them exactly."""

_COUNTY = re.compile(r"[1-9][0-9]{5}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrustReason(Reason):
    """Why a trust list is not believed."""

    LIST_MALFORMED = "trust-list-malformed", 400, "信任名单无法识别", "The trust list cannot be read"
    LIST_WRONG_COUNTY = "trust-list-wrong-county", 409, "信任名单属于别的县", "The trust list is another county's"
    LIST_FORGED = "trust-list-forged", 409, "信任名单的签名不对", "The trust list was not signed by this county's root"
    LIST_OLDER = "trust-list-older", 409, "已有更新的信任名单", "A newer trust list is already known"


class IssuerKey(Struct, frozen=True):
    """A key that issues vouchers, from ``not_before`` until just before ``not_after``."""

    kid: bytes
    public: PublicKey
    not_before: Instant
    not_after: Instant

    def serves_at(self, at: Instant) -> bool:
        """Whether a signature made at this instant was made in the key's time of service."""
        return self.not_before <= at < self.not_after


class TrustList(Struct, frozen=True):
    """The issuer keys of one county. ``serial`` grows with every list, so that an old one cannot come back."""

    county: str
    serial: int
    issued_at: Instant
    keys: tuple[IssuerKey, ...]

    def key(self, kid: bytes) -> IssuerKey | None:
        """The key of this id, if the list names it."""
        return next((key for key in self.keys if key.kid == kid), None)


def trusting(county: str, keys: Iterable[IssuerKey], *, serial: int = 1, at: Instant) -> TrustList:
    """A list of these keys in its one order. Raises ``ValueError`` for two keys of one id and for an empty service."""
    ordered = tuple(sorted(keys, key=lambda key: key.kid))
    if len({key.kid for key in ordered}) != len(ordered):
        raise ValueError("two keys with one id: make another key")
    if any(key.not_before >= key.not_after or not 1 <= len(key.kid) <= 8 for key in ordered):
        raise ValueError("a key has an id of 1 to 8 bytes and serves from an instant until a later one")
    return TrustList(county, serial, at, ordered)


def sign_trust_list(trust: TrustList, *, root: SigningKey, kid: bytes) -> bytes:
    """The list as the bytes that counters download."""
    keys: list[cbor.CborValue] = [
        [key.kid, key.public.compressed, seconds_of(key.not_before), seconds_of(key.not_after)] for key in trust.keys
    ]
    items: list[cbor.CborValue] = [KIND, county_number(trust.county), trust.serial, seconds_of(trust.issued_at), keys]
    return cose.sign1(items, key=root, kid=kid)


def read_trust_list(
    data: bytes, *, root: PublicKey, county: str, known_serial: int = 0
) -> TrustList | Refused[TrustReason]:
    """The list in these bytes if this root signed it for this county and no newer one is known."""
    try:
        signed = cose.open1(data)
        trust = _list_of(signed.items)
    except (cose.CoseProblem, KeyProblem, ValueError) as problem:
        return Refused(TrustReason.LIST_MALFORMED, str(problem))
    if trust.county != county:
        return Refused(TrustReason.LIST_WRONG_COUNTY)
    if not signed.is_from(root):
        return Refused(TrustReason.LIST_FORGED)
    if trust.serial < known_serial:
        return Refused(TrustReason.LIST_OLDER)
    return trust


def county_number(county: str) -> int:
    """The six figures of the division code (GB/T 2260) as the integer on the wire. Raises ``ValueError``."""
    if not _COUNTY.fullmatch(county):
        raise ValueError("a county is a division code of six figures")
    return int(county)


def county_text(number: cbor.CborValue) -> str:
    """The division code of the integer on the wire. Raises ``ValueError``."""
    county = str(uint(number, 1_000_000))
    county_number(county)
    return county


def seconds_of(at: Instant) -> int:
    """Whole seconds since 1970; the fraction is cut."""
    return (at - _EPOCH) // timedelta(seconds=1)


def instant_of(seconds: cbor.CborValue) -> Instant:
    """The instant of an integer on the wire. Raises ``ValueError``."""
    return _EPOCH + timedelta(seconds=uint(seconds, LATEST_SECOND))


def uint(value: cbor.CborValue, limit: int) -> int:
    """The value itself if it is an integer from 0 to below ``limit``; ``True`` is none. Raises ``ValueError``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        raise ValueError(f"not an integer from 0 to below {limit}")
    return value


def _list_of(items: list[cbor.CborValue]) -> TrustList:
    match items:
        case ["XK1", number, serial, issued_at, [*keys]]:
            listed = tuple(map(_key_of, keys))
            trust = TrustList(county_text(number), uint(serial, 2**32), instant_of(issued_at), listed)
        case _:
            raise ValueError("not [XK1, county, serial, issued at, keys]")
    if trusting(trust.county, trust.keys, serial=trust.serial, at=trust.issued_at) != trust:
        raise ValueError("the keys are not in the order of their ids")
    return trust


def _key_of(item: cbor.CborValue) -> IssuerKey:
    match item:
        case [bytes(kid), bytes(point), not_before, not_after] if len(point) == COMPRESSED_BYTES:
            return IssuerKey(kid, PublicKey.from_point(point), instant_of(not_before), instant_of(not_after))
    raise ValueError("a key is [kid, compressed point, not before, not after]")
