"""SQL of what people see of draws: reads only."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.draw_rules import standing_of
from backend.vouchers.draw_tables import draw_entries, draw_places, draws
from backend.vouchers.draw_views import OwnEntry, Place, PublicDraw
from backend.vouchers.store.draws import draw_of, entered, places_of
from backend.vouchers.tables import campaigns, rounds

_ROUND = (rounds.c.name_zh, rounds.c.name_en, rounds.c.closes_at, rounds.c.pieces, rounds.c.campaign_id)
_DRAW = [column for column in draws.c if column.name not in ("leaves", "round_id")]


async def public_draw(tx: Transaction, round_id: UUID, states: tuple[CampaignState, ...]) -> PublicDraw | None:
    """A draw with its result; only of a campaign in one of the states, if any are named."""
    asked = (
        select(draws.c.round_id, *_DRAW, *_ROUND)
        .join(rounds, rounds.c.id == draws.c.round_id)
        .join(campaigns, campaigns.c.id == rounds.c.campaign_id)
        .where(draws.c.round_id == round_id)
    )
    if states:
        asked = asked.where(campaigns.c.state.in_([str(state) for state in states]))
    row = (await tx.execute(asked)).first()
    if row is None:
        return None
    p = draw_places.c
    places = await tx.execute(select(p.rank, p.number, p.outcome).where(p.round_id == round_id).order_by(p.rank))
    draw = draw_of(row)
    return PublicDraw(
        draw=draw,
        campaign_id=row.campaign_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        closes_at=row.closes_at,
        pieces=row.pieces,
        entered=await entered(tx, round_id) if draw.count is None else draw.count,
        places=[(place.rank, place.number, place.outcome) for place in places],
    )


async def entries_of(
    tx: Transaction, resident_id: UUID, *, entry_id: UUID | None = None, before: UUID | None = None, most: int
) -> list[OwnEntry]:
    """A resident's entries, newest first; somebody else's is not found."""
    e = draw_entries.c
    asked = (
        select(draw_entries, *_DRAW, *_ROUND)
        .join(draws, draws.c.round_id == e.round_id)
        .join(rounds, rounds.c.id == e.round_id)
        .where(e.resident_id == resident_id)
        .order_by(e.id.desc())
        .limit(most)
    )
    if entry_id is not None:
        asked = asked.where(e.id == entry_id)
    if before is not None:
        asked = asked.where(e.id < before)
    rows = (await tx.execute(asked)).all()
    held: dict[UUID, Place] = {}
    for round_id in {row.round_id for row in rows}:
        ids = [row.id for row in rows if row.round_id == round_id]
        held |= {place.entry_id: place for place in await places_of(tx, round_id, entry_ids=ids)}
    return [_own(row, held.get(row.id)) for row in rows]


def _own(row: Any, place: Place | None) -> OwnEntry:
    draw = draw_of(row)
    rank, outcome = (place.rank, place.outcome) if place is not None else (None, None)
    return OwnEntry(
        entry_id=row.id,
        round_id=row.round_id,
        resident_id=row.resident_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        entered_at=row.entered_at,
        closes_at=row.closes_at,
        pieces=row.pieces,
        salt=bytes(row.salt),
        number=row.number,
        place=place,
        draw=draw,
        standing=standing_of(draw.state, row.number, rank, row.pieces, outcome),
    )
