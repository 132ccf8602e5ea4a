"""SQL of giving back: the redemption with what each payer has left, and what one step takes from it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, RedemptionState, RefundPolicy
from backend.vouchers.refund_rules import RedemptionRecord, Returned
from backend.vouchers.tables import (
    campaign_versions,
    campaigns,
    redemption_shares,
    redemptions,
    roll_backs,
    vouchers,
)


async def lock_redemption(tx: Transaction, redemption_id: UUID) -> RedemptionRecord | None:
    """One redemption, locked, with its shares."""
    row = (await tx.execute(select(redemptions).where(redemptions.c.id == redemption_id).with_for_update())).first()
    if row is None:
        return None
    shares = await tx.execute(
        select(redemption_shares)
        .where(redemption_shares.c.redemption_id == redemption_id)
        .order_by(redemption_shares.c.funder)
    )
    return RedemptionRecord(
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
        occurred_at=row.occurred_at,
        shares={Funder(share.funder): share.amount_fen - share.refunded_fen for share in shares},
        device_id=row.device_id,
    )


async def policy_of(tx: Transaction, voucher_id: UUID) -> tuple[RefundPolicy, CampaignState]:
    """What the version under which the voucher was claimed says of refunds, and where its campaign stands."""
    row = (
        await tx.execute(
            select(campaign_versions.c.plan, campaigns.c.state)
            .select_from(vouchers)
            .join(campaigns, campaigns.c.id == vouchers.c.campaign_id)
            .join(
                campaign_versions,
                (campaign_versions.c.campaign_id == vouchers.c.campaign_id)
                & (campaign_versions.c.version == vouchers.c.version),
            )
            .where(vouchers.c.id == voucher_id)
        )
    ).one()
    return msgspec.json.decode(row.plan, type=CampaignPlan).refund_policy, CampaignState(row.state)


async def give_back(
    tx: Transaction, act_id: UUID, reason: str, record: RedemptionRecord, returned: Returned, now: Instant
) -> None:
    """One step. A voucher that comes back is worth what came back, and its redemption is over."""
    amount_fen = returned.customer_fen + sum(returned.shares.values())
    undone = {"state": str(RedemptionState.REVERSED)} if returned.restores else {}
    await tx.execute(
        update(redemptions)
        .where(redemptions.c.id == record.redemption_id)
        .values(refunded_fen=redemptions.c.refunded_fen + amount_fen, **undone)
    )
    if taken := [{"of": funder, "fen": fen} for funder, fen in returned.shares.items() if fen]:
        await tx.execute(
            update(redemption_shares)
            .where(redemption_shares.c.redemption_id == record.redemption_id)
            .where(redemption_shares.c.funder == bindparam("of"))
            .values(refunded_fen=redemption_shares.c.refunded_fen + bindparam("fen")),
            taken,
        )
    if returned.restores:
        await _bring_back(tx, record, returned)
    shares = {f"{funder}_fen": returned.shares.get(funder, 0) for funder in Funder}
    await tx.execute(
        insert(roll_backs).values(
            id=act_id,
            redemption_id=record.redemption_id,
            reason=reason,
            refund_fen=amount_fen,
            customer_fen=returned.customer_fen,
            voucher_state=str(returned.voucher_state),
            recorded_at=now,
            **shares,
        )
    )


async def _bring_back(tx: Transaction, record: RedemptionRecord, returned: Returned) -> None:
    await tx.execute(
        update(vouchers)
        .where(vouchers.c.id == record.voucher_id)
        .values(
            state=str(returned.voucher_state),
            face_fen=record.discount_fen,
            public_fen=returned.shares.get(Funder.GOVERNMENT, 0),
            platform_fen=returned.shares.get(Funder.PLATFORM, 0),
        )
    )


async def confirm(tx: Transaction, redemption_ids: Sequence[UUID]) -> None:
    """accepted → confirmed."""
    await tx.execute(
        update(redemptions)
        .where(redemptions.c.id.in_(redemption_ids), redemptions.c.state == str(RedemptionState.ACCEPTED))
        .values(state=str(RedemptionState.CONFIRMED))
    )
