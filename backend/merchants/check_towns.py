"""Does the county have these towns?"""

from collections.abc import Collection

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.places.find_towns import FindTowns, find_towns
from backend.places.premises import PremisesReason


async def check_towns(tx: Transaction, codes: Collection[str]) -> Refused[PremisesReason] | None:
    """``None`` when each code is a town's of this county."""
    if not codes:
        return None
    known = {town.code for town in (await find_towns(tx, FindTowns())).towns}
    return None if known.issuperset(codes) else Refused(PremisesReason.TOWN_UNKNOWN)
