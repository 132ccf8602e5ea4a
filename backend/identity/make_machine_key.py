"""Bearer keys for machines: scoped to one role, stored as a hash, shown once, replaced with an overlap, revocable."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.reasons import IdentityReason
from backend.identity.records import MachineKey
from backend.identity.rules import LONGEST_KEY
from backend.identity.store import keys, sessions
from backend.kernel.actors import MACHINE_ROLES, SYSTEM, Actor, Role
from backend.kernel.ids import new_id, new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused

OVERLAP = timedelta(hours=24)
"""The old key of a rotation works so long: tills are changed one after another."""


class MakeMachineKey(Struct, frozen=True, kw_only=True):
    """A key for one machine; a till's key belongs to a merchant."""

    name: str
    role: Role
    merchant_id: UUID | None = None
    expires_at: datetime | None = None
    actor: Actor = SYSTEM


class RotateMachineKey(Struct, frozen=True, kw_only=True):
    """A new key in place of this one."""

    key_id: UUID
    actor: Actor = SYSTEM


class RevokeMachineKey(Struct, frozen=True, kw_only=True):
    """This key is worthless from now on."""

    key_id: UUID
    actor: Actor = SYSTEM


class PageOfKeys(Struct, frozen=True, kw_only=True):
    """Keys before an earlier page's last one."""

    before: UUID | None = None
    most: int = 50


class MadeKey(Struct, frozen=True, kw_only=True):
    """The key itself, told once."""

    key: str
    row: MachineKey


def key_hash(key: str) -> bytes:
    """What is stored in place of a key, which has 256 random bits."""
    return hashlib.sha256(key.encode()).digest()


async def make_machine_key(tx: Transaction, command: MakeMachineKey, *, now: Instant) -> MadeKey | Refused[Reason]:
    """Make and store a key; ``yz_`` and its role begin it, so that people and scanners recognise a leaked one."""
    if command.role not in MACHINE_ROLES or (command.role is Role.POS) != (command.merchant_id is not None):
        return Refused(IdentityReason.KEY_UNFIT)
    if command.expires_at is not None and not now < command.expires_at <= now + LONGEST_KEY:
        return Refused(IdentityReason.KEY_DATES)
    made = _fresh(command.name, command.role, command.merchant_id, command.expires_at, now)
    await keys.insert_machine_key(tx, made.row)
    entry = new_entry(
        now,
        command.actor,
        "identity.make_machine_key",
        ("machine-key", made.row.id),
        to_state="live",
        detail=command.role.value,
    )
    await record(tx, entry)
    return made


async def rotate_machine_key(tx: Transaction, command: RotateMachineKey, *, now: Instant) -> MadeKey | Refused[Reason]:
    """A new key of the same scope; the old one works for another day, or as long as it would have, if less."""
    old = await keys.lock_machine_key(tx, command.key_id)
    if old is None or old.revoked_at is not None or old.replaced_by is not None:
        return Refused(GeneralReason.NOT_FOUND)
    made = _fresh(old.name, old.role, old.merchant_id, old.expires_at, now)
    await keys.insert_machine_key(tx, made.row)
    ends = now + OVERLAP if old.expires_at is None else min(now + OVERLAP, old.expires_at)
    await keys.put_machine_key(tx, replace(old, expires_at=ends, replaced_by=made.row.id))
    entry = new_entry(
        now, command.actor, "identity.rotate_machine_key", ("machine-key", old.id), detail=str(made.row.id)
    )
    await record(tx, entry)
    await sessions.tell_change(tx, old.id, None, now)
    return made


async def revoke_machine_key(tx: Transaction, command: RevokeMachineKey, *, now: Instant) -> Refused[Reason] | None:
    """Revoke a key; within a second no worker accepts it. Revoking twice is no fault."""
    old = await keys.lock_machine_key(tx, command.key_id)
    if old is None:
        return Refused(GeneralReason.NOT_FOUND)
    if old.revoked_at is None:
        await keys.put_machine_key(tx, replace(old, revoked_at=now))
        entry = new_entry(
            now,
            command.actor,
            "identity.revoke_machine_key",
            ("machine-key", old.id),
            from_state="live",
            to_state="revoked",
        )
        await record(tx, entry)
        await sessions.tell_change(tx, old.id, None, now)
    return None


async def page_of_keys(tx: Transaction, asked: PageOfKeys) -> list[MachineKey]:
    """All keys, newest first; none tells the key itself."""
    return await keys.machine_keys_after(tx, asked.before, asked.most)


def _fresh(name: str, role: Role, merchant_id: UUID | None, expires_at: datetime | None, now: Instant) -> MadeKey:
    key = f"yz_{role.value}_{new_secret()}"
    row = MachineKey(
        id=new_id(),
        name=name,
        role=role,
        merchant_id=merchant_id,
        key_hash=key_hash(key),
        hint=key[-4:],
        made_at=now,
        expires_at=expires_at,
    )
    return MadeKey(key=key, row=row)
