"""SQL of the audit: each function returns the rows that break one invariant, none when it holds."""

from collections.abc import Set
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import case, func, select

from backend.database.columns import id_text, unread_id
from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.tables import budget_lines, person_keys, redemption_shares, redemptions, rounds, vouchers

MOST_TOLD = 20


async def sub_ledger(tx: Transaction) -> list[tuple[UUID, UUID, int, int]]:
    """(campaign, line, open fen, held fen) of all vouchers, for every round's line."""
    v = vouchers.c

    def fen_in(state: VoucherState) -> Any:
        return func.coalesce(func.sum(case((v.state == str(state), v.public_fen), else_=0)), 0)

    rows = await tx.execute(
        select(v.campaign_id, v.line_id, fen_in(VoucherState.ISSUED), fen_in(VoucherState.HELD)).group_by(
            v.campaign_id, v.line_id
        )
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


async def free_of_lines(tx: Transaction) -> list[tuple[UUID, UUID, int]]:
    """(campaign, line, free fen): a line's cap less what it issued, or less what it dealt to the lines below."""
    below = (
        select(budget_lines.c.parent_id, func.sum(budget_lines.c.cap_fen).label("dealt"))
        .group_by(budget_lines.c.parent_id)
        .subquery()
    )
    b = budget_lines.c
    own = b.cap_fen - b.issued_fen + b.returned_fen
    rows = await tx.execute(
        select(b.campaign_id, b.id, case((below.c.dealt.is_(None), own), else_=b.cap_fen - below.c.dealt)).outerjoin(
            below, below.c.parent_id == b.id
        )
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


async def lines_that_miscount(tx: Transaction) -> list[tuple[UUID, int, int]]:
    """Lines whose issued pieces differ from their vouchers, or from the sum of the lines below."""
    b = budget_lines.c
    below = budget_lines.alias()
    sums = (
        select(below.c.parent_id, func.sum(below.c.issued_pieces).label("found")).group_by(below.c.parent_id).subquery()
    )
    held = select(vouchers.c.line_id, func.count().label("found")).group_by(vouchers.c.line_id).subquery()
    found = case((sums.c.found.is_not(None), sums.c.found), else_=func.coalesce(held.c.found, 0))
    rows = await tx.execute(
        select(b.id, b.issued_pieces, found)
        .outerjoin(sums, sums.c.parent_id == b.id)
        .outerjoin(held, held.c.line_id == b.id)
        .where(b.issued_pieces != found)
        .limit(MOST_TOLD)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


async def rounds_that_miscount(tx: Transaction) -> list[tuple[UUID, int, int]]:
    """Rounds whose counters differ from their vouchers."""
    held = select(vouchers.c.round_id, func.count().label("found")).group_by(vouchers.c.round_id).subquery()
    counted = rounds.c.issued_online + rounds.c.issued_station
    found = func.coalesce(held.c.found, 0)
    rows = await tx.execute(
        select(rounds.c.id, counted, found)
        .outerjoin(held, held.c.round_id == rounds.c.id)
        .where(counted != found)
        .limit(MOST_TOLD)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


async def limits_broken(tx: Transaction) -> list[UUID]:
    """Rules under which some key counts further than any round that uses the rule allows."""
    allowed: dict[UUID, int] = {}
    for row in await tx.execute(select(rounds.c.terms)):
        for limit in msgspec.json.decode(row.terms, type=Terms).limits:
            allowed[limit.rule_id] = max(allowed.get(limit.rule_id, 0), limit.most)
    rows = await tx.execute(select(person_keys.c.rule_id, func.max(person_keys.c.nth)).group_by(person_keys.c.rule_id))
    return [row[0] for row in rows if row[1] > allowed.get(row[0], 0)]


async def redeemed_otherwise(tx: Transaction) -> list[tuple[UUID, str, int]]:
    """Vouchers whose state and live redemptions contradict each other."""
    live = (
        select(redemptions.c.voucher_id, func.count().label("found"))
        .where(redemptions.c.state != str(RedemptionState.REVERSED))
        .group_by(redemptions.c.voucher_id)
        .subquery()
    )
    found = func.coalesce(live.c.found, 0)
    wanted = case((vouchers.c.state == str(VoucherState.REDEEMED), 1), else_=0)
    rows = await tx.execute(
        select(vouchers.c.id, vouchers.c.state, found)
        .outerjoin(live, live.c.voucher_id == vouchers.c.id)
        .where(found != wanted)
        .limit(MOST_TOLD)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


async def shares_that_differ(tx: Transaction) -> list[tuple[UUID, int, int]]:
    """Redemptions whose funders' shares do not add up to the discount."""
    shares = redemption_shares.c
    sums = (
        select(shares.redemption_id, func.sum(shares.amount_fen).label("total"))
        .group_by(shares.redemption_id)
        .subquery()
    )
    rows = await tx.execute(
        select(redemptions.c.id, func.coalesce(sums.c.total, 0), redemptions.c.discount_fen)
        .outerjoin(sums, sums.c.redemption_id == redemptions.c.id)
        .where(func.coalesce(sums.c.total, 0) != redemptions.c.discount_fen)
        .limit(MOST_TOLD)
    )
    return [(row[0], int(row[1]), row[2]) for row in rows]


async def over_refunded(tx: Transaction) -> list[tuple[UUID, Funder]]:
    """Shares of which more was given back than was paid; a CHECK refuses them too."""
    shares = redemption_shares.c
    rows = await tx.execute(
        select(shares.redemption_id, shares.funder).where(shares.refunded_fen > shares.amount_fen).limit(MOST_TOLD)
    )
    return [(row[0], Funder(row[1])) for row in rows]


async def untraced(tx: Transaction, traced: Set[str]) -> list[UUID]:
    """Vouchers that the audit trail, given as the ids it tells of, does not know."""
    rows = await tx.execute(select(unread_id(vouchers.c.id, on_postgresql=tx.county.on_postgresql)))
    return [UUID(told) for told in {id_text(one) for one in rows.scalars()} - traced][:MOST_TOLD]


async def counts(tx: Transaction) -> tuple[int, int]:
    """(vouchers, redemptions) stored."""
    held = await tx.execute(select(func.count()).select_from(vouchers))
    used = await tx.execute(select(func.count()).select_from(redemptions))
    return int(held.scalar_one()), int(used.scalar_one())
