"""SQL of debts that the office forgives."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select, update

from backend.database.transaction import Transaction
from backend.vouchers.offline_rules import DebtState, HolderDebt
from backend.vouchers.offline_tables import debt_waivers, holder_debts, offline_claims
from backend.vouchers.store.offline import debt_of
from backend.vouchers.waiver_rules import Waiver, WaiverState

_W = debt_waivers.c


async def lock_debt(tx: Transaction, claim_id: UUID) -> HolderDebt | None:
    """What is owed for a claim."""
    asked = select(holder_debts).where(holder_debts.c.claim_id == claim_id).with_for_update()
    row = (await tx.execute(asked)).first()
    return None if row is None else debt_of(row)


async def voucher_of(tx: Transaction, claim_id: UUID) -> UUID:
    """Which voucher a claim is on."""
    asked = select(offline_claims.c.voucher_id).where(offline_claims.c.id == claim_id)
    found: UUID = (await tx.execute(asked)).scalar_one()
    return found


async def waiver(tx: Transaction, waiver_id: UUID) -> Waiver | None:
    """One of them."""
    row = (await tx.execute(select(debt_waivers).where(_W.id == waiver_id))).first()
    return None if row is None else _waiver(row)


async def is_proposed(tx: Transaction, claim_id: UUID) -> bool:
    """Whether somebody has to decide about this debt."""
    asked = select(_W.id).where(_W.claim_id == claim_id, _W.state == str(WaiverState.PROPOSED))
    return (await tx.execute(asked)).first() is not None


async def proposed(tx: Transaction, most: int) -> list[Waiver]:
    """What waits for a second person, the longest waiting first."""
    asked = select(debt_waivers).where(_W.state == str(WaiverState.PROPOSED)).order_by(_W.proposed_at, _W.id)
    return [_waiver(row) for row in await tx.execute(asked.limit(most))]


async def insert_waiver(tx: Transaction, told: Waiver) -> None:
    """Somebody asks for it."""
    row = msgspec.structs.asdict(told) | {"id": told.waiver_id, "state": str(told.state)}
    del row["waiver_id"]
    await tx.execute(insert(debt_waivers).values(row))


async def decide(tx: Transaction, told: Waiver) -> None:
    """Somebody decided it."""
    decided = {"state": str(told.state), "fen": told.fen, "decided_by": told.decided_by, "decided_at": told.decided_at}
    await tx.execute(update(debt_waivers).where(_W.id == told.waiver_id).values(decided))


async def forgive(tx: Transaction, claim_id: UUID) -> None:
    """Nothing of it is owed any more."""
    d = holder_debts.c
    await tx.execute(update(holder_debts).where(d.claim_id == claim_id).values(state=str(DebtState.FORGIVEN)))


def _waiver(row: Any) -> Waiver:
    return Waiver(
        waiver_id=row.id,
        claim_id=row.claim_id,
        state=WaiverState(row.state),
        fen=row.fen,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
