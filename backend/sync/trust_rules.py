"""What does a county ask its root to sign, and which signed list may be put in force?

A request is a small JSON file that travels on a stick from the server to the machine with the root key; people compare
its fingerprint on both. The list comes back as ``[root, list]``. Serials are days as a name server counts them
(``YYYYMMDDnn``), so that a county restored from an old backup does not fall behind what its devices have seen.
"""

import os
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

import msgspec
from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Reason, Refused
from backend.kernel.root_handover import MOST_HANDOVERS, Handover, sign_handover, succeeds
from backend.kernel.signing import PublicKey, SigningKey
from backend.kernel.trust import (
    IssuerKey,
    TrustList,
    TrustReason,
    county_number,
    instant_of,
    read_trust_list,
    seconds_of,
    sign_trust_list,
    trusting,
)
from backend.sync.word_rules import Trusted, trusted_of

KIND: Final = "yizhan-trust-request-1"
MOST_KEYS: Final = 16
MOST_BYTES: Final = 16_384
"""Of a request or of a list; whatever is larger is neither."""
WARNED_BEFORE: Final = timedelta(days=60)
"""So long before its end a list is to be renewed: a stick has to be carried, and a signature needs two people."""
HEARD_WITHIN: Final = timedelta(days=14)
"""So long a counter may go without a word; a new key signs nothing before all of them can have heard of it."""
OUTLIVES: Final = timedelta(days=60)
"""So long a key that has ended stays on the list: the longest time without a network and the county's time to judge."""
_CLOCKS_DIFFER = timedelta(days=1)
"""So far the clock of a machine that is never online may be ahead."""


class InstallReason(Reason):
    """Why a signed list is not put in force."""

    ROOT_UNKNOWN = (
        "trust-root-unknown",
        409,
        "这份名单由另一把根密钥签出，请核对纸上的指纹",
        "Another root key signed this list: compare the fingerprint on paper",
    )
    WITHOUT_ISSUER = (
        "trust-list-without-issuer",
        409,
        "名单里没有本县现在的签发密钥",
        "The list does not name the key with which this county issues",
    )
    ENDED = "trust-list-ended", 409, "名单里的签发密钥已经到期", "The issuing key's time in the list is over"
    FROM_TOMORROW = (
        "trust-list-from-tomorrow",
        409,
        "名单的签发时间在将来，请核对离线机的时钟",
        "The list was signed in the future: look at the clock of the offline machine",
    )


class AskedKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is to be listed; instants are seconds since 1970, and the root decides where ``until`` is open."""

    kid: str
    point: str
    since: int
    until: int | None = None


class TrustRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a county asks its root to sign. ``serial`` is that of the list in force, 0 without one."""

    kind: str
    county: str
    name: str
    serial: int
    made_at: int
    keys: tuple[AskedKey, ...]


class Signed(Struct, frozen=True):
    """What came back: the root's key, and the list as its bytes."""

    root: PublicKey
    data: bytes
    handovers: tuple[bytes, ...] = ()


def request_of(*, county: str, name: str, serial: int, keys: Sequence[IssuerKey], at: Instant) -> bytes:
    """The file that is carried to the root. A key that serves to the end of time leaves its end to the root."""
    asked = [
        AskedKey(
            kid=key.kid.hex(),
            point=key.public.compressed.hex(),
            since=seconds_of(key.not_before),
            until=None if key.not_after > at + timedelta(days=3650) else seconds_of(key.not_after),
        )
        for key in keys
    ]
    request = TrustRequest(
        kind=KIND, county=county, name=name, serial=serial, made_at=seconds_of(at), keys=tuple(asked)
    )
    return msgspec.json.format(msgspec.json.encode(request)) + b"\n"


