"""Random lives of a braked campaign: whatever people and machines do, every pause has its figures and its warning."""

from random import Random
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import ActorKind
from backend.vouchers.brake_campaign import RaiseAlert, raise_alert
from backend.vouchers.brake_rules import Alert, AlertLevel, BrakeLimit, BrakePlan, PauseScope, Raise
from backend.vouchers.rules import Limit
from backend.vouchers.steer_campaign import Turn
from backend.vouchers.watch_campaigns import CampaignWatch, LookAt, look_at_campaigns
from tests.databases import HandClock
from tests.vouchers.brakes import Braked, braked
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import undo

TIGHT = BrakePlan(
    burn_rate=BrakeLimit(warn=500, pause=1_000, minutes=10),
    merchant_share=BrakeLimit(warn=6_000, pause=9_000, minutes=30, least=4),
    refund_rate=BrakeLimit(warn=2_000, pause=5_000, minutes=30, least=3, scope=PauseScope.CLAIMS),
    merchant_pace=BrakeLimit(warn=2, pause=4, minutes=1),
    grace_minutes=5,
)
STEPS = 45


class Life:
    """One history, step by step."""

    def __init__(self, dice: Random, of: Braked) -> None:
        self.dice = dice
        self.of = of
        self.watch = CampaignWatch()
        self.live: list[tuple[UUID, int]] = []
        self.resumes = 0

    async def step(self) -> None:
        """One thing that happens."""
        chances = (self.buy, self.give_back, self.later, self.look, self.crash, self.turn)
        await self.dice.choices(chances, (5, 2, 3, 5, 2, 2))[0]()

    async def buy(self) -> None:
        state, _, _ = await self.of.stands()
        if state == "running" and len(self.live) < 100:
            shop = self.dice.randrange(2)
            self.live += [(one, shop) for one in await self.of.buy(self.dice.randrange(1, 4), shop=shop)]

    async def give_back(self) -> None:
        if self.live:
            redemption_id, shop = self.live.pop(self.dice.randrange(len(self.live)))
            await undo(self.of.county, redemption_id, self.of.shops[shop])

    async def later(self) -> None:
        await self.of.pass_minutes(self.dice.choice((0.2, 1, 4, 11, 31)))

    async def look(self) -> None:
        await self.watch(self.of.county, self.of.clock())

    async def crash(self) -> None:
        """A worker dies after some of its acts; or another has looked at the same moment and acts on it later."""
        found = (await inquire(self.of.county, look_at_campaigns, LookAt(at=self.of.clock()))).found
        acts = [act for one in found for act in one.acts if isinstance(act, Raise)]
        for act in acts[: self.dice.randrange(len(acts) + 1)]:
            await transact(self.of.county, raise_alert, RaiseAlert(campaign_id=self.of.campaign_id, raised=act))
        if self.dice.random() < 0.5:
            await self.look()
            for act in acts:
                await transact(self.of.county, raise_alert, RaiseAlert(campaign_id=self.of.campaign_id, raised=act))

    async def turn(self) -> None:
        state, _, _ = await self.of.stands()
        if state == "running":
            if self.dice.random() < 0.2:
                await self.of.steer(Turn.PAUSE, self.dice.choice(list(PauseScope)))
        else:
            self.resumes += 1
            await self.of.steer(Turn.RESUME)


@pytest.mark.parametrize("seed", range(4))
async def test_a_random_life_keeps_every_promise_of_the_brake(county: County, clock: HandClock, seed: int) -> None:
    dice = Random(seed)
    limits = (Limit(rule_id=UUID(int=0x99), most=100),)
    of = await braked(county, clock, TIGHT, pieces=100, limits=limits)
    life = Life(dice, of)
    for _ in range(STEPS):
        await life.step()
        _one_lives(await of.alerts())
    alerts = await of.alerts()
    made = [one for one in alerts if one.level is AlertLevel.PAUSE]
    assert made, "a history in which nothing ever pauses tells nothing"
    assert all(one.value >= one.limit and one.figures["pieces"] > 0 for one in alerts)
    for one in made:
        assert [
            warned
            for warned in alerts
            if warned.level is AlertLevel.WARN
            and warned.key == one.key
            and warned.raised_at <= one.raised_at
            and (warned.ended_at is None or warned.ended_at >= one.raised_at)
        ]
    entries = await of.entries("campaign.pause")
    assert len([one for one in entries if one.actor.kind is ActorKind.SYSTEM]) == len(made)
    assert len(await of.entries("campaign.warn")) == len(alerts) - len(made)
    resumed = await of.entries("campaign.resume")
    assert len(resumed) == life.resumes
    assert all(one.actor.kind is ActorKind.STAFF for one in resumed)
    assert len(await of.messages()) == len(alerts)
    assert await faults(county) == []


def _one_lives(alerts: list[Alert]) -> None:
    living = [(one.key, one.level) for one in alerts if one.ended_at is None]
    assert len(living) == len(set(living))
