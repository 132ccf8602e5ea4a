"""What does identity know of people, their sessions and their keys? Frozen records, personal values opened.

Pure words: ``store`` fills them, verbs and rules read them.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.identity.rules import (
    ConsentAnswer,
    PersonKind,
    ResidentState,
    SessionMethod,
    SessionTimes,
    StaffState,
)
from backend.kernel.actors import Role
from backend.kernel.claimants import ProofLevel


class Resident(Struct, frozen=True, kw_only=True):
    """One resident with personal values opened."""

    id: UUID
    state: ResidentState
    opened_at: datetime
    closed_at: datetime | None = None
    name: str | None = None
    phone: str | None = None
    identity_number: str | None = None
    town_code: str | None = None
    proof_level: ProofLevel = ProofLevel.NONE
    frozen_why: str | None = None


class NewResident(Struct, frozen=True, kw_only=True):
    """A resident to be stored."""

    id: UUID
    name: str | None = None
    phone: str | None = None
    identity_number: str | None = None
    town_code: str | None = None
    proof_level: ProofLevel = ProofLevel.NONE
    groups: tuple[str, ...] = ()


class Look(Struct, frozen=True, kw_only=True):
    """One full view of a resident's data by somebody of the staff."""

    id: UUID
    resident_id: UUID
    staff_id: UUID
    role: str
    purpose: str
    fields: str
    at: datetime


class StaffMember(Struct, frozen=True, kw_only=True):
    """One staff account with personal values opened."""

    id: UUID
    login: str
    state: StaffState
    name: str
    phone: str | None = None
    merchant_id: UUID | None = None
    station_id: UUID | None = None
    created_at: datetime
    ended_at: datetime | None = None
    roles: frozenset[Role] = frozenset()


class Credentials(Struct, frozen=True, kw_only=True):
    """What a staff member's proofs are compared with; empty until the invitation is used."""

    password_hash: str | None = None
    totp_secret: str | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"


class Invitation(Struct, frozen=True, kw_only=True):
    """One invitation; its token is known to the invited person alone."""

    id: UUID
    staff_id: UUID
    token_hash: bytes
    made_at: datetime
    expires_at: datetime
    totp_secret: str | None = None
    tries: int = 0
    ended_at: datetime | None = None


class Session(Struct, frozen=True, kw_only=True):
    """One session; the token itself is known to the browser alone."""

    id: UUID
    token_hash: bytes
    kind: PersonKind
    person_id: UUID
    method: SessionMethod
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    network: str = ""
    device: str = ""
    device_hash: bytes | None = None
    ended_at: datetime | None = None

    @property
    def times(self) -> SessionTimes:
        """The instants that decide whether it lives."""
        return SessionTimes(
            kind=self.kind, last_seen_at=self.last_seen_at, expires_at=self.expires_at, ended_at=self.ended_at
        )


class Change(Struct, frozen=True):
    """Something about a person, or one of their sessions, is no longer what a cache may remember."""

    person_id: UUID
    session_id: UUID | None


class MachineKey(Struct, frozen=True, kw_only=True):
    """One machine's key; the key itself was shown once."""

    id: UUID
    name: str
    role: Role
    merchant_id: UUID | None
    key_hash: bytes
    hint: str
    made_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    replaced_by: UUID | None = None


class HolderKey(Struct, frozen=True, kw_only=True):
    """One phone's public key, a compressed point of P-256."""

    id: UUID
    resident_id: UUID
    point: bytes
    enrolled_at: datetime
    offline_from: datetime
    revoked_at: datetime | None = None


class Consent(Struct, frozen=True, kw_only=True):
    """One answer to one text."""

    id: UUID
    person_id: UUID
    kind: str
    answer: ConsentAnswer
    text_version: int
    text_hash: bytes
    at: datetime
