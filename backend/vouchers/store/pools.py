"""SQL of pools for offline counters: their lines, and what was paid from them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, LineLevel
from backend.vouchers.rules import VoucherState
from backend.vouchers.tables import budget_lines, campaign_versions, campaigns, vouchers


class PoolLine(NamedTuple):
    """A pool's line with its campaign; ``left_fen`` is what is in the pool or dealt from it."""

    campaign_id: UUID
    number: int
    state: CampaignState
    plan: CampaignPlan
    line_id: UUID
    left_fen: int
    paused: bool
    """Redeeming too; one whose claiming alone is paused goes on."""


async def pool_lines(tx: Transaction, states: Sequence[CampaignState]) -> list[PoolLine]:
    """The pools of campaigns in one of the states, by the campaigns' ids."""
    b, v = budget_lines.c, campaign_versions.c
    asked = (
        select(campaigns, v.plan, b.id.label("line_id"), b.cap_fen, b.issued_fen, b.returned_fen)
        .join(budget_lines, b.campaign_id == campaigns.c.id)
        .join(campaign_versions, (v.campaign_id == campaigns.c.id) & (v.version == campaigns.c.version))
        .where(b.level == LineLevel.OFFLINE.value, campaigns.c.state.in_([state.value for state in states]))
        .order_by(campaigns.c.id, b.id)
    )
    return [
        PoolLine(
            row.id,
            row.number,
            CampaignState(row.state),
            msgspec.json.decode(row.plan, type=CampaignPlan),
            row.line_id,
            row.cap_fen - row.issued_fen + row.returned_fen,
            row.state == CampaignState.PAUSED.value and row.pause_scope == PauseScope.EVERYTHING.value,
        )
        for row in await tx.execute(asked)
    ]


async def line_of(tx: Transaction, campaign_id: UUID) -> UUID | None:
    """The line of a campaign's pool."""
    b = budget_lines.c
    asked = select(b.id).where(b.campaign_id == campaign_id, b.level == LineLevel.OFFLINE.value)
    return (await tx.execute(asked)).scalar()


async def has_open_vouchers(tx: Transaction, campaign_id: UUID) -> bool:
    """Whether anybody can still use a voucher of the campaign."""
    v = vouchers.c
    live = v.state.in_((VoucherState.ISSUED.value, VoucherState.HELD.value))
    return (await tx.execute(select(v.id).where(v.campaign_id == campaign_id, live).limit(1))).first() is not None
