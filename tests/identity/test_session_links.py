"""A session goes on in another browser by a link: once, for five minutes, and never better than it was."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import Arrival, Opened, token_hash
from backend.identity.freeze import Freeze, Unfreeze, freeze, unfreeze
from backend.identity.link_rules import LINK_LASTS, LINKS_AN_HOUR, LinkTimes, link_leads, may_move
from backend.identity.make_session_link import MadeLink, MakeSessionLink, make_session_link
from backend.identity.reasons import IdentityReason
from backend.identity.recognise import Recogniser
from backend.identity.records import Session
from backend.identity.rules import STAFF_IDLE, Later, PersonKind, SessionEnd, SessionMethod, SessionTimes
from backend.identity.sign_out import EndSessions, MySessions, end_session, end_sessions, my_sessions
from backend.identity.store import links
from backend.identity.take_session_link import (
    INVALID,
    LinkTold,
    LookAtLink,
    TakenLink,
    TakeSessionLink,
    look_at_link,
    take_session_link,
)
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id, new_secret
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from tests.databases import HandClock
from tests.identity.people import by, resident, staff, staff_session
from tests.identity.test_sessions import ending
from tests.web.world import row_counts


def asking(opened: Opened, kind: ActorKind = ActorKind.RESIDENT) -> MakeSessionLink:
    return MakeSessionLink(session_id=opened.session_id, actor=Actor(kind=kind, id=opened.person_id))


async def link_of(county: County, opened: Opened, kind: ActorKind = ActorKind.RESIDENT) -> str:
    made = await transact(county, make_session_link, asking(opened, kind))
    assert isinstance(made, MadeLink), made
    return made.token


async def take(county: County, token: str) -> Opened:
    taken = await transact(county, take_session_link, TakeSessionLink(token=token))
    assert isinstance(taken, TakenLink), taken
    return taken.opened


async def refused(county: County, token: str) -> None:
    """The link leads nowhere: for whoever looks and for whoever takes, and no session comes of it."""
    before = await row_counts(county)
    assert await inquire(county, look_at_link, LookAtLink(token=token, at=county.clock())) == INVALID
    assert await transact(county, take_session_link, TakeSessionLink(token=token)) == INVALID
    after = await row_counts(county)
    changed = {table for table, rows in after.items() if rows != before[table]}
    # A link that is known, but no longer good, leaves its trace; of one that never was nothing is told to anybody.
    assert changed <= {"audit_entries"}, changed


async def listed(county: County, person_id: UUID) -> list[Session]:
    return await inquire(county, my_sessions, MySessions(person_id=person_id, at=county.clock()))


@pytest.mark.parametrize(
    ("used", "seconds", "ended", "leads"),
    [(None, 299, None, True), (None, 300, None, False), (10, 299, None, False), (None, 20, 15, False)],
)
def test_a_link_leads_somewhere_until_it_is_used_runs_out_or_its_session_ends(
    clock: HandClock, used: int | None, seconds: int, ended: int | None, leads: bool
) -> None:
    made = clock()

    def after(number: int | None) -> Instant | None:
        return None if number is None else made + timedelta(seconds=number)

    link = LinkTimes(expires_at=made + LINK_LASTS, used_at=after(used))
    issuing = SessionTimes(
        kind=PersonKind.STAFF, last_seen_at=made, expires_at=made + timedelta(hours=1), ended_at=after(ended)
    )
    assert link_leads(link, issuing, at=made + timedelta(seconds=seconds)) is leads


def test_of_the_staff_only_a_merchants_sessions_move() -> None:
    assert may_move({Role.MERCHANT})
    others: list[set[Role]] = [{role} for role in Role if role is not Role.MERCHANT]
    others += [set(), {Role.MERCHANT, Role.OPERATOR}]
    assert not [roles for roles in others if may_move(roles)]


async def test_a_link_opens_a_session_beside_the_one_it_came_from(county: County, clock: HandClock) -> None:
    old = await resident(county, device="d" * 22)
    clock.forward(days=3)
    token = await link_of(county, old)
    told = await inquire(county, look_at_link, LookAtLink(token=token, at=clock()))
    assert told == LinkTold(
        kind=PersonKind.RESIDENT, display_name="居民", phone="154****0001", expires_at=clock() + LINK_LASTS
    )
    clock.forward(minutes=2)
    arrival = Arrival(address="203.0.113.9", user_agent="Chrome on Android", device="e" * 22)
    taken = await transact(county, take_session_link, TakeSessionLink(token=token, arrival=arrival))
    assert isinstance(taken, TakenLink)
    new = taken.opened
    # The thirty days run from when the phone was shown.
    assert (taken.kind, new.person_id, new.expires_at) == (ActorKind.RESIDENT, old.person_id, old.expires_at)
    recogniser = Recogniser()
    for session in (old, new):
        caller = await recogniser.find(county, session.token, None)
        assert caller is not None
        assert (caller.id, caller.session_id) == (old.person_id, session.session_id)
    first, second = await listed(county, old.person_id)
    assert (first.id, first.method, first.device, first.device_hash) == (
        new.session_id,
        SessionMethod.LINK,
        "Android",
        county.keys.keyed_hash("device", "e" * 22),
    )
    assert (second.id, second.method) == (old.session_id, SessionMethod.CODE)
    acts = await inquire(county, find, Find(act="identity."))
    assert [(one.act, one.subject_id, one.actor.id, one.to_state) for one in acts[:3]] == [
        ("identity.sign_in", str(old.person_id), old.person_id, "link"),
        ("identity.take_session_link", str(old.session_id), old.person_id, None),
        ("identity.make_session_link", str(old.session_id), old.person_id, None),
    ]


async def test_a_link_works_once(county: County) -> None:
    old = await resident(county)
    token = await link_of(county, old)
    await take(county, token)
    await refused(county, token)
    (entry, *_) = await inquire(county, find, Find(act="identity.take_session_link"))
    assert (entry.actor.kind, entry.subject_id, entry.reason) == (
        ActorKind.VISITOR,
        str(old.session_id),
        "link-invalid",
    )
    assert len(await listed(county, old.person_id)) == 2


async def test_twenty_who_take_a_link_at_once_get_one_session(county: County) -> None:
    old = await resident(county)
    command = TakeSessionLink(token=await link_of(county, old))
    answers = await asyncio.gather(*(transact(county, take_session_link, command) for _ in range(20)))
    assert [isinstance(one, TakenLink) for one in answers].count(True) == 1
    assert [one for one in answers if not isinstance(one, TakenLink)] == [INVALID] * 19
    assert len(await listed(county, old.person_id)) == 2


async def test_a_link_has_run_out_after_five_minutes(county: County, clock: HandClock) -> None:
    old = await resident(county)
    token, late = await link_of(county, old), await resident(county, "15410000002")
    clock.forward(minutes=5)
    await refused(county, token)
    token = await link_of(county, late)
    clock.forward(minutes=5, microseconds=-1)
    await take(county, token)


async def test_a_link_ends_with_the_thirty_days_of_its_session(county: County, clock: HandClock) -> None:
    old = await resident(county)
    clock.forward(days=30, minutes=-1)
    made = await transact(county, make_session_link, asking(old))
    assert isinstance(made, MadeLink)
    assert made.expires_at == old.expires_at
    clock.forward(minutes=1)
    await refused(county, made.token)
    assert await transact(county, make_session_link, asking(old)) == Refused(GeneralReason.SIGNED_OUT)


async def test_asking_again_makes_the_link_before_worthless(county: County) -> None:
    old = await resident(county)
    before, after = await link_of(county, old), await link_of(county, old)
    await refused(county, before)
    await take(county, after)


async def test_whoever_signed_out_leaves_no_link_behind(county: County) -> None:
    old = await resident(county)
    token = await link_of(county, old)
    await transact(county, end_session, ending(old))
    await refused(county, token)
    assert await transact(county, make_session_link, asking(old)) == Refused(GeneralReason.SIGNED_OUT)


async def test_nobody_makes_a_link_of_somebody_elses_session(county: County) -> None:
    mine, theirs = await resident(county), await resident(county, "15410000002")
    command = MakeSessionLink(session_id=theirs.session_id, actor=Actor(kind=ActorKind.RESIDENT, id=mine.person_id))
    before = await row_counts(county)
    assert await transact(county, make_session_link, command) == Refused(GeneralReason.SIGNED_OUT)
    assert await row_counts(county) == before


async def test_a_frozen_account_gets_no_further_session_by_a_link(county: County) -> None:
    old, office = await resident(county), by(new_id(), Role.OFFICE)
    token = await link_of(county, old)
    await transact(county, freeze, Freeze(resident_id=old.person_id, why="请带证件核验。", actor=office))
    await refused(county, token)
    assert await transact(county, make_session_link, asking(old)) == Refused(IdentityReason.ACCOUNT_FROZEN)
    # A link that nobody took is good again when a person has looked at the account in time.
    await transact(county, unfreeze, Unfreeze(resident_id=old.person_id, why="已核验。", actor=office))
    await take(county, token)


async def test_a_token_that_never_was_leaves_no_trace(county: County) -> None:
    await resident(county)
    before = await row_counts(county)
    await refused(county, new_secret())
    assert await row_counts(county) == before


async def test_what_is_stored_opens_nothing(county: County) -> None:
    """Whoever reads the database cannot take a link: neither its hash nor anything else in it is the token."""
    old = await resident(county)
    token = await link_of(county, old)

    async def stored(tx: Transaction, hashed: bytes) -> tuple[bool, bool]:
        found = await links.link_of_token(tx, hashed)
        row = (await tx.connection.exec_driver_sql("SELECT token_hash FROM session_links")).scalar_one()
        return found is not None, bytes(row) == hashed

    assert await inquire(county, stored, token_hash(token)) == (True, True)
    await refused(county, token_hash(token).hex())
    entries = await inquire(county, find, Find(act="identity.make_session_link"))
    assert token not in str(entries)


async def test_ten_links_an_hour_are_enough(county: County, clock: HandClock) -> None:
    old = await resident(county)
    clock.forward(minutes=20)
    tokens = [await link_of(county, old) for _ in range(LINKS_AN_HOUR)]
    answer = await transact(county, make_session_link, asking(old))
    assert answer == Later(reason=IdentityReason.LINK_TOO_OFTEN, seconds=40 * 60)
    await take(county, tokens[-1])
    other = await resident(county, "15410000002")
    await link_of(county, other)
    clock.forward(minutes=40)
    await link_of(county, old)


async def test_a_merchants_new_session_is_as_idle_as_the_old_one(county: County, clock: HandClock) -> None:
    old = await staff_session(county, await staff(county, Role.MERCHANT, phone="15410000003"))
    clock.forward(minutes=20)
    token = await link_of(county, old, ActorKind.STAFF)
    asked_at = clock()
    told = await inquire(county, look_at_link, LookAtLink(token=token, at=clock()))
    assert told == LinkTold(
        kind=PersonKind.STAFF, display_name="牟*文", phone="154****0003", expires_at=clock() + LINK_LASTS
    )
    clock.forward(minutes=4)
    new = await take(county, token)
    assert (new.expires_at, new.idle_expires_at) == (old.expires_at, asked_at + STAFF_IDLE)
    clock.forward(minutes=26, microseconds=-1)
    assert len(await listed(county, old.person_id)) == 2
    clock.forward(microseconds=1)
    assert await listed(county, old.person_id) == []
    recogniser = Recogniser()
    assert [await recogniser.find(county, one.token, None) for one in (old, new)] == [None, None]


@pytest.mark.parametrize("roles", [(Role.OFFICE,), (Role.OPERATOR,), (Role.MERCHANT, Role.OPERATOR)])
async def test_whoever_is_more_than_a_merchant_shows_both_factors_everywhere(
    county: County, roles: tuple[Role, ...]
) -> None:
    old = await staff_session(county, await staff(county, *roles))
    before = await row_counts(county)
    answer = await transact(county, make_session_link, asking(old, ActorKind.STAFF))
    assert answer == Refused(GeneralReason.NOT_ALLOWED)
    assert await row_counts(county) == before


async def test_whoever_ends_all_sessions_ends_the_one_that_is_just_being_opened(county: County) -> None:
    old = await resident(county)
    token = await link_of(county, old)

    async def slowly(tx: Transaction, command: TakeSessionLink, *, now: Instant) -> object:
        taken = await take_session_link(tx, command, now=now)
        if tx.county.on_postgresql:  # SQLite has one writer at a time.
            await asyncio.sleep(0.3)
        return taken

    taking = asyncio.create_task(transact(county, slowly, TakeSessionLink(token=token)))
    await asyncio.sleep(0.1)
    why = SessionEnd.REVOKED
    await transact(county, end_sessions, EndSessions(person_id=old.person_id, why=why, actor=by(new_id())))
    assert isinstance(await taking, TakenLink)
    assert await listed(county, old.person_id) == []


async def test_a_crash_on_the_way_uses_nothing_up(county: County) -> None:
    old = await resident(county)
    token = await link_of(county, old)
    before = await row_counts(county)

    async def crash(tx: Transaction, command: TakeSessionLink, *, now: Instant) -> None:
        assert isinstance(await take_session_link(tx, command, now=now), TakenLink)
        raise KeyError

    with pytest.raises(KeyError):
        await transact(county, crash, TakeSessionLink(token=token))
    assert await row_counts(county) == before
    await take(county, token)


async def test_a_session_that_went_on_by_a_link_can_go_on_again_but_no_longer(county: County, clock: HandClock) -> None:
    old = await resident(county)
    session = old
    for _ in range(3):
        clock.forward(days=9)
        session = await take(county, await link_of(county, session))
        assert session.expires_at == old.expires_at
    clock.forward(days=3)
    assert await Recogniser().find(county, session.token, None) is None


async def test_in_the_same_browser_the_new_session_takes_the_place_of_the_old(county: County) -> None:
    old = await resident(county)
    here = TakeSessionLink(token=await link_of(county, old), arrival=Arrival(previous_token=old.token))
    taken = await transact(county, take_session_link, here)
    assert isinstance(taken, TakenLink)
    assert [one.id for one in await listed(county, old.person_id)] == [taken.opened.session_id]
