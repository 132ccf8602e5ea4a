"""Which villages and communities does a town have, and does this one exist?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.places import store
from backend.places.rules import PlaceReason, Village


class FindVillages(Struct, frozen=True, kw_only=True):
    """Villages by code; ``after`` continues an earlier page."""

    town_code: str | None = None
    after: str | None = None
    most: int = 50


async def find_villages(tx: Transaction, asked: FindVillages) -> list[Village]:
    """Villages of one town or of the county."""
    return await store.active_villages(tx, town_code=asked.town_code, after=asked.after, most=asked.most)


async def find_village(tx: Transaction, code: str) -> Village | Refused[PlaceReason]:
    """The village with this code, for whoever writes an address."""
    return await store.village(tx, code) or Refused(PlaceReason.UNKNOWN_VILLAGE, code)
