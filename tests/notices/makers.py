"""Campaigns whose notices tests look at, and what must be in none of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan
from backend.vouchers.plan_campaign import PlanCampaign, Planned, plan_campaign
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.vouchers.campaigns import CLERK, approved, funded, terms

HOSTILE = '"><script>alert(1)</script>\u202e<img src=x onerror=alert(1)>&amp;{{7*7}}'


def plan(county: County, **of_plan: Any) -> CampaignPlan:
    """满200减50 for ten people, with every word that a notice shows."""
    now = county.clock()
    given: dict[str, Any] = {
        "title_zh": "惠民券",
        "title_en": "Vouchers",
        "summary_zh": "第一行\n第二行",
        "summary_en": "One line",
        "notice_no": "筠商公告〔2026〕3号",
        "department": "县商务局",
        "complaint_phone": "0831-7710000",
        "kinds": (KindPlan(code="dining-50", name_zh="餐饮券", name_en="Dining", terms=terms(), cap_pieces=10),),
        "rounds": (
            RoundPlan(
                round_id=new_id(),
                kind_code="dining-50",
                name_zh="第一轮",
                name_en="Round one",
                opens_at=now,
                closes_at=now + timedelta(days=1),
                pieces=10,
            ),
        ),
    }
    return CampaignPlan(**(given | of_plan))


async def published(county: County, **of_plan: Any) -> UUID:
    """A running campaign; returns its id."""
    campaign_id = new_id()
    await approved(county, campaign_id, plan(county, **of_plan))
    await funded(county, campaign_id, 50_000)
    running = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RUN, actor=CLERK)
    await transact(county, steer_campaign, running)
    return campaign_id


async def drafted(county: County) -> UUID:
    """A plan that nobody has approved."""
    campaign_id = new_id()
    command = PlanCampaign(campaign_id=campaign_id, plan=plan(county), version=None, actor=CLERK)
    assert isinstance(await transact(county, plan_campaign, command), Planned)
    return campaign_id
