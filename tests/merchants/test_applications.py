"""From an application to the list: step by step, by different people, and never before the objections are answered."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.grant_deputy import GrantDeputy, grant_deputy
from backend.identity.rules import DeputyGrant
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason
from backend.merchants.apply_to_call import Applied, apply_to_call
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import ApplicationState, Step
from backend.merchants.change_call import ChangeCall, change_call
from backend.merchants.find_applications import FindApplications, find_application, find_applications
from backend.merchants.find_calls import FindListed, find_listed, find_publicised
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants
from backend.merchants.mend_application import Mend, mend_application
from backend.merchants.rules import MerchantReason, MerchantState, Trade
from backend.merchants.withdraw_application import Moved, WithdrawApplication, withdraw_application
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from tests.databases import HandClock
from tests.merchants.call_makers import (
    CLOSES,
    PERIOD_ENDS,
    dossier,
    office,
    reason_of,
    resident,
    rules,
    staff_member,
)
from tests.merchants.merchant_makers import admission, admitted, licence, papers, premises
from tests.places.places_makers import position


async def state_of(county: County, application_id: UUID) -> ApplicationState:
    opened = await inquire(county, find_application, application_id)
    assert opened is not None
    return opened.followed.application.state


async def merchants(county: County) -> int:
    return len(await inquire(county, find_merchants, FindMerchants(states=tuple(MerchantState))))


async def told(county: County, person: Actor) -> list[str]:
    assert person.id is not None
    return [message.code for message in await inquire(county, inbox, Inbox(recipient_id=person.id))]


async def test_an_application_becomes_a_merchant_on_the_list(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    application_id = await here.applied(call_id)
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    (publicised,) = await inquire(county, find_publicised, FindListed(call_id=call_id))
    assert (publicised.application_id, publicised.objections_from, publicised.objections_until) == (
        application_id,
        clock(),
        PERIOD_ENDS,
    )
    assert await merchants(county) == 0
    clock.at = PERIOD_ENDS
    await here.signed(application_id, Step.LIST)
    (listed,) = await inquire(county, find_listed, FindListed(call_id=call_id))
    assert (listed.credit_code, listed.state, listed.listed_at) == (
        papers().credit_code,
        MerchantState.ADMITTED,
        PERIOD_ENDS,
    )
    assert await inquire(county, find_publicised, FindListed(call_id=call_id)) == []
    merchant = await inquire(county, find_merchant, listed.merchant_id)
    assert merchant is not None
    assert (merchant.papers, merchant.main.premises, merchant.main.position) == (
        dossier().papers,
        dossier().premises,
        dossier().position,
    )
    acts = [entry.act for entry in await inquire(county, find, Find(act="merchants.", most=50))]
    assert sorted(acts) == [
        "merchants.admit",
        "merchants.application-list",
        "merchants.application-publicise",
        "merchants.application-review",
        "merchants.apply",
        "merchants.list",
        "merchants.publish-call",
    ]
    assert await told(county, here.applicant) == ["merchant-application-listed", "merchant-application-publicised"]


async def test_the_same_step_again_gets_the_same_answer_and_another_under_its_id_none(county: County) -> None:
    here = await office(county)
    application = here.application(await here.publish())
    first = await transact(county, apply_to_call, application)
    assert isinstance(first, Applied)
    assert await transact(county, apply_to_call, application) == msgspec.structs.replace(first, again=True)
    other = msgspec.structs.replace(application, contact_name="另一个人")
    assert await transact(county, apply_to_call, other) == IdReused()
    decision_id = new_id()
    steps = [await here.sign(first.application_id, Step.REVIEW, decision_id=decision_id) for _ in range(2)]
    assert steps == [
        Moved(application_id=first.application_id, state=ApplicationState.REVIEWED, again=again)
        for again in (False, True)
    ]
    assert await here.sign(first.application_id, Step.REFUSE, decision_id=decision_id) == IdReused()
    opened = await inquire(county, find_application, first.application_id)
    assert opened is not None
    assert [one.step for one in opened.followed.steps] == [Step.SUBMIT, Step.REVIEW]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"dossier": dossier(papers=papers(code="92591527000000019F"))}, MerchantReason.CREDIT_CODE_WRONG),
        ({"dossier": dossier(papers=papers(licences=()))}, MerchantReason.LICENCE_MISSING),
        ({"dossier": dossier(papers=papers(trade=Trade.RETAIL))}, CallReason.TRADE_NOT_CALLED),
        ({"dossier": dossier(files=())}, CallReason.FILE_MISSING),
        ({"dossier": None}, CallReason.FILE_MISSING),
        ({"dossier": dossier(premises=premises(town="511527999", village=None))}, PremisesReason.TOWN_UNKNOWN),
        ({"dossier": dossier(position=position(30_000_000, 104_000_000))}, PlaceReason.OUTSIDE_COUNTY),
        ({"call_id": new_id()}, GeneralReason.NOT_FOUND),
    ],
)
async def test_an_application_that_is_not_right_moves_nothing_and_may_be_mended_under_its_id(
    county: County, changed: dict[str, Any], reason: object
) -> None:
    here = await office(county)
    good = here.application(await here.publish())
    wrong = msgspec.structs.replace(good, **changed)
    assert reason_of(await transact(county, apply_to_call, wrong)) is reason
    assert await inquire(county, find_applications, FindApplications()) == []
    assert isinstance(await transact(county, apply_to_call, good), Applied)


async def test_a_call_takes_applications_in_its_window_only(county: County, clock: HandClock) -> None:
    here = await office(county)
    opens = clock() + timedelta(days=1)
    call_id = await here.publish(opens_at=opens)
    assert reason_of(await transact(county, apply_to_call, here.application(call_id))) is CallReason.CALL_CLOSED
    clock.at = opens
    await here.applied(call_id)
    clock.at = CLOSES
    late = here.application(call_id, 2)
    assert reason_of(await transact(county, apply_to_call, late)) is CallReason.CALL_CLOSED


async def test_a_credit_code_applies_once_until_its_application_is_over(county: County) -> None:
    here = await office(county)
    call_id = await here.publish()
    first = await here.applied(call_id)
    somebody = await resident(county)
    again = here.application(call_id, actor=somebody)
    assert reason_of(await transact(county, apply_to_call, again)) is CallReason.ALREADY_APPLIED
    await here.signed(first, Step.REFUSE)
    assert isinstance(await transact(county, apply_to_call, again), Applied)
    assert await told(county, here.applicant) == ["merchant-application-refused"]


async def test_one_person_hands_in_five_applications_a_day_and_a_clerk_as_many_as_come(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish()
    for order in range(1, 6):
        await here.applied(call_id, order)
    sixth = here.application(call_id, 6)
    assert reason_of(await transact(county, apply_to_call, sixth)) is CallReason.TOO_MANY_TODAY
    for order in range(11, 18):
        await here.applied(call_id, order, actor=here.clerk)
    clock.forward(days=1)
    assert isinstance(await transact(county, apply_to_call, sixth), Applied)


@pytest.mark.parametrize("moved", [False, True])
async def test_a_mended_application_keeps_what_no_form_asks_for(county: County, *, moved: bool) -> None:
    here = await office(county)
    told = dossier()
    application_id = await here.applied(await here.publish(), dossier=told)
    await here.signed(application_id, Step.RETURN)
    address = {"address_zh": "玉壶社区新街 1 号"} if moved else {}
    place = msgspec.structs.replace(told.premises, village_code=None, **address)
    bare = msgspec.structs.replace(told.papers, picture=None, about_zh="", about_en="")
    mend = Mend(
        actor=here.applicant,
        change_id=new_id(),
        application_id=application_id,
        dossier=msgspec.structs.replace(told, papers=bare, premises=place, position=None),
        contact_name="苟定邦",
        contact_phone="15402000009",
    )
    assert isinstance(await transact(county, mend_application, mend), Applied)
    opened = await inquire(county, find_application, application_id)
    assert opened is not None
    kept = opened.followed.application.dossier
    assert kept.papers == told.papers
    # A shop that moved is not where it was.
    assert (kept.premises, kept.position) == ((place, None) if moved else (told.premises, told.position))


async def test_what_is_sent_back_is_mended_and_reviewed_anew(county: County, clock: HandClock) -> None:
    here = await office(county)
    application_id = await here.applied(await here.publish())
    assert reason_of(await here.sign(application_id, Step.RETURN, note=" ")) is CallReason.STEP_UNREASONED
    await here.signed(application_id, Step.RETURN)
    mended = dossier(of_papers={"name": "老城门豆花总店"})
    mend = Mend(
        actor=here.applicant,
        change_id=new_id(),
        application_id=application_id,
        dossier=mended,
        contact_name="苟定邦",
        contact_phone="15402000009",
    )
    other = msgspec.structs.replace(mend, dossier=dossier(2))
    assert reason_of(await transact(county, mend_application, other)) is MerchantReason.CREDIT_CODE_WRONG
    foreign = msgspec.structs.replace(mend, actor=await resident(county))
    assert reason_of(await transact(county, mend_application, foreign)) is GeneralReason.NOT_FOUND
    assert isinstance(await transact(county, mend_application, mend), Applied)
    again = msgspec.structs.replace(mend, change_id=new_id())
    assert reason_of(await transact(county, mend_application, again)) is CallReason.STEP_UNFIT
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await here.signed(application_id, Step.LIST)
    (merchant,) = await inquire(county, find_merchants, FindMerchants())
    assert merchant.papers.name_zh == "老城门豆花总店"


async def test_an_application_keeps_the_rules_it_was_handed_in_under(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    first = await here.applied(call_id)
    longer = ChangeCall(actor=here.clerk, change_id=new_id(), call_id=call_id, rules=rules(objection_days=20))
    await transact(county, change_call, longer)
    clock.forward(days=8)
    second = await here.applied(call_id, 2)
    for application_id in (first, second):
        await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    found = await inquire(county, find_publicised, FindListed(call_id=call_id))
    days = {one.application_id: (one.objections_until - one.objections_from).days for one in found}
    assert days == {first: 10, second: 27}  # Seven and twenty working days, and the weekends among them.


async def test_a_time_for_objections_in_an_unpublished_year_stands_so_in_the_trail(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish(closes_at=clock() + timedelta(days=90))
    known, unknown = await here.applied(call_id), await here.applied(call_id, 2)
    await here.signed(known, Step.REVIEW, Step.PUBLICISE)
    clock.at = datetime(2040, 12, 31, 2, 0, tzinfo=UTC)
    await here.signed(unknown, Step.REVIEW, Step.PUBLICISE)
    found = await inquire(county, find_publicised, FindListed(call_id=call_id))
    assert {one.application_id: one.objections_until for one in found} == {
        known: PERIOD_ENDS,
        unknown: datetime(2041, 1, 9, 16, 0, tzinfo=UTC),
    }
    entries = await inquire(county, find, Find(act="merchants.application-publicise", most=2))
    told = {entry.subject_id: str(entry.detail) for entry in entries}
    assert "calendar unknown: weekdays were counted" in told[str(unknown)]
    assert "calendar" not in told[str(known)]


async def test_nobody_decides_on_an_application_who_has_had_a_hand_in_it(county: County, clock: HandClock) -> None:
    here = await office(county)
    both = await staff_member(county, Role.REVIEWER)
    grants = [(Role.APPROVER, here.approver), (Role.OFFICE, here.clerk)]
    for role, principal in grants:
        assert both.id is not None
        assert principal.id is not None
        grant = GrantDeputy(
            deputy_id=both.id,
            principal_id=principal.id,
            role=role,
            begins_at=clock(),
            ends_at=clock() + timedelta(days=30),
            document_no="筠演示〔2026〕5号",
            actor=await staff_member(county, Role.SECURITY_ADMIN),
        )
        assert isinstance(await transact(county, grant_deputy, grant), DeputyGrant)
    application_id = await here.applied(await here.publish(), actor=here.clerk)
    own = await here.sign(application_id, Step.REVIEW, here.clerk)
    assert reason_of(own) is CallReason.NOT_DEPUTY
    await here.sign(application_id, Step.REVIEW, both)
    await here.signed(application_id, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    for deputy_for in (None, here.approver.id, here.clerk.id):
        outcome = await here.sign(application_id, Step.LIST, both, deputy_for=deputy_for)
        hand = CallReason.HAD_A_HAND if deputy_for == here.approver.id else CallReason.NOT_DEPUTY
        assert reason_of(outcome) is hand
    assert await state_of(county, application_id) is ApplicationState.PUBLICISED
    await here.signed(application_id, Step.LIST)


async def test_a_deputys_step_is_both_peoples(county: County, clock: HandClock) -> None:
    here = await office(county)
    deputy = await staff_member(county, Role.OFFICE)
    assert deputy.id is not None
    assert here.reviewer.id is not None
    grant = GrantDeputy(
        deputy_id=deputy.id,
        principal_id=here.reviewer.id,
        role=Role.REVIEWER,
        begins_at=clock(),
        ends_at=clock() + timedelta(days=30),
        document_no="筠演示〔2026〕5号",
        actor=await staff_member(county, Role.SECURITY_ADMIN),
    )
    assert isinstance(await transact(county, grant_deputy, grant), DeputyGrant)
    application_id = await here.applied(await here.publish(), actor=deputy)
    outcome = await here.sign(application_id, Step.REVIEW, deputy, deputy_for=here.reviewer.id)
    assert reason_of(outcome) is CallReason.HAD_A_HAND
    other = await here.applied(await here.publish(document_no="筠演示〔2026〕10号"), actor=here.clerk)
    assert isinstance(await here.sign(other, Step.REVIEW, deputy, deputy_for=here.reviewer.id), Moved)


async def test_every_step_has_its_state_and_its_papers(county: County, clock: HandClock) -> None:
    here = await office(county)
    application_id = await here.applied(await here.publish())
    for early in (Step.PUBLICISE, Step.LIST, Step.DECLINE, Step.MEND):
        assert reason_of(await here.sign(application_id, early)) is CallReason.STEP_UNFIT
    await here.signed(application_id, Step.REVIEW)
    for late in (Step.REVIEW, Step.RETURN, Step.REFUSE):
        assert reason_of(await here.sign(application_id, late)) is CallReason.STEP_UNFIT
    bare = await here.sign(application_id, Step.PUBLICISE, document_no=None)
    assert reason_of(bare) is CallReason.STEP_UNDOCUMENTED
    assert reason_of(await here.sign(application_id, Step.PUBLICISE, here.reviewer)) is CallReason.NOT_DEPUTY
    await here.signed(application_id, Step.PUBLICISE)
    clock.at = PERIOD_ENDS - timedelta(microseconds=1)
    for early in (Step.LIST, Step.DECLINE):
        assert reason_of(await here.sign(application_id, early)) is CallReason.PERIOD_RUNNING
    clock.at = PERIOD_ENDS
    assert reason_of(await here.sign(application_id, Step.LIST, document_no="")) is CallReason.STEP_UNDOCUMENTED
    assert reason_of(await here.sign(new_id(), Step.LIST)) is GeneralReason.NOT_FOUND
    await here.signed(application_id, Step.DECLINE)
    assert await state_of(county, application_id) is ApplicationState.REFUSED
    assert await merchants(county) == 0


async def test_papers_that_ran_out_while_the_objections_ran_list_nobody(county: County, clock: HandClock) -> None:
    here = await office(county)
    short = dossier(of_papers={"licences": (licence(until=PERIOD_ENDS.date() + timedelta(days=1)),)})
    application_id = await here.applied(await here.publish(), dossier=short)
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS + timedelta(days=1)
    decision_id = new_id()
    late = await here.sign(application_id, Step.LIST, decision_id=decision_id)
    assert reason_of(late) is MerchantReason.LICENCE_EXPIRED
    assert await state_of(county, application_id) is ApplicationState.PUBLICISED
    clock.at = PERIOD_ENDS
    assert isinstance(await here.sign(application_id, Step.LIST, decision_id=decision_id), Moved)


async def test_a_credit_code_that_was_admitted_meanwhile_is_not_admitted_twice(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    application_id = await here.applied(await here.publish())
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    await admitted(county, admission(order=1))
    clock.at = PERIOD_ENDS
    assert reason_of(await here.sign(application_id, Step.LIST)) is MerchantReason.CREDIT_CODE_TAKEN
    assert await merchants(county) == 1
    taken = here.application(await here.publish(document_no="筠演示〔2026〕10号"))
    assert reason_of(await transact(county, apply_to_call, taken)) is MerchantReason.CREDIT_CODE_TAKEN


async def test_an_application_is_taken_back_by_whoever_handed_it_in(county: County) -> None:
    here = await office(county)
    call_id = await here.publish()
    application_id = await here.applied(call_id)
    for stranger in (await resident(county), here.clerk):
        command = WithdrawApplication(actor=stranger, change_id=new_id(), application_id=application_id)
        assert reason_of(await transact(county, withdraw_application, command)) is GeneralReason.NOT_FOUND
    own = WithdrawApplication(actor=here.applicant, change_id=new_id(), application_id=application_id)
    moved = await transact(county, withdraw_application, own)
    assert moved == Moved(application_id=application_id, state=ApplicationState.WITHDRAWN)
    assert await transact(county, withdraw_application, own) == Moved(
        application_id=application_id, state=ApplicationState.WITHDRAWN, again=True
    )
    again = msgspec.structs.replace(own, change_id=new_id())
    assert reason_of(await transact(county, withdraw_application, again)) is CallReason.STEP_UNFIT
    await here.applied(call_id)
