"""The trade-in campaign of the demonstration county: entitlements, appliances sold, their papers in every state.

Every model, serial number and invoice is invented; models and receipts say 演示.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import time, timedelta
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.cast import Cast, Shop, accepted, staff_actor
from backend.demonstration.dice import Dice
from backend.identity.person import claimants
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time, business_day
from backend.trade_in.file_sale import FileSale, MendSale, SaleFiled, file_sale, mend_sale
from backend.trade_in.review_sale import ReviewSale, SaleReviewed, review_sale
from backend.trade_in.rules import DossierState, OldProof, Papers
from backend.vouchers.claim import claim_many
from backend.vouchers.claim_rules import Claim, Claimed, people_of
from backend.vouchers.desk_rules import CampaignPlan
from backend.vouchers.issue_draw import facts_of
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Evidence, EvidenceKind, Redeem, Redeemed, Typed
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import Bill
from backend.vouchers.short_code import MakeShortCode, ShortCode, hashed_code, make_short_code
from backend.vouchers.trade_in_rules import Appliance

SettleDown = Callable[[County, Instant], Awaitable[int]]
"""Does whatever is due at an instant."""

CITY, TENGDA, RIVER = "bright-home-appliances", "tengda-appliances", "small-river-electrics"
FRIDGE, WASHER, SCREEN = Appliance.REFRIGERATOR, Appliance.WASHING_MACHINE, Appliance.TELEVISION
COOLER, HEATER = Appliance.AIR_CONDITIONER, Appliance.WATER_HEATER
NEIGHBOURS = 300
"""The tour's people are the first ones, and buy no appliance: a visitor finds their wallets as they were."""
UNUSED = 9
"""So many took an entitlement and have not bought yet."""
BLURRED = "铭牌照片上的序列号看不清，请核对机身后重新填写。"
OTHER_MODEL = "发票上的型号与申报型号不一致，经电话核实为另一台机器。"


class Sold(Struct, frozen=True, kw_only=True):
    """An appliance: which one, where, for how much, how many days ago, and how far its papers have come.

    ``steps`` follow each other on the days after the sale; none of them means that nothing was filed yet.
    """

    appliance: Appliance
    shop: str
    price_fen: int
    model: str
    days_ago: int
    level: int = 1
    old: OldProof | None = None
    steps: tuple[str, ...] = ()


SALES: tuple[Sold, ...] = (
    Sold(appliance=FRIDGE, shop=CITY, price_fen=399_900, model="BCD-501WD", days_ago=6, steps=("file", "approve")),
    Sold(appliance=SCREEN, shop=CITY, price_fen=529_900, model="75E5", days_ago=6, steps=("file", "approve")),
    Sold(appliance=COOLER, shop=TENGDA, price_fen=279_900, model="KFR-35GW", days_ago=6, steps=("file", "approve")),
    Sold(appliance=FRIDGE, shop=RIVER, price_fen=1_499_900, model="BCD-630WT", days_ago=5, steps=("file", "approve")),
    Sold(appliance=WASHER, shop=TENGDA, price_fen=219_900, model="XQG100", days_ago=5, steps=("file", "return")),
    Sold(
        appliance=WASHER,
        shop=CITY,
        price_fen=349_900,
        model="XQG120",
        days_ago=5,
        level=2,
        steps=("file", "return", "mend"),
    ),
    Sold(appliance=SCREEN, shop=RIVER, price_fen=199_900, model="55A3", days_ago=5, level=2, steps=("file", "reject")),
    Sold(appliance=COOLER, shop=TENGDA, price_fen=319_900, model="KFR-50LW", days_ago=4, steps=("file", "give-back")),
    Sold(
        appliance=HEATER,
        shop=TENGDA,
        price_fen=159_900,
        model="JSQ30-16",
        days_ago=4,
        level=2,
        old=OldProof.RECYCLING_RECEIPT,
        steps=("file",),
    ),
    Sold(
        appliance=HEATER, shop=CITY, price_fen=129_900, model="F60-22", days_ago=3, old=OldProof.WAIVED, steps=("file",)
    ),
    Sold(appliance=FRIDGE, shop=TENGDA, price_fen=259_900, model="BCD-310WM", days_ago=3, level=2, steps=("file",)),
    Sold(appliance=COOLER, shop=CITY, price_fen=689_900, model="KFR-72LW", days_ago=2),
    Sold(appliance=COOLER, shop=RIVER, price_fen=239_900, model="KFR-26GW", days_ago=2),
    Sold(appliance=SCREEN, shop=TENGDA, price_fen=299_900, model="65D2", days_ago=1),
)
OLD = {
    OldProof.RECYCLING_RECEIPT: "演示回收单 20260318-07",
    OldProof.WAIVED: "新房首次安装，没有旧热水器。",
    None: None,
}


