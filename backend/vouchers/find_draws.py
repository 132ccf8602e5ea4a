"""What may everybody see of a draw, an entrant of their own entry, and the office of who has entered the seed?"""

from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.hash_tree import HashTree
from backend.vouchers.draw_rules import Entrant, leaf_of
from backend.vouchers.draw_views import OwnEntry, Place, PublicDraw, SeedEntry, SourceEntry
from backend.vouchers.find_campaigns import PUBLIC_STATES
from backend.vouchers.store import draw_reads, draws

LEAVES_AT_ONCE = 2_000
MOST_TREES = 4

_trees: WeakKeyDictionary[County, dict[UUID, HashTree]] = WeakKeyDictionary()
"""A tree never changes once it is published; of the latest draws it is kept, since every entrant asks for a path."""


async def public_draw(tx: Transaction, round_id: UUID) -> PublicDraw | None:
    """A draw of a campaign that everybody may see."""
    return await draw_reads.public_draw(tx, round_id, PUBLIC_STATES)


class AskLeaves(Struct, frozen=True, kw_only=True):
    """The leaves of the numbers from ``first`` on."""

    round_id: UUID
    first: int = 1


async def public_leaves(tx: Transaction, asked: AskLeaves) -> tuple[int, list[str]] | None:
    """(how many there are altogether, those asked for)."""
    found = await public_draw(tx, asked.round_id)
    if found is None:
        return None
    leaves = await draws.leaves_of(tx, asked.round_id)
    begins, ends = 32 * (asked.first - 1), 32 * (asked.first - 1 + LEAVES_AT_ONCE)
    part = leaves[begins:ends]
    return len(leaves) // 32, [part[at : at + 32].hex() for at in range(0, len(part), 32)]


class OwnEntries(Struct, frozen=True, kw_only=True):
    """A page of a resident's entries."""

    resident_id: UUID
    before: UUID | None = None
    most: int = 50


async def own_entries(tx: Transaction, asked: OwnEntries) -> list[OwnEntry]:
    """Newest first."""
    return await draw_reads.entries_of(tx, asked.resident_id, before=asked.before, most=asked.most)


class AskProof(Struct, frozen=True, kw_only=True):
    """One entry of one resident."""

    resident_id: UUID
    entry_id: UUID


class Proof(Struct, frozen=True, kw_only=True):
    """One's own entry, with what shows that it is in the published list once it has its number."""

    entry: OwnEntry
    leaf: bytes | None
    path: list[bytes]


async def own_proof(tx: Transaction, asked: AskProof) -> Proof | None:
    """``None`` for somebody else's entry as for one that does not exist."""
    found = await draw_reads.entries_of(tx, asked.resident_id, entry_id=asked.entry_id, most=1)
    if not found:
        return None
    entry = found[0]
    if entry.number is None:
        return Proof(entry=entry, leaf=None, path=[])
    tree = await _tree(tx, entry.round_id)
    leaf = leaf_of(entry.round_id, entry.number, Entrant(entry.entry_id, entry.salt))
    return Proof(entry=entry, leaf=leaf, path=tree.path(entry.number - 1))


async def _tree(tx: Transaction, round_id: UUID) -> HashTree:
    kept = _trees.setdefault(tx.county, {})
    tree = kept.get(round_id)
    if tree is None:
        leaves = await draws.leaves_of(tx, round_id)
        tree = HashTree([leaves[at : at + 32] for at in range(0, len(leaves), 32)])
        if len(kept) >= MOST_TREES:
            kept.clear()
        kept[round_id] = tree
    return tree


class DrawBoard(Struct, frozen=True, kw_only=True):
    """What the office sees: everything public, who entered what, and what became of each place."""

    public: PublicDraw
    seeds: list[SeedEntry]
    sources: list[SourceEntry]
    people: dict[UUID, str]
    passed_over: list[Place]


async def draw_board(tx: Transaction, round_id: UUID) -> DrawBoard | None:
    """One draw for the office."""
    found = await draw_reads.public_draw(tx, round_id, ())
    if found is None:
        return None
    seeds, sources = await draws.seeds_of(tx, round_id), await draws.sources_of(tx, round_id)
    staff = frozenset({one.staff_id for one in seeds} | {one.staff_id for one in sources})
    places = await draws.places_of(tx, round_id)
    return DrawBoard(
        public=found,
        seeds=seeds,
        sources=sources,
        people=await staff_names(tx, staff),
        passed_over=[place for place in places if place.reason is not None],
    )
