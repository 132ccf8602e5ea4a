"""What is near somebody? Answers with kinds and ids; the slices that own them know the rest."""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.places import store
from backend.places.rules import FARTHEST_M, Near, Point, Position, SubjectKind, box_around, nearest_first


class FindNearby(Struct, frozen=True, kw_only=True):
    """Subjects of some kinds within ``radius_m``, at most ``most`` of them."""

    here: Point
    kinds: tuple[SubjectKind, ...]
    radius_m: int = 20_000
    most: int = 50


class Subject(Struct, frozen=True):
    """Something that has a position."""

    kind: SubjectKind
    id: str
    position: Position


async def find_nearby(tx: Transaction, asked: FindNearby) -> list[Near[Subject]]:
    """The nearest first, whole metres; nothing farther than asked."""
    radius_m = min(asked.radius_m, FARTHEST_M)
    held = await store.positions_within(tx, asked.kinds, box_around(asked.here, radius_m))
    near = nearest_first(
        ((Subject(SubjectKind(kind), subject_id, position), position) for kind, subject_id, position in held),
        asked.here,
    )
    return [found for found in near if found.distance_m is not None and found.distance_m <= radius_m][: asked.most]


class FindPositions(Struct, frozen=True, kw_only=True):
    """Where some subjects of one kind are."""

    kind: SubjectKind
    ids: tuple[str, ...]


async def find_positions(tx: Transaction, asked: FindPositions) -> dict[str, Position]:
    """Positions by id; a subject without one is not in the answer."""
    return await store.positions_of(tx, asked.kind, asked.ids)
