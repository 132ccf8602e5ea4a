"""A device uses its invitation: it proves that it holds its key, and waits for the office.

The device makes its id and its key. Whoever sends the same again is answered again, also when the code has expired
meanwhile: an answer may be lost on its way, and the code is used up.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey, from_base64url
from backend.sync.device_rules import (
    CODE_BYTES,
    Device,
    DeviceReason,
    DeviceState,
    Invitation,
    decide_enrolment,
)
from backend.sync.possession_rules import code_hash, possession_message
from backend.sync.store import devices as store


class EnrolDevice(Struct, frozen=True, kw_only=True):
    """The device's id, the scanned code, its key (33 bytes) and its signature, each in Base64 for URLs."""

    device_id: UUID
    code: str
    key: str
    signature: str
    app_version: str
    address: str | None = None

    def __repr__(self) -> str:
        return f"EnrolDevice({self.device_id})"


class Enrolled(Struct, frozen=True, kw_only=True):
    """Where the device stands; ``again`` marks the answer to a repeated request."""

    device_id: UUID
    state: DeviceState
    again: bool = False


class _Proof(Struct, frozen=True):
    code_hash: bytes
    key: PublicKey
    signature: bytes


async def enrol_device(tx: Transaction, command: EnrolDevice, *, now: Instant) -> Enrolled | Refused[DeviceReason]:
    """Use the code up and store the device as waiting. A refusal uses nothing up."""
    proof = _read(command)
    if isinstance(proof, Refused):
        return proof
    invitation = decide_enrolment(await store.lock_invitation(tx, proof.code_hash), command.device_id, at=now)
    if isinstance(invitation, Refused):
        return invitation
    message = possession_message(tx.county.code, command.device_id, proof.code_hash, proof.key)
    if not proof.key.verifies(proof.signature, message):
        return Refused(DeviceReason.PROOF_FORGED)
    held = await store.device(tx, command.device_id)
    if held is not None:
        ours = invitation.device_id == held.id and held.point == proof.key.compressed
        again = Enrolled(device_id=held.id, state=held.state, again=True)
        return again if ours else Refused(DeviceReason.ID_TAKEN)
    if await store.device_of_key(tx, proof.key.compressed) is not None:
        return Refused(DeviceReason.KEY_TAKEN)
    await _enrol(tx, command, invitation, proof.key, now)
    return Enrolled(device_id=command.device_id, state=DeviceState.WAITING)


def _read(command: EnrolDevice) -> _Proof | Refused[DeviceReason]:
    try:
        code, point, signature = map(from_base64url, (command.code, command.key, command.signature))
        key = PublicKey.from_point(point)
    except KeyProblem:
        return Refused(DeviceReason.PROOF_FORGED)
    if len(code) != CODE_BYTES:
        return Refused(DeviceReason.INVITATION_INVALID)
    if len(point) != COMPRESSED_BYTES:
        return Refused(DeviceReason.PROOF_FORGED)
    return _Proof(code_hash(code), key, signature)


async def _enrol(tx: Transaction, command: EnrolDevice, invitation: Invitation, key: PublicKey, now: Instant) -> None:
    device = Device(
        id=command.device_id,
        kind=invitation.kind,
        state=DeviceState.WAITING,
        merchant_id=invitation.merchant_id,
        station_id=invitation.station_id,
        label=invitation.label,
        point=key.compressed,
        app_version=command.app_version,
        enrolled_at=now,
    )
    await store.use_invitation(tx, invitation.id, device.id)
    await store.insert_device(tx, device, invitation.id)
    actor = Actor(kind=ActorKind.VISITOR, device_id=device.id, address=command.address)
    subject = ("device", device.id)
    entry = new_entry(
        now, actor, "sync.enrol-device", subject, to_state=device.state, detail=f"invitation {invitation.id}"
    )
    await record(tx, entry)
