"""Which device may sign for whom, and which step may follow which?

Pure. A device is a tablet, a phone or a till that keeps a key of its own; whose claims it signs is settled when it is
invited. Its states only move forward: whoever comes back after a suspension enrols a new device, since two journals
under one key cannot be told apart. What a suspended or revoked device signed is still taken and judged. Decision 0067.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused

CODE_BYTES: Final = 16
"""128 bits in a QR code: nobody guesses one within its life."""
INVITATION_LIVES: Final = timedelta(minutes=15)


class DeviceKind(StrEnum):
    """What kind of counter signs; a member is its word and its number inside signed codes."""

    number: int

    def __new__(cls, word: str, number: int = 0) -> Self:
        """Make the member; its value is the word alone."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.number = number
        return member

    MERCHANT = "merchant", 1
    """商户手机"""
    STATION = "station", 2
    """驿站平板"""
    TILL = "till", 3
    """商户收银机"""


class DeviceState(StrEnum):
    """Where a device stands; each state is reached from those before it only."""

    WAITING = "waiting"
    """待审核: it has proven its key, the office has not decided."""
    REFUSED = "refused"
    """未通过: it never signed for anybody."""
    ACTIVE = "active"
    """正常: it is given a certificate at each sync."""
    SUSPENDED = "suspended"
    """已停用: lost, or its journal has forked."""
    REVOKED = "revoked"
    """已吊销"""


DEVICE_EDGES: Final[frozenset[tuple[DeviceState, DeviceState]]] = frozenset(
    {
        (DeviceState.WAITING, DeviceState.REFUSED),
        (DeviceState.WAITING, DeviceState.ACTIVE),
        (DeviceState.ACTIVE, DeviceState.SUSPENDED),
        (DeviceState.ACTIVE, DeviceState.REVOKED),
        (DeviceState.SUSPENDED, DeviceState.REVOKED),
    }
)


class DeviceReason(Reason):
    """Why a device is not invited, enrolled or decided about."""

    OWNER_UNCLEAR = (
        "device-owner-unclear",
        409,
        "商户手机和收银机要选商户，驿站平板要选驿站",
        "A merchant's phone or till names its merchant, a station's tablet its station",
    )
    NO_SUCH_MERCHANT = "no-such-merchant", 404, "没有找到这家商户", "No such merchant"
    NO_SUCH_STATION = "no-such-station", 404, "没有找到这个驿站", "No such station"
    STATION_CLOSED = "station-closed", 409, "这个驿站已停止服务", "This station no longer serves"
    INVITATION_INVALID = (
        "device-invitation-invalid",
        409,
        "邀请码无效、已使用或已过期，请县里重新生成",
        "The invitation is wrong, used or expired; ask the office for a new one",
    )
    PROOF_FORGED = "device-proof-forged", 409, "设备密钥验证不通过", "The device did not prove that it holds the key"
    ID_TAKEN = "device-id-taken", 409, "这个设备编号已登记", "A device of this id is enrolled already"
    KEY_TAKEN = "device-key-taken", 409, "这把密钥已登记在别的设备上", "Another device is enrolled with this key"
    WRONG_STATE = "device-wrong-state", 409, "设备当前状态不能这样操作", "The device's state does not allow this step"


class NotServedReason(Reason):
    """Why a device that we know is handed nothing out. It may push all the same."""

    WAITING = "device-waiting", 403, "设备还在等县里审核", "The office has not let this device in yet"
    REFUSED = "device-refused", 403, "县里没有通过这台设备", "The office did not let this device in"
    SUSPENDED = (
        "device-suspended",
        403,
        "设备已停用，只能上传已有记录",
        "This device is suspended; it can only send what it has",
    )
    REVOKED = (
        "device-revoked",
        403,
        "设备已吊销，只能上传已有记录",
        "This device is revoked; it can only send what it has",
    )


