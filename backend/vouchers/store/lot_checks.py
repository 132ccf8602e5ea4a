"""SQL of the audit of draws and lists: what their checks are worked out from, and the rows that break them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from backend.database.transaction import Transaction
from backend.vouchers.draw_rules import Entrant, PlaceOutcome
from backend.vouchers.draw_tables import draw_entries, draw_places, draws
from backend.vouchers.draw_views import Draw
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterState
from backend.vouchers.roster_tables import roster_entries, roster_rounds, roster_takings, rosters
from backend.vouchers.store.draws import draw_of
from backend.vouchers.tables import rounds, vouchers

_BESIDE_LEAVES = [column for column in draws.c if column.name != "leaves"]


async def all_draws(tx: Transaction) -> list[tuple[Draw, int]]:
    """(draw, the pieces of its round) of every draw."""
    asked = select(*_BESIDE_LEAVES, rounds.c.pieces).join(rounds, rounds.c.id == draws.c.round_id)
    return [(draw_of(row), row.pieces) for row in await tx.execute(asked.order_by(draws.c.round_id))]


async def numbered_entrants(tx: Transaction, round_id: UUID) -> list[tuple[int | None, Entrant]]:
    """(number, entry) of everybody who entered."""
    e = draw_entries.c
    rows = await tx.execute(select(e.number, e.id, e.salt).where(e.round_id == round_id))
    return [(row.number, Entrant(row.id, bytes(row.salt))) for row in rows]


class Given(NamedTuple):
    """A voucher of a round, and whose."""

    voucher_id: UUID
    resident_id: UUID


async def vouchers_of_round(tx: Transaction, round_id: UUID) -> set[Given]:
    """Every voucher of a round."""
    v = vouchers.c
    rows = await tx.execute(select(v.id, v.resident_id).where(v.round_id == round_id))
    return {Given(row.id, row.resident_id) for row in rows}


async def issued_places(tx: Transaction, round_id: UUID) -> set[Given]:
    """What the places of a draw say was given to whom."""
    p, e = draw_places.c, draw_entries.c
    asked = select(p.voucher_id, e.resident_id).join(draw_entries, e.id == p.entry_id)
    rows = await tx.execute(asked.where(p.round_id == round_id, p.outcome == str(PlaceOutcome.ISSUED)))
    return {Given(row.voucher_id, row.resident_id) for row in rows}


async def roster_round_ids(tx: Transaction) -> list[UUID]:
    """Every round that is given by list."""
    asked = select(rounds.c.id).where(rounds.c.mode == str(RoundMode.ROSTER)).order_by(rounds.c.id)
    return list((await tx.execute(asked)).scalars())


async def takings_of_round(tx: Transaction, round_id: UUID) -> set[Given]:
    """What was taken by list in a round, and by whom."""
    t = roster_takings.c
    rows = await tx.execute(select(t.voucher_id, t.resident_id).where(t.round_id == round_id))
    return {Given(row.voucher_id, row.resident_id) for row in rows}


async def takings_not_listed(tx: Transaction, most: int) -> list[UUID]:
    """Vouchers taken by a row whose list nobody else confirmed, or whose class the round does not serve."""
    t, e, of = roster_takings.c, roster_entries.c, roster_rounds.c
    served = (of.round_id == t.round_id) & (of.class_code == e.class_code)
    good = (rosters.c.state == str(RosterState.CONFIRMED)) & (rosters.c.decided_by != rosters.c.imported_by)
    rows = await tx.execute(
        select(t.voucher_id)
        .join(roster_entries, e.id == t.entry_id)
        .join(rosters, rosters.c.id == e.roster_id)
        .outerjoin(roster_rounds, served)
        .where(~good | of.round_id.is_(None))
        .limit(most)
    )
    return list(rows.scalars())


async def listed_by_round(tx: Transaction) -> list[tuple[UUID, int, int]]:
    """(round, pieces, rows of confirmed lists that it serves) of every round by list."""
    e, of = roster_entries.c, roster_rounds.c
    rows = await tx.execute(
        select(rounds.c.id, rounds.c.pieces, func.count())
        .join(roster_rounds, of.round_id == rounds.c.id)
        .join(rosters, rosters.c.campaign_id == rounds.c.campaign_id)
        .join(roster_entries, (e.roster_id == rosters.c.id) & (e.class_code == of.class_code))
        .where(rosters.c.state == str(RosterState.CONFIRMED))
        .group_by(rounds.c.id, rounds.c.pieces)
    )
    return [(row[0], row[1], row[2]) for row in rows]
