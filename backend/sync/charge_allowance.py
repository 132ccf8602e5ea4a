"""A claim was paid beyond its voucher's own money, or that was undone: whose allowance paid is counted.

Called in the transaction that books the transfer between ``offline.allowance`` and the voucher's line, and counts it on
the pool's line.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.episode_rules import Allowance
from backend.sync.store import allowances as store
from backend.vouchers.move_allowance import AskUndealt, MoveAllowance, move_allowance, undealt


class ChargeAllowance(Struct, frozen=True, kw_only=True):
    """So many fen were paid from a device's allowance, or, negative, came back; without an episode the present one."""

    device_id: UUID
    campaign_id: UUID
    cover_fen: int
    episode: int | None = None


class AskAllowance(Struct, frozen=True, kw_only=True):
    """What may a claim of this device be paid from, beyond its voucher's own money?"""

    device_id: UUID
    campaign_id: UUID


async def charge_allowance(tx: Transaction, command: ChargeAllowance, *, now: Instant) -> Allowance:
    """The allowance as it stands then; raises ``ValueError`` for one that is not there or has not so much left.

    What an episode that is over did not use is the pool's: from there it is charged, and what comes back goes there.
    """
    held = await store.lock_allowance(tx, command.device_id, command.campaign_id, command.episode)
    if held is None:
        raise ValueError("no such allowance")
    if not -held.charged_fen <= command.cover_fen <= held.left_fen:
        raise ValueError(f"{command.cover_fen} fen of {held.left_fen} left and {held.charged_fen} charged")
    await store.charge(tx, held, command.cover_fen)
    if held.ended_at is not None:
        move = MoveAllowance(
            campaign_id=held.campaign_id,
            line_id=held.line_id,
            wanted_fen=max(command.cover_fen, 0),
            held_fen=max(-command.cover_fen, 0),
        )
        if await move_allowance(tx, move, now=now) < command.cover_fen:
            raise ValueError("the episode is over, and its pool has not so much left")
    found = await store.lock_allowance(tx, held.device_id, held.campaign_id, held.episode)
    assert found is not None, "it is locked"
    return found


async def cover_left(tx: Transaction, held: Allowance | None, back_fen: int = 0) -> int:
    """What may still be charged to a locked allowance, in fen; of an episode that is over, what the pool has of it.

    ``back_fen`` more will be in the pool by then.
    """
    if held is None:
        return 0
    if held.ended_at is None:
        return held.left_fen
    there = await undealt(tx, AskUndealt(campaign_id=held.campaign_id, line_id=held.line_id))
    return min(held.left_fen, there + back_fen)


async def find_allowance(tx: Transaction, asked: AskAllowance) -> Allowance | None:
    """The device's live allowance of the campaign, locked: ``left_fen`` and ``line_id`` are what a cover needs."""
    return await store.lock_allowance(tx, asked.device_id, asked.campaign_id, None)