class Invitation(Struct, frozen=True, kw_only=True):
    """A code that was handed out once; ``code_hash`` is all that is kept of it."""

    id: UUID
    code_hash: bytes
    kind: DeviceKind
    merchant_id: UUID | None
    station_id: UUID | None
    label: str
    made_at: datetime
    expires_at: datetime
    device_id: UUID | None = None
    """Who used it."""


class Device(Struct, frozen=True, kw_only=True):
    """An enrolled device; ``point`` is its key, 33 bytes compressed."""

    id: UUID
    kind: DeviceKind
    state: DeviceState
    merchant_id: UUID | None
    """Whose claims it signs; a station's tablet without a shop signs none."""
    station_id: UUID | None
    label: str
    point: bytes
    app_version: str
    enrolled_at: datetime
    decided_at: datetime | None = None
    suspended_at: datetime | None = None
    revoked_at: datetime | None = None
    head_seq: int = 0
    """The newest event that the device told of."""
    head_hash: bytes | None = None
    ack_seq: int = 0
    """Every event up to this one is stored."""
    need_from: int | None = None
    """The first event of a gap."""
    behind_since: datetime | None = None
    """Since when the county knows of events that it does not have."""
    persistent: bool | None = None
    """Whether the browser promised to keep the journal; unknown until the first push."""
    seen_at: datetime | None = None
    episode: int = 0
    """Counts from one full acknowledgement to the next; 0 before the first."""
    episode_at: datetime | None = None
    episode_policy: int | None = None
    """The policy under which the episode was dealt."""

    @property
    def unsynced(self) -> int:
        """How many events the county knows of and does not have."""
        return max(self.head_seq - self.ack_seq, 0)


class SyncNote(Struct, frozen=True, kw_only=True):
    """What one push told of its device, and how far the county has it now."""

    head_seq: int
    head_hash: bytes | None
    ack_seq: int
    need_from: int | None
    persistent: bool | None
    app_version: str
    at: datetime


def decide_owner(kind: DeviceKind, merchant_id: UUID | None, station_id: UUID | None) -> Refused[DeviceReason] | None:
    """Does the invitation name whom this kind of device belongs to, and nobody else? ``None`` for yes."""
    named, other = (station_id, merchant_id) if kind is DeviceKind.STATION else (merchant_id, station_id)
    return Refused(DeviceReason.OWNER_UNCLEAR) if named is None or other is not None else None


def decide_enrolment(
    invitation: Invitation | None, device_id: UUID, *, at: datetime
) -> Invitation | Refused[DeviceReason]:
    """The invitation, if this device may use it now; wrong, used and expired ones are one no, so nothing is learnt."""
    if invitation is None or invitation.device_id not in (None, device_id):
        return Refused(DeviceReason.INVITATION_INVALID)
    if invitation.device_id is None and at >= invitation.expires_at:
        return Refused(DeviceReason.INVITATION_INVALID)
    return invitation


def may_become(present: DeviceState, wanted: DeviceState) -> Refused[DeviceReason] | None:
    """Is there such an edge? ``None`` for yes."""
    return None if (present, wanted) in DEVICE_EDGES else Refused(DeviceReason.WRONG_STATE)


def behind_since(device: Device, note: SyncNote) -> datetime | None:
    """Since when events are missing, once this push is stored: an older lack is not forgotten by a newer one."""
    if note.head_seq <= note.ack_seq:
        return None
    return device.behind_since if device.behind_since is not None else note.at


def why_not_served(device: Device) -> NotServedReason | None:
    """Why it is handed nothing out; ``None`` for a device that is."""
    return {
        DeviceState.WAITING: NotServedReason.WAITING,
        DeviceState.REFUSED: NotServedReason.REFUSED,
        DeviceState.SUSPENDED: NotServedReason.SUSPENDED,
        DeviceState.REVOKED: NotServedReason.REVOKED,
    }.get(device.state)


def may_accept(device: Device) -> bool:
    """Whether it may be dealt an allowance: it is active, and somebody is paid for what it takes."""
    return device.state is DeviceState.ACTIVE and device.merchant_id is not None
