"""Clear the days before a working day: price their events, flag what a person has to see, put the rest into batches.

Timed work, in portions that each plan the next one in their own transaction: a crash leaves a portion done or undone.
On a working day at 02:30 everything of the days before is cleared (T+1); merchants are paid in a year that nobody has
published here as well, and the trail and the check-list say so. What is cleared is corrected by new events
only. The file of a day is complete when its last portion has closed it.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Set
from datetime import date, time, timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.own_staff import own_staff
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, at_county_time, business_day
from backend.kernel.working_days import following_working_day
from backend.ledger.post import post
from backend.merchants.opening_hours import opening_hours
from backend.merchants.shop_places import shop_places
from backend.outbox.due import plan
from backend.outbox.publish import publish
from backend.outbox.rules import DueWork
from backend.settlement.batch_rules import Batch, net, set_off_transfers
from backend.settlement.clearing_file import sign_clearing
from backend.settlement.decide_hold import let_corrected_go
from backend.settlement.events import EventsCleared, PayoutHeld
from backend.settlement.hold_rules import Hold, Shop, flags_of
from backend.settlement.rules import (
    BatchState,
    EventKind,
    FinanceEvent,
    HoldRule,
    HoldState,
    MoneyPath,
    Programme,
)
from backend.settlement.store import batches, cells, events, holds, reviews

CLOSE_DAY = "settlement.close-day"
CLOSES_AT = time(2, 30)
EVENTS_AT_ONCE = 2_000
MERCHANTS_AT_ONCE = 20


async def years_unknown(tx: Transaction, years: Collection[int]) -> list[int]:
    """Of these years, those whose working days nobody has told this county."""
    return sorted(set(years) - tx.county.calendar.years)


async def plan_first_close(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next closing; called at every start, and a second plan of the same day changes nothing."""
    await _plan_next(tx, business_day(now))


async def _plan_next(tx: Transaction, after: date) -> None:
    day, _ = following_working_day(after, tx.county.calendar)
    await plan(tx, DueWork(kind=CLOSE_DAY, key=day.isoformat(), due_at=at_county_time(day, CLOSES_AT)))


