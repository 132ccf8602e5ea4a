"""A device tells that its new allowance arrived: what was set apart in case it had not goes back. Called by the push.

Until then the device may go on under the one before, so the county deals it never less than what may still be out
(``deal_allowance``), and judges by that. Only the present episode counts: what another life of the county dealt, or a
copy of the journal has, gives nothing back.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.lock_pools import lock_own_pools
from backend.sync.store import allowances, events
from backend.sync.store import devices as store
from backend.vouchers.find_offline_pools import find_dealing_pools
from backend.vouchers.move_allowance import MoveAllowance, move_allowance


class HearAllowance(Struct, frozen=True, kw_only=True):
    """The device counts by this episode; ``head_seq`` is its newest event, and everything up to it is judged."""

    device_id: UUID
    episode: int
    head_seq: int


async def hear_allowance(tx: Transaction, command: HearAllowance, *, now: Instant) -> None:
    """Once for each episode; what comes later counts by what the device was told."""
    device = await store.lock_device(tx, command.device_id)
    if device is None or device.episode_at is None or device.episode != command.episode:
        return
    if not await events.hear_episode(tx, device.id, command.episode, command.head_seq):
        return
    # As for the dealing that follows: what is left is read under the locks of the pools.
    await lock_own_pools(tx, [device.id], await find_dealing_pools(tx))
    for one in await allowances.live_of(tx, device.id):
        spare = one.spare_fen
        if spare > 0:
            move = MoveAllowance(
                campaign_id=one.campaign_id,
                line_id=one.line_id,
                wanted_fen=one.left_fen - spare,
                held_fen=one.left_fen,
            )
            await move_allowance(tx, move, now=now)
            await allowances.release(tx, one, spare)
