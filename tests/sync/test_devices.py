"""A device is invited, proves its key, waits for the office, and moves forward only."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import update

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.kernel.signing import SigningKey, to_base64url
from backend.outbox.rules import IdReused
from backend.stations.close_station import CloseStation, close_station
from backend.sync.change_device import DeviceChanged
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.device_rules import DeviceKind, DeviceReason, DeviceState, SyncNote
from backend.sync.device_tables import devices
from backend.sync.enrol_device import EnrolDevice, Enrolled, enrol_device
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.invite_device import DeviceInvited, invite_device
from backend.sync.note_sync import NoteSync, note_sync
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.suspend_device import SuspendDevice, suspend_device
from tests.databases import HandClock
from tests.stations.station_makers import opening, with_station
from tests.sync.device_makers import (
    CLERK,
    KEY,
    active_device,
    approved,
    enrolled,
    enrolling,
    invited,
    inviting,
    seen,
    with_merchant,
)

OTHER_KEY = SigningKey.from_scalar((8).to_bytes(32, "big"))


async def test_an_invited_device_proves_its_key_and_waits(county: County, clock: HandClock) -> None:
    merchant_id = await with_merchant(county)
    code = await invited(county, inviting(merchant_id))
    command = enrolling(county, code)
    outcome = await transact(county, enrol_device, command)
    assert outcome == Enrolled(device_id=command.device_id, state=DeviceState.WAITING)
    device = await seen(county, command.device_id)
    assert (device.kind, device.state, device.merchant_id, device.station_id, device.label, device.point) == (
        DeviceKind.MERCHANT,
        DeviceState.WAITING,
        merchant_id,
        None,
        "收银台",
        KEY.public.compressed,
    )
    assert (device.app_version, device.enrolled_at, device.unsynced, device.episode) == ("2026.11.20", clock(), 0, 0)
    clock.forward(minutes=20)
    again = Enrolled(device_id=command.device_id, state=DeviceState.WAITING, again=True)
    assert await transact(county, enrol_device, command) == again
    assert len(await inquire(county, find, Find(act="sync.enrol-device"))) == 1


async def test_a_code_is_told_once(county: County) -> None:
    command = inviting(await with_merchant(county))
    first = await transact(county, invite_device, command)
    assert isinstance(first, DeviceInvited)
    assert first.code is not None
    assert len(first.code) == 22
    assert first.code not in repr(first)
    again = await transact(county, invite_device, command)
    assert again == msgspec.structs.replace(first, code=None, again=True)
    other = msgspec.structs.replace(command, label="另一台")
    assert await transact(county, invite_device, other) == IdReused()


async def test_a_stations_tablet_signs_for_the_shop_that_its_station_is(county: County) -> None:
    merchant_id = await with_merchant(county)
    station_id = await with_station(county, msgspec.structs.replace(opening(), merchant_id=merchant_id))
    device = await seen(county, await enrolled(county, None, kind=DeviceKind.STATION, station_id=station_id))
    assert (device.kind, device.merchant_id, device.station_id) == (DeviceKind.STATION, merchant_id, station_id)
    await transact(
        county, close_station, CloseStation(actor=CLERK, change_id=new_id(), station_id=station_id, reason="搬迁")
    )
    closed = await transact(county, invite_device, inviting(None, kind=DeviceKind.STATION, station_id=station_id))
    assert closed == Refused(DeviceReason.STATION_CLOSED)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"merchant_id": None}, DeviceReason.OWNER_UNCLEAR),
        ({"station_id": UUID(int=5)}, DeviceReason.OWNER_UNCLEAR),
        ({"kind": DeviceKind.TILL, "merchant_id": None, "station_id": UUID(int=5)}, DeviceReason.OWNER_UNCLEAR),
        ({"kind": DeviceKind.STATION}, DeviceReason.OWNER_UNCLEAR),
        ({"merchant_id": UUID(int=5)}, DeviceReason.NO_SUCH_MERCHANT),
        (
            {"kind": DeviceKind.STATION, "merchant_id": None, "station_id": UUID(int=5)},
            DeviceReason.NO_SUCH_STATION,
        ),
    ],
)
async def test_nobody_is_invited_for_nobody(county: County, changed: dict[str, Any], reason: DeviceReason) -> None:
    command = msgspec.structs.replace(inviting(await with_merchant(county)), **changed)
    assert await transact(county, invite_device, command) == Refused(reason)


async def test_a_code_is_for_one_device_within_fifteen_minutes(county: County, clock: HandClock) -> None:
    merchant_id = await with_merchant(county)
    code = await invited(county, inviting(merchant_id))
    used = enrolling(county, code)
    assert isinstance(await transact(county, enrol_device, used), Enrolled)
    no = Refused(DeviceReason.INVITATION_INVALID)
    assert await transact(county, enrol_device, enrolling(county, code, key=OTHER_KEY)) == no
    late = await invited(county, inviting(merchant_id))
    clock.forward(minutes=15)
    assert await transact(county, enrol_device, enrolling(county, late, key=OTHER_KEY)) == no
    in_time = await invited(county, inviting(merchant_id))
    clock.forward(minutes=14, seconds=59)
    assert isinstance(await transact(county, enrol_device, enrolling(county, in_time, key=OTHER_KEY)), Enrolled)
    unknown = enrolling(county, to_base64url(bytes(16)), key=OTHER_KEY)
    assert await transact(county, enrol_device, unknown) == no


async def test_a_proof_is_of_this_key_device_and_code(county: County) -> None:
    merchant_id = await with_merchant(county)
    code, other_code = [await invited(county, inviting(merchant_id)) for _ in range(2)]
    good = enrolling(county, code)
    forged = [
        enrolling(county, code, signer=OTHER_KEY),
        msgspec.structs.replace(good, device_id=new_id()),
        msgspec.structs.replace(good, code=other_code),
        msgspec.structs.replace(good, key=to_base64url(OTHER_KEY.public.compressed)),
        msgspec.structs.replace(good, key="A" * 44),
    ]
    for command in forged:
        assert await transact(county, enrol_device, command) == Refused(DeviceReason.PROOF_FORGED)
    # Nothing was used up.
    assert isinstance(await transact(county, enrol_device, good), Enrolled)


async def test_an_id_and_a_key_are_one_devices(county: County) -> None:
    merchant_id = await with_merchant(county)
    device_id = await enrolled(county, merchant_id)
    same_id = enrolling(county, await invited(county, inviting(merchant_id)), device_id=device_id, key=OTHER_KEY)
    assert await transact(county, enrol_device, same_id) == Refused(DeviceReason.ID_TAKEN)
    same_key = enrolling(county, await invited(county, inviting(merchant_id)))
    assert await transact(county, enrol_device, same_key) == Refused(DeviceReason.KEY_TAKEN)


async def test_ten_devices_use_one_code_at_once_and_one_does(county: County) -> None:
    code = await invited(county, inviting(await with_merchant(county)))

    def command(number: int) -> EnrolDevice:
        return enrolling(county, code, key=SigningKey.from_scalar((50 + number).to_bytes(32, "big")))

    outcomes = await asyncio.gather(*(transact(county, enrol_device, command(number)) for number in range(10)))
    assert sum(isinstance(outcome, Enrolled) for outcome in outcomes) == 1
    assert outcomes.count(Refused(DeviceReason.INVITATION_INVALID)) == 9


async def test_a_device_moves_forward_only(county: County, clock: HandClock) -> None:
    device_id = await enrolled(county, await with_merchant(county))
    suspend = SuspendDevice(actor=CLERK, change_id=new_id(), device_id=device_id, reason="丢失")
    wrong = Refused(DeviceReason.WRONG_STATE)
    assert await transact(county, suspend_device, suspend) == wrong
    await approved(county, device_id)
    refuse = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=False, reason="不认识")
    assert await transact(county, decide_device, refuse) == wrong
    changed = DeviceChanged(device_id=device_id, state=DeviceState.SUSPENDED, changed_at=clock())
    assert await transact(county, suspend_device, suspend) == changed
    assert await transact(county, suspend_device, suspend) == msgspec.structs.replace(changed, again=True)
    other = msgspec.structs.replace(suspend, reason="找到了")
    assert await transact(county, suspend_device, other) == IdReused()
    approve = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=True)
    assert await transact(county, decide_device, approve) == wrong
    revoke = RevokeDevice(actor=CLERK, change_id=new_id(), device_id=device_id, reason="不再使用")
    clock.forward(hours=1)
    assert isinstance(await transact(county, revoke_device, revoke), DeviceChanged)
    device = await seen(county, device_id)
    assert (device.state, device.suspended_at, device.revoked_at) == (
        DeviceState.REVOKED,
        clock() - timedelta(hours=1),
        clock(),
    )
    nowhere = msgspec.structs.replace(revoke, change_id=new_id(), device_id=new_id())
    assert await transact(county, revoke_device, nowhere) == Refused(GeneralReason.NOT_FOUND)
    acts = [entry.act for entry in await inquire(county, find, Find(subject_kind="device"))]
    assert sorted(acts) == [
        "sync.approve-device",
        "sync.enrol-device",
        "sync.revoke-device",
        "sync.suspend-device",
    ]


async def test_a_refused_device_stays_refused(county: County) -> None:
    device_id = await enrolled(county, await with_merchant(county))
    refuse = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=False, reason="不认识")
    assert isinstance(await transact(county, decide_device, refuse), DeviceChanged)
    approve = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=True)
    assert await transact(county, decide_device, approve) == Refused(DeviceReason.WRONG_STATE)


async def test_what_a_device_has_not_sent_yet_is_known_with_its_age(county: County, clock: HandClock) -> None:
    device_id = await active_device(county, await with_merchant(county))
    note = SyncNote(
        head_seq=9,
        head_hash=b"h" * 32,
        ack_seq=5,
        need_from=6,
        persistent=True,
        app_version="2026.11.21",
        at=clock(),
    )
    behind = clock()

    async def told(**changed: Any) -> tuple[int, Any, Any]:
        changed = changed | {"at": clock()}
        await transact(county, note_sync, NoteSync(device_id=device_id, note=msgspec.structs.replace(note, **changed)))
        device = await seen(county, device_id)
        return device.unsynced, device.behind_since, device.need_from

    assert await told() == (4, behind, 6)
    clock.forward(hours=2)
    assert await told(head_seq=12, ack_seq=8, need_from=None) == (4, behind, None)
    assert await told(head_seq=12, ack_seq=12, need_from=None) == (0, None, None)
    device = await seen(county, device_id)
    assert (device.persistent, device.app_version, device.seen_at) == (True, "2026.11.21", clock())


async def test_devices_are_found_by_state_page_by_page(county: County, clock: HandClock) -> None:
    merchant_id = await with_merchant(county)
    first = await active_device(county, merchant_id, number=1)
    clock.forward(seconds=1)
    waiting = await enrolled(county, merchant_id)
    last = await active_device(county, merchant_id, number=2)

    async def ids(asked: FindDevices) -> list[UUID]:
        return [one.device.id for one in await inquire(county, find_devices, asked)]

    every = await ids(FindDevices())
    assert (every[0], set(every[1:])) == (first, {waiting, last})
    assert await ids(FindDevices(state=DeviceState.WAITING)) == [waiting]
    at = (await seen(county, first)).enrolled_at
    assert await ids(FindDevices(after=(at, first), most=1)) == every[1:2]
    [found] = await inquire(county, find_devices, FindDevices(state=DeviceState.WAITING))
    assert (found.owner_zh, found.owner_en) != ("", "")


async def test_a_devices_key_cannot_be_changed_behind_the_programs_back(county: County) -> None:
    device_id = await enrolled(county, await with_merchant(county))

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(update(devices).values(point=OTHER_KEY.public.compressed))

    with pytest.raises(Exception, match="append-only"):
        await transact(county, forge, None)
    assert (await seen(county, device_id)).point == KEY.public.compressed
