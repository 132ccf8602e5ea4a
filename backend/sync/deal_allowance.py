"""A device's next episode: it is dealt anew, and never less than what may still be out. Called by the push.

It is called when everything that the device has is acknowledged, and at no other time: what is still on its way may
have to be paid from what the device holds. What it is told may be less than what is set apart: the rest goes back when
it tells that it counts by the new episode (``hear_allowance``), or lapses.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.device_rules import Device, may_accept
from backend.sync.draft_rules import Policy, limits_of
from backend.sync.episode_rules import Allowance, Episode, LiveAllowance, begins, episode_of, lapses_at
from backend.sync.liability_rules import bears_its_loss, is_covered
from backend.sync.lock_pools import lock_own_pools
from backend.sync.store import allowances, liabilities, policies
from backend.sync.store import devices as store
from backend.sync.trusted_list import is_trusted
from backend.vouchers.find_offline_pools import DealingPool, find_dealing_pools
from backend.vouchers.move_allowance import MoveAllowance, move_allowance


class DealAllowance(Struct, frozen=True, kw_only=True):
    """Everything of this device is acknowledged; ``used`` is whether it accepted anything in its present episode."""

    device_id: UUID
    used: bool


async def deal_allowance(tx: Transaction, command: DealAllowance, *, now: Instant) -> Episode | None:
    """The device's episode, new or as it was; ``None`` for one that may accept nothing now."""
    device = await store.lock_device(tx, command.device_id)
    if device is None:
        return None
    policy = await policies.in_force(tx)
    if policy is None or not may_accept(device):
        await take_back(tx, [device], now)
        return None
    # What a device holds was agreed to when it was dealt, and it goes on by it: nothing tells it of a paper taken back.
    if not begins(device, policy, used=command.used, at=now) or not await _loss_is_borne(tx, device, policy):
        return await present_episode(tx, device)
    if not is_trusted(tx.county, now):
        return await present_episode(tx, device)
    pools = await find_dealing_pools(tx)
    await _deal(tx, device, policy, pools, now)
    await store.begin_episode(tx, device.id, device.episode + 1, policy.number, now)
    begun = await store.device(tx, device.id)
    assert begun is not None, "it is locked"
    return episode_of(begun, _numbered(await allowances.live_of(tx, device.id), pools), began=True)


async def _loss_is_borne(tx: Transaction, device: Device, policy: Policy) -> bool:
    """Whether somebody answers for what this device loses: the county for a station's, else the merchant's owner."""
    if not bears_its_loss(device):
        return True
    assert device.merchant_id is not None, "it may accept"
    given = await liabilities.accepted_by_merchant(tx, device.merchant_id)
    return is_covered(given, policy.limits.merchant)


async def _deal(tx: Transaction, device: Device, policy: Policy, pools: Sequence[DealingPool], now: Instant) -> None:
    """Each pool in turn, with what of it is left under its lock: another device's push may just have charged it."""
    await lock_own_pools(tx, [device.id], pools)
    before = {one.campaign_id: one for one in await allowances.live_of(tx, device.id)}
    await allowances.end(tx, device.id, now)
    dealing = {pool.campaign_id: pool.line_id for pool in pools if not pool.paused}
    lines = {one.campaign_id: one.line_id for one in before.values()} | dealing
    most_fen = limits_of(policy.limits, device.kind).cap_fen
    dealt = []
    for campaign_id, line_id in sorted(lines.items()):
        held_fen = before[campaign_id].left_fen if campaign_id in before else 0
        wanted_fen = most_fen if campaign_id in dealing else 0
        # Never less than may still be out: the device goes on by the episode before until it hears of this one.
        move = MoveAllowance(
            campaign_id=campaign_id, line_id=line_id, wanted_fen=max(wanted_fen, held_fen), held_fen=held_fen
        )
        cap_fen = await move_allowance(tx, move, now=now)
        if campaign_id in dealing or cap_fen > 0:
            dealt.append(
                Allowance(
                    device_id=device.id,
                    campaign_id=campaign_id,
                    episode=device.episode + 1,
                    line_id=line_id,
                    cap_fen=cap_fen,
                    charged_fen=0,
                    told_fen=min(wanted_fen, cap_fen),
                    dealt_at=now,
                    lapses_at=lapses_at(policy.limits, device.kind, now),
                )
            )
    await allowances.insert_allowances(tx, dealt)


async def take_back(tx: Transaction, devices: Sequence[Device], now: Instant) -> None:
    """The episodes of locked devices end and none begins: all that they did not use goes back to the pools."""
    await lock_own_pools(tx, [device.id for device in devices], await find_dealing_pools(tx))
    for device in devices:
        for one in await allowances.live_of(tx, device.id):
            move = MoveAllowance(campaign_id=one.campaign_id, line_id=one.line_id, wanted_fen=0, held_fen=one.left_fen)
            await move_allowance(tx, move, now=now)
        await allowances.end(tx, device.id, now)
        if device.episode_at is not None:
            await store.begin_episode(tx, device.id, device.episode, None, now)


async def present_episode(tx: Transaction, device: Device) -> Episode | None:
    """The episode that a device is in, with its caps."""
    live = await allowances.live_of(tx, device.id)
    return episode_of(device, _numbered(live, await find_dealing_pools(tx)), began=False)


async def find_episode(tx: Transaction, device_id: UUID) -> Episode | None:
    """A device's present episode, for what it is told of it; ``None`` where it has none."""
    device = await store.device(tx, device_id)
    return None if device is None else await present_episode(tx, device)


def _numbered(live: Sequence[Allowance], pools: Sequence[DealingPool]) -> list[LiveAllowance]:
    numbers = {pool.campaign_id: pool.campaign_number for pool in pools}
    # A campaign that deals no more is left out: nothing of it is accepted any more either.
    return [LiveAllowance(one, numbers[one.campaign_id]) for one in live if one.campaign_id in numbers]
