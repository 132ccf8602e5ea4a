"""Do draws and lists hold? Every published root, seed and result is worked out again, every voucher has its row."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.hash_tree import HashTree
from backend.vouchers.draw_rules import Entrant, in_order, leaves_of, ranked, split_ranks
from backend.vouchers.draw_views import Draw, Place
from backend.vouchers.store import draws, lot_checks
from backend.vouchers.store.lot_checks import Given

MOST_TOLD = 20


async def audit_lots(tx: Transaction) -> list[str]:
    """Every difference, as ``yizhan audit`` tells it."""
    faults: list[str] = []
    for draw, pieces in await lot_checks.all_draws(tx):
        faults += await _draw(tx, draw, pieces)
    for round_id in await lot_checks.roster_round_ids(tx):
        given, taken = await lot_checks.vouchers_of_round(tx, round_id), await lot_checks.takings_of_round(tx, round_id)
        faults += _unlike(f"round by list {round_id}", given, taken, "taken by the list")
    faults += [
        f"voucher {voucher} was taken by a row that no second person confirmed for its round"
        for voucher in await lot_checks.takings_not_listed(tx, MOST_TOLD)
    ]
    faults += [
        f"round by list {round_id}: lists name {listed} people for {pieces} pieces"
        for round_id, pieces, listed in await lot_checks.listed_by_round(tx)
        if listed > pieces
    ]
    return faults


async def _draw(tx: Transaction, draw: Draw, pieces: int) -> Sequence[str]:
    told = f"draw {draw.round_id}"
    given = await lot_checks.vouchers_of_round(tx, draw.round_id)
    faults = _unlike(told, given, await lot_checks.issued_places(tx, draw.round_id), "issued to its places")
    numbered = await lot_checks.numbered_entrants(tx, draw.round_id)
    if draw.root is None:
        return [*faults, *(f"{told}: an entry has a number and the list no root" for number, _ in numbered if number)]
    leaves = leaves_of(draw.round_id, in_order(draw.round_id, [entrant for _, entrant in numbered]))
    if HashTree(leaves).root != draw.root or len(numbered) != draw.count:
        faults.append(f"{told}: {len(numbered)} entries do not have the root of the {draw.count} published ones")
    if b"".join(leaves) != await draws.leaves_of(tx, draw.round_id):
        faults.append(f"{told}: the published leaves are not those of its entries")
    faults += _numbers(told, draw.round_id, numbered)
    if draw.seal is not None:
        faults += await _result(tx, draw, pieces)
    return faults


def _numbers(told: str, round_id: UUID, numbered: Iterable[tuple[int | None, Entrant]]) -> list[str]:
    whose = {entrant.entry_id: number for number, entrant in numbered}
    order = in_order(round_id, [entrant for _, entrant in numbered])
    wrong = [one.entry_id for number, one in enumerate(order, 1) if whose[one.entry_id] != number]
    return [f"{told}: entry {entry_id} has not the number of its place" for entry_id in wrong[:MOST_TOLD]]


async def _result(tx: Transaction, draw: Draw, pieces: int) -> list[str]:
    assert draw.root is not None, "no seed without a root: the database refuses it"
    assert draw.count is not None, "nor without a count"
    assert draw.seal is not None, "asked for drawn ones only"
    told = f"draw {draw.round_id}"
    alike = {one.staff_id for one in await draws.seeds_of(tx, draw.round_id) if one.seal == draw.seal}
    faults = [] if len(alike) >= 2 else [f"{told}: {len(alike)} people entered the seed that counted"]
    if draw.numbered_at is None or draw.numbered_at >= draw.plan.published_at:
        faults.append(f"{told}: its source was drawn before its list was public")
    winners, reserves = split_ranks(
        ranked(draw.seal.value, draw.round_id, draw.root, draw.count), pieces, draw.plan.reserves
    )
    places = await draws.places_of(tx, draw.round_id)
    if [place.number for place in places] != [*winners, *reserves]:
        faults.append(f"{told}: its places are not what seed and root give")
    return faults + _moved_up(told, places)


def _moved_up(told: str, places: Sequence[Place]) -> list[str]:
    """Nobody was served before somebody in front of them was decided."""
    decided = [place.outcome is not None for place in places]
    return (
        [f"{told}: a place was decided before one in front of it"] if decided != sorted(decided, reverse=True) else []
    )


def _unlike(told: str, given: set[Given], said: set[Given], how: str) -> list[str]:
    lost = [f"{told}: voucher {one.voucher_id} was never {how}" for one in sorted(given - said)]
    missing = [f"{told}: {one.voucher_id} was {how} and is no voucher of theirs" for one in sorted(said - given)]
    return (lost + missing)[:MOST_TOLD]
