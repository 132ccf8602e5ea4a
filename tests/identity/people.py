"""Makers of residents and staff who can sign in."""

from datetime import datetime
from uuid import UUID

import pyotp
from argon2 import PasswordHasher

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.enter import Arrival, Opened, OpenSession, open_session
from backend.identity.invite_staff import AdmitStaff, admit_staff
from backend.identity.request_code import CodeSent, RequestCode, request_code
from backend.identity.rules import PersonKind, SessionMethod
from backend.identity.second_factor import step_at
from backend.identity.sign_in import SignIn, sign_in
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.notifications.demonstration_box import LookIntoBox, look_into_box

PHONE = "15410000001"
PASSWORD = "Bamboo-sea-7781"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF_PLACE = UUID(int=900)


def by(staff_id: UUID, role: Role = Role.SECURITY_ADMIN) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=staff_id, role=role.value)


def totp(at: datetime, *, step: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step_at(at) + step)


async def code_in_box(county: County, phone: str = PHONE) -> str:
    found = await inquire(county, look_into_box, LookIntoBox(phone))
    assert found
    return found[0].variables["code"]


async def send_code(county: County, phone: str = PHONE) -> str:
    sent = await transact(county, request_code, RequestCode(phone=phone))
    assert isinstance(sent, CodeSent)
    return await code_in_box(county, phone)


async def resident(county: County, phone: str = PHONE, *, device: str | None = None) -> Opened:
    """Somebody who has signed in for the first time."""
    code = await send_code(county, phone)
    opened = await transact(county, sign_in, SignIn(phone=phone, code=code, arrival=Arrival(device=device)))
    assert isinstance(opened, Opened)
    return opened


async def another_session(county: County, resident_id: UUID) -> Opened:
    command = OpenSession(kind=PersonKind.RESIDENT, person_id=resident_id, method=SessionMethod.STATION)
    return await transact(county, open_session, command)


async def staff(county: County, *roles: Role, login: str | None = None, phone: str | None = None) -> UUID:
    """Somebody of the staff with published credentials."""
    staff_id = new_id()
    command = AdmitStaff(
        id=staff_id,
        login=login or f"s{staff_id.hex[-12:]}",
        name="牟学文",
        phone=phone,
        password_hash=PASSWORD_HASH,
        totp_secret=SECRET,
        roles=frozenset(roles),
        merchant_id=STAFF_PLACE if Role.MERCHANT in roles else None,
        station_id=STAFF_PLACE if Role.OPERATOR in roles else None,
    )
    admitted = await transact(county, admit_staff, command)
    assert admitted == staff_id
    return staff_id


async def staff_session(county: County, staff_id: UUID) -> Opened:
    command = OpenSession(kind=PersonKind.STAFF, person_id=staff_id, method=SessionMethod.TWO_FACTORS)
    return await transact(county, open_session, command)
