"""Which vouchers may a till still take without a network? Written from ``fixtures/protocols/status-list/SPEC.md``."""

import zlib
from dataclasses import dataclass
from typing import Any

from merchant_tools.signed import NotOurForm, is_county, is_uint, read_cbor

LONGEST_LIST = 4_300_000
MOST_PLACES = 2**24
USABLE, USED, NOT_USABLE = 0, 1, 2


@dataclass(frozen=True)
class StatusList:
    """The states of the places from 0 to below ``count``, four to a byte."""

    county: str
    epoch: int
    version: int
    count: int
    packed: bytes

    def state_of(self, place: int) -> int:
        """0 usable, 1 used, 2 not usable; a place beyond the list is newer than it, and usable."""
        return USABLE if place >= self.count else (self.packed[place // 4] >> (place % 4) * 2) % 4


def read_status_list(data: bytes, *, county: str) -> StatusList:
    """The list of this county. Raises ``NotOurForm`` with the first reason of the specification."""
    if len(data) > LONGEST_LIST:
        raise NotOurForm("status-list-unreadable")
    try:
        items = read_cbor(data)
    except NotOurForm:
        raise NotOurForm("status-list-unreadable") from None
    if isinstance(items, list) and items and isinstance(items[0], str) and items[0] != "XU1":
        raise NotOurForm("status-list-version-unsupported")
    listed = _list_of(items)
    if listed is None:
        raise NotOurForm("status-list-malformed")
    if listed.county != county:
        raise NotOurForm("status-list-wrong-county")
    return listed


def _list_of(items: Any) -> StatusList | None:
    match items:
        case ["XU1", number, epoch, version, count, bytes(states)]:
            numbers = is_county(number) and is_uint(epoch) and is_uint(version) and is_uint(count, MOST_PLACES + 1)
            packed = _inflated(states, (count + 3) // 4) if numbers else None
            if packed is not None and _are_states(packed, count):
                return StatusList(str(number), epoch, version, count, packed)
    return None


def _inflated(states: bytes, length: int) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(states, length + 1)
    except zlib.error:
        return None
    return packed if stream.eof and not stream.unused_data and len(packed) == length else None


def _are_states(packed: bytes, count: int) -> bool:
    used = [(byte >> shift) % 4 for byte in packed for shift in (0, 2, 4, 6)]
    return 3 not in used and not any(used[count:])
