"""SQL of allowances: what each device may use of a pool, and what it used."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, case, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.device_tables import allowances
from backend.sync.episode_rules import Allowance


def _allowance(row: Row[Any]) -> Allowance:
    return Allowance(**row._asdict())


async def insert_allowances(tx: Transaction, dealt: Sequence[Allowance]) -> None:
    """A new episode's allowances."""
    if dealt:
        await tx.execute(insert(allowances), [msgspec.structs.asdict(one) for one in dealt])


async def live_of(tx: Transaction, device_id: UUID) -> list[Allowance]:
    """A device's allowances of its present episode, by campaign."""
    a = allowances.c
    rows = await tx.execute(
        select(allowances).where(a.device_id == device_id, a.ended_at.is_(None)).order_by(a.campaign_id)
    )
    return [_allowance(row) for row in rows]


async def dealt_in(tx: Transaction, device_id: UUID, episodes: Collection[int]) -> list[Allowance]:
    """What a device was dealt in these episodes."""
    a = allowances.c
    asked = select(allowances).where(a.device_id == device_id, a.episode.in_(sorted(episodes)))
    return [_allowance(row) for row in await tx.execute(asked.order_by(a.episode, a.campaign_id))]


async def dealt_to(tx: Transaction, device_id: UUID) -> list[Allowance]:
    """Everything that a device was ever dealt."""
    a = allowances.c
    asked = select(allowances).where(a.device_id == device_id).order_by(a.episode, a.campaign_id)
    return [_allowance(row) for row in await tx.execute(asked)]


async def end(tx: Transaction, device_id: UUID, at: Instant) -> None:
    """A device's present episode is over."""
    a = allowances.c
    await tx.execute(update(allowances).where(a.device_id == device_id, a.ended_at.is_(None)).values(ended_at=at))


async def lock_allowance(tx: Transaction, device_id: UUID, campaign_id: UUID, episode: int | None) -> Allowance | None:
    """One allowance, locked; without an episode the present one."""
    a = allowances.c
    which = a.ended_at.is_(None) if episode is None else a.episode == episode
    asked = select(allowances).where(a.device_id == device_id, a.campaign_id == campaign_id, which)
    row = (await tx.execute(asked.with_for_update())).first()
    return None if row is None else _allowance(row)


async def charge(tx: Transaction, of: Allowance, cover_fen: int) -> None:
    """Count what was paid from a locked allowance, or came back to it."""
    a = allowances.c
    which = (a.device_id == of.device_id, a.campaign_id == of.campaign_id, a.episode == of.episode)
    await tx.execute(update(allowances).where(*which).values(charged_fen=a.charged_fen + cover_fen))


async def release(tx: Transaction, of: Allowance, fen: int) -> None:
    """What was set apart beyond what the device was told went back."""
    a = allowances.c
    which = (a.device_id == of.device_id, a.campaign_id == of.campaign_id, a.episode == of.episode)
    await tx.execute(update(allowances).where(*which).values(released_fen=a.released_fen + fen))


async def out_of_bounds(tx: Transaction) -> list[tuple[UUID, int]]:
    """(Device, episode) of allowances that tell more than was set apart, or gave back and paid more than that."""
    a = allowances.c
    wrong = (a.told_fen > a.cap_fen) | (a.charged_fen + a.released_fen > a.cap_fen)
    asked = select(a.device_id, a.episode).where(wrong).distinct().order_by(a.device_id, a.episode)
    return [(row.device_id, row.episode) for row in await tx.execute(asked)]


async def told_fen(tx: Transaction) -> int:
    """What devices may still use together by what they were told."""
    a = allowances.c
    left = case((a.told_fen > a.charged_fen, a.told_fen - a.charged_fen), else_=0)
    asked = select(func.coalesce(func.sum(left), 0)).where(a.ended_at.is_(None))
    return int((await tx.execute(asked)).scalar_one())


async def devices_that_lapse(tx: Transaction, at: Instant) -> list[UUID]:
    """Devices of which some allowance lapsed by an instant."""
    a = allowances.c
    asked = select(a.device_id).where(a.ended_at.is_(None), a.lapses_at <= at).distinct().order_by(a.device_id)
    return [row.device_id for row in await tx.execute(asked)]


async def by_line(tx: Transaction) -> list[tuple[UUID, UUID, int, int]]:
    """(campaign, pool's line, fen that devices hold, fen charged) of every line that was ever dealt from."""
    a = allowances.c
    held = func.sum(case((a.ended_at.is_(None), a.cap_fen - a.charged_fen - a.released_fen), else_=0))
    asked = select(a.campaign_id, a.line_id, held, func.sum(a.charged_fen)).group_by(a.campaign_id, a.line_id)
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in await tx.execute(asked.order_by(a.line_id))]
