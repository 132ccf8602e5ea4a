"""SQL of the plans under which vouchers can be out there."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import CampaignPlan, CampaignState
from backend.vouchers.tables import campaign_versions, campaigns


async def plans_in(tx: Transaction, states: Sequence[CampaignState]) -> list[tuple[int, int, str, CampaignPlan]]:
    """(Campaign's number, version, what a pause stops, plan) of campaigns in these states."""
    v = campaign_versions.c
    asked = (
        select(campaigns.c.number, v.version, campaigns.c.pause_scope, v.plan)
        .join(campaigns, campaigns.c.id == v.campaign_id)
        .where(campaigns.c.state.in_([str(state) for state in states]))
        .order_by(campaigns.c.number, v.version)
    )
    return [
        (row.number, row.version, row.pause_scope, msgspec.json.decode(row.plan, type=CampaignPlan))
        for row in await tx.execute(asked)
    ]