class Entitled(Struct, frozen=True, kw_only=True):
    """Who bought what, with which voucher."""

    sold: Sold
    voucher_id: UUID
    resident_id: UUID


class Qualified(Struct, frozen=True, kw_only=True):
    """The entitlements that were claimed on the first day."""

    entitled: tuple[Entitled, ...]


class Selling(Struct, frozen=True, kw_only=True):
    """The days since, until yesterday."""

    cast: Cast
    entitled: tuple[Entitled, ...]


async def qualify(county: County, cast: Cast, plan: CampaignPlan, settle: SettleDown) -> Qualified:
    """People take the entitlement for what they want to buy; some have not bought it yet."""
    opened = min(round_.opens_at for round_ in plan.rounds)
    await settle(county, opened)
    return await transact(county, _qualify, (cast, plan), now=opened)


async def _qualify(tx: Transaction, asked: tuple[Cast, CampaignPlan], *, now: Instant) -> Qualified:
    cast, plan = asked
    dice = Dice("trade-in")
    rounds = {
        kind.terms.trade_in.appliance: round_.round_id
        for round_ in plan.rounds
        for kind in plan.kinds
        if kind.code == round_.kind_code and kind.terms.trade_in is not None
    }
    roll = [id_ for resident, id_ in cast.residents[NEIGHBOURS:] if resident.phone is not None]
    wanted = [sold.appliance for sold in SALES] + [dice.pick(tuple(rounds)) for _ in range(UNUSED)]
    people = [roll.pop(dice.below(len(roll))) for _ in wanted]
    known = await claimants(tx, people)
    vouchers = []
    for nth, (appliance, resident_id) in enumerate(zip(wanted, people, strict=True)):
        claim_id, person = new_id(), known[resident_id]
        claim = Claim(
            claim_id=claim_id,
            round_id=rounds[appliance],
            resident_id=resident_id,
            facts=facts_of(person),
            people=people_of(person.keys, assisted=False),
            actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role=Role.RESIDENT.value, request_id=claim_id),
        )
        [claimed] = await claim_many(tx, [claim], now=now + timedelta(minutes=7 * nth + dice.below(6)))
        vouchers.append(accepted(Claimed, claimed, "entitlement").voucher_id)
    return Qualified(
        entitled=tuple(
            Entitled(sold=sold, voucher_id=voucher_id, resident_id=resident_id)
            for sold, voucher_id, resident_id in zip(SALES, vouchers, people, strict=False)
        )
    )


async def sell_appliances(county: County, cast: Cast, qualified: Qualified, now: Instant) -> int:
    """Sold, filed and reviewed until yesterday; returns how many."""
    return await transact(county, _sell_all, Selling(cast=cast, entitled=qualified.entitled), now=now)


async def _sell_all(tx: Transaction, selling: Selling, *, now: Instant) -> int:
    """In the order of time."""
    papers_of = [_papers(nth, one.sold) for nth, one in enumerate(selling.entitled)]
    acts: list[tuple[Instant, int, str]] = []
    for nth, one in enumerate(selling.entitled):
        day = business_day(now) - timedelta(days=one.sold.days_ago)
        acts.append((at_county_time(day, time(10 + nth % 7, 5 + 3 * nth)), nth, "sell"))
        hours = ((0, time(19, 10)), (1, time(10, 30)), (1, time(16, 20)))
        for (days, hour), step in zip(hours, one.sold.steps, strict=False):
            acts.append((at_county_time(day + timedelta(days=days), hour) + timedelta(minutes=nth), nth, step))
    story = _Story(tx, selling, papers_of)
    for at, nth, step in sorted(acts):
        await story.go_on(nth, step, at)
    return len(selling.entitled)


def _papers(nth: int, sold: Sold) -> Papers:
    return Papers(
        invoice_no=f"2651200000{20_261_100 + nth:010d}",
        model=f"演示 {sold.model}",
        serial_no=f"YS{sold.model.replace('-', '')}-2611{nth:05d}",
        energy_level=sold.level,
        energy_record_no=f"YSCEL2026{nth:06d}",
        old_proof=sold.old,
        old_value=OLD[sold.old],
    )


