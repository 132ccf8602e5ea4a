"""When entering a draw ends, everybody gets a number and the list's root is published; other rounds just close."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.hash_tree import HashTree
from backend.kernel.instants import Instant
from backend.outbox.rules import DueWork
from backend.vouchers.draw_rules import DrawState, in_order, leaves_of
from backend.vouchers.open_round import CloseRound, close_round
from backend.vouchers.store import draws as store


async def close_due(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work: the round's end. A draw closes only when its winners have been served."""
    round_id = UUID(work.key)
    if await store.find_draw(tx, round_id) is None:
        await close_round(tx, CloseRound(round_id), now=at)
    else:
        await number_entrants(tx, NumberEntrants(round_id), now=at)


class NumberEntrants(Struct, frozen=True):
    """Entering has ended."""

    round_id: UUID


async def number_entrants(tx: Transaction, command: NumberEntrants, *, now: Instant) -> bytes | None:
    """collecting → numbered; returns the root, ``None`` where there is nothing to number. Done once, for good.

    A draw that nobody entered is over with that: its money goes back.
    """
    draw = await store.lock_draw(tx, command.round_id)
    if draw is None or draw.state is not DrawState.COLLECTING:
        return None if draw is None else draw.root
    ordered = in_order(command.round_id, await store.entrants_of(tx, command.round_id))
    leaves = leaves_of(command.round_id, ordered)
    root = HashTree(leaves).root
    await store.number_entries(tx, command.round_id, ordered, leaves, root, now)
    entry = new_entry(
        now,
        SYSTEM,
        "draw.number",
        ("round", command.round_id),
        from_state=DrawState.COLLECTING,
        to_state=DrawState.NUMBERED,
        detail=f"{len(ordered)} entrants, root {root.hex()}",
    )
    await record(tx, entry)
    if not ordered:
        await store.finish(tx, command.round_id, now)
        await close_round(tx, CloseRound(command.round_id), now=now)
    return root
