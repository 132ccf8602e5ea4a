"""A helper does something for somebody else: within the caps, and always on record.

Called inside the act's own transaction. A claim asks ``may_assist`` before it decides and, once it is accepted, hands
the allowance to ``count_assisted``; the counts stay locked in between, so what was allowed can be counted. They are
locked after the shift and before the round. A redemption only calls ``record_assisted``.
"""

from datetime import date

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.stations.rules import Assisted, StationPolicy, StationReason, decide_assistance
from backend.stations.store import assisted as store
from backend.stations.store import counters


class Allowance(Struct, frozen=True):
    """One more assisted claim is within the caps of ``policy``, or is on record already."""

    assisted: Assisted
    policy: StationPolicy
    on_record: bool


async def may_assist(tx: Transaction, assisted: Assisted, *, now: Instant) -> Allowance | Refused[StationReason]:
    """Allow one more assisted claim, or say which cap is reached; a repeated request is always allowed."""
    _, policy = await counters.policy(tx)
    if await store.is_recorded(tx, assisted.service_id):
        return Allowance(assisted, policy, on_record=True)
    by_helper, by_device = await store.lock_counts(tx, assisted, _day(assisted, now), policy)
    refused = decide_assistance(by_helper=by_helper, by_device=by_device, policy=policy)
    return refused or Allowance(assisted, policy, on_record=False)


async def count_assisted(tx: Transaction, allowance: Allowance, actor: Actor, *, now: Instant) -> None:
    """Count an allowed claim and put it on record, once, however often its request is repeated."""
    if not allowance.on_record:
        await store.raise_counts(tx, allowance.assisted, _day(allowance.assisted, now), allowance.policy)
        await record_assisted(tx, allowance.assisted, actor, now=now)


async def record_assisted(tx: Transaction, assisted: Assisted, actor: Actor, *, now: Instant) -> None:
    """Put on record who helped whom with which proof; the act's id makes it once."""
    await store.insert_service(tx, assisted, _day(assisted, now), now)
    proof = f"{assisted.proof} checked" if assisted.proof_checked else str(assisted.proof)
    detail = f"{assisted.act} of {assisted.subject_id}, proof {proof}, shift {assisted.shift.id}"
    await record(tx, new_entry(now, actor, "stations.assist", ("resident", assisted.resident_id), detail=detail))


def _day(assisted: Assisted, now: Instant) -> date:
    return assisted.day or business_day(now)


async def record_assisted_once(tx: Transaction, assisted: Assisted, actor: Actor, *, now: Instant) -> None:
    """The same for an act that may be repeated under its id with another outcome, as a code is drawn anew."""
    if not await store.is_recorded(tx, assisted.service_id):
        await record_assisted(tx, assisted, actor, now=now)
