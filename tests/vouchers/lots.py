"""Draws to test with: a campaign whose round is drawn by lot, people who enter, and the two who enter the seed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.app import DUE_VERBS
from backend.background import Background
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.open_account import OpenAccount, open_account
from backend.identity.person import claimant
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.vouchers.claim_rules import Claim, people_of
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan
from backend.vouchers.draw_rules import DrawPlan, Seal
from backend.vouchers.draw_views import PublicDraw
from backend.vouchers.enter_draw import Entered, enter_draw
from backend.vouchers.enter_seed import EnterSeed, enter_seed
from backend.vouchers.find_draws import public_draw
from backend.vouchers.issue_draw import facts_of
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.number_entrants import NumberEntrants, number_entrants
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, approved, funded, terms

ONE = Actor(kind=ActorKind.STAFF, id=UUID(int=0x5EED1), role="office")
OTHER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x5EED2), role="reviewer")
SEED = "0918273"
NOTARY = "（2026）川筠证字第 318 号"
FILE = "ab" * 32
HOURS_OPEN = 24
SOURCE_AFTER = timedelta(hours=4)


def seal(value: str = SEED, **changed: str) -> Seal:
    """What the notary saw."""
    return Seal(**({"value": value, "document_no": NOTARY, "file_sha256": FILE} | changed))


def draw_plan(closes_at: datetime, *, reserves: int = 2, **changed: Any) -> DrawPlan:
    """Seven digits of a lottery that is drawn four hours after entering ends."""
    given: dict[str, Any] = {
        "source": "中国体育彩票七星彩",
        "issue": "第 26136 期",
        "writing": "七位开奖号码依次连写",
        "digits": 7,
        "published_at": closes_at + SOURCE_AFTER,
        "reserves": reserves,
    }
    return DrawPlan(**(given | changed))


def round_plan(county: County, *, pieces: int | None = 3, kind: str = "dining-50", **changed: Any) -> RoundPlan:
    """A round that is open for a day and then drawn."""
    opens = county.clock()
    closes = opens + timedelta(hours=HOURS_OPEN)
    given: dict[str, Any] = {
        "round_id": new_id(),
        "kind_code": kind,
        "name_zh": "摇号轮",
        "name_en": "By lot",
        "mode": RoundMode.DRAW,
        "opens_at": opens,
        "closes_at": closes,
        "pieces": pieces,
        "draw": draw_plan(closes),
    }
    return RoundPlan(**(given | changed))


def plan_with(*rounds: RoundPlan, cap_pieces: int = 10, **of_terms: Any) -> CampaignPlan:
    """A plan of one kind with these rounds."""
    agreed = terms(**of_terms)
    kind = KindPlan(code=agreed.kind_code, name_zh="餐饮券", name_en="Dining", terms=agreed, cap_pieces=cap_pieces)
    return CampaignPlan(title_zh="摇号测试", title_en="Drawn", kinds=(kind,), rounds=rounds)


async def run_plan(county: County, plan: CampaignPlan) -> UUID:
    """The plan approved, funded and running; its campaign's id."""
    campaign_id = new_id()
    await approved(county, campaign_id, plan)
    await funded(county, campaign_id, sum(kind.terms.face_fen * kind.cap_pieces for kind in plan.kinds))
    running = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RUN, actor=CLERK)
    await transact(county, steer_campaign, running)
    return campaign_id


async def drawn_campaign(
    county: County, *, pieces: int = 3, reserves: int = 2, cap_pieces: int = 10, **of_terms: Any
) -> UUID:
    """A running campaign with one round by lot; its round's id."""
    round_ = round_plan(county, pieces=pieces)
    round_ = round_plan(county, pieces=pieces, draw=draw_plan(round_.closes_at, reserves=reserves))
    await run_plan(county, plan_with(round_, cap_pieces=cap_pieces, **of_terms))
    return round_.round_id


async def person(county: County, number: int, **known: Any) -> UUID:
    """Somebody with a phone."""
    given: dict[str, Any] = {"phone": f"1540500{number:04d}", "proof_level": ProofLevel.PHONE}
    return await transact(county, open_account, OpenAccount(**(given | known)))


async def people(county: County, count: int, *, first: int = 1) -> list[UUID]:
    """So many."""
    return [await person(county, number) for number in range(first, first + count)]


async def asking(county: County, round_id: UUID, resident_id: UUID, *, claim_id: UUID | None = None) -> Claim:
    """What this person sends, as the county knows them now."""
    known = await inquire(county, claimant, resident_id)
    assert known is not None
    claim_id = claim_id or new_id()
    return Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=resident_id,
        facts=facts_of(known),
        people=people_of(known.keys, assisted=False),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role="resident", request_id=claim_id),
    )


async def enter(county: County, round_id: UUID, resident_id: UUID, *, entry_id: UUID | None = None) -> Any:
    """Enter the draw."""
    return await transact(county, enter_draw, await asking(county, round_id, resident_id, claim_id=entry_id))


async def all_enter(county: County, round_id: UUID, residents: list[UUID]) -> list[Entered]:
    """Everybody enters."""
    entered = [await enter(county, round_id, one) for one in residents]
    assert all(isinstance(one, Entered) for one in entered), entered
    return entered


async def work_off(county: County) -> int:
    """Whatever is due, as ``serve`` does it, until nothing is left."""
    work = Background(county, (), DUE_VERBS)
    done = 0
    while more := await work.round(county.clock()):
        done += more
    return done


async def close(county: County, clock: HandClock, round_id: UUID) -> PublicDraw:
    """Entering ends, and everybody is numbered."""
    clock.forward(hours=HOURS_OPEN)
    await work_off(county)
    return await published(county, round_id)


async def published(county: County, round_id: UUID) -> PublicDraw:
    """The draw as everybody sees it."""
    found = await inquire(county, public_draw, round_id)
    assert found is not None
    return found


async def enter_seeds(county: County, round_id: UUID, value: str = SEED) -> list[Any]:
    """Both people enter the same."""
    return [await seed_by(county, round_id, who, seal(value)) for who in (ONE, OTHER)]


async def seed_by(county: County, round_id: UUID, who: Actor, sealed: Seal, *, seed_id: UUID | None = None) -> Any:
    """One person enters what they saw."""
    command = EnterSeed(seed_id=seed_id or new_id(), round_id=round_id, seal=sealed, actor=who)
    return await transact(county, enter_seed, command)


async def ripe_draw(county: County, residents: list[UUID]) -> UUID:
    """A draw of yesterday that these people entered: numbered in time, its source drawn, no seed entered yet."""
    closes = county.clock() - SOURCE_AFTER - timedelta(hours=1)
    opens = closes - timedelta(hours=HOURS_OPEN)
    round_ = round_plan(county, opens_at=opens, closes_at=closes, draw=draw_plan(closes))
    await run_plan(county, plan_with(round_))
    for resident_id in residents:
        command = await asking(county, round_.round_id, resident_id)
        entered = await transact(county, enter_draw, command, now=opens)
        assert isinstance(entered, Entered), entered
    await transact(county, number_entrants, NumberEntrants(round_.round_id), now=closes)
    return round_.round_id
