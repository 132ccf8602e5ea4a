"""A desk with its three people, and a small campaign of two kinds to pass between them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.grant_deputy import GrantDeputy, grant_deputy
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused
from backend.vouchers.approve_campaign import SignCampaign, Signed, sign_campaign
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, DecisionStep, DeskReason, KindPlan, RoundPlan
from backend.vouchers.find_campaigns import Board, board
from backend.vouchers.fund_campaign import FundCampaign, Funded, fund_campaign
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.plan_campaign import PlanCampaign, Planned, plan_campaign
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn, steer_campaign
from tests.identity.people import staff
from tests.vouchers.campaigns import RECEIPT, terms
from tests.web.world import row_counts

DOCUMENT = "演示〔2026〕7号"
SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=6_000),
    FundingShare(funder=Funder.MERCHANT, share_bp=4_000),
)


class Desk(Struct, frozen=True, kw_only=True):
    """经办, 复核 and 审批 of one campaign, and a second clerk, reviewer and approver."""

    county: County
    campaign_id: UUID
    clerk: Actor
    reviewer: Actor
    approver: Actor
    others: dict[Role, Actor]

    async def plan(
        self, plan: CampaignPlan | None = None, *, version: int | None = None, by: Actor | None = None
    ) -> Any:
        """Save the plan."""
        command = PlanCampaign(
            campaign_id=self.campaign_id,
            plan=plan or small_plan(self.county),
            version=version,
            actor=by or self.clerk,
        )
        return await transact(self.county, plan_campaign, command)

    async def sign(self, step: DecisionStep, by: Actor, *, version: int = 1, **given: Any) -> Any:
        """One signature; an approval carries its document number unless told otherwise."""
        if step is DecisionStep.APPROVE:
            given.setdefault("document_no", DOCUMENT)
        given.setdefault("decision_id", new_id())
        command = SignCampaign(campaign_id=self.campaign_id, version=version, step=step, actor=by, **given)
        return await transact(self.county, sign_campaign, command)

    async def approve(self, *, version: int = 1) -> None:
        """The three signatures."""
        for step, by in (
            (DecisionStep.SUBMIT, self.clerk),
            (DecisionStep.REVIEW, self.reviewer),
            (DecisionStep.APPROVE, self.approver),
        ):
            outcome = await self.sign(step, by, version=version)
            assert isinstance(outcome, Signed), outcome

    async def fund(
        self, amount_fen: int, *, version: int = 1, by: Actor | None = None, funding_id: UUID | None = None
    ) -> Funded | Refused[DeskReason] | IdReused:
        """Prove so much money; the clerk who did not draft does it."""
        command = FundCampaign(
            funding_id=funding_id or new_id(),
            campaign_id=self.campaign_id,
            version=version,
            document_no=DOCUMENT,
            bank_voucher_no="20261120-1",
            amount_fen=amount_fen,
            file_sha256=RECEIPT,
            actor=by or self.others[Role.OFFICE],
        )
        return await transact(self.county, fund_campaign, command)

    async def turn(
        self,
        turn: Turn,
        *,
        reason: str | None = None,
        scope: PauseScope = PauseScope.CLAIMS,
        turn_id: UUID | None = None,
    ) -> Steered | Refused[DeskReason] | IdReused:
        """Run, pause, resume or end."""
        command = SteerCampaign(
            turn_id=turn_id or new_id(),
            campaign_id=self.campaign_id,
            turn=turn,
            reason=reason,
            scope=scope,
            actor=self.clerk,
        )
        return await transact(self.county, steer_campaign, command)

    async def seen(self) -> Board:
        """The live board."""
        found = await inquire(self.county, board, self.campaign_id)
        assert found is not None
        return found

    async def deputise(self, deputy: Actor, principal: Actor, role: Role, *, begins: int = 0, days: int = 2) -> None:
        """A grant that begins so many days from now."""
        assert deputy.id is not None
        assert principal.id is not None
        begins_at = self.county.clock() + timedelta(days=begins)
        granted = await transact(
            self.county,
            grant_deputy,
            GrantDeputy(
                deputy_id=deputy.id,
                principal_id=principal.id,
                role=role,
                begins_at=begins_at,
                ends_at=begins_at + timedelta(days=days),
            ),
        )
        assert not isinstance(granted, Refused), granted


async def desk(county: County) -> Desk:
    """Six people in office, and a campaign id."""
    people = [
        Actor(kind=ActorKind.STAFF, id=await staff(county, role), role=role.value)
        for role in (Role.OFFICE, Role.REVIEWER, Role.APPROVER) * 2
    ]
    return Desk(
        county=county,
        campaign_id=new_id(),
        clerk=people[0],
        reviewer=people[1],
        approver=people[2],
        others=dict(zip((Role.OFFICE, Role.REVIEWER, Role.APPROVER), people[3:], strict=True)),
    )


def small_plan(county: County) -> CampaignPlan:
    """10 dining vouchers of 50 yuan, all public, and 5 of 30 yuan, 40 % of it from the merchant: 590 public yuan.

    The dining rounds have 4 pieces and what is left; the shared kind's round has all of its own.
    """
    opens = county.clock() + timedelta(hours=1)
    shared = terms(kind_code="retail-30", face_fen=3_000, minimum_spend_fen=10_000, funding=SHARED)
    return CampaignPlan(
        title_zh="筠连消费券",
        title_en="Junlian vouchers",
        kinds=(
            KindPlan(code="dining-50", name_zh="餐饮券", name_en="Dining", terms=terms(), cap_pieces=10),
            KindPlan(code="retail-30", name_zh="零售券", name_en="Retail", terms=shared, cap_pieces=5),
        ),
        rounds=tuple(
            RoundPlan(
                round_id=new_id(),
                kind_code=kind,
                name_zh="轮次",
                name_en="Round",
                opens_at=opens + timedelta(days=day),
                closes_at=opens + timedelta(days=day, hours=8),
                pieces=pieces,
            )
            for kind, day, pieces in (("dining-50", 0, 4), ("dining-50", 10, None), ("retail-30", 0, 5))
        ),
    )


async def balances(county: County) -> dict[str, int]:
    """Every account's balance by its key."""
    return (await inquire(county, audit_ledger, AuditLedger())).balances


async def planned(county: County) -> Desk:
    """A desk whose plan is saved as version 1."""
    made = await desk(county)
    assert await made.plan() == Planned(campaign_id=made.campaign_id, version=1)
    return made


async def standing(of: Desk) -> tuple[CampaignState, int, dict[str, int]]:
    """State, version and every row of the county."""
    seen = await of.seen()
    return seen.campaign.state, seen.campaign.version, await row_counts(of.county)
