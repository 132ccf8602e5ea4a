"""What may this staff member be now, and in whose stead?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.rules import ActingRoles, acting
from backend.identity.store import deputies, staff
from backend.kernel.instants import Instant


class AskRoles(Struct, frozen=True, kw_only=True):
    """One staff member at one instant."""

    staff_id: UUID
    at: Instant


async def acting_roles(tx: Transaction, asked: AskRoles) -> ActingRoles:
    """Own roles, and those of principals in whose stead the person may act; nothing for somebody who has left."""
    own = (await staff.roles_of(tx, [asked.staff_id])).get(asked.staff_id, frozenset())
    grants = (await deputies.grants_to(tx, [asked.staff_id], asked.at)).get(asked.staff_id, [])
    return acting(own, grants, at=asked.at)


async def staff_names(tx: Transaction, staff_ids: frozenset[UUID]) -> dict[UUID, str]:
    """The names under which these people act in their office."""
    return await staff.names_of(tx, staff_ids)
