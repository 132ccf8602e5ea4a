"""Which vouchers may a counter still take, as the county last knew, in as few bytes as possible?

A status list ``XU1`` has two bits for each place in the list, packed and deflated. It is not signed: it travels over
the county's own TLS, and whoever withholds or forges it gains no more than the caps of the devices that believe it.
Specification: ``fixtures/protocols/status-list/SPEC.md``; twins: ``pwa/src/offline/status_list.ts``,
``merchant_tools/status_lists.py``.
"""

import zlib
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.refusals import Reason, Refused
from backend.kernel.trust import county_number, county_text, uint
from backend.vouchers.status_words import UsableState

KIND: Final = "XU1"
MOST_PLACES: Final = 2**24
"""Vouchers in one list: 4 MiB before they are deflated."""
LONGEST_LIST: Final = 4_300_000
"""Bytes of a whole list."""
PER_BYTE: Final = 4
_NOTHING_KNOWN: Final = 0b10101010
_LIMIT = 2**32


class StatusListReason(Reason):
    """Why a device does not take a status list, and keeps the one it has; one line and one vector each."""

    UNREADABLE = "status-list-unreadable", 409, "券状态名单无法识别", "The status list is damaged"
    VERSION = "status-list-version-unsupported", 409, "券状态名单版本较新", "The status list is newer than this program"
    MALFORMED = "status-list-malformed", 409, "券状态名单内容不对", "The status list is not well formed"
    WRONG_COUNTY = "status-list-wrong-county", 409, "券状态名单属于别的县", "The status list is another county's"


class StatusList(Struct, frozen=True, kw_only=True):
    """The states of all places from 0 to below ``count``, four to a byte, the first in the lowest bits."""

    county: str
    epoch: int
    version: int
    """Grows within an epoch whenever a state changed; it is what events call their snapshot."""
    count: int
    packed: bytes

    def state_of(self, place: int) -> UsableState:
        """The state of a place. One beyond the list is newer than it, so nothing is known against it."""
        if place >= self.count:
            return UsableState.USABLE
        return UsableState(self.packed[place // PER_BYTE] >> 2 * (place % PER_BYTE) & 3)


def pack_states(states: Iterable[tuple[int, UsableState]]) -> tuple[int, bytes]:
    """(Count, packed bytes) of states by their places, ascending; a place that is left out cannot be used.

    Raises ``ValueError`` for more places than a list has.
    """
    packed, count = bytearray(), 0
    for place, state in states:
        count = place + 1
        if count > MOST_PLACES:
            raise ValueError(f"a status list has at most {MOST_PLACES} places")
        at, shift = divmod(place, PER_BYTE)
        if at >= len(packed):
            packed.extend(bytes([_NOTHING_KNOWN]) * (at + 1 - len(packed)))
        packed[at] = packed[at] & ~(3 << 2 * shift) | state << 2 * shift
    spare = -count % PER_BYTE
    if spare:
        packed[-1] &= 0xFF >> 2 * spare
    return count, bytes(packed)


def deflate(packed: bytes) -> bytes:
    """The packed states as a zlib stream (RFC 1950), which every browser inflates."""
    return zlib.compress(packed, 9)


def write_status_list(*, county: str, epoch: int, version: int, count: int, deflated: bytes) -> bytes:
    """The list as it is sent. Raises ``ValueError`` for one that no device would take."""
    data = cbor.encode([KIND, county_number(county), epoch, version, count, deflated])
    read = read_status_list(data, county=county)
    if isinstance(read, Refused):
        raise ValueError(read.detail or read.reason.value)
    return data


def read_status_list(data: bytes, *, county: str) -> StatusList | Refused[StatusListReason]:
    """The list of this county, or the first reason why it is none."""
    try:
        if len(data) > LONGEST_LIST:
            raise cbor.CborProblem("too long")
        value = cbor.decode(data)
    except cbor.CborProblem as problem:
        return Refused(StatusListReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(StatusListReason.VERSION)
    try:
        listed = _list_of(value)
    except (ValueError, zlib.error) as problem:
        return Refused(StatusListReason.MALFORMED, str(problem))
    return listed if listed.county == county else Refused(StatusListReason.WRONG_COUNTY)


def _list_of(value: CborValue) -> StatusList:
    match value:
        case ["XU1", number, epoch, version, count, bytes(deflated)] if uint(count, MOST_PLACES + 1) >= 0:
            length = -(-uint(count, MOST_PLACES + 1) // PER_BYTE)
            stream = zlib.decompressobj()
            # One byte more than there may be: what inflates beyond its count is no list, however small it looks.
            packed = stream.decompress(deflated, length + 1)
            if len(packed) != length or not stream.eof or stream.unused_data or stream.unconsumed_tail:
                raise ValueError("the states inflate to exactly two bits for each place")
            spare = -uint(count, MOST_PLACES + 1) % PER_BYTE
            if any(byte & byte >> 1 & 0b01010101 for byte in packed) or (spare and packed[-1] >> 8 - 2 * spare):
                raise ValueError("a state is 0, 1 or 2, and nothing stands behind the last place")
            return StatusList(
                county=county_text(number),
                epoch=uint(epoch, _LIMIT),
                version=uint(version, _LIMIT),
                count=uint(count, MOST_PLACES + 1),
                packed=packed,
            )
    raise ValueError("not the six items of a status list")
