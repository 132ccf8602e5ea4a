"""May somebody of the office act in this role now, themselves or in somebody's stead (AB角)?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import AskRoles, acting_roles
from backend.kernel.actors import Role
from backend.kernel.instants import Instant


class Hand(Struct, frozen=True, kw_only=True):
    """Whose hand it is, and in whose stead."""

    person_id: UUID
    deputy_for: UUID | None = None

    @property
    def people(self) -> set[UUID]:
        """A deputy's hand is both people's."""
        return {who for who in (self.person_id, self.deputy_for) if who is not None}


async def may_act(tx: Transaction, hand: Hand, roles: frozenset[Role], *, now: Instant) -> bool:
    """Whether the hand holds one of the roles at this instant; a deputy names whom they stand in for."""
    acting = await acting_roles(tx, AskRoles(staff_id=hand.person_id, at=now))
    if hand.deputy_for is None:
        return not roles.isdisjoint(acting.own)
    return any(grant.role in roles and grant.principal_id == hand.deputy_for for grant in acting.as_deputy)
