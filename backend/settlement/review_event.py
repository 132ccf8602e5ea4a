"""A desk outside of settlement has reviewed the papers of a redemption: its money may go out now, or never will.

Whoever keeps those papers calls the verb in its own transaction. A redemption is reviewed once, before its day is
cleared or after; what was refunded meanwhile goes with it.
"""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.settlement.decide_hold import record_decision, release_if_free
from backend.settlement.rules import HoldRule, HoldState, SettlementReason
from backend.settlement.store import events, reviews
from backend.settlement.store import holds as store


class ReviewEvent(Struct, frozen=True, kw_only=True):
    """The papers of a redemption were approved, or rejected for good; ``note`` says why."""

    event_id: UUID
    approved: bool
    note: str | None
    actor: Actor


class EventReviewed(Struct, frozen=True, kw_only=True):
    """Whether the redemption is paid with the next batch from now on; before its clearing it is not held at all."""

    event_id: UUID
    payable: bool


async def review_event(
    tx: Transaction, command: ReviewEvent, *, now: Instant
) -> EventReviewed | Refused[SettlementReason]:
    """Keep it, and end the hold that waited for it. The caller binds the request's id."""
    event = await events.lock_event(tx, command.event_id)
    if event is None or command.actor.id is None:
        return Refused(SettlementReason.NO_SUCH_EVENT)
    if event.event_id in await reviews.reviews_of(tx, [event.event_id]):
        return Refused(SettlementReason.WRONG_STATE)
    if command.approved and await payout_refused(tx, event.event_id):
        return Refused(SettlementReason.WRONG_STATE)
    await reviews.insert_review(tx, event.event_id, command.approved, command.actor.id, now)
    state = HoldState.RELEASED if command.approved else HoldState.UPHELD
    for hold in await store.undecided(tx, event.event_id):
        if hold.rule is HoldRule.NOT_REVIEWED:
            await store.decide(tx, [hold.hold_id], state, command.actor.id, command.note, now)
            await record_decision(tx, command.actor, "settlement.decide-hold", hold, state, command.note, now)
    payable = command.approved and await release_if_free(tx, event.event_id)
    return EventReviewed(event_id=event.event_id, payable=payable)


async def payout_refused(tx: Transaction, event_id: UUID) -> bool:
    """Whether a person has decided that the redemption is not paid for want of its papers."""
    found = await store.holds_of_events(tx, [event_id])
    return any(hold.rule is HoldRule.NOT_REVIEWED and hold.state is HoldState.UPHELD for hold in found)


async def campaigns_reviewed(tx: Transaction, _asked: None = None) -> dict[UUID, tuple[str, str]]:
    """Campaigns whose money waits for a review, with their titles."""
    named = await events.programmes_by_id(tx, await reviews.reviewed_campaigns(tx))
    return {campaign_id: (one.title_zh, one.title_en) for campaign_id, one in named.items()}


async def reviews_told(tx: Transaction, event_ids: Collection[UUID] | None = None) -> dict[UUID, bool]:
    """Which of these redemptions, or of all, were approved and which rejected."""
    return {event_id: approved for event_id, (approved, _) in (await reviews.reviews_of(tx, event_ids)).items()}
