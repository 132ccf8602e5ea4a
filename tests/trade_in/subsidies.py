"""A trade-in campaign, shops that sell appliances, sales and the papers of them: what tests of dossiers share."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.merchants.rules import Trade
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import HoldRule, HoldState
from backend.settlement.store import holds
from backend.trade_in.file_sale import FileOutcome, FileSale, MendSale, SaleFiled, file_sale, mend_sale
from backend.trade_in.find_dossiers import FindDossier, FoundDossier, find_dossier
from backend.trade_in.review_sale import ReviewSale, SaleReviewed, review_sale
from backend.trade_in.rules import DossierState, Papers, TradeInReason
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, ClaimOutcome
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan, total_fen
from backend.vouchers.rules import ClaimantFacts, DiscountKind, Limit
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.trade_in_rules import Appliance, TradeIn
from tests.settlement.cycles import CLERK, spent, with_account
from tests.vouchers.campaigns import SILENT, approved, funded, terms
from tests.vouchers.counters import Phone, counter, phone

FIFTEEN_PERCENT, CAP_FEN = 1_500, 200_000
FRIDGE_FEN = 399_900
OWNER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x712), role="merchant")
DESK = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC3), role="reviewer")
MOST = {Appliance.AIR_CONDITIONER: 3}


class Shops(Struct, frozen=True, kw_only=True):
    """A running trade-in campaign, two shops, and people."""

    campaign_id: UUID
    rounds: dict[Appliance, UUID]
    shops: tuple[UUID, UUID]
    people: list[Phone]


def kind_of(appliance: Appliance, pieces: int = 20, **of_trade_in: Any) -> KindPlan:
    """15 % of the price, at most 2 000 yuan, one piece per person, air conditioners three."""
    agreed = terms(
        kind_code=appliance.value,
        discount=DiscountKind.PERCENTAGE,
        percent_bp=FIFTEEN_PERCENT,
        face_fen=CAP_FEN,
        minimum_spend_fen=0,
        valid_days=30,
        trades=("appliance",),
        limits=(Limit(rule_id=new_id(), most=MOST.get(appliance, 1)),),
        trade_in=TradeIn(appliance=appliance, **of_trade_in),
    )
    return KindPlan(code=appliance.value, name_zh="家电券", name_en="Appliance", terms=agreed, cap_pieces=pieces)


def plan_of(county: County, kinds: list[KindPlan], **of_plan: Any) -> CampaignPlan:
    """Each kind in a round of its own that is open for a month."""
    now = county.clock()
    return CampaignPlan(
        title_zh="家电以旧换新补贴",
        title_en="Trade-in subsidy for home appliances",
        kinds=tuple(kinds),
        rounds=tuple(
            RoundPlan(
                round_id=new_id(),
                kind_code=kind.code,
                name_zh=kind.name_zh,
                name_en=kind.name_en,
                opens_at=now,
                closes_at=now + timedelta(days=30),
                pieces=kind.cap_pieces,
            )
            for kind in kinds
        ),
        **({"brake": SILENT} | of_plan),
    )


async def selling(county: County, *, people: int = 1, **of_trade_in: Any) -> Shops:
    """Refrigerators, televisions and air conditioners are subsidised."""
    kinds = [
        kind_of(one, **of_trade_in) for one in (Appliance.REFRIGERATOR, Appliance.TELEVISION, Appliance.AIR_CONDITIONER)
    ]
    plan, campaign_id = plan_of(county, kinds), new_id()
    await approved(county, campaign_id, plan)
    await funded(county, campaign_id, total_fen(plan))
    running = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RUN, actor=CLERK)
    await transact(county, steer_campaign, running)
    shops = (
        await counter(county, trade=Trade.APPLIANCE),
        await counter(county, order=2, trade=Trade.APPLIANCE, places=False),
    )
    for order, shop in enumerate(shops, start=1):
        await with_account(county, shop, order=order)
    return Shops(
        campaign_id=campaign_id,
        rounds={Appliance(one.kind_code): one.round_id for one in plan.rounds},
        shops=shops,
        people=[await phone(county, number) for number in range(1, people + 1)],
    )


async def sold(
    county: County,
    of: Shops,
    *,
    person: int = 0,
    shop: int = 0,
    appliance: Appliance = Appliance.REFRIGERATOR,
    bill_fen: int = FRIDGE_FEN,
) -> UUID:
    """A voucher claimed and used on an appliance; returns the redemption."""
    return await spent(county, of.rounds[appliance], of.people[person], of.shops[shop], bill_fen=bill_fen)


async def asks(county: County, round_id: UUID, of: Phone) -> ClaimOutcome:
    """One more claim by the same person."""
    claim_id = new_id()
    me = Actor(kind=ActorKind.RESIDENT, id=of.resident_id, request_id=claim_id)
    command = Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=of.resident_id,
        facts=ClaimantFacts(),
        people=(of.resident_id.bytes * 2,),
        actor=me,
    )
    return await transact(county, claim, command)


def papers(number: int = 1, **changed: Any) -> Papers:
    """Papers in good order of invented appliance number so-and-so."""
    given: dict[str, Any] = {
        "invoice_no": f"2651200000{number:010d}",
        "model": "BCD-501WLHTD",
        "serial_no": f"YSBX20261120{number:06d}",
        "energy_level": 1,
    }
    return Papers(**(given | changed))


def filing(of: Shops, bought: UUID, told: Papers | None = None, *, shop: int = 0, **changed: Any) -> FileSale:
    given: dict[str, Any] = {
        "dossier_id": new_id(),
        "redemption_id": bought,
        "merchant_id": of.shops[shop],
        "papers": told or papers(),
        "actor": OWNER,
    }
    return FileSale(**(given | changed))


async def filed(county: County, of: Shops, bought: UUID, told: Papers | None = None, *, shop: int = 0) -> UUID:
    """The papers are with the desk; returns the dossier."""
    command = filing(of, bought, told, shop=shop)
    done = await transact(county, file_sale, command)
    assert done == SaleFiled(
        dossier_id=command.dossier_id, redemption_id=bought, state=DossierState.FILED, version=1
    ), done
    return command.dossier_id


async def mended(county: County, of: Shops, dossier_id: UUID, told: Papers, *, shop: int = 0) -> FileOutcome:
    command = MendSale(mend_id=new_id(), dossier_id=dossier_id, merchant_id=of.shops[shop], papers=told, actor=OWNER)
    return await transact(county, mend_sale, command)


async def reviewed(
    county: County,
    dossier_id: UUID,
    to: DossierState = DossierState.APPROVED,
    *,
    version: int = 1,
    note: str | None = "铭牌照片看不清，请补正",
    actor: Actor = DESK,
) -> SaleReviewed | Refused[TradeInReason]:
    command = ReviewSale(review_id=new_id(), dossier_id=dossier_id, version=version, to=to, note=note, actor=actor)
    done = await transact(county, review_sale, command)
    assert isinstance(done, SaleReviewed | Refused)
    return done


async def dossier(county: County, dossier_id: UUID) -> FoundDossier:
    """As the desk sees it."""
    found = await inquire(county, find_dossier, FindDossier(dossier_id=dossier_id))
    assert found is not None
    return found


async def waiting_papers(county: County) -> list[Hold]:
    """Every hold that waits, or waited, for papers."""

    async def ask(tx: Transaction, _asked: None) -> list[Hold]:
        found = await holds.find_holds(tx, states=tuple(HoldState), most=100)
        return [hold for hold in found if hold.rule is HoldRule.NOT_REVIEWED]

    return await inquire(county, ask, None)
