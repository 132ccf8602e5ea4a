"""SQL of exposure: what of a campaign is over, what is open, and the merchants' own part; reads only."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.vouchers.rules import VoucherState
from backend.vouchers.tables import redemption_shares, redemptions, vouchers


class RoundPieces(NamedTuple):
    """Vouchers of one round and one worth: how many are open, and how many of those whose life is over were used."""

    round_id: UUID
    face_fen: int
    public_fen: int
    platform_fen: int | None
    opened: int
    redeemed: int
    expired: int


async def pieces_of(tx: Transaction, campaign_id: UUID, at: Instant) -> list[RoundPieces]:
    """All vouchers of a campaign; one whose time is up and that nobody has expired yet counts as expired."""
    v = vouchers.c
    live = v.state.in_((str(VoucherState.ISSUED), str(VoucherState.HELD)))
    over = v.expires_at <= at
    unused = live | (v.state == str(VoucherState.EXPIRED))
    by = (v.round_id, v.face_fen, v.public_fen, v.platform_fen)
    rows = await tx.execute(
        select(
            *by,
            func.sum(case((live, 1), else_=0)),
            func.sum(case((over & (v.state == str(VoucherState.REDEEMED)), 1), else_=0)),
            func.sum(case((over & unused, 1), else_=0)),
        )
        .where(v.campaign_id == campaign_id)
        .group_by(*by)
    )
    return [RoundPieces(row[0], row[1], row[2], row[3], int(row[4]), int(row[5]), int(row[6])) for row in rows]


async def merchants_own_fen(tx: Transaction, campaign_id: UUID) -> int:
    """What merchants gave of their own, less what came back to them; the ledger keeps nobody's debt to itself."""
    s = redemption_shares.c
    given = select(func.coalesce(func.sum(s.amount_fen - s.refunded_fen), 0)).join(
        redemptions, redemptions.c.id == s.redemption_id
    )
    asked = given.where(redemptions.c.campaign_id == campaign_id, s.funder == str(Funder.MERCHANT))
    return int((await tx.execute(asked)).scalar_one())
