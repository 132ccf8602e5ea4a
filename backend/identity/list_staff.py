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
