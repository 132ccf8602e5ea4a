"""SQL of what holders owe for further uses of their vouchers, and of what later vouchers set off."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.vouchers.debt_views import OwedUse
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.offline_rules import DebtState, HolderDebt
from backend.vouchers.offline_tables import debt_set_offs, holder_debts, offline_claims
from backend.vouchers.store.offline import debt_of
from backend.vouchers.tables import redemptions, rounds, vouchers

_D = holder_debts.c


async def owing(tx: Transaction, resident_ids: Collection[UUID]) -> set[UUID]:
    """Which of these residents owe something."""
    asked = select(_D.resident_id).where(_D.resident_id.in_(sorted(resident_ids)), _D.state == str(DebtState.OPEN))
    return {row.resident_id for row in await tx.execute(asked.distinct())}


async def lock_open_debts(tx: Transaction, resident_id: UUID) -> list[HolderDebt]:
    """What one resident owes, oldest first, locked."""
    asked = (
        select(holder_debts)
        .where(_D.resident_id == resident_id, _D.state == str(DebtState.OPEN))
        .order_by(_D.booked_at, _D.claim_id)
        .with_for_update()
    )
    return [debt_of(row) for row in await tx.execute(asked)]


async def owed_by(tx: Transaction, resident_id: UUID) -> list[OwedUse]:
    """All that a resident owes or owed, the newest first, with where the voucher was used."""
    claim, v = offline_claims.c, vouchers.c
    asked = (
        select(holder_debts, claim.merchant_id, claim.effective_at, rounds.c.name_zh, rounds.c.name_en)
        .join(offline_claims, claim.id == _D.claim_id)
        .join(vouchers, v.id == _D.voucher_id)
        .join(rounds, rounds.c.id == v.round_id)
        .where(_D.resident_id == resident_id)
        .order_by(_D.booked_at.desc(), _D.claim_id)
    )
    rows = (await tx.execute(asked)).all()
    first = await _first_uses(tx, {row.voucher_id for row in rows})
    return [_owed(row, first.get(row.voucher_id)) for row in rows]


def _owed(row: Any, first: tuple[UUID, Instant] | None) -> OwedUse:
    return OwedUse(
        claim_id=row.claim_id,
        voucher_id=row.voucher_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        merchant_id=row.merchant_id,
        used_at=row.effective_at,
        first_merchant=None if first is None else first[0],
        first_at=None if first is None else first[1],
        debt_fen=row.debt_fen,
        set_off_fen=row.set_off_fen,
        state=DebtState(row.state),
        booked_at=row.booked_at,
    )


async def _first_uses(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, Instant]]:
    """(merchant, when) of the use that counts, by voucher."""
    r = redemptions.c
    asked = select(r.voucher_id, r.merchant_id, r.occurred_at).where(
        r.voucher_id.in_(sorted(voucher_ids)), r.conflict.is_(False), r.state != str(RedemptionState.REVERSED)
    )
    return {row.voucher_id: (row.merchant_id, row.occurred_at) for row in await tx.execute(asked)}


async def set_off(
    tx: Transaction, debt: HolderDebt, fen: int, *, voucher_id: UUID, pool_line_id: UUID | None, now: Instant
) -> None:
    """So much of a locked debt is kept back from a voucher."""
    after = debt.set_off_fen + fen
    state = DebtState.SET_OFF if after == debt.debt_fen else DebtState.OPEN
    changed = update(holder_debts).where(_D.claim_id == debt.claim_id)
    await tx.execute(changed.values(set_off_fen=after, state=str(state)))
    row = {"id": new_id(), "claim_id": debt.claim_id, "voucher_id": voucher_id, "fen": fen}
    await tx.execute(insert(debt_set_offs).values(row | {"pool_line_id": pool_line_id, "at": now}))


async def shrink_voucher(tx: Transaction, voucher_id: UUID, fen: int) -> None:
    """A locked voucher is worth so much less public money."""
    v = vouchers.c
    less = update(vouchers).where(v.id == voucher_id)
    await tx.execute(less.values(face_fen=v.face_fen - fen, public_fen=v.public_fen - fen))


async def set_off_unlike(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(claim, what its debt says was set off, what vouchers gave for it) where the two differ."""
    o = debt_set_offs.c
    given = select(o.claim_id, func.sum(o.fen).label("fen")).group_by(o.claim_id).subquery()
    told = func.coalesce(given.c.fen, 0)
    asked = (
        select(_D.claim_id, _D.set_off_fen, told)
        .outerjoin(given, given.c.claim_id == _D.claim_id)
        .where(_D.set_off_fen != told)
        .limit(20)
    )
    return [tuple(row) for row in await tx.execute(asked)]


async def set_off_to_pools(tx: Transaction) -> dict[UUID, int]:
    """What pools have again of what they had paid, in fen, by their line."""
    o = debt_set_offs.c
    asked = select(o.pool_line_id, func.sum(o.fen)).where(o.pool_line_id.is_not(None)).group_by(o.pool_line_id)
    return {row[0]: int(row[1]) for row in await tx.execute(asked)}
