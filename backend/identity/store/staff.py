"""Staff, their roles, invitations and second factors."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update

from backend.database.transaction import Transaction
from backend.identity.records import Credentials, Invitation, StaffMember
from backend.identity.rules import StaffState
from backend.identity.store.residents import chunks, phone_hash
from backend.identity.tables import residents, staff, staff_invitations, staff_recovery_codes, staff_roles
from backend.kernel.actors import Role

_NAME = "staff.name"
_PHONE = "staff.phone"
_TOTP = "staff.totp_secret"
_INVITED_TOTP = "staff_invitations.totp_secret"
GONE = "离职人员"
"""Stands for a name that was erased long after its person left."""


def _staff(tx: Transaction, row: Row[Any], roles: frozenset[Role]) -> StaffMember:
    keys = tx.county.keys
    return StaffMember(
        id=row.id,
        login=row.login,
        state=StaffState(row.state),
        name=GONE if row.name is None else keys.open(row.name, place=_NAME),
        phone=None if row.phone is None else keys.open(row.phone, place=_PHONE),
        merchant_id=row.merchant_id,
        station_id=row.station_id,
        created_at=row.created_at,
        ended_at=row.ended_at,
        roles=roles,
    )


async def insert_staff(tx: Transaction, new: StaffMember, credentials: Credentials, at: datetime) -> None:
    """Store an account with its roles."""
    keys, secret = tx.county.keys, credentials.totp_secret
    await tx.execute(
        insert(staff).values(
            id=new.id,
            login=new.login,
            state=new.state.value,
            name=keys.seal(new.name, place=_NAME),
            phone=None if new.phone is None else keys.seal(new.phone, place=_PHONE),
            phone_hash=None if new.phone is None else phone_hash(tx, new.phone),
            password_hash=credentials.password_hash,
            totp_secret=None if secret is None else keys.seal(secret, place=_TOTP),
            merchant_id=new.merchant_id,
            station_id=new.station_id,
            created_at=new.created_at,
        )
    )
    await insert_roles(tx, new.id, new.roles, at)


async def insert_roles(tx: Transaction, staff_id: UUID, roles: Iterable[Role], at: datetime) -> None:
    """Give roles; the database refuses a second administrator's role."""
    rows = [{"staff_id": staff_id, "role": role.value, "since": at} for role in sorted(roles)]
    if rows:
        await tx.execute(insert(staff_roles), rows)


async def delete_roles(tx: Transaction, staff_id: UUID, roles: Iterable[Role]) -> None:
    """Take roles."""
    await tx.execute(
        delete(staff_roles).where(
            staff_roles.c.staff_id == staff_id, staff_roles.c.role.in_([role.value for role in roles])
        )
    )


async def roles_of(tx: Transaction, staff_ids: Iterable[UUID]) -> dict[UUID, frozenset[Role]]:
    """The roles that these people have of their own."""
    found: dict[UUID, set[Role]] = {}
    for ids in chunks(staff_ids):
        for row in await tx.execute(select(staff_roles).where(staff_roles.c.staff_id.in_(ids))):
            found.setdefault(row.staff_id, set()).add(Role(row.role))
    return {staff_id: frozenset(roles) for staff_id, roles in found.items()}


async def lock_holders(tx: Transaction, role: Role) -> list[UUID]:
    """Everybody who has a role; nobody loses it until the commit."""
    rows = await tx.execute(
        select(staff_roles.c.staff_id)
        .where(staff_roles.c.role == role.value)
        .order_by(staff_roles.c.staff_id)
        .with_for_update()
    )
    return [row.staff_id for row in rows]


async def active_holders(tx: Transaction, role: Role) -> list[UUID]:
    """Who has a role and has come in."""
    rows = await tx.execute(
        select(staff.c.id)
        .join(staff_roles, staff_roles.c.staff_id == staff.c.id)
        .where(staff_roles.c.role == role.value, staff.c.state == StaffState.ACTIVE.value)
        .order_by(staff.c.id)
    )
    return [row.id for row in rows]


async def _one(tx: Transaction, row: Row[Any] | None) -> StaffMember | None:
    if row is None:
        return None
    return _staff(tx, row, (await roles_of(tx, [row.id])).get(row.id, frozenset()))


async def find_staff(tx: Transaction, staff_id: UUID) -> StaffMember | None:
    """A staff account by id."""
    return await _one(tx, (await tx.execute(select(staff).where(staff.c.id == staff_id))).first())


async def lock_staff(tx: Transaction, staff_id: UUID) -> StaffMember | None:
    """A staff account that nobody else changes until the commit."""
    return await _one(tx, (await tx.execute(select(staff).where(staff.c.id == staff_id).with_for_update())).first())


