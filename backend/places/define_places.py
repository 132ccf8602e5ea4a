"""The office tells the county's places: once at the start, again when towns are merged or a survey is done."""

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.places import store
from backend.places.rules import (
    CountyFacts,
    PlaceReason,
    Position,
    Source,
    Spot,
    SubjectKind,
    Town,
    Village,
    decide_location,
)


class DefinePlaces(Struct, frozen=True, kw_only=True):
    """All places at once: what is not listed any more becomes inactive."""

    actor: Actor
    facts: CountyFacts | None
    """``None`` where nobody told them: a county begins with its divisions alone."""
    sources: tuple[Source, ...]
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    spots: tuple[Spot, ...]


class Defined(Struct, frozen=True, kw_only=True, tag="defined"):
    """How many places the county has now."""

    towns: int
    villages: int
    spots: int


async def define_places(tx: Transaction, command: DefinePlaces, *, now: Instant) -> Defined | Refused[PlaceReason]:
    """Make these the county's places; told twice, they are the same. A position outside the county refuses all."""
    located: list[tuple[SubjectKind, str, Position | None]] = [
        *((SubjectKind.TOWN, town.code, town.position) for town in command.towns),
        *((SubjectKind.VILLAGE, village.code, village.position) for village in command.villages),
        *((SubjectKind.SPOT, spot.key, spot.position) for spot in command.spots),
    ]
    extent = command.facts.extent if command.facts else None
    for _, _, position in located:
        if position and isinstance(refused := decide_location(extent, position), Refused):
            return refused
    if command.facts is not None:
        await store.put_facts(tx, command.facts)
    await store.put_sources(tx, command.sources)
    await store.put_towns(tx, command.towns)
    await store.put_villages(tx, command.villages)
    await store.put_spots(tx, command.spots)
    await store.put_positions(tx, located, recorded_at=now)
    defined = Defined(towns=len(command.towns), villages=len(command.villages), spots=len(command.spots))
    told = f"{defined.towns} towns, {defined.villages} villages, {defined.spots} spots"
    await record(tx, new_entry(now, command.actor, "places.define", ("county", tx.county.code), detail=told))
    return defined
