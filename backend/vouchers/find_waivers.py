"""Which debts wait for a second person to forgive them?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.vouchers.store import waivers as store
from backend.vouchers.waiver_rules import Waiver


class ProposedWaivers(Struct, frozen=True):
    """So many at most."""

    most: int = 100


class FoundWaiver(Struct, frozen=True):
    """With the name of whoever proposed it."""

    waiver: Waiver
    proposed_by_name: str


async def proposed_waivers(tx: Transaction, asked: ProposedWaivers) -> list[FoundWaiver]:
    """The longest waiting first."""
    found = await store.proposed(tx, asked.most)
    names = await staff_names(tx, frozenset(one.proposed_by for one in found))
    return [FoundWaiver(one, names.get(one.proposed_by, "")) for one in found]
