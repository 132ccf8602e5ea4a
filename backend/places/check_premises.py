"""Do this address's town and village exist in the county?"""

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import find_village
from backend.places.premises import Premises, PremisesReason, decide_premises
from backend.places.rules import PlaceReason


async def check_premises(tx: Transaction, premises: Premises) -> Refused[PremisesReason] | Refused[PlaceReason] | None:
    """``None`` when the premises can stand as they are; reads only."""
    towns = (await find_towns(tx, FindTowns())).towns
    refused = decide_premises(premises, towns={town.code for town in towns}, demonstration=tx.county.demonstration)
    if refused is not None or premises.village_code is None:
        return refused
    village = await find_village(tx, premises.village_code)
    return village if isinstance(village, Refused) else None
