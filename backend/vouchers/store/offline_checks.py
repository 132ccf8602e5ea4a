"""SQL of the audit of claims made without a network: what breaks a promise, or what promises are worked out from."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select

from backend.database.columns import id_text, unread_id
from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.offline_rules import GONE, ClaimLabel
from backend.vouchers.offline_tables import holder_debts, offline_claims, offline_labels
from backend.vouchers.rules import VoucherState
from backend.vouchers.store.checks import MOST_TOLD
from backend.vouchers.tables import redemption_shares, redemptions, vouchers


class OfflineMoney(NamedTuple):
    """What claims made without a network do to one line, in fen.

    ``kept_fen`` of used vouchers still lies open, ``covered_fen`` of what its redemptions cost was an allowance's;
    ``covering_fen`` is what the line's own allowances paid. So many vouchers were used after they had run out.
    """

    kept_fen: int = 0
    covered_fen: int = 0
    used_after_their_end: int = 0
    covering_fen: int = 0


NO_MONEY = OfflineMoney()


async def offline_money(tx: Transaction) -> dict[UUID, OfflineMoney]:
    """By line; lines without any are not there."""
    label = offline_labels.c
    gone = case((label.found.in_([str(state) for state in GONE]), 1), else_=0)
    rows = await tx.execute(
        select(vouchers.c.line_id, func.sum(label.own_fen - label.used_fen), func.sum(label.cover_fen), func.sum(gone))
        .join(vouchers, vouchers.c.id == label.voucher_id)
        .group_by(vouchers.c.line_id)
    )
    found = {row[0]: OfflineMoney(int(row[1]), int(row[2]), int(row[3])) for row in rows}
    claim = offline_claims.c
    pools = await tx.execute(select(claim.pool_line_id, func.sum(claim.cover_fen)).group_by(claim.pool_line_id))
    for line_id, fen in pools:
        found[line_id] = found.get(line_id, NO_MONEY)._replace(covering_fen=int(fen))
    return found


async def found_after_their_end(tx: Transaction) -> Iterable[tuple[str, str]]:
    """(voucher, the state it was found in) of every claim that told late of the use of an expired or voided one."""
    voucher_id = unread_id(offline_claims.c.voucher_id, on_postgresql=tx.county.on_postgresql)
    asked = select(voucher_id, offline_claims.c.found)
    # One that nobody could cover was never paid, and left its voucher as it was.
    found = offline_claims.c.found.in_([str(state) for state in GONE]) & (offline_claims.c.times_paid > 0)
    rows = await tx.execute(asked.where(found))
    return ((id_text(row[0]), row[1]) for row in rows)


async def labels_unlike_claims(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(voucher, used, cover, what its claims cost, their cover) where label and claims differ."""
    label, claim, share = offline_labels.c, offline_claims.c, redemption_shares.c
    left = share.amount_fen - share.refunded_fen
    sums = (
        select(
            claim.voucher_id,
            func.coalesce(func.sum(left), 0).label("cost"),
            func.sum(claim.cover_fen).label("cover"),
        )
        .outerjoin(
            redemption_shares,
            (share.redemption_id == claim.redemption_id) & (share.funder == str(Funder.GOVERNMENT)),
        )
        .group_by(claim.voucher_id)
        .subquery()
    )
    rows = await tx.execute(
        select(label.voucher_id, label.used_fen, label.cover_fen, sums.c.cost, sums.c.cover)
        .outerjoin(sums, sums.c.voucher_id == label.voucher_id)
        .where(
            (label.used_fen + label.cover_fen != func.coalesce(sums.c.cost, 0))
            | (label.cover_fen != func.coalesce(sums.c.cover, 0))
            | ((label.cover_fen > 0) & (label.used_fen < label.own_fen))
        )
        .limit(MOST_TOLD)
    )
    return [tuple(row) for row in rows]


async def paid_twice(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(voucher, merchant, payments) where a merchant has more than one live redemption of a voucher."""
    r = redemptions.c
    rows = await tx.execute(
        select(r.voucher_id, r.merchant_id, func.count())
        .where(r.state != str(RedemptionState.REVERSED))
        .group_by(r.voucher_id, r.merchant_id)
        .having(func.count() > 1)
        .limit(MOST_TOLD)
    )
    return [tuple(row) for row in rows]


async def conflicts_astray(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(redemption,) that is a further use of a voucher that is not used, or unlike the label of the claim it pays."""
    r, claim = redemptions.c, offline_claims.c
    live = r.state != str(RedemptionState.REVERSED)
    used = vouchers.c.state == str(VoucherState.REDEEMED)
    applied = claim.label == str(ClaimLabel.APPLIED)
    rows = await tx.execute(
        select(r.id)
        .join(vouchers, vouchers.c.id == r.voucher_id)
        .outerjoin(offline_claims, claim.redemption_id == r.id)
        .where(live, r.device_id.is_not(None), claim.id.is_(None) | (applied == r.conflict) | ~used)
        .limit(MOST_TOLD)
    )
    return [(row[0],) for row in rows]


async def debts_astray(tx: Transaction) -> Sequence[tuple[Any, ...]]:
    """(claim,) that is a further use and no debt, or another one than it gave, or an open debt without such a use."""
    d, claim = holder_debts.c, offline_claims.c
    owing = (claim.label == str(ClaimLabel.CONFLICT_PAID)) & claim.voided_at.is_(None) & (claim.government_fen > 0)
    lacking = owing & (d.claim_id.is_(None) | (d.debt_fen != claim.government_fen))
    baseless = ~owing & d.claim_id.is_not(None) & (d.state == "open") & (d.set_off_fen == 0)
    rows = await tx.execute(
        select(claim.id).outerjoin(holder_debts, d.claim_id == claim.id).where(lacking | baseless).limit(MOST_TOLD)
    )
    return [(row[0],) for row in rows]
