"""SQL of the audit: each function returns the rows that break one invariant, or what invariants are worked out from."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import case, func, select

from backend.database.columns import id_text, unread_id
from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.desk_views import BudgetLine
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.store.desk import line_of
from backend.vouchers.tables import (
    budget_lines,
    person_keys,
    redemption_shares,
    redemptions,
    roll_backs,
    rounds,
    vouchers,
)

MOST_TOLD = 20


class VoucherTally(NamedTuple):
    """How many vouchers of a round stand in a state, and the public money in them."""

    campaign_id: UUID
    line_id: UUID
    round_id: UUID
    state: VoucherState
    pieces: int
    public_fen: int


async def voucher_tallies(tx: Transaction) -> list[VoucherTally]:
    """All vouchers, counted by round and state."""
    v = vouchers.c
    by = (v.campaign_id, v.line_id, v.round_id, v.state)
    rows = await tx.execute(select(*by, func.count(), func.sum(v.public_fen)).group_by(*by))
    return [VoucherTally(row[0], row[1], row[2], VoucherState(row[3]), row[4], int(row[5])) for row in rows]


class ShareTally(NamedTuple):
    """What a funder owes a merchant for redemptions on a line that nobody undid."""

    campaign_id: UUID
    line_id: UUID
    merchant_id: UUID
    funder: Funder
    amount_fen: int


async def share_tallies(tx: Transaction) -> list[ShareTally]:
    """All shares less their refunds, by line, merchant and funder."""
    r, s = redemptions.c, redemption_shares.c
    by = (r.campaign_id, r.line_id, r.merchant_id, s.funder)
    rows = await tx.execute(
        select(*by, func.sum(s.amount_fen - s.refunded_fen))
        .join(redemptions, r.id == s.redemption_id)
        .where(s.refunded_fen < s.amount_fen)
        .group_by(*by)
    )
    return [ShareTally(row[0], row[1], row[2], Funder(row[3]), int(row[4])) for row in rows]


async def lines_by_campaign(tx: Transaction) -> list[tuple[UUID, BudgetLine]]:
    """(campaign, line) of every budget line."""
    return [(row.campaign_id, line_of(row)) for row in await tx.execute(select(budget_lines))]


async def rounds_counted(tx: Transaction) -> list[tuple[UUID, int, Terms]]:
    """(round, issued pieces by its counters, its terms)."""
    counted = rounds.c.issued_online + rounds.c.issued_station
    rows = await tx.execute(select(rounds.c.id, counted, rounds.c.terms))
    return [(row[0], row[1], msgspec.json.decode(row[2], type=Terms)) for row in rows]


async def highest_nth(tx: Transaction) -> list[tuple[UUID, int]]:
    """(rule, the most that one key counts under it)."""
    rows = await tx.execute(select(person_keys.c.rule_id, func.max(person_keys.c.nth)).group_by(person_keys.c.rule_id))
    return [(row[0], row[1]) for row in rows]


async def redeemed_otherwise(tx: Transaction) -> list[tuple[UUID, str, int]]:
    """Vouchers whose state and live redemptions contradict each other; of further uses ``audit_offline`` tells."""
    live = (
        select(redemptions.c.voucher_id, func.count().label("found"))
        .where(redemptions.c.state != str(RedemptionState.REVERSED), ~redemptions.c.conflict)
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


async def refunded_otherwise(tx: Transaction) -> list[tuple[UUID, Funder, int, int]]:
    """(redemption, funder, paid, refunded) where more came back than was paid, or an undone share did not come back."""
    r, s = redemptions.c, redemption_shares.c
    undone = (r.state == str(RedemptionState.REVERSED)) & (s.refunded_fen != s.amount_fen)
    rows = await tx.execute(
        select(s.redemption_id, s.funder, s.amount_fen, s.refunded_fen)
        .join(redemptions, r.id == s.redemption_id)
        .where((s.refunded_fen > s.amount_fen) | undone)
        .limit(MOST_TOLD)
    )
    return [(row[0], Funder(row[1]), row[2], row[3]) for row in rows]


async def states_of_vouchers(tx: Transaction) -> Iterable[tuple[str, str]]:
    """(voucher, state) of all."""
    rows = await tx.execute(select(unread_id(vouchers.c.id, on_postgresql=tx.county.on_postgresql), vouchers.c.state))
    return ((id_text(row[0]), row[1]) for row in rows)


async def vouchers_of_redemptions(tx: Transaction) -> Iterable[str]:
    """The voucher of every redemption, undone ones too."""
    rows = await tx.execute(select(unread_id(redemptions.c.voucher_id, on_postgresql=tx.county.on_postgresql)))
    return (id_text(told) for told in rows.scalars())


async def vouchers_of_roll_backs(tx: Transaction) -> Iterable[tuple[str, str]]:
    """(voucher, the state that it came back in) of every roll-back."""
    voucher_id = unread_id(redemptions.c.voucher_id, on_postgresql=tx.county.on_postgresql)
    rows = await tx.execute(
        select(voucher_id, roll_backs.c.voucher_state).join(redemptions, redemptions.c.id == roll_backs.c.redemption_id)
    )
    return ((id_text(row[0]), row[1]) for row in rows)


async def redemption_count(tx: Transaction) -> int:
    """How many redemptions are stored."""
    return int((await tx.execute(select(func.count()).select_from(redemptions))).scalar_one())


async def standing_count(tx: Transaction) -> int:
    """How many of them nobody undid as a whole."""
    standing = redemptions.c.state != str(RedemptionState.REVERSED)
    return int((await tx.execute(select(func.count()).select_from(redemptions).where(standing))).scalar_one())
