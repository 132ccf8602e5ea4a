"""SQL of explanations: how the pieces of rounds went out, and what came back of redemptions. Reads only."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select

from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.vouchers.claim_rules import LineFacts
from backend.vouchers.explain_rules import Tide
from backend.vouchers.explain_views import RollBackTold
from backend.vouchers.tables import budget_lines, roll_backs, vouchers


async def tides_of(tx: Transaction, round_id: UUID) -> list[Tide]:
    """After each instant at which vouchers of a round were claimed: how many were out. Reads every voucher once."""
    v = vouchers.c
    asked = (
        select(v.claimed_at, v.assisted, func.count())
        .where(v.round_id == round_id)
        .group_by(v.claimed_at, v.assisted)
        .order_by(v.claimed_at)
    )
    tides: list[Tide] = []
    online = station = 0
    for at, assisted, count in await tx.execute(asked):
        online, station = (online, station + count) if assisted else (online + count, station)
        if tides and tides[-1].at == at:
            tides.pop()
        tides.append(Tide(at=at, online=online, station=station))
    return tides


async def lines_of(tx: Transaction, line_ids: Sequence[UUID]) -> list[LineFacts]:
    """Lines with what they still allow, without a lock."""
    rows = await tx.execute(select(budget_lines).where(budget_lines.c.id.in_(line_ids)))
    return [
        LineFacts(
            line_id=row.id,
            left_fen=row.cap_fen - row.issued_fen + row.returned_fen,
            left_pieces=row.cap_pieces - row.issued_pieces + row.returned_pieces,
        )
        for row in rows
    ]


async def roll_backs_of(tx: Transaction, redemption_ids: Collection[UUID]) -> list[RollBackTold]:
    """What came back of these redemptions, oldest first."""
    b = roll_backs.c
    rows = await tx.execute(
        select(roll_backs).where(b.redemption_id.in_(list(redemption_ids))).order_by(b.recorded_at, b.id)
    )
    return [
        RollBackTold(
            redemption_id=row.redemption_id,
            at=row.recorded_at,
            reason=row.reason,
            refund_fen=row.refund_fen,
            customer_fen=row.customer_fen,
            shares={funder: getattr(row, f"{funder}_fen") for funder in Funder},
        )
        for row in rows
    ]
