"""For which merchant does somebody with a staff account work now?"""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.identity.store import staff


async def works_for(tx: Transaction, staff_id: UUID) -> UUID | None:
    """The merchant of their account; one person has one account, so there is no other."""
    return await staff.merchant_of(tx, staff_id)
