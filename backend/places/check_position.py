"""Does this point lie in the county?"""

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.places import store
from backend.places.rules import PlaceReason, Position, decide_location


async def check_position(tx: Transaction, position: Position | None) -> Refused[PlaceReason] | None:
    """``None`` when somebody may be located there; reads only."""
    if position is None:
        return None
    facts = await store.facts(tx)
    decided = decide_location(facts.extent if facts else None, position)
    return decided if isinstance(decided, Refused) else None
