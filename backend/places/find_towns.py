"""Which towns does the county have, and how does it introduce itself?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.places import store
from backend.places.rules import CountyFacts, Source, Town


class FindTowns(Struct, frozen=True):
    """All of them: a county has a dozen or two."""


class CountyPlaces(Struct, frozen=True, kw_only=True):
    """The towns, how many villages each has, the county's facts and who told them."""

    facts: CountyFacts | None
    sources: list[Source]
    towns: list[Town]
    villages_of: dict[str, int]


async def find_towns(tx: Transaction, _asked: FindTowns) -> CountyPlaces:
    """The county at a glance; an empty one, before its places were told, has neither facts nor towns."""
    return CountyPlaces(
        facts=await store.facts(tx),
        sources=await store.sources(tx),
        towns=await store.active_towns(tx),
        villages_of=await store.villages_per_town(tx),
    )
