"""SQL of owners' agreements to answer for what their devices lose."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from backend.database.transaction import Transaction
from backend.sync.liability_rules import Liability, LiabilityAccepted
from backend.sync.liability_tables import liabilities


async def insert_acceptance(tx: Transaction, accepted: LiabilityAccepted) -> None:
    """For good."""
    row = {
        "acceptance_id": accepted.acceptance_id,
        "merchant_id": accepted.merchant_id,
        "policy": accepted.liability.policy,
        "limit_fen": accepted.liability.limit_fen,
        "hard_s": int(accepted.liability.hard.total_seconds()),
        "accepted_by": accepted.accepted_by,
        "accepted_at": accepted.accepted_at,
    }
    await tx.execute(insert(liabilities).values(row))


async def accepted_by_merchant(tx: Transaction, merchant_id: UUID) -> list[LiabilityAccepted]:
    """All that a merchant agreed to, the newest first."""
    c = liabilities.c
    asked = select(liabilities).where(c.merchant_id == merchant_id).order_by(c.accepted_at.desc(), c.policy.desc())
    return [
        LiabilityAccepted(
            acceptance_id=row.acceptance_id,
            merchant_id=row.merchant_id,
            liability=Liability(policy=row.policy, limit_fen=row.limit_fen, hard=timedelta(seconds=row.hard_s)),
            accepted_by=row.accepted_by,
            accepted_at=row.accepted_at,
        )
        for row in await tx.execute(asked)
    ]
