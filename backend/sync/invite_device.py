"""The office invites a device: a code of 128 bits, for one use within fifteen minutes.

The code is told once and kept nowhere: a request that comes again has the same answer without it, and the office
invites again.
"""

import os
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import to_base64url
from backend.merchants.find_merchants import merchant_names
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.find_stations import find_station
from backend.stations.rules import StationState
from backend.sync.device_rules import (
    CODE_BYTES,
    INVITATION_LIVES,
    DeviceKind,
    DeviceReason,
    Invitation,
    decide_owner,
)
from backend.sync.possession_rules import code_hash
from backend.sync.store import devices as store


class InviteDevice(Struct, frozen=True, kw_only=True):
    """Invite a device for a merchant or a station; ``invitation_id`` names the act too."""

    actor: Actor
    invitation_id: UUID
    kind: DeviceKind
    label: str
    merchant_id: UUID | None = None
    station_id: UUID | None = None


class DeviceInvited(Struct, frozen=True, kw_only=True):
    """The invitation; ``code`` (Base64 for URLs) is ``None`` in the answer to a repeated request (``again``)."""

    invitation_id: UUID
    expires_at: datetime
    code: str | None = None
    again: bool = False

    def __repr__(self) -> str:
        return f"DeviceInvited({self.invitation_id})"


async def invite_device(
    tx: Transaction, command: InviteDevice, *, now: Instant
) -> DeviceInvited | Refused[DeviceReason] | IdReused:
    """A station's tablet signs for the shop that its station is, or for nobody. A refusal binds no id."""
    about = (command.kind, command.label, command.merchant_id, command.station_id)
    hashed = command_hash(("sync.invite-device", *about))
    earlier = await earlier_answer(tx, command.invitation_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(DeviceInvited), again=True)
    merchant_id = await _payee(tx, command)
    if isinstance(merchant_id, Refused):
        return merchant_id
    assert command.actor.id is not None, "a clerk is somebody"
    code = os.urandom(CODE_BYTES)
    invitation = Invitation(
        id=command.invitation_id,
        code_hash=code_hash(code),
        kind=command.kind,
        merchant_id=merchant_id,
        station_id=command.station_id,
        label=command.label,
        made_at=now,
        expires_at=now + INVITATION_LIVES,
    )
    await store.insert_invitation(tx, invitation, command.actor.id)
    subject = ("device-invitation", invitation.id)
    owner = f"{command.kind} of merchant {merchant_id}, station {command.station_id}"
    await record(tx, new_entry(now, command.actor, "sync.invite-device", subject, detail=owner))
    invited = DeviceInvited(invitation_id=invitation.id, expires_at=invitation.expires_at)
    await remember_answer(tx, command.invitation_id, hashed, invited, now=now)
    return msgspec.structs.replace(invited, code=to_base64url(code))


async def _payee(tx: Transaction, command: InviteDevice) -> UUID | Refused[DeviceReason] | None:
    """Whose claims the device will sign."""
    refused = decide_owner(command.kind, command.merchant_id, command.station_id)
    if refused is not None:
        return refused
    if command.station_id is None:
        assert command.merchant_id is not None, "decided just above"
        known = await merchant_names(tx, {command.merchant_id})
        return command.merchant_id if known else Refused(DeviceReason.NO_SUCH_MERCHANT)
    station = await find_station(tx, command.station_id)
    if station is None:
        return Refused(DeviceReason.NO_SUCH_STATION)
    return station.merchant_id if station.state is StationState.OPEN else Refused(DeviceReason.STATION_CLOSED)
