"""Winners get their vouchers in portions, by rank; whoever cannot be given one is passed over and a reserve moves up.

Ids are worked out, not made: a portion that was cut off is given again under the same ids, and once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import claimants
from backend.kernel.actors import SYSTEM
from backend.kernel.claimants import Claimant
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.due import plan as plan_due
from backend.outbox.rules import DueWork
from backend.vouchers.claim import claim_many
from backend.vouchers.claim_rules import Claim, Claimed, people_of
from backend.vouchers.draw_rules import DrawState, PassedOver, PlaceOutcome, derived_id, passed_over
from backend.vouchers.draw_views import Place
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.open_round import CloseRound, close_round
from backend.vouchers.rules import ClaimantFacts
from backend.vouchers.store import claims
from backend.vouchers.store import draws as store

ISSUE_DRAW = "draw.issue"
PORTION = 200
PAUSED_FOR = timedelta(minutes=5)
"""While the campaign is paused nothing is given; it is looked again after this."""

_Decided = tuple[int, PlaceOutcome, PassedOver | None, UUID | None]


async def issue_due(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work: one portion now, and the next one before anything that is due later."""
    round_id, _, portion = work.key.partition("+")
    wait = await issue_draw(tx, IssueDraw(UUID(round_id)), now=at)
    if wait is not None:
        key = f"{round_id}+{int(portion or 0) + 1}"
        await plan_due(tx, DueWork(kind=ISSUE_DRAW, key=key, due_at=at + wait if wait else work.due_at))


class IssueDraw(Struct, frozen=True):
    """Give at most so many winners their voucher."""

    round_id: UUID
    most: int = PORTION


async def issue_draw(tx: Transaction, command: IssueDraw, *, now: Instant) -> timedelta | None:
    """Serve the next places; returns how long to wait for more, ``None`` when everybody was served.

    A drawn result stands also when its campaign has ended meanwhile.
    """
    draw = await store.lock_draw(tx, command.round_id)
    if draw is None or draw.state is not DrawState.DRAWN or draw.drawn_at is None:
        return None
    round_ = (await claims.lock_rounds(tx, [command.round_id]))[command.round_id]
    if round_.facts.paused:
        return PAUSED_FOR
    left = round_.facts.pieces - round_.facts.issued_online - round_.facts.issued_station
    # As many as there are pieces: whoever is passed over leaves theirs to the next in the order.
    most = min(command.most, left)
    places = await store.places_of(tx, command.round_id, undecided=True, most=most) if most else []
    if not places:
        await _finish(tx, command.round_id, now)
        return None
    people = await claimants(tx, {place.resident_id for place in places})
    decided = await _serve(tx, draw.drawn_at, command.round_id, places, people, now)
    await store.decide_places(tx, command.round_id, decided, now)
    await _tell_passed_over(tx, command.round_id, places, decided, now)
    return timedelta()


async def _serve(
    tx: Transaction,
    drawn_at: Instant,
    round_id: UUID,
    places: Sequence[Place],
    people: Mapping[UUID, Claimant],
    now: Instant,
) -> list[_Decided]:
    keys = await store.keys_of_entries(tx, [place.entry_id for place in places])
    decided: list[_Decided] = []
    asked: list[tuple[Place, Claim]] = []
    for place in places:
        person = people.get(place.resident_id)
        why = passed_over(None if person is None else facts_of(person))
        if why is not None:
            decided.append((place.rank, PlaceOutcome.PASSED_OVER, why, None))
        elif person is not None:
            asked.append((place, _claim(tx, drawn_at, round_id, place, person, keys.get(place.entry_id, []))))
    outcomes = await claim_many(tx, [claim for _, claim in asked], now=now)
    for (place, claim), outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Claimed):
            decided.append((place.rank, PlaceOutcome.ISSUED, None, outcome.voucher_id))
            continue
        why = passed_over(claim.facts, outcome) if isinstance(outcome, Refused) else None
        if why is None:
            # Nothing of the person's: the money is not where it must be, and nobody may lose their place by that.
            raise RuntimeError(f"draw {round_id}: place {place.rank} cannot be served: {outcome}")
        decided.append((place.rank, PlaceOutcome.PASSED_OVER, why, None))
    return sorted(decided)


def facts_of(person: Claimant) -> ClaimantFacts:
    """What a decision needs to know of this person."""
    return ClaimantFacts(groups=person.groups, proof_level=int(person.proof_level), frozen=person.frozen)


def _claim(
    tx: Transaction, drawn_at: Instant, round_id: UUID, place: Place, person: Claimant, keys: Sequence[bytes]
) -> Claim:
    def worked_out(purpose: str) -> UUID:
        # Under the county's key: nobody can take the id beforehand for something else.
        return derived_id(drawn_at, tx.county.keys.keyed_hash(purpose, f"{round_id}/{place.number}"))

    claim_id = worked_out("draw.claim")
    return Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=place.resident_id,
        facts=facts_of(person),
        people=tuple(dict.fromkeys([*keys, *people_of(person.keys, assisted=place.assisted)])),
        actor=SYSTEM,
        assisted=place.assisted,
        way=RoundMode.DRAW,
        voucher_id=worked_out("draw.voucher"),
    )


async def _tell_passed_over(
    tx: Transaction, round_id: UUID, places: Sequence[Place], decided: Sequence[_Decided], now: Instant
) -> None:
    numbers = {place.rank: place.number for place in places}
    entries = [
        new_entry(
            now,
            SYSTEM,
            "draw.pass-over",
            ("round", round_id),
            reason=why,
            detail=f"number {numbers[rank]}, rank {rank}",
        )
        for rank, outcome, why, _ in decided
        if outcome is PlaceOutcome.PASSED_OVER
    ]
    if entries:
        await record(tx, *entries)


async def _finish(tx: Transaction, round_id: UUID, now: Instant) -> None:
    await store.finish(tx, round_id, now)
    entry = new_entry(
        now, SYSTEM, "draw.finish", ("round", round_id), from_state=DrawState.DRAWN, to_state=DrawState.FINISHED
    )
    await record(tx, entry)
    await close_round(tx, CloseRound(round_id), now=now)
