"""Who works here?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.records import StaffMember
from backend.identity.store import staff
from backend.kernel.actors import Role


class PageOfStaff(Struct, frozen=True, kw_only=True):
    """Accounts before an earlier page's last one; of one merchant, station or role when named."""

    before: UUID | None = None
    most: int = 50
    merchant_id: UUID | None = None
    station_id: UUID | None = None
    role: Role | None = None


async def page_of_staff(tx: Transaction, asked: PageOfStaff) -> list[StaffMember]:
    """Accounts, newest first; a role is asked for among those who can sign in."""
    return await staff.staff_after(
        tx,
        before=asked.before,
        most=asked.most,
        merchant_id=asked.merchant_id,
        station_id=asked.station_id,
        role=asked.role,
    )


async def find_staff(tx: Transaction, staff_id: UUID) -> StaffMember | None:
    """One account."""
    return await staff.find_staff(tx, staff_id)


class AskAccount(Struct, frozen=True, kw_only=True):
    """Whose are this login and this phone?"""

    login: str
    phone: str | None = None


class Accounts(Struct, frozen=True, kw_only=True):
    """The account with the login, and the id of the one with the phone."""

    of_login: StaffMember | None
    of_phone: UUID | None


async def find_account(tx: Transaction, asked: AskAccount) -> Accounts:
    """Both, for whoever makes accounts from a list: one login, one phone, one person."""
    return Accounts(
        of_login=await staff.find_login(tx, asked.login),
        of_phone=None if asked.phone is None else await staff.find_staff_phone(tx, asked.phone),
    )


async def holders(tx: Transaction, role: Role) -> list[UUID]:
    """Everybody who has a role of their own and can sign in."""
    return await staff.active_holders(tx, role)
