"""Last week in the demonstration county: a rush at ten, stations that helped, bills paid since, a few taken back.

Every act goes through its verb with the instant at which it happened, in order, so that ledger, trail and boards show
a week that could have been. Who does what when is drawn by ``Dice``: the same on every machine.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.demonstration.cast import Cast, Counter, SeedingRefused, Shop, accepted, staff_actor
from backend.demonstration.dice import Dice
from backend.identity.person import claimants
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.claimants import Claimant
from backend.kernel.grid_code import encode
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time, business_day
from backend.kernel.refusals import Refused
from backend.stations.close_shift import CloseShift, ShiftClosed, close_shift
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.rules import ProofKind
from backend.vouchers.assist import AssistedClaim, assisted_claim
from backend.vouchers.claim import claim_many
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.desk_rules import CampaignPlan, KindPlan
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Evidence, EvidenceKind, Redeem, Redeemed, Typed
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import Bill, ClaimantFacts, RedemptionReason
from backend.vouchers.short_code import MakeShortCode, ShortCode, hashed_code, make_short_code

TOGETHER = 30
"""So many claims of a rush are decided at one instant, as the batched twin would."""
TAKEN_PER_MILLE = 965
SPENT_PER_MILLE = 400
TAKEN_BACK_PER_MILLE = 40
LATE_PER_MILLE = 50
SHORT_PER_MILLE = 60
LATE = ("22:40", "23:20")
"""Some bills are paid when most shops are closed: settlement flags them, and a person has to ask."""
AWAY = encode("28.1450", "104.5450", 5)
"""Where the telephone of some of them says that it is: in the hills, far from every shop."""
STATIONS_THAT_HELP = 4
KEEPERS = 6
"""The tour's people keep their vouchers, so that a visitor finds one in the wallet."""


class Held(Struct, frozen=True, kw_only=True):
    """A voucher that somebody took last week."""

    voucher_id: UUID
    resident_id: UUID
    kind: KindPlan
    claimed_at: datetime
    keeper: bool


class Rush(Struct, frozen=True, kw_only=True):
    """The morning at which the campaign's rounds opened."""

    cast: Cast
    plan: CampaignPlan


class Week(Struct, frozen=True, kw_only=True):
    """The days from the rush until yesterday, with the vouchers that were taken; or ``only`` one of these days."""

    cast: Cast
    held: tuple[Held, ...]
    until: date
    only: date | None = None


async def rush(tx: Transaction, command: Rush, *, now: Instant) -> tuple[Held, ...]:
    """Residents take nearly everything within minutes; stations help those without a phone until noon."""
    held: list[Held] = []
    roll = [(resident, id_) for resident, id_ in command.cast.residents if resident.phone is not None]
    known = await claimants(tx, [id_ for _, id_ in roll])
    for round_ in command.plan.rounds:
        kind = next(kind for kind in command.plan.kinds if kind.code == round_.kind_code)
        dice = Dice(f"rush {kind.code}")
        pieces = kind.cap_pieces if round_.pieces is None else round_.pieces
        online = (pieces - round_.station_pieces) * TAKEN_PER_MILLE // 1000
        chosen = [id_ for _, id_ in roll[: KEEPERS - 1]] + _some(dice, [id_ for _, id_ in roll[KEEPERS:]], online)
        keepers = set(chosen[: KEEPERS - 1])
        for nth in range(0, online, TOGETHER):
            at = round_.opens_at + timedelta(milliseconds=400 + 350 * nth + dice.below(300))
            people = [known[id_] for id_ in chosen[nth : min(nth + TOGETHER, online)]]
            held += await _claim(tx, round_.round_id, kind, people, keepers, at)
    await _help(tx, command, now)
    return tuple(held)


def _some(dice: Dice, ids: Sequence[UUID], count: int) -> list[UUID]:
    rest = list(ids)
    return [rest.pop(dice.below(len(rest))) for _ in range(min(count, len(rest)))]


async def _claim(
    tx: Transaction, round_id: UUID, kind: KindPlan, people: Sequence[Claimant], keepers: set[UUID], at: Instant
) -> list[Held]:
    claims = []
    for person in people:
        claim_id = new_id()
        claims.append(
            Claim(
                claim_id=claim_id,
                round_id=round_id,
                resident_id=person.resident_id,
                facts=ClaimantFacts(groups=person.groups, proof_level=int(person.proof_level), frozen=person.frozen),
                people=tuple(key for _, key in person.keys),
                actor=Actor(
                    kind=ActorKind.RESIDENT, id=person.resident_id, role=Role.RESIDENT.value, request_id=claim_id
                ),
            )
        )
    held = []
    for person, outcome in zip(people, await claim_many(tx, claims, now=at), strict=True):
        if not isinstance(outcome, Claimed):
            raise SeedingRefused(f"{kind.code}: {outcome}")
        held.append(
            Held(
                voucher_id=outcome.voucher_id,
                resident_id=person.resident_id,
                kind=kind,
                claimed_at=at,
                keeper=person.resident_id in keepers,
            )
        )
    return held


async def _help(tx: Transaction, command: Rush, now: Instant) -> None:
    """Stations open in the morning, claim for neighbours without a phone, and count the cash in the evening."""
    day = business_day(now)
    for counter in command.cast.counters[:STATIONS_THAT_HELP]:
        operator = staff_actor(counter.operator_id, Role.OPERATOR)
        opening = OpenShift(
            actor=operator,
            shift_id=new_id(),
            operator_id=counter.operator_id,
            station_id=counter.station_id,
            device_label="柜台平板",
            cash_fen=20_000,
        )
        shift = accepted(ShiftOpened, await open_shift(tx, opening, now=at_county_time(day, time(8, 30))), "shift")
        await _help_neighbours(tx, command, counter, shift.shift_id, day)
        closing = CloseShift(
            actor=operator, close_id=new_id(), shift_id=shift.shift_id, operator_id=counter.operator_id, cash_fen=20_000
        )
        accepted(ShiftClosed, await close_shift(tx, closing, now=at_county_time(day, time(17, 40))), "shift")


