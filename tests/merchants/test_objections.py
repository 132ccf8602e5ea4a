"""Anybody may object in time; nobody is listed while an objection is open, and none after it was upheld."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.events import AccountClosed
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import ObjectionState, Step
from backend.merchants.decide_objection import DecideObjection, ObjectionDecided, decide_objection
from backend.merchants.find_applications import find_application
from backend.merchants.find_calls import FindListed, find_listed
from backend.merchants.look_at_contacts import LookAtContacts, look_at_contacts
from backend.merchants.object_to import Objected
from backend.merchants.retention import erase_old_contacts, forget_people
from backend.merchants.store.applications import GONE
from backend.merchants.tables import applications, objections
from backend.merchants.withdraw_application import Moved
from tests.databases import HandClock
from tests.merchants.call_makers import PERIOD_ENDS, Office, office, reason_of, resident, staff_member


async def publicised(county: County) -> tuple[Office, UUID, UUID]:
    here = await office(county)
    call_id = await here.publish()
    application_id = await here.applied(call_id)
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    return here, call_id, application_id


def deciding(objection_id: UUID, actor: Actor, *, upheld: bool) -> DecideObjection:
    return DecideObjection(
        actor=actor, decision_id=new_id(), objection_id=objection_id, upheld=upheld, answer="已核实，处罚属实与否见附件"
    )


@pytest.mark.parametrize("upheld", [False, True])
async def test_nobody_is_listed_while_an_objection_is_open_and_none_against_one_that_was_upheld(
    county: County, clock: HandClock, upheld: bool
) -> None:
    here, call_id, application_id = await publicised(county)
    objection_id = await here.objected(application_id, await resident(county))
    clock.at = PERIOD_ENDS
    for step in (Step.LIST, Step.DECLINE):
        assert reason_of(await here.sign(application_id, step)) is CallReason.OBJECTION_OPEN
    command = deciding(objection_id, here.approver, upheld=upheld)
    decided = await transact(county, decide_objection, command)
    state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    assert decided == ObjectionDecided(objection_id=objection_id, state=state, decided_at=clock())
    assert isinstance(decided, ObjectionDecided)
    assert await transact(county, decide_objection, command) == msgspec.structs.replace(decided, again=True)
    outcome = await here.sign(application_id, Step.LIST)
    if upheld:
        assert reason_of(outcome) is CallReason.OBJECTION_UPHELD
        await here.signed(application_id, Step.DECLINE)
    else:
        assert isinstance(outcome, Moved)
    assert len(await inquire(county, find_listed, FindListed(call_id=call_id))) == (0 if upheld else 1)


async def test_whoever_reviewed_or_recorded_does_not_decide_on_an_objection(county: County, clock: HandClock) -> None:
    here, _, application_id = await publicised(county)
    both = await staff_member(county, Role.APPROVER)
    recorded = await here.object(application_id, msgspec.structs.replace(both, role=Role.OFFICE.value))
    assert isinstance(recorded, Objected)
    command = deciding(recorded.objection_id, here.reviewer, upheld=False)
    assert reason_of(await transact(county, decide_objection, command)) is CallReason.NOT_DEPUTY
    command = deciding(recorded.objection_id, both, upheld=False)
    assert reason_of(await transact(county, decide_objection, command)) is CallReason.HAD_A_HAND
    command = deciding(recorded.objection_id, here.approver, upheld=False)
    assert isinstance(await transact(county, decide_objection, command), ObjectionDecided)
    again = deciding(recorded.objection_id, here.approver, upheld=True)
    assert reason_of(await transact(county, decide_objection, again)) is CallReason.OBJECTION_DECIDED
    unknown = deciding(new_id(), here.approver, upheld=True)
    assert reason_of(await transact(county, decide_objection, unknown)) is GeneralReason.NOT_FOUND


async def test_objections_are_taken_in_their_time_once_a_person_and_three_a_day(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish()
    first = await here.applied(call_id)
    person = await resident(county)
    assert reason_of(await here.object(first, person)) is CallReason.NOT_PUBLICISED
    shown = [first] + [await here.applied(call_id, order) for order in (2, 3, 4)]
    for application_id in shown:
        await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    objection_id = new_id()
    filed = await here.object(first, person, objection_id=objection_id)
    assert filed == Objected(objection_id=objection_id, filed_at=clock())
    assert isinstance(filed, Objected)
    again = await here.object(first, person, objection_id=objection_id)
    assert again == msgspec.structs.replace(filed, again=True)
    assert reason_of(await here.object(shown[1], person, objection_id=objection_id)) == "id-reused"
    assert reason_of(await here.object(first, person)) is CallReason.ALREADY_OBJECTED
    for application_id in shown[1:3]:
        await here.objected(application_id, person)
    assert reason_of(await here.object(shown[3], person)) is CallReason.TOO_MANY_TODAY
    await here.objected(shown[3], here.clerk)
    await here.objected(shown[3], here.clerk)
    clock.at = PERIOD_ENDS - timedelta(microseconds=1)
    await here.objected(shown[3], await resident(county))
    clock.at = PERIOD_ENDS
    assert reason_of(await here.object(shown[3], await resident(county))) is CallReason.NOT_PUBLICISED
    assert reason_of(await here.object(new_id(), await resident(county))) is GeneralReason.NOT_FOUND


async def sealed_rows(county: County) -> str:
    async def look(tx: Transaction, _asked: None) -> str:
        return repr([tuple(row) for table in (applications, objections) for row in await tx.execute(select(table))])

    return await inquire(county, look, None)


async def test_who_applied_and_who_objected_is_sealed_and_a_full_look_is_on_record(county: County) -> None:
    here, _, application_id = await publicised(county)
    await here.objected(application_id, await resident(county))
    rows = await sealed_rows(county)
    assert not [word for word in ("苟定邦", "15402000009", "罗开明", "15402000077", "食品安全") if word in rows]
    command = LookAtContacts(actor=here.approver, application_id=application_id, purpose="核实异议")
    opened = await transact(county, look_at_contacts, command)
    assert opened is not None
    assert (opened.followed.application.contact_phone, opened.objections[0].contact) == ("15402000009", "15402000077")
    (entry,) = await inquire(county, find, Find(act="merchants.look-at-contacts"))
    assert (entry.subject_id, entry.actor.id, entry.words) == (str(application_id), here.approver.id, "核实异议")
    nowhere = LookAtContacts(actor=here.approver, application_id=new_id(), purpose="核实异议")
    assert await transact(county, look_at_contacts, nowhere) is None


async def test_contacts_are_erased_two_years_after_the_end_and_at_once_with_the_account(
    county: County, clock: HandClock
) -> None:
    here, _, application_id = await publicised(county)
    person = await resident(county)
    objection_id = await here.objected(application_id, person)
    clock.at = PERIOD_ENDS
    await transact(county, decide_objection, deciding(objection_id, here.approver, upheld=False))
    await here.signed(application_id, Step.LIST)

    async def erase(tx: Transaction, _command: None, *, now: Instant) -> int:
        return await erase_old_contacts(tx, now=now)

    assert await transact(county, erase, None, now=PERIOD_ENDS + timedelta(days=729)) == 0
    opened = await inquire(county, find_application, application_id)
    assert opened is not None
    assert (opened.followed.application.contact_name, opened.objections[0].name) == ("苟定邦", "罗开明")
    assert person.id is not None
    closed = AccountClosed(event_id=new_id(), occurred_at=clock(), resident_id=person.id)

    async def forget(tx: Transaction, command: AccountClosed, *, now: Instant) -> None:
        await forget_people(tx, [command], now)

    await transact(county, forget, closed)
    opened = await inquire(county, find_application, application_id)
    assert opened is not None
    assert (opened.followed.application.contact_name, opened.objections[0].name, opened.objections[0].contact) == (
        "苟定邦",
        GONE,
        GONE,
    )
    assert opened.objections[0].grounds != GONE
    assert await transact(county, erase, None, now=PERIOD_ENDS + timedelta(days=731)) == 1
    opened = await inquire(county, find_application, application_id)
    assert opened is not None
    assert (opened.followed.application.contact_name, opened.followed.application.contact_phone) == (GONE, GONE)
