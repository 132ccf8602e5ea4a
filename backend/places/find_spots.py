"""Which scenic spots and specialties does the county show, the nearest first for somebody who says where they are?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.places import store
from backend.places.rules import Near, Point, Spot, SpotKind, nearest_first


class FindSpots(Struct, frozen=True, kw_only=True):
    """Of one kind or both, of one town or all; ``here`` sorts by distance."""

    kind: SpotKind | None = None
    town_code: str | None = None
    here: Point | None = None


async def find_spots(tx: Transaction, asked: FindSpots) -> list[Near[Spot]]:
    """Spots with distances; those without a position come last, in the county's own order."""
    found = await store.active_spots(tx, asked.kind)
    chosen = [spot for spot in found if asked.town_code is None or asked.town_code in spot.town_codes]
    return nearest_first(((spot, spot.position) for spot in chosen), asked.here)
