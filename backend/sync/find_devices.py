"""Which devices are there, whose are they, and has everything that they took reached the county?"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct, structs

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.find_merchants import merchant_names
from backend.stations.find_stations import station_names
from backend.sync.device_rules import Device, DeviceState
from backend.sync.log_rules import LogTotals, empty_log
from backend.sync.sentinel_rules import Missing, missing_of
from backend.sync.store import devices as store
from backend.sync.store import events, receipts, sentinels

NOBODY = ("", "")


class FindDevices(Struct, frozen=True, kw_only=True):
    """Devices, perhaps only in one state; ``after`` continues an earlier page."""

    state: DeviceState | None = None
    after: tuple[Instant, UUID] | None = None
    most: int = 50


class FoundDevice(Struct, frozen=True, kw_only=True):
    """A device with its owner's names in Chinese and English, the station's where it belongs to one, and its log."""

    device: Device
    owner_zh: str
    owner_en: str
    log: LogTotals
    missing: Missing
    receipts: int = 0
    """So many receipts wait for an event that is missing, or for a person."""


async def find_devices(tx: Transaction, asked: FindDevices) -> list[FoundDevice]:
    """The first enrolled first."""
    found = await store.devices_after(tx, state=asked.state, after=asked.after, most=asked.most)
    return await named_devices(tx, found)


async def named_devices(tx: Transaction, found: Sequence[Device]) -> list[FoundDevice]:
    """These devices with whose they are, in the same order."""
    at_stations = await station_names(tx, frozenset(one.station_id for one in found if one.station_id is not None))
    of_merchants = await merchant_names(tx, {one.merchant_id for one in found if one.merchant_id is not None})
    logs = await events.totals(tx, {one.id for one in found})
    brought = await receipts.waiting_of(tx, {one.id for one in found})
    remembered = await sentinels.remembered_of(tx, {one.id for one in found})
    told = []
    for one in found:
        merchant = NOBODY if one.merchant_id is None else of_merchants.get(one.merchant_id, NOBODY)
        owner_zh, owner_en = merchant if one.station_id is None else at_stations.get(one.station_id, NOBODY)
        log = logs.get(one.id, empty_log(one.id))
        missing = missing_of(one, remembered.get(one.id))
        named = FoundDevice(device=one, owner_zh=owner_zh, owner_en=owner_en, log=log, missing=missing)
        told.append(structs.replace(named, receipts=brought.get(one.id, 0)))
    return told


async def find_device(tx: Transaction, device_id: UUID) -> Device | None:
    """One device, whatever its state."""
    return await store.device(tx, device_id)
