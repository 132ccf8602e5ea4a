"""What devices look like on the wire: their invitation, their enrolment and the office's list."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.refusals import Reason
from backend.sync.change_device import DeviceChanged
from backend.sync.device_rules import DeviceKind, DeviceReason, DeviceState
from backend.sync.find_devices import FoundDevice
from backend.sync.invite_device import DeviceInvited
from backend.web.mends import told
from backend.web.texts import ONE_LINE, ReasonText


def _base64url(count: int) -> str:
    return told(rf"^[0-9A-Za-z_-]{{{count}}}$(?!\n)", f"{count} 个 Base64 字符 / {count} signs of Base64 for URLs")


DeviceName = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE, description="What people call it.")]
Version = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE, description="The program's version.")]
Code = Annotated[str, Meta(max_length=22, pattern=_base64url(22), description="The invitation's 128 bits.")]
Key = Annotated[str, Meta(max_length=44, pattern=_base64url(44), description="The compressed point, 33 bytes.")]
Signature = Annotated[str, Meta(max_length=86, pattern=_base64url(86), description="Raw r || s, 64 bytes.")]


class InviteDeviceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device of a merchant (`merchant`, `till`) or of a station; `invitation_id` is made by the caller."""

    invitation_id: UUID
    kind: DeviceKind
    label: DeviceName
    merchant_id: UUID | None = None
    station_id: UUID | None = None


class DeviceInvitedAnswer(Struct, frozen=True, kw_only=True):
    """`code` is told once and is null in the answer to a repeated request; the device scans it as a QR code."""

    invitation_id: UUID
    expires_at: datetime
    code: str | None


class EnrolmentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The device's own id, the code that it scanned, and the proof that it holds its key."""

    device_id: UUID
    code: Code
    key: Key
    signature: Signature
    app_version: Version


class EnrolmentAnswer(Struct, frozen=True, kw_only=True):
    """Where the device stands."""

    device_id: UUID
    state: DeviceState


class DecideDeviceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The office lets the device in; `decision_id` is made by the caller."""

    decision_id: UUID


class RefuseDeviceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The office turns the device away; `decision_id` is made by the caller."""

    decision_id: UUID
    reason: ReasonText


class EndDeviceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suspension or revocation; `change_id` is made by the caller."""

    change_id: UUID
    reason: ReasonText


class DeviceChangedAnswer(Struct, frozen=True, kw_only=True):
    """The device stands there from now on."""

    device_id: UUID
    state: DeviceState
    changed_at: datetime


class DeviceAnswer(Struct, frozen=True, kw_only=True):
    """A device with what the county knows of its journal; `unsynced` events exist and are not here.

    Their device told of them, or a receipt, or the device that came after one whose journal is gone.
    """

    device_id: UUID
    kind: DeviceKind
    state: DeviceState
    label: str
    merchant_id: UUID | None
    """Whose claims it signs; without one it signs none."""
    station_id: UUID | None
    owner_zh: str
    owner_en: str
    app_version: str
    enrolled_at: datetime
    decided_at: datetime | None
    suspended_at: datetime | None
    revoked_at: datetime | None
    seen_at: datetime | None
    head_seq: int
    ack_seq: int
    need_from: int | None
    """The first event of a gap."""
    unsynced: int
    behind_since: datetime | None
    persistent: bool | None
    """Whether the browser promised to keep the journal; unknown until the first push."""
    episode: int
    episode_at: datetime | None
    events: int
    """What the county has of it."""
    waiting: int
    """Events behind a gap, which are judged once it is filled."""
    receipts: int
    """Receipts that customers brought for events that are missing, and that nobody decided."""
    to_review: int
    """Events that somebody in the office has to look at."""
    forks: int
    """Second events of a number."""
    quarantined_bytes: int
    """What nobody could read, and nobody put aside."""


FIELD_OF: dict[Reason, str] = {
    DeviceReason.OWNER_UNCLEAR: "/kind",
    DeviceReason.NO_SUCH_MERCHANT: "/merchant_id",
    DeviceReason.NO_SUCH_STATION: "/station_id",
    DeviceReason.STATION_CLOSED: "/station_id",
    DeviceReason.INVITATION_INVALID: "/code",
    DeviceReason.PROOF_FORGED: "/signature",
    DeviceReason.ID_TAKEN: "/device_id",
    DeviceReason.KEY_TAKEN: "/key",
}
"""Which field of a body a refusal is about."""


def invited_answer(invited: DeviceInvited) -> DeviceInvitedAnswer:
    """The wire form."""
    return DeviceInvitedAnswer(invitation_id=invited.invitation_id, expires_at=invited.expires_at, code=invited.code)


def changed_answer(changed: DeviceChanged) -> DeviceChangedAnswer:
    """The wire form."""
    return DeviceChangedAnswer(device_id=changed.device_id, state=changed.state, changed_at=changed.changed_at)


def device_answer(found: FoundDevice) -> DeviceAnswer:
    """A device for the office."""
    device = found.device
    return DeviceAnswer(
        device_id=device.id,
        kind=device.kind,
        state=device.state,
        label=device.label,
        merchant_id=device.merchant_id,
        station_id=device.station_id,
        owner_zh=found.owner_zh,
        owner_en=found.owner_en,
        app_version=device.app_version,
        enrolled_at=device.enrolled_at,
        decided_at=device.decided_at,
        suspended_at=device.suspended_at,
        revoked_at=device.revoked_at,
        seen_at=device.seen_at,
        head_seq=device.head_seq,
        ack_seq=device.ack_seq,
        need_from=found.missing.first,
        unsynced=found.missing.count,
        behind_since=found.missing.since,
        persistent=device.persistent,
        episode=device.episode,
        episode_at=device.episode_at,
        events=found.log.events,
        waiting=found.log.waiting,
        receipts=found.receipts,
        to_review=found.log.to_review,
        forks=found.log.forks,
        quarantined_bytes=found.log.quarantined_bytes,
    )