async def find_login(tx: Transaction, login: str) -> StaffMember | None:
    """A staff account by login."""
    return await _one(tx, (await tx.execute(select(staff).where(staff.c.login == login))).first())


async def find_staff_phone(tx: Transaction, phone: str) -> UUID | None:
    """The account that a phone belongs to."""
    return (
        await tx.execute(select(staff.c.id).where(staff.c.phone_hash == phone_hash(tx, phone)))
    ).scalar_one_or_none()


async def any_staff(tx: Transaction) -> bool:
    """Whether the county has staff at all."""
    return (await tx.execute(select(staff.c.id).limit(1))).first() is not None


async def staff_after(
    tx: Transaction,
    *,
    before: UUID | None,
    most: int,
    merchant_id: UUID | None = None,
    station_id: UUID | None = None,
    role: Role | None = None,
) -> list[StaffMember]:
    """Accounts, newest first; of one merchant, one station or one role when asked."""
    found = select(staff).order_by(staff.c.id.desc()).limit(most)
    if before is not None:
        found = found.where(staff.c.id < before)
    if merchant_id is not None:
        found = found.where(staff.c.merchant_id == merchant_id)
    if station_id is not None:
        found = found.where(staff.c.station_id == station_id)
    if role is not None:
        holders = select(staff_roles.c.staff_id).where(staff_roles.c.role == role.value)
        found = found.where(staff.c.id.in_(holders), staff.c.state == StaffState.ACTIVE.value)
    rows = (await tx.execute(found)).all()
    roles = await roles_of(tx, [row.id for row in rows])
    return [_staff(tx, row, roles.get(row.id, frozenset())) for row in rows]


