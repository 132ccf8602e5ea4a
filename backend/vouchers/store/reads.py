"""SQL of the wallet, of lists of redemptions and of the live board: reads only."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.refund_rules import RedemptionRecord
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.tables import (
    campaigns,
    redemption_shares,
    redemptions,
    rounds,
    voucher_tokens,
    vouchers,
)
from backend.vouchers.wallet_views import Tally, ToldVoucher, WalletVoucher


def wallet_rows() -> Any:
    """Vouchers with what a wallet tells of their round and campaign."""
    return (
        select(
            vouchers,
            rounds.c.terms,
            rounds.c.name_zh,
            rounds.c.name_en,
            campaigns.c.title_zh,
            campaigns.c.title_en,
            campaigns.c.number,
        )
        .join(rounds, rounds.c.id == vouchers.c.round_id)
        .join(campaigns, campaigns.c.id == vouchers.c.campaign_id)
    )


def wallet_voucher(row: Any) -> WalletVoucher:
    """One of these rows."""
    return WalletVoucher(
        voucher_id=row.id,
        state=VoucherState(row.state),
        campaign_id=row.campaign_id,
        campaign_number=row.number,
        campaign_zh=row.title_zh,
        campaign_en=row.title_en,
        round_id=row.round_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        terms=msgspec.json.decode(row.terms, type=Terms),
        version=row.version,
        face_fen=row.face_fen,
        use_from=row.use_from,
        expires_at=row.expires_at,
        claimed_at=row.claimed_at,
        resident_id=row.resident_id,
        last_count=row.last_count,
    )


async def wallet_of(
    tx: Transaction, resident_id: UUID, states: Sequence[VoucherState], before: UUID | None, most: int
) -> list[WalletVoucher]:
    """A resident's vouchers in one of the states, newest first."""
    asked = wallet_rows().where(vouchers.c.resident_id == resident_id).order_by(vouchers.c.id.desc()).limit(most)
    if states:
        asked = asked.where(vouchers.c.state.in_([str(state) for state in states]))
    if before is not None:
        asked = asked.where(vouchers.c.id < before)
    return [wallet_voucher(row) for row in await tx.execute(asked)]


async def voucher_of(tx: Transaction, resident_id: UUID, voucher_id: UUID) -> WalletVoucher | None:
    """One voucher of this resident; somebody else's is not found."""
    row = (
        await tx.execute(wallet_rows().where(vouchers.c.id == voucher_id, vouchers.c.resident_id == resident_id))
    ).first()
    return None if row is None else wallet_voucher(row)