class _Story:
    """What becomes of each sale, step by step."""

    def __init__(self, tx: Transaction, selling: Selling, papers: Sequence[Papers]) -> None:
        self.tx = tx
        self.cast = selling.cast
        self.entitled = selling.entitled
        self.papers = papers
        self.shops: dict[str, Shop] = {shop.key: shop for shop in selling.cast.shops}
        self.redemptions: dict[int, UUID] = {}
        self.dossiers: dict[int, UUID] = {}

    async def go_on(self, nth: int, step: str, at: Instant) -> None:
        """One step of one sale."""
        match step:
            case "sell":
                await self.sell(nth, at)
            case "file":
                await self.file(nth, at)
            case "mend":
                await self.mend(nth, at)
            case "give-back":
                await self.give_back(nth, at)
            case "approve":
                await self.review(nth, DossierState.APPROVED, None, at)
            case "return":
                await self.review(nth, DossierState.RETURNED, BLURRED, at)
            case _:
                await self.review(nth, DossierState.REJECTED, OTHER_MODEL, at)

    def shop(self, nth: int) -> Shop:
        """Where it was sold."""
        return self.shops[self.entitled[nth].sold.shop]

    async def sell(self, nth: int, at: Instant) -> None:
        """At the counter, with the digits that the customer reads aloud."""
        one, shop, redemption_id = self.entitled[nth], self.shop(nth), new_id()
        asked = MakeShortCode(resident_id=one.resident_id, voucher_id=one.voucher_id)
        made = await make_short_code(self.tx, asked, now=at - timedelta(seconds=20))
        code = accepted(ShortCode, made, "short code")
        paying = Redeem(
            redemption_id=redemption_id,
            presented=Typed(code=hashed_code(self.tx, code.code)),
            merchant_id=shop.merchant_id,
            bill=Bill(bill_fen=one.sold.price_fen, eligible_fen=one.sold.price_fen),
            evidence=Evidence(kind=EvidenceKind.E_INVOICE, value=self.papers[nth].invoice_no),
            actor=staff_actor(shop.owner_id, Role.MERCHANT),
        )
        accepted(Redeemed, await redeem(self.tx, paying, now=at), "an appliance")
        self.redemptions[nth] = redemption_id

    async def file(self, nth: int, at: Instant) -> None:
        """In the evening of the same day."""
        shop, dossier_id = self.shop(nth), new_id()
        filing = FileSale(
            dossier_id=dossier_id,
            redemption_id=self.redemptions[nth],
            merchant_id=shop.merchant_id,
            papers=self.papers[nth],
            actor=staff_actor(shop.owner_id, Role.MERCHANT),
        )
        accepted(SaleFiled, await file_sale(self.tx, filing, now=at), "papers of an appliance")
        self.dossiers[nth] = dossier_id

    async def mend(self, nth: int, at: Instant) -> None:
        """After it was returned."""
        shop = self.shop(nth)
        mending = MendSale(
            mend_id=new_id(),
            dossier_id=self.dossiers[nth],
            merchant_id=shop.merchant_id,
            papers=self.papers[nth],
            actor=staff_actor(shop.owner_id, Role.MERCHANT),
        )
        accepted(SaleFiled, await mend_sale(self.tx, mending, now=at), "mended papers")

    async def review(self, nth: int, to: DossierState, note: str | None, at: Instant) -> None:
        """On the morning after."""
        reviewing = ReviewSale(
            review_id=new_id(),
            dossier_id=self.dossiers[nth],
            version=1,
            to=to,
            note=note,
            actor=self.cast.officer("reviewer-a", Role.REVIEWER),
        )
        accepted(SaleReviewed, await review_sale(self.tx, reviewing, now=at), "a review")

    async def give_back(self, nth: int, at: Instant) -> None:
        """The customer brings it back before anybody has looked at its papers."""
        shop = self.shop(nth)
        undoing = RollBack(
            roll_back_id=new_id(),
            redemption_id=self.redemptions[nth],
            merchant_id=shop.merchant_id,
            reason="安装位置不合适，整单退货",
            refund_fen=None,
            actor=staff_actor(shop.owner_id, Role.MERCHANT),
        )
        accepted(RolledBack, await roll_back(self.tx, undoing, now=at), "an appliance brought back")
