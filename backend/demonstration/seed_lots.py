"""Draws and a list in the demonstration county: one draw is open, one is over with its proof, a list has its people.

Who enters and what the lottery drew is invented; everything else goes through the verbs, as it would in the office.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.demonstration.cast import Cast, accepted
from backend.demonstration.dice import Dice
from backend.demonstration.residents import ELDER_FROM_AGE, Resident, age
from backend.demonstration.seed_campaigns import Brought
from backend.identity.person import claimants
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.vouchers.claim_rules import Claim, people_of
from backend.vouchers.decide_roster import DecideRoster, RosterDecided, decide_roster
from backend.vouchers.desk_rules import CampaignPlan, RoundPlan
from backend.vouchers.draw_rules import Seal
from backend.vouchers.enter_draw import Entered, enter_draw
from backend.vouchers.enter_seed import EnterSeed, SeedEntered, enter_seed
from backend.vouchers.import_roster import Imported, ImportRoster, import_roster
from backend.vouchers.issue_draw import facts_of
from backend.vouchers.roster_rules import RosterRow, Verdict

SettleDown = Callable[[County, Instant], Awaitable[int]]
"""Does whatever is due at an instant."""

KEEPERS = 3
"""The tour's people enter every draw, so that a visitor finds their number."""
ENTRANTS = 160
LIST_DOCUMENT = "筠民政演示〔2026〕12号"
FIRST_ROW = 2
"""Below the heading of the sheet."""


class EnterMany(Struct, frozen=True, kw_only=True):
    """People enter a draw one after the other, until an instant."""

    cast: Cast
    round: RoundPlan
    until: Instant


async def enter_many(tx: Transaction, command: EnterMany, *, now: Instant) -> int:
    """Each at a moment of their own; returns how many."""
    dice = Dice(f"draw {command.round.kind_code}")
    known = await claimants(tx, [id_ for _, id_ in command.cast.residents])
    roll = [id_ for resident, id_ in command.cast.residents if resident.phone is not None]
    rest = roll[KEEPERS:]
    chosen = roll[:KEEPERS] + [rest.pop(dice.below(len(rest))) for _ in range(min(ENTRANTS, len(rest)))]
    span = max(int((command.until - now).total_seconds()) - 1, 0)
    for nth, resident_id in enumerate(chosen):
        entry_id, person = new_id(), known[resident_id]
        entering = Claim(
            claim_id=entry_id,
            round_id=command.round.round_id,
            resident_id=resident_id,
            facts=facts_of(person),
            people=people_of(person.keys, assisted=False),
            actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role=Role.RESIDENT.value, request_id=entry_id),
        )
        at = now + timedelta(seconds=span * nth // len(chosen))
        accepted(Entered, await enter_draw(tx, entering, now=at), "entry")
    return len(chosen)


async def live_through_draw(county: County, cast: Cast, plan: CampaignPlan, now: Instant, settle: SettleDown) -> None:
    """As far as the draw is by now: entered only, or numbered, drawn and served."""
    for round_ in plan.rounds:
        opened = max(round_.opens_at, now) if round_.closes_at > now else round_.opens_at
        await settle(county, opened)
        entering = EnterMany(cast=cast, round=round_, until=min(round_.closes_at, max(now, opened)))
        await transact(county, enter_many, entering, now=opened)
        if round_.draw is None or round_.draw.published_at >= now:
            continue
        await settle(county, round_.closes_at)
        value = f"{Dice(f'lottery {round_.kind_code}').below(10**round_.draw.digits):0{round_.draw.digits}d}"
        drawing = round_.draw.published_at + timedelta(hours=11, minutes=30)
        for nth, who in enumerate((("office-b", Role.OFFICE), ("reviewer-a", Role.REVIEWER))):
            entered = EnterSeed(
                seed_id=new_id(), round_id=round_.round_id, seal=_notary(round_, value), actor=cast.officer(*who)
            )
            at = drawing + timedelta(minutes=7 * nth)
            accepted(SeedEntered, await transact(county, enter_seed, entered, now=at), "seed")
        await settle(county, drawing + timedelta(minutes=10))


def _notary(round_: RoundPlan, value: str) -> Seal:
    file = sha256(f"演示公证书 {round_.kind_code} {value}".encode()).hexdigest()
    return Seal(value=value, document_no="（2026）演示筠证字第 12 号", file_sha256=file)


class ListPeople(Struct, frozen=True, kw_only=True):
    """The civil affairs office's list comes to the campaign."""

    cast: Cast
    brought: Brought


async def list_people(tx: Transaction, command: ListPeople, *, now: Instant) -> int:
    """Brought in by one clerk and confirmed by the reviewer; returns how many rows."""
    cast, roster_id = command.cast, new_id()
    rows = _rows(cast.residents, now)
    importing = ImportRoster(
        roster_id=roster_id,
        campaign_id=command.brought.campaign_id,
        document_no=LIST_DOCUMENT,
        rows=rows,
        actor=cast.officer("office-b", Role.OFFICE),
    )
    accepted(Imported, await import_roster(tx, importing, now=now), "list")
    confirming = DecideRoster(
        decision_id=new_id(),
        roster_id=roster_id,
        verdict=Verdict.CONFIRM,
        actor=cast.officer("reviewer-a", Role.REVIEWER),
    )
    accepted(RosterDecided, await decide_roster(tx, confirming, now=now), "list")
    return len(rows)


def _rows(people: Sequence[tuple[Resident, UUID]], now: Instant) -> tuple[RosterRow, ...]:
    """Everybody on the low-income list: the old as 特困人员, the others as 低保户."""
    listed = [resident for resident, _ in people if resident.low_income]
    return tuple(
        RosterRow(
            row=FIRST_ROW + nth,
            class_code="tekun" if age(resident.born, business_day(now)) >= ELDER_FROM_AGE else "dibao",
            phone=resident.phone or "",
            identity_number=resident.identity_number,
            name=resident.name,
        )
        for nth, resident in enumerate(listed)
    )
