"""Set money aside that is on its way: pending transfers, which are posted or voided once, as a whole.

They serve payouts only: sent is pending, accepted is posted, rejected is voided (``domain.md`` 5). While they are
pending no balance has moved, but nobody else may count on the money.
"""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger import store
from backend.ledger.rules import Ending, Transfer


async def hold(tx: Transaction, *transfers: Transfer, now: Instant) -> None:
    """Store the pending transfers of an act; one act is pending once."""
    if transfers:
        await store.insert_pending(tx, transfers, now)


async def post_held(tx: Transaction, pending_act_id: UUID, *, act_id: UUID, now: Instant) -> int:
    """Book what was pending under ``act_id``, the act that tells it happened; returns the fen that moved.

    An act that has ended before is refused by the database.
    """
    return await _end(tx, pending_act_id, act_id, Ending.POSTED, now)


async def void_held(tx: Transaction, pending_act_id: UUID, *, act_id: UUID, now: Instant) -> int:
    """Let go of what was pending; returns the fen that did not move."""
    return await _end(tx, pending_act_id, act_id, Ending.VOIDED, now)


async def _end(tx: Transaction, pending_act_id: UUID, act_id: UUID, ending: Ending, now: Instant) -> int:
    held = await store.pending_of(tx, pending_act_id)
    await store.end_pending(tx, pending_act_id, act_id, ending, now)
    if ending is Ending.POSTED:
        await store.insert_transfers(tx, [_booked(one, leg, act_id, now) for leg, one in enumerate(held)], now)
    return sum(one.amount_fen for one in held)


def _booked(one: Transfer, leg: int, act_id: UUID, now: Instant) -> Transfer:
    return Transfer(
        act_id=act_id,
        leg=leg,
        debit=one.debit,
        credit=one.credit,
        amount_fen=one.amount_fen,
        step=one.step,
        occurred_at=now,
    )