async def number_tokens(tx: Transaction, voucher_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The vouchers' places in the status list; given once, when a token is first made."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    known = await _token_numbers(tx, voucher_ids)
    if missing := [voucher_id for voucher_id in voucher_ids if voucher_id not in known]:
        await tx.execute(
            make(voucher_tokens).on_conflict_do_nothing(), [{"voucher_id": voucher_id} for voucher_id in missing]
        )
        known |= await _token_numbers(tx, missing)
    return known


async def _token_numbers(tx: Transaction, voucher_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = await tx.execute(select(voucher_tokens).where(voucher_tokens.c.voucher_id.in_(voucher_ids)))
    return {row.voucher_id: row.status_index for row in rows}


async def redemptions_where(
    tx: Transaction,
    *,
    merchant_id: UUID | None = None,
    resident_id: UUID | None = None,
    operator_id: UUID | None = None,
    redemption_id: UUID | None = None,
    before: UUID | None = None,
    most: int,
) -> list[RedemptionRecord]:
    """Redemptions of a merchant, a resident or a station's operator, newest first, with each funder's part."""
    r = redemptions.c
    asked = select(redemptions).order_by(r.id.desc()).limit(most)
    if merchant_id is not None:
        asked = asked.where(r.merchant_id == merchant_id)
    if resident_id is not None:
        asked = asked.where(r.resident_id == resident_id)
    if operator_id is not None:
        asked = asked.where(r.staff_id == operator_id, r.shift_id.is_not(None))
    if redemption_id is not None:
        asked = asked.where(r.id == redemption_id)
    if before is not None:
        asked = asked.where(r.id < before)
    return await _records(tx, (await tx.execute(asked)).all())


async def redemptions_by_id(tx: Transaction, redemption_ids: Collection[UUID]) -> dict[UUID, RedemptionRecord]:
    """Redemptions with what each funder had paid at first, and what of it came back."""
    rows = (await tx.execute(select(redemptions).where(redemptions.c.id.in_(redemption_ids)))).all()
    return {record.redemption_id: record for record in await _records(tx, rows)}


async def _records(tx: Transaction, rows: Sequence[Row[Any]]) -> list[RedemptionRecord]:
    shares: dict[UUID, dict[Funder, int]] = {row.id: {} for row in rows}
    back: dict[UUID, int] = dict.fromkeys(shares, 0)
    for share in await tx.execute(select(redemption_shares).where(redemption_shares.c.redemption_id.in_(list(shares)))):
        shares[share.redemption_id][Funder(share.funder)] = share.amount_fen
        back[share.redemption_id] += share.refunded_fen
    return [
        RedemptionRecord(
            redemption_id=row.id,
            voucher_id=row.voucher_id,
            campaign_id=row.campaign_id,
            line_id=row.line_id,
            resident_id=row.resident_id,
            merchant_id=row.merchant_id,
            state=RedemptionState(row.state),
            bill_fen=row.bill_fen,
            eligible_fen=row.eligible_fen,
            discount_fen=row.discount_fen,
            face_fen=row.face_fen,
            refunded_fen=row.refunded_fen,
            refunded_discount_fen=back[row.id],
            occurred_at=row.occurred_at,
            shares=shares[row.id],
            device_id=row.device_id,
        )
        for row in rows
    ]


async def names_of_vouchers(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """What vouchers are called in the wallet: the Chinese and the English name of their round."""
    asked = select(vouchers.c.id, rounds.c.name_zh, rounds.c.name_en).join(rounds, rounds.c.id == vouchers.c.round_id)
    rows = await tx.execute(asked.where(vouchers.c.id.in_(list(voucher_ids))))
    return {row.id: (row.name_zh, row.name_en) for row in rows}


async def told_vouchers(tx: Transaction, voucher_ids: Collection[UUID]) -> dict[UUID, ToldVoucher]:
    """Vouchers as messages tell of them."""
    v = vouchers.c
    asked = select(v.id, v.resident_id, rounds.c.name_zh, rounds.c.name_en, v.face_fen, v.expires_at)
    rows = await tx.execute(asked.join(rounds, rounds.c.id == v.round_id).where(v.id.in_(list(voucher_ids))))
    return {
        row.id: ToldVoucher(
            resident_id=row.resident_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            face_fen=row.face_fen,
            expires_at=row.expires_at,
        )
        for row in rows
    }


async def tallies(tx: Transaction, campaign_id: UUID, by: str | None) -> list[Tally]:
    """Redeemed pieces, discounts and bills of a campaign, altogether or by trade, town or merchant."""
    r = redemptions.c
    key = {None: None, "trade": r.trade, "town": r.town_code, "merchant": r.merchant_id}[by]
    # A further use of a voucher is a bill and costs money, but no other piece.
    pieces = func.coalesce(func.sum(case((r.conflict, 0), else_=1)), 0)
    figures = [pieces, func.coalesce(func.sum(r.discount_fen), 0), func.coalesce(func.sum(r.bill_fen), 0)]
    live = select(*([key] if key is not None else []), *figures).where(
        r.campaign_id == campaign_id, r.state != str(RedemptionState.REVERSED)
    )
    rows = (await tx.execute(live.group_by(key) if key is not None else live)).all()
    return [
        Tally(
            key=str(row[0]) if key is not None else "all",
            pieces=int(row[-3]),
            discount_fen=int(row[-2]),
            bill_fen=int(row[-1]),
        )
        for row in rows
    ]


async def count_by_state(tx: Transaction, campaign_id: UUID) -> dict[VoucherState, int]:
    """How many vouchers of a campaign stand in each state."""
    rows = await tx.execute(
        select(vouchers.c.state, func.count()).where(vouchers.c.campaign_id == campaign_id).group_by(vouchers.c.state)
    )
    return {VoucherState(row[0]): row[1] for row in rows}
