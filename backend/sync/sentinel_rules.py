"""A device remembers, outside of its journal, how far a journal went: is that believed, and how much is missing then?

Pure. A browser that throws a journal away takes its key along, so the device that comes after it is another one, of the
same merchant or station, and its word is all there is. It can only make a number grow that the office looks at: what is
dealt, judged and paid goes by what devices signed themselves. And it is believed up to ``MOST_MISSING`` events beyond
what is here of the lost journal, so that however often something wrong is told, the figure stays one to work with.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.sync.device_rules import Device, DeviceState

MOST_MISSING: Final = 10_000
"""Events; a station's tablet that was two weeks without a network has about three thousand."""


class Remembered(Struct, frozen=True, kw_only=True):
    """A journal went up to this number, as this device told last."""

    device_id: UUID
    seq: int
    told_by: UUID
    told_at: datetime


def is_believed(seq: int, *, of: Device, told_by: Device) -> bool:
    """Whether the journal of one device went so far, as another of the same owner says, or it itself."""
    if DeviceState.REFUSED in (of.state, told_by.state) or of.state is DeviceState.WAITING:
        return False
    return _is_same_owner(of, told_by) and of.head_seq < seq <= of.ack_seq + MOST_MISSING


def _is_same_owner(one: Device, other: Device) -> bool:
    if one.id == other.id:
        return True
    if one.station_id is not None or other.station_id is not None:
        return one.station_id == other.station_id
    return one.merchant_id is not None and one.merchant_id == other.merchant_id


class Missing(Struct, frozen=True, kw_only=True):
    """Events that a device gave numbers to, by whatever way the county knows, and that are not here."""

    count: int
    since: datetime | None
    """Since when the county knows of it; an older lack is not forgotten by a newer one."""
    first: int | None
    """The first number that is asked for."""


def missing_of(device: Device, remembered: Remembered | None) -> Missing:
    """By what it told itself, by receipts, and by what another device remembers of it."""
    head = device.head_seq if remembered is None else max(device.head_seq, remembered.seq)
    count = max(head - device.ack_seq, 0)
    since = device.behind_since
    if since is None and remembered is not None and count > 0:
        since = remembered.told_at
    first = device.need_from
    return Missing(count=count, since=since, first=device.ack_seq + 1 if first is None and count > 0 else first)