async def names_of(tx: Transaction, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, for those who act in their office."""
    found: dict[UUID, str] = {}
    for ids in chunks(staff_ids):
        for row in await tx.execute(select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids))):
            found[row.id] = GONE if row.name is None else tx.county.keys.open(row.name, place=_NAME)
    return found


async def credentials_of(tx: Transaction, staff_id: UUID) -> Credentials:
    """The password's hash and the second factor's secret."""
    row = (await tx.execute(select(staff.c.password_hash, staff.c.totp_secret).where(staff.c.id == staff_id))).one()
    secret = None if row.totp_secret is None else tx.county.keys.open(row.totp_secret, place=_TOTP)
    return Credentials(password_hash=row.password_hash, totp_secret=secret)


async def set_credentials(tx: Transaction, staff_id: UUID, password_hash: str, totp_secret: str, step: int) -> None:
    """Password and second factor of an account that is active from now on; codes up to ``step`` are used."""
    await tx.execute(
        update(staff)
        .where(staff.c.id == staff_id)
        .values(
            state=StaffState.ACTIVE.value,
            password_hash=password_hash,
            totp_secret=tx.county.keys.seal(totp_secret, place=_TOTP),
            totp_last_step=step,
        )
    )


async def set_password(tx: Transaction, staff_id: UUID, password_hash: str) -> None:
    """A new password."""
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(password_hash=password_hash))


async def use_step(tx: Transaction, staff_id: UUID, step: int) -> bool:
    """Use up a time step of the second factor; ``False`` when it, or a later one, was used before."""
    done = await tx.execute(
        update(staff).where(staff.c.id == staff_id, staff.c.totp_last_step < step).values(totp_last_step=step)
    )
    return bool(done.rowcount == 1)


async def end_staff(tx: Transaction, staff_id: UUID, at: datetime) -> None:
    """Nobody signs in to this account any more; phone and credentials are erased, roles and invitations taken."""
    await tx.execute(
        update(staff)
        .where(staff.c.id == staff_id)
        .values(
            state=StaffState.ENDED.value,
            ended_at=at,
            phone=None,
            phone_hash=None,
            password_hash=None,
            totp_secret=None,
        )
    )
    await tx.execute(delete(staff_roles).where(staff_roles.c.staff_id == staff_id))
    await tx.execute(delete(staff_recovery_codes).where(staff_recovery_codes.c.staff_id == staff_id))
    await end_invitations(tx, staff_id, at)


async def replace_recovery_codes(tx: Transaction, staff_id: UUID, codes: Sequence[str]) -> None:
    """New recovery codes; the old ones are worthless."""
    await tx.execute(delete(staff_recovery_codes).where(staff_recovery_codes.c.staff_id == staff_id))
    await tx.execute(
        insert(staff_recovery_codes),
        [{"staff_id": staff_id, "code_hash": _recovery_hash(tx, staff_id, code), "used_at": None} for code in codes],
    )


def _recovery_hash(tx: Transaction, staff_id: UUID, code: str) -> bytes:
    return tx.county.keys.keyed_hash("recovery-code", f"{staff_id.hex}:{code}")


async def use_recovery_code(tx: Transaction, staff_id: UUID, code: str, at: datetime) -> bool:
    """Use up a recovery code; ``False`` for a wrong or used one."""
    done = await tx.execute(
        update(staff_recovery_codes)
        .where(
            staff_recovery_codes.c.staff_id == staff_id,
            staff_recovery_codes.c.code_hash == _recovery_hash(tx, staff_id, code),
            staff_recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return bool(done.rowcount == 1)


async def recovery_codes_left(tx: Transaction, staff_id: UUID) -> int:
    """How many recovery codes are unused."""
    counted = await tx.execute(
        select(func.count()).where(
            staff_recovery_codes.c.staff_id == staff_id, staff_recovery_codes.c.used_at.is_(None)
        )
    )
    return int(counted.scalar_one())


async def insert_invitation(tx: Transaction, new: Invitation) -> None:
    """Store an invitation."""
    await tx.execute(
        insert(staff_invitations).values(
            id=new.id,
            staff_id=new.staff_id,
            token_hash=new.token_hash,
            made_at=new.made_at,
            expires_at=new.expires_at,
            tries=0,
        )
    )


async def lock_invitation(tx: Transaction, token_hash: bytes) -> Invitation | None:
    """The invitation of a token, ended or not; nobody else uses it until the commit."""
    row = (
        await tx.execute(
            select(staff_invitations).where(staff_invitations.c.token_hash == token_hash).with_for_update()
        )
    ).first()
    if row is None:
        return None
    secret = row.totp_secret
    return Invitation(
        id=row.id,
        staff_id=row.staff_id,
        token_hash=row.token_hash,
        made_at=row.made_at,
        expires_at=row.expires_at,
        totp_secret=None if secret is None else tx.county.keys.open(secret, place=_INVITED_TOTP),
        tries=row.tries,
        ended_at=row.ended_at,
    )


async def put_invitation(tx: Transaction, changed: Invitation) -> None:
    """Store an invitation that was locked before."""
    secret = changed.totp_secret
    await tx.execute(
        update(staff_invitations)
        .where(staff_invitations.c.id == changed.id)
        .values(
            totp_secret=None if secret is None else tx.county.keys.seal(secret, place=_INVITED_TOTP),
            tries=changed.tries,
            ended_at=changed.ended_at,
        )
    )


async def end_invitations(tx: Transaction, staff_id: UUID, at: datetime) -> None:
    """No open invitation of this account works any more."""
    await tx.execute(
        update(staff_invitations)
        .where(staff_invitations.c.staff_id == staff_id, staff_invitations.c.ended_at.is_(None))
        .values(ended_at=at, totp_secret=None)
    )


async def open_invitations(tx: Transaction, staff_ids: Iterable[UUID], at: datetime) -> dict[UUID, datetime]:
    """Until when an invitation of these accounts can still be used."""
    found: dict[UUID, datetime] = {}
    for ids in chunks(staff_ids):
        rows = await tx.execute(
            select(staff_invitations.c.staff_id, func.max(staff_invitations.c.expires_at).label("until"))
            .where(
                staff_invitations.c.staff_id.in_(ids),
                staff_invitations.c.ended_at.is_(None),
                staff_invitations.c.expires_at > at,
            )
            .group_by(staff_invitations.c.staff_id)
        )
        found |= {row.staff_id: row.until for row in rows}
    return found


async def erase_old_staff(tx: Transaction, *, ended_before: datetime, invited_before: datetime) -> int:
    """Erase the names of those who left long ago, and old invitations."""
    long_gone = (staff.c.ended_at < ended_before, staff.c.name.is_not(None))
    done = await tx.execute(update(staff).where(*long_gone).values(name=None))
    gone = await tx.execute(delete(staff_invitations).where(staff_invitations.c.expires_at < invited_before))
    return int(done.rowcount) + int(gone.rowcount)


async def residents_at_work(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Resident accounts with the phone of somebody who works at one of these merchants."""
    found: dict[UUID, set[UUID]] = {}
    rows = await tx.execute(
        select(staff.c.merchant_id, residents.c.id)
        .join(residents, residents.c.phone_hash == staff.c.phone_hash)
        .where(staff.c.merchant_id.in_(merchant_ids), staff.c.state == str(StaffState.ACTIVE))
    )
    for row in rows:
        found.setdefault(row.merchant_id, set()).add(row.id)
    return found


async def merchant_of(tx: Transaction, staff_id: UUID) -> UUID | None:
    """The merchant for which a member of staff works, if any."""
    found: UUID | None = (await tx.execute(select(staff.c.merchant_id).where(staff.c.id == staff_id))).scalar()
    return found
