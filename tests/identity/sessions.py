"""Signed-in people for route tests: real accounts, real sessions, without the way through the door."""

from uuid import UUID

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.enter import OpenSession, open_session
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.identity.open_account import AdmitResidents, admit_residents
from backend.identity.records import NewResident
from backend.identity.rules import PersonKind, SessionMethod
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused


async def staff_cookie(
    county: County,
    role: Role,
    *,
    staff_id: UUID | None = None,
    merchant_id: UUID | None = None,
    station_id: UUID | None = None,
) -> str:
    """A fresh staff account of this role with a session; the token for the cookie."""
    staff_id = staff_id or new_id()
    made = await transact(
        county,
        admit_staff,
        AdmitStaff(
            id=staff_id,
            login=f"{role}-{staff_id.hex[-12:]}",
            name="测试人员",
            phone=None,
            password_hash="none",
            totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            roles=frozenset({role}),
            merchant_id=merchant_id or (new_id() if role is Role.MERCHANT else None),
            station_id=station_id or (new_id() if role is Role.OPERATOR else None),
        ),
    )
    assert not isinstance(made, Refused), made
    return await session_of(county, PersonKind.STAFF, staff_id)


async def resident_cookie(county: County, resident_id: UUID | None = None) -> str:
    """A fresh resident with a session; the token for the cookie."""
    resident = NewResident(id=resident_id or new_id())
    await transact(county, admit_residents, AdmitResidents((resident,)))
    return await session_of(county, PersonKind.RESIDENT, resident.id)


async def session_of(county: County, kind: PersonKind, person_id: UUID) -> str:
    """A new session of somebody who has an account."""
    command = OpenSession(kind=kind, person_id=person_id, method=SessionMethod.READY)
    return (await transact(county, open_session, command)).token