async def close_due(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work: one portion; its key tells the day, the step and the merchant after whom it goes on."""
    day, step, after = _read_key(work.key)
    following = await STEPS[step](tx, day, after, at)
    if following is not None:
        await plan(tx, DueWork(kind=CLOSE_DAY, key=f"{day.isoformat()}/{following}", due_at=work.due_at))


def _read_key(key: str) -> tuple[date, str, str]:
    day, _, rest = key.partition("/")
    step, _, after = rest.partition("/")
    return date.fromisoformat(day), step or "price", after


async def _price(tx: Transaction, day: date, portion: str, at: Instant) -> str | None:
    if await events.is_closed(tx, day):
        return None  # Somebody moved the clock back and forth: a day is closed once.
    cleared = await events.clear_waiting(tx, day, EVENTS_AT_ONCE)
    if not cleared:
        return "assess"
    told = EventsCleared(event_id=new_id(), occurred_at=at, day=day.isoformat(), event_ids=tuple(cleared))
    await publish(tx, told, now=at)
    return f"price/{int(portion or 0) + 1}"


async def _assess(tx: Transaction, day: date, after: str, at: Instant) -> str | None:
    found = await events.merchants_cleared(tx, day, UUID(after) if after else None, MERCHANTS_AT_ONCE)
    if not found:
        return "batch"
    await assess(tx, day, await events.cleared_events(tx, day, found), found, at)
    return f"assess/{found[-1].hex}"


async def assess(
    tx: Transaction, day: date, cleared: Sequence[FinanceEvent], merchant_ids: Sequence[UUID], at: Instant
) -> None:
    """Hold what a rule flags, and with it what was refunded of it meanwhile."""
    matched = set(await events.match_waiting(tx, [event.event_id for event in cleared if not event.matched]))
    cleared = [replace(event, matched=True) if event.event_id in matched else event for event in cleared]
    programmes = await events.programmes_by_id(tx, {event.campaign_id for event in cleared})
    proofs = {campaign_id: programme.evidence for campaign_id, programme in programmes.items()}
    hours, workers = await opening_hours(tx, merchant_ids), await own_staff(tx, merchant_ids)
    told = await cells.of_merchants(tx, merchant_ids)
    places = await shop_places(tx, merchant_ids) if told else {}
    doubled = await events.doubled_proofs(tx, {event.evidence_value for event in cleared if event.evidence_value})
    unreviewed = await _unreviewed(tx, cleared, programmes)
    opened: list[Hold] = []
    for merchant_id in merchant_ids:
        own = [event for event in cleared if event.merchant_id == merchant_id]
        shop = Shop(
            hours=tuple(hours.get(merchant_id, ())),
            staff=frozenset(workers.get(merchant_id, ())),
            places=tuple(places.get(merchant_id, ())),
        )
        opened += [
            Hold(
                hold_id=new_id(),
                event_id=flag.event_id,
                merchant_id=merchant_id,
                rule=flag.rule,
                evidence=flag.evidence,
                state=HoldState.OPEN,
                opened_at=at,
            )
            for flag in flags_of(own, shop=shop, proofs=proofs, doubled=doubled, cells=told, unreviewed=unreviewed)
        ]
    held = {hold.event_id for hold in opened}
    await holds.insert_holds(tx, opened)
    await _uphold_rejected(tx, opened, at)
    named = {event.of_event_id for event in cleared if event.of_event_id is not None} - held
    of_held = held | await events.held_among(tx, named)
    corrections = [event.event_id for event in cleared if event.of_event_id in of_held]
    await events.mark_held(tx, [*held, *corrections])
    nothing = await events.come_to_nothing(tx, of_held)
    for redemption_id in nothing:
        await let_corrected_go(tx, redemption_id, at)
    await _tell_held(tx, day, cleared, held - set(nothing), at)


async def _tell_held(tx: Transaction, day: date, cleared: Sequence[FinanceEvent], held: Set[UUID], at: Instant) -> None:
    """How many redemptions of each merchant wait now, and how much they come to with what was given back of them."""
    counts = Counter(event.merchant_id for event in cleared if event.event_id in held)
    owed: Counter[UUID] = Counter()
    for event in cleared:
        if event.event_id in held or event.of_event_id in held:
            owed[event.merchant_id] += event.government_fen + event.platform_fen
    for merchant_id, count in sorted(counts.items()):
        told = PayoutHeld(
            event_id=new_id(),
            occurred_at=at,
            merchant_id=merchant_id,
            day=day.isoformat(),
            redemptions=count,
            amount_fen=owed[merchant_id],
        )
        await publish(tx, told, now=at)


async def _unreviewed(
    tx: Transaction, cleared: Sequence[FinanceEvent], programmes: Mapping[UUID, Programme]
) -> dict[UUID, tuple[str, ...]]:
    """What has to be filed, of each redemption whose papers were not approved; nobody reviews them meanwhile."""
    needed = {campaign_id: one.review for campaign_id, one in programmes.items() if one.review}
    asked = {
        event.event_id: needed[event.campaign_id]
        for event in cleared
        if event.kind is EventKind.REDEMPTION and event.campaign_id in needed
    }
    if not asked:
        return {}
    await reviews.lock_reviewable(tx, asked)
    approved = {event_id for event_id, (good, _) in (await reviews.reviews_of(tx, asked)).items() if good}
    return {event_id: papers for event_id, papers in asked.items() if event_id not in approved}


async def _uphold_rejected(tx: Transaction, opened: Sequence[Hold], at: Instant) -> None:
    """Papers that were rejected before their day was cleared: nobody is left to decide it."""
    waiting = {hold.event_id: hold for hold in opened if hold.rule is HoldRule.NOT_REVIEWED}
    for event_id, (_, by) in (await reviews.reviews_of(tx, waiting)).items() if waiting else ():
        await holds.decide(tx, [waiting[event_id].hold_id], HoldState.UPHELD, by, None, at)


async def _batch(tx: Transaction, day: date, after: str, at: Instant) -> str | None:
    found = await batches.merchants_unbatched(tx, UUID(after) if after else None, MERCHANTS_AT_ONCE)
    if not found:
        return "close"
    await events.lock_programmes(tx)
    later = await _claimed_later(tx, day)
    number = await batches.next_number(tx)
    for netted in net(await batches.open_lines(tx, found, without=later)):
        batch = Batch(
            batch_id=new_id(),
            number=number,
            campaign_id=netted.campaign_id,
            merchant_id=netted.merchant_id,
            payer=netted.payer,
            day=day,
            amount_fen=netted.amount_fen,
            lines=netted.lines,
            # What was set off altogether needs no bank.
            state=BatchState.PENDING if netted.amount_fen else BatchState.ACCEPTED,
            answered_at=None if netted.amount_fen else at,
        )
        number += 1
        await batches.insert_batches(tx, [batch], {batch.batch_id: netted.parts})
        await batches.put_lines(tx, batch)
        await batches.mark_batched(tx, [batch.batch_id])
        if batch.state is BatchState.ACCEPTED:
            await batches.mark_paid(tx, [batch.batch_id])
        await post(tx, *set_off_transfers(batch.batch_id, netted, at), now=at)
    return f"batch/{found[-1].hex}"


async def _claimed_later(tx: Transaction, day: date) -> list[UUID]:
    """Campaigns whose money is claimed from the treasury by the month: paid on a month's first working day only."""
    first, _ = following_working_day(day.replace(day=1) - timedelta(days=1), tx.county.calendar)
    if day == first:
        return []
    known = await events.programmes_by_id(tx)
    return [campaign_id for campaign_id, one in known.items() if one.money_path is MoneyPath.CLAIMED]


async def _close(tx: Transaction, day: date, _after: str, at: Instant) -> str | None:
    await batches.mark_nothing_owed(tx, day)
    lines, total_fen = await events.insert_clearing_day(tx, day, at)
    await sign_clearing(tx, day)
    await cells.drop_before(tx, day)
    _, known = following_working_day(day, tx.county.calendar)
    told = f"{lines} lines, {total_fen} fen" + ("" if known else f"; calendar after {day} unknown")
    await record(tx, new_entry(at, SYSTEM, "settlement.close-day", ("clearing", day.isoformat()), detail=told))
    await _plan_next(tx, day)
    return None


STEPS: dict[str, Callable[[Transaction, date, str, Instant], Awaitable[str | None]]] = {
    "price": _price,
    "assess": _assess,
    "batch": _batch,
    "close": _close,
}
