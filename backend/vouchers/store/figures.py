"""SQL of what everybody may know of a campaign: sums and counts, nobody's own rows."""

from uuid import UUID

from sqlalchemy import case, func, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.draw_rules import DrawState, PlaceOutcome
from backend.vouchers.draw_tables import draw_entries, draw_places, draws
from backend.vouchers.figures_views import DrawCount, ListCount
from backend.vouchers.roster_rules import RosterState
from backend.vouchers.roster_tables import rosters
from backend.vouchers.tables import redemptions, roll_backs, rounds, vouchers


async def draws_of(tx: Transaction, campaign_id: UUID) -> list[DrawCount]:
    """A campaign's draws, soonest first: how many entered and how many won."""
    entered = select(func.count()).where(draw_entries.c.round_id == draws.c.round_id).scalar_subquery()
    won = (
        select(func.count())
        .where(draw_places.c.round_id == draws.c.round_id, draw_places.c.outcome == str(PlaceOutcome.ISSUED))
        .scalar_subquery()
    )
    asked = (
        select(draws.c.round_id, draws.c.state, draws.c.entrants, entered, won)
        .join(rounds, rounds.c.id == draws.c.round_id)
        .where(rounds.c.campaign_id == campaign_id)
        .order_by(rounds.c.opens_at, rounds.c.id)
    )
    return [
        DrawCount(round_id=row[0], state=DrawState(row[1]), entered=row[3] if row[2] is None else row[2], issued=row[4])
        for row in await tx.execute(asked)
    ]


async def lists_of(tx: Transaction, campaign_id: UUID) -> list[ListCount]:
    """A campaign's confirmed lists: which document, how many rows."""
    asked = (
        select(rosters.c.document_no, rosters.c.entries)
        .where(rosters.c.campaign_id == campaign_id, rosters.c.state == str(RosterState.CONFIRMED))
        .order_by(rosters.c.id)
    )
    return [ListCount(document_no=row[0], people=row[1]) for row in await tx.execute(asked)]


async def issued_between(tx: Transaction, campaign_id: UUID, begins: Instant, ends: Instant) -> tuple[int, int]:
    """(vouchers issued before ``ends``, of which from ``begins`` on); every voucher of the campaign is looked at."""
    v = vouchers.c
    asked = select(func.count(), func.sum(case((v.claimed_at >= begins, 1), else_=0)))
    row = (await tx.execute(asked.where(v.campaign_id == campaign_id, v.claimed_at < ends))).one()
    return int(row[0]), int(row[1] or 0)


async def undone_after(tx: Transaction, campaign_id: UUID, ends: Instant) -> set[UUID]:
    """Redemptions of before an instant of which something was given back from then on."""
    r, b = redemptions.c, roll_backs.c
    asked = select(b.redemption_id).join(redemptions, r.id == b.redemption_id)
    rows = await tx.execute(asked.where(b.recorded_at >= ends, r.campaign_id == campaign_id, r.recorded_at < ends))
    return set(rows.scalars())