async def _help_neighbours(tx: Transaction, command: Rush, counter: Counter, shift_id: UUID, day: date) -> None:
    neighbours = [
        id_
        for resident, id_ in command.cast.residents
        if resident.phone is None and resident.town_code == counter.town_code
    ]
    for nth, resident_id in enumerate(neighbours[:5]):
        claim_id = new_id()
        helping = AssistedClaim(
            claim_id=claim_id,
            round_id=command.plan.rounds[0].round_id,
            resident_id=resident_id,
            shift_id=shift_id,
            proof=ProofKind.IDENTITY_CARD,
            actor=Actor(
                kind=ActorKind.STAFF,
                id=counter.operator_id,
                role=Role.OPERATOR.value,
                request_id=claim_id,
                shift_id=shift_id,
                proof=ProofKind.IDENTITY_CARD.value,
            ),
        )
        at = at_county_time(day, time(10, 7 + 9 * nth))
        accepted(Claimed, await assisted_claim(tx, helping, now=at), "assisted claim")


class _Bill(Struct, frozen=True, kw_only=True):
    at: datetime
    held: Held
    shop: Shop
    bill_fen: int
    taken_back: bool
    cell: str | None
    short: bool
    """The till was asked before the bill was large enough; whoever keeps their voucher left it at that."""


async def spend_week(tx: Transaction, command: Week, *, now: Instant) -> int:
    """Bills in the order in which they were paid; returns how many."""
    del now
    bills = sorted(
        (bill for bill in _bills(command) if command.only in (None, business_day(bill.at))), key=lambda bill: bill.at
    )
    for bill in bills:
        await _pay(tx, bill)
    return len(bills)


def _bills(command: Week) -> list[_Bill]:
    bills: list[_Bill] = []
    for nth, held in enumerate(command.held):
        dice = Dice(f"bill {nth}")
        asks_in_vain = held.keeper and held.resident_id == command.held[0].resident_id
        if not asks_in_vain and (held.keeper or not dice.chance(SPENT_PER_MILLE)):
            continue
        shop = dice.pick([shop for shop in command.cast.shops if shop.trade in held.kind.terms.trades])
        first = business_day(held.claimed_at)
        day = first + timedelta(days=dice.below((command.until - first).days))
        opens, closes = max(shop.opens, "11:00"), min(shop.closes, "20:30")
        at = _between(dice, day, opens, closes)
        extra = dice.below(held.kind.terms.minimum_spend_fen // 2 // 100) * 100 + dice.pick((0, 0, 50, 80, 90))
        taken_back = dice.chance(TAKEN_BACK_PER_MILLE)
        late = dice.chance(LATE_PER_MILLE) and shop.closes < LATE[0]
        bills.append(
            _Bill(
                at=_between(dice, day, *LATE) if late else at,
                held=held,
                shop=shop,
                bill_fen=held.kind.terms.minimum_spend_fen + extra,
                taken_back=taken_back,
                cell=AWAY if late and sum(not one.held.keeper for one in bills) % 2 else None,
                short=asks_in_vain or Dice(f"short {nth}").chance(SHORT_PER_MILLE),
            )
        )
    return bills


def _between(dice: Dice, day: date, opens: str, closes: str) -> Instant:
    first, last = (at_county_time(day, time.fromisoformat(clock)) for clock in (opens, closes))
    return first + timedelta(seconds=dice.below(int((last - first).total_seconds())))


async def _pay(tx: Transaction, bill: _Bill) -> None:
    asked = MakeShortCode(resident_id=bill.held.resident_id, voucher_id=bill.held.voucher_id)
    code = accepted(ShortCode, await make_short_code(tx, asked, now=bill.at - timedelta(seconds=15)), "short code")
    redemption_id = new_id()
    till = Actor(kind=ActorKind.STAFF, id=bill.shop.owner_id, role=Role.MERCHANT.value, request_id=redemption_id)
    paying = Redeem(
        redemption_id=redemption_id,
        presented=Typed(code=hashed_code(tx, code.code)),
        merchant_id=bill.shop.merchant_id,
        bill=Bill(bill_fen=bill.bill_fen, eligible_fen=bill.bill_fen),
        evidence=Evidence(kind=EvidenceKind.TILL_RECEIPT, value=f"演示-{redemption_id.hex[-8:]}"),
        cell=bill.cell,
        actor=till,
    )
    if bill.short:
        await _refuse(tx, bill, paying)
    if bill.held.keeper:
        return
    accepted(Redeemed, await redeem(tx, paying, now=bill.at), "redemption")
    if bill.taken_back:
        undoing = RollBack(
            roll_back_id=new_id(),
            redemption_id=redemption_id,
            merchant_id=bill.shop.merchant_id,
            reason="顾客退单",
            refund_fen=None,
            actor=till,
        )
        accepted(RolledBack, await roll_back(tx, undoing, now=bill.at + timedelta(minutes=12)), "roll-back")


async def _refuse(tx: Transaction, bill: _Bill, paying: Redeem) -> None:
    """The bill was not large enough yet."""
    fen = bill.held.kind.terms.minimum_spend_fen - 500
    early = replace(paying, redemption_id=new_id(), bill=Bill(bill_fen=fen, eligible_fen=fen))
    refused = await redeem(tx, early, now=bill.at - timedelta(seconds=8))
    if refused != Refused(RedemptionReason.BILL_TOO_SMALL):
        raise SeedingRefused(f"a bill that is too small: {refused}")
