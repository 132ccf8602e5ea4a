"""A campaign with a brake of its own, tills that spend on it, and what the brake has done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.audit_trail.rules import Entry
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.list_staff import holders
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.notifications.inbox import Inbox, inbox
from backend.notifications.rules import InboxMessage
from backend.vouchers.brake_rules import Alert, BrakePlan, PauseScope
from backend.vouchers.find_campaigns import Board, board
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import Limit
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn, steer_campaign
from backend.vouchers.store import brake
from tests.databases import HandClock
from tests.identity.people import staff
from tests.vouchers.campaigns import CLERK, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, spend, typed, voucher

OFFICE_ROLES = (Role.OFFICE, Role.REVIEWER, Role.APPROVER)


class Braked(Struct, frozen=True, kw_only=True):
    """A campaign under watch, its round, two shops and a phone whose vouchers are spent there."""

    county: County
    clock: HandClock
    campaign_id: UUID
    round_id: UUID
    shops: tuple[UUID, UUID]
    phone: Phone
    people: tuple[UUID, ...]
    """One of each role that the brake tells."""

    async def buy(self, times: int = 1, *, shop: int = 0) -> list[UUID]:
        """Claim and spend so many vouchers now; returns the redemptions."""
        found = []
        for _ in range(times):
            code = await typed(self.county, self.phone, await voucher(self.county, self.round_id, self.phone))
            outcome = await spend(self.county, redemption(self.county, code, self.shops[shop]))
            assert isinstance(outcome, Redeemed), outcome
            found.append(outcome.redemption_id)
        return found

    async def pass_minutes(self, minutes: float) -> None:
        """So much later."""
        self.clock.at += timedelta(minutes=minutes)

    async def seen(self) -> Board:
        """The live board."""
        found = await inquire(self.county, board, self.campaign_id)
        assert found is not None
        return found

    async def stands(self) -> tuple[str, str, str | None]:
        """State, what a pause stops, and its reason."""
        campaign = (await self.seen()).campaign
        return campaign.state, campaign.pause_scope, campaign.pause_reason

    async def alerts(self) -> list[Alert]:
        """Oldest first."""

        async def ask(tx: Transaction, campaign_id: UUID) -> list[Alert]:
            return await brake.alerts_of(tx, campaign_id, 1_000)

        return list(reversed(await inquire(self.county, ask, self.campaign_id)))

    async def told(self) -> list[tuple[str, int, bool]]:
        """Every alert as (level, figure, whether it is over)."""
        return [(one.level, one.value, one.ended_at is not None) for one in await self.alerts()]

    async def steer(self, turn: Turn, scope: PauseScope = PauseScope.CLAIMS) -> None:
        """A person turns the wheel."""
        command = SteerCampaign(
            turn_id=new_id(), campaign_id=self.campaign_id, turn=turn, reason="核查", scope=scope, actor=CLERK
        )
        outcome = await transact(self.county, steer_campaign, command)
        assert isinstance(outcome, Steered), outcome

    async def entries(self, act: str) -> list[Entry]:
        """What the trail tells of an act on the campaign."""
        return await inquire(self.county, find, Find(act=act, subject_id=str(self.campaign_id)))

    async def messages(self, person: int = 0) -> list[InboxMessage]:
        """The inbox of one of the people, newest first."""
        return await inquire(self.county, inbox, Inbox(recipient_id=self.people[person], most=50))


async def braked(county: County, clock: HandClock, plan: BrakePlan, **given: Any) -> Braked:
    """Forty vouchers of 50 yuan: 2 000 yuan in all, so that one is 250 basis points of it."""
    campaign_id = new_id()
    of: dict[str, Any] = {"pieces": 40, "limits": (Limit(rule_id=new_id(), most=40),), "brake": plan} | given
    [round_id] = await running_campaign(county, campaign_id=campaign_id, **of)
    shops = (await counter(county), await counter(county, order=2, places=False))
    for role in OFFICE_ROLES:
        await staff(county, role)

    async def who(tx: Transaction, role: Role) -> list[UUID]:
        return await holders(tx, role)

    people = tuple([person for role in OFFICE_ROLES for person in await inquire(county, who, role)])
    return Braked(
        county=county,
        clock=clock,
        campaign_id=campaign_id,
        round_id=round_id,
        shops=shops,
        phone=await phone(county),
        people=people,
    )
