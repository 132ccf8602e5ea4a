"""Who is calling is known from memory, and never wrongly for longer than a second."""

import asyncio
import time

import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity import recognise
from backend.identity.enter import (
    Arrival,
    Opened,
    OpenSession,
    ReadySessions,
    open_session,
    ready_sessions,
    token_hash,
)
from backend.identity.person import claimant
from backend.identity.reasons import FoundingReason
from backend.identity.recognise import FRESH_SECONDS, Recogniser
from backend.identity.rules import PersonKind, SessionEnd, SessionMethod
from backend.identity.sign_out import (
    EndSession,
    EndSessions,
    MySessions,
    RevokeSessions,
    end_every_session,
    end_session,
    end_sessions,
    my_sessions,
    revoke_sessions,
)
from backend.identity.store import sessions
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.claimants import KeyKind, ProofLevel
from backend.kernel.ids import new_id, new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from tests.databases import HandClock
from tests.identity.people import PHONE, another_session, by, resident, staff, staff_session


class HandElapsed:
    """Monotonic seconds moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def ending(opened: Opened) -> EndSession:
    return EndSession(
        person_id=opened.person_id,
        session_id=opened.session_id,
        why=SessionEnd.SIGNED_OUT,
        actor=Actor(kind=ActorKind.RESIDENT, id=opened.person_id),
    )


async def test_a_resident_carries_all_that_a_claim_needs(county: County) -> None:
    opened = await resident(county, device="d" * 22)
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    caller = await recogniser.find(county, opened.token, None)
    assert caller is not None
    assert (caller.kind, caller.id, caller.roles) == (ActorKind.RESIDENT, opened.person_id, frozenset({Role.RESIDENT}))
    assert caller.claimant is not None
    keyed = county.keys.keyed_hash
    assert caller.claimant.keys == (
        (KeyKind.ACCOUNT, keyed("account", opened.person_id.hex)),
        (KeyKind.PHONE, keyed("phone", PHONE)),
        (KeyKind.DEVICE, keyed("device", "d" * 22)),
    )
    assert caller.claimant.proof_level is ProofLevel.PHONE
    assert not caller.claimant.frozen
    assert recogniser.known(county, opened.token) is caller
    # Somebody else's device must not join the resident to its owner: asked for by id, no device is among the keys.
    alone = await inquire(county, claimant, opened.person_id)
    assert alone is not None
    assert [kind for kind, _ in alone.keys] == [KeyKind.ACCOUNT, KeyKind.PHONE]


async def test_what_is_no_token_of_ours_is_nobody(county: County) -> None:
    opened = await resident(county)
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    for token in ("", "x", new_secret(), opened.token[:-1], opened.token + "A", "A" * 100_000, "令牌"):
        assert await recogniser.find(county, token, None) is None
        assert await recogniser.find(county, None, token) is None
    assert await recogniser.find(county, None, None) is None
    assert await recogniser.find(county, None, opened.token) is None
    assert await recogniser.find(county, opened.token, "yz_pos_nothing") is None


async def test_a_revocation_reaches_every_worker_within_a_second(county: County) -> None:
    opened = await resident(county)
    workers = [Recogniser() for _ in range(3)]
    polls = [asyncio.create_task(worker.poll(county)) for worker in workers]
    try:
        for worker in workers:
            await asyncio.sleep(0)
            assert await worker.find(county, opened.token, None) is not None
        await asyncio.sleep(0.4)
        for worker in workers:
            assert await worker.find(county, opened.token, None) is not None
            assert worker.known(county, opened.token) is not None
        await transact(county, end_session, ending(opened))
        committed = time.monotonic()
        while any(worker.known(county, opened.token) is not None for worker in workers):
            assert time.monotonic() - committed < 1.0
            await asyncio.sleep(0.01)
        assert [await worker.find(county, opened.token, None) for worker in workers] == [None] * 3
    finally:
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)


async def test_a_worker_that_cannot_poll_asks_the_database(county: County) -> None:
    opened, elapsed = await resident(county), HandElapsed()
    recogniser = Recogniser(elapsed=elapsed)
    await recogniser.poll_once(county)
    await recogniser.find(county, opened.token, None)
    elapsed.seconds += FRESH_SECONDS
    assert recogniser.known(county, opened.token) is not None
    elapsed.seconds += 0.001
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) is not None
    await transact(county, end_session, ending(opened))
    assert await recogniser.find(county, opened.token, None) is None


async def test_nothing_is_remembered_before_the_first_poll(county: County) -> None:
    opened, recogniser = await resident(county), Recogniser()
    assert await recogniser.find(county, opened.token, None) is not None
    assert recogniser.known(county, opened.token) is None


async def test_what_was_read_while_the_feed_moved_on_is_not_remembered(county: County) -> None:
    opened, other = await resident(county), await resident(county, "15410000002")
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    room = recogniser._room(county)
    position = room.seq
    assert position is not None
    caller = await recogniser.find(county, opened.token, None)
    entry = room.by_digest[token_hash(opened.token)]
    room.drop(entry.digest)
    await transact(county, end_session, ending(other))
    await recogniser.poll_once(county)
    room.put(entry, position)
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) == caller


async def test_a_worker_that_slept_through_erased_changes_forgets_everything(county: County) -> None:
    opened, other = await resident(county), await resident(county, "15410000002")
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    await recogniser.find(county, opened.token, None)
    await transact(county, end_session, ending(other))

    async def erase(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tx.connection.exec_driver_sql("DELETE FROM session_changes")

    await transact(county, erase, None)
    await recogniser.poll_once(county)
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) is not None


async def test_numbers_of_the_feed_have_no_gaps_under_parallel_changes(county: County) -> None:
    people = [await resident(county, f"1541000{number:04}") for number in range(12)]
    await asyncio.gather(*(transact(county, end_session, ending(opened)) for opened in people))

    async def numbers(tx: Transaction, _asked: None) -> tuple[int, list[int]]:
        rows = (await tx.connection.exec_driver_sql("SELECT seq FROM session_changes ORDER BY seq")).all()
        return await sessions.feed_position(tx), [row[0] for row in rows]

    assert await inquire(county, numbers, None) == (12, list(range(1, 13)))


async def test_a_staff_session_slides_with_use_and_ends_when_idle(county: County, clock: HandClock) -> None:
    opened = await staff_session(county, await staff(county, Role.OFFICE))
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    assert await recogniser.find(county, opened.token, None) is not None
    for _ in range(4):
        clock.forward(minutes=29)
        assert recogniser.known(county, opened.token) is not None
        await recogniser.poll_once(county)
    # Another worker reads what the first wrote down.
    other = Recogniser()
    clock.forward(minutes=29)
    assert await other.find(county, opened.token, None) is not None
    clock.forward(minutes=30)
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) is None
    assert await other.find(county, opened.token, None) is None


async def test_use_never_carries_a_staff_session_beyond_twelve_hours(county: County, clock: HandClock) -> None:
    opened = await staff_session(county, await staff(county, Role.OFFICE))
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    for _ in range(12 * 60 // 20 - 1):
        assert await recogniser.find(county, opened.token, None) is not None
        await recogniser.poll_once(county)
        clock.forward(minutes=20)
    assert await recogniser.find(county, opened.token, None) is not None
    clock.forward(minutes=20, microseconds=-1)
    assert recogniser.known(county, opened.token) is not None
    clock.forward(microseconds=1)
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) is None


async def test_last_use_is_written_at_most_once_a_minute(county: County, clock: HandClock) -> None:
    opened = await staff_session(county, await staff(county, Role.OFFICE))
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    begun = clock()
    seen = []
    for _ in range(7):
        await recogniser.find(county, opened.token, None)
        await recogniser.poll_once(county)
        (session,) = await inquire(county, my_sessions, MySessions(person_id=opened.person_id, at=clock()))
        seen.append((session.last_seen_at - begun).total_seconds())
        clock.forward(seconds=20)
    assert seen == [0, 0, 0, 60, 60, 60, 120]


async def test_a_residents_session_ends_after_thirty_days(county: County, clock: HandClock) -> None:
    opened, recogniser = await resident(county), Recogniser()
    clock.forward(days=30, microseconds=-1)
    await recogniser.poll_once(county)
    assert await recogniser.find(county, opened.token, None) is not None
    clock.forward(microseconds=1)
    assert recogniser.known(county, opened.token) is None
    assert await recogniser.find(county, opened.token, None) is None


async def test_a_staff_session_knows_its_device_and_who_let_a_resident_in(county: County) -> None:
    operator, person = await staff(county, Role.OPERATOR), await resident(county)
    here = OpenSession(
        kind=PersonKind.STAFF,
        person_id=operator,
        method=SessionMethod.TWO_FACTORS,
        arrival=Arrival(device="t" * 22),
    )
    caller = await Recogniser().find(county, (await transact(county, open_session, here)).token, None)
    assert caller is not None
    assert caller.device_key == county.keys.keyed_hash("device", "t" * 22)
    let_in = OpenSession(
        kind=PersonKind.RESIDENT,
        person_id=person.person_id,
        method=SessionMethod.STATION,
        actor=by(operator, Role.OPERATOR),
    )
    await transact(county, open_session, let_in)
    entry = (await inquire(county, find, Find(subject_id=str(person.person_id))))[0]
    assert (entry.actor.id, entry.to_state) == (operator, "station")


async def test_sessions_are_remembered_before_their_owners_come(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognise, "WARM_AT_ONCE", 2)
    people = [await resident(county, f"1541000{number:04}") for number in range(5)]
    ended = people.pop()
    await transact(county, end_session, ending(ended))
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    assert [await recogniser.warm(county) for _ in range(4)] == [2, 2, 0, 0]
    people.append(await resident(county, "15410009999"))
    assert [await recogniser.warm(county) for _ in range(2)] == [1, 0]
    for opened in people:
        caller = recogniser.known(county, opened.token)
        assert caller is not None
        assert caller.id == opened.person_id
        assert recogniser.known(county, opened.token) is caller
    assert recogniser.known(county, ended.token) is None


async def test_ones_own_sessions_are_listed_and_ended_singly_or_together(county: County, clock: HandClock) -> None:
    mine = await resident(county)
    others = [await another_session(county, mine.person_id) for _ in range(3)]
    stranger = await resident(county, "15410000002")

    async def listed() -> set[object]:
        found = await inquire(county, my_sessions, MySessions(person_id=mine.person_id, at=clock()))
        return {session.id for session in found}

    assert await listed() == {mine.session_id, *(one.session_id for one in others)}
    assert await transact(county, end_session, ending(others[0])) is None
    assert await transact(county, end_session, ending(others[0])) == Refused(GeneralReason.NOT_FOUND)
    theirs = EndSession(
        person_id=mine.person_id,
        session_id=stranger.session_id,
        why=SessionEnd.ENDED_ELSEWHERE,
        actor=Actor(kind=ActorKind.RESIDENT, id=mine.person_id),
    )
    assert await transact(county, end_session, theirs) == Refused(GeneralReason.NOT_FOUND)
    rest = EndSessions(
        person_id=mine.person_id, why=SessionEnd.ENDED_ELSEWHERE, actor=theirs.actor, keep=mine.session_id
    )
    assert await transact(county, end_sessions, rest) == 2
    assert await listed() == {mine.session_id}
    recogniser = Recogniser()
    assert await recogniser.find(county, stranger.token, None) is not None
    revoke = RevokeSessions(kind=PersonKind.RESIDENT, person_id=mine.person_id, actor=by(new_id()))
    assert await transact(county, revoke_sessions, revoke) == 1
    assert await recogniser.find(county, mine.token, None) is None
    nobody = RevokeSessions(kind=PersonKind.STAFF, person_id=mine.person_id, actor=by(new_id()))
    assert await transact(county, revoke_sessions, nobody) == Refused(GeneralReason.NOT_FOUND)


async def test_a_restore_ends_every_session_that_the_backup_knew(county: County) -> None:
    people = [await resident(county), await staff_session(county, await staff(county, Role.OFFICE))]
    assert await transact(county, end_every_session, None) == 2
    assert [await Recogniser().find(county, one.token, None) for one in people] == [None, None]


async def test_ready_sessions_take_turns_and_exist_only_in_a_demonstration(county: County) -> None:
    people = {(await resident(county, f"1541000{number:04}")).person_id for number in range(3)}
    made = await transact(county, ready_sessions, ReadySessions(role=Role.RESIDENT, count=7))
    assert isinstance(made, list)
    assert len({one.token for one in made}) == 7
    assert {one.person_id for one in made} == people
    recogniser = Recogniser()
    assert all([await recogniser.find(county, one.token, None) for one in made])
    approver = await staff(county, Role.APPROVER)
    alone = await transact(county, ready_sessions, ReadySessions(role=Role.APPROVER, count=1))
    assert isinstance(alone, list)
    assert [one.person_id for one in alone] == [approver]
    assert await transact(county, ready_sessions, ReadySessions(role=Role.OPERATOR, count=2)) == []


async def test_a_real_county_has_no_ready_sessions(real_county: County) -> None:
    answer = await transact(real_county, ready_sessions, ReadySessions(role=Role.RESIDENT, count=1))
    assert answer == Refused(FoundingReason.DEMONSTRATION_ONLY)