def read_request(data: bytes) -> TrustRequest | None:
    """The request in these bytes; ``None`` where they are none, or name no key or too many."""
    if len(data) > MOST_BYTES:
        return None
    try:
        request = msgspec.json.decode(data, type=TrustRequest)
        county_number(request.county)
        _asked_list(request, at=instant_of(request.made_at), until=instant_of(request.made_at) + timedelta(days=1))
    except (msgspec.MsgspecError, ValueError):
        return None
    # The name is shown at a terminal, which signs of another kind could steer.
    good = request.kind == KIND and request.name.isprintable() and 0 < len(request.keys) <= MOST_KEYS
    return request if good else None


def sign_request(
    request: TrustRequest, *, root: SigningKey, at: Instant, lives: timedelta, before: SigningKey | None = None
) -> bytes:
    """``[root, list]`` as the county installs it, with the hand-over of the root ``before`` where there is one.

    Raises ``ValueError`` for a request that ``read_request`` refuses.
    """
    trust = _asked_list(request, at=at, until=at + lives)
    kid = root.public.compressed[1:5]
    data = sign_trust_list(trust, root=root, kid=kid)
    if before is None:
        return written(Signed(root.public, data))
    told = Handover(request.county, before.public, root.public, trust.issued_at)
    return written(Signed(root.public, data, (sign_handover(told, old=before),)))


def written(signed: Signed) -> bytes:
    """As it lies in a file."""
    return cbor.encode(Trusted(signed.root, signed.data, signed.handovers).parts)


def carried_on(signed: Signed, before: Signed | None) -> Signed:
    """With the hand-overs of the list before it, so that a device of long ago still finds the way; the newest eight."""
    earlier = () if before is None else tuple(one for one in before.handovers if one not in signed.handovers)
    return Signed(signed.root, signed.data, (*earlier, *signed.handovers)[-MOST_HANDOVERS:])


def read_signed(data: bytes) -> Signed | None:
    """What the file of a signed list holds, not yet believed; ``None`` where it is none."""
    if len(data) > MOST_BYTES:
        return None
    try:
        told = trusted_of(cbor.decode(data))
    except ValueError:
        return None
    return Signed(told.root, told.data, told.handovers)


def decide_install(
    signed: Signed, *, county: str, issuer: IssuerKey, before: TrustList | None, root: PublicKey | None, at: Instant
) -> TrustList | Refused[TrustReason] | Refused[InstallReason]:
    """The list that may be put in force after the list ``before``.

    ``root`` is the one that people have compared, or the one that is known: it may have handed over.
    """
    if root is None or not succeeds(signed.root, pinned=root, handovers=signed.handovers, county=county):
        return Refused(InstallReason.ROOT_UNKNOWN)
    read = read_trust_list(
        signed.data, root=signed.root, county=county, known_serial=0 if before is None else before.serial
    )
    if isinstance(read, Refused):
        return read
    named = read.key(issuer.kid)
    if named is None or named.public != issuer.public:
        return Refused(InstallReason.WITHOUT_ISSUER)
    if read.issued_at > at + _CLOCKS_DIFFER:
        return Refused(InstallReason.FROM_TOMORROW)
    return read if named.serves_at(at) else Refused(InstallReason.ENDED)


def fresh_kid(taken: Collection[bytes]) -> bytes:
    """Two bytes, since every byte makes a code on the screen larger; none that another key of the county has."""
    while (kid := os.urandom(2)) in taken:
        pass
    return kid


def serial_after(before: int, at: Instant) -> int:
    """The next one: today's first, or one more where that is not more."""
    day = business_day(at)
    return max(before + 1, day.year * 1_000_000 + day.month * 10_000 + day.day * 100)


def _asked_list(request: TrustRequest, *, at: Instant, until: Instant) -> TrustList:
    keys = [
        IssuerKey(
            bytes.fromhex(key.kid),
            PublicKey.from_point(bytes.fromhex(key.point)),
            instant_of(key.since),
            until if key.until is None else instant_of(key.until),
        )
        for key in request.keys
    ]
    return trusting(request.county, keys, serial=serial_after(request.serial, at), at=instant_of(seconds_of(at)))
