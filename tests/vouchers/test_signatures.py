"""Three people stand behind a campaign: who may sign, in whose stead, once, and under the same id the same."""

from pathlib import Path

from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.approve_campaign import Signed
from backend.vouchers.desk_rules import (
    CampaignState,
    DecisionStep,
    DeskReason,
)
from backend.vouchers.fund_campaign import Funded
from backend.vouchers.plan_campaign import Planned
from backend.vouchers.steer_campaign import Steered, Turn
from tests.databases import HandClock
from tests.vouchers.campaigns import faults
from tests.vouchers.desks import planned, small_plan, standing

ROOT = Path(__file__).resolve().parents[2]
TOTAL = 59_000
WRONG_STATE = Refused(DeskReason.WRONG_STATE)


async def test_draft_review_and_approval_by_three_people_and_the_board_names_them(county: County) -> None:
    of = await planned(county)
    assert (await of.sign(DecisionStep.SUBMIT, of.clerk)).state is CampaignState.IN_REVIEW
    assert (await of.sign(DecisionStep.REVIEW, of.reviewer, note="已核对")).state is CampaignState.IN_REVIEW
    assert (await of.sign(DecisionStep.APPROVE, of.approver)).state is CampaignState.APPROVED
    seen = await of.seen()
    assert [(d.step, d.staff_id, d.document_no) for d in seen.decisions] == [
        (DecisionStep.SUBMIT, of.clerk.id, None),
        (DecisionStep.REVIEW, of.reviewer.id, None),
        (DecisionStep.APPROVE, of.approver.id, "演示〔2026〕7号"),
    ]
    assert seen.people.keys() == {of.clerk.id, of.reviewer.id, of.approver.id}
    assert await faults(county) == []


async def test_no_step_is_taken_before_its_turn_or_by_the_wrong_person(county: County) -> None:
    of = await planned(county)
    before = await standing(of)
    for step, by in (
        (DecisionStep.REVIEW, of.reviewer),
        (DecisionStep.APPROVE, of.approver),
        (DecisionStep.SEND_BACK, of.reviewer),
        (DecisionStep.FUND, of.clerk),
    ):
        assert await of.sign(step, by) == WRONG_STATE
    for step, by in (
        (DecisionStep.SUBMIT, of.reviewer),
        (DecisionStep.REVIEW, of.clerk),
        (DecisionStep.APPROVE, of.reviewer),
    ):
        assert await of.sign(step, by) == Refused(DeskReason.NOT_DEPUTY)
    assert await of.fund(TOTAL) == WRONG_STATE
    for turn in Turn:
        assert await of.turn(turn, reason="试") == WRONG_STATE
    assert await standing(of) == before


async def test_an_approval_needs_the_review_and_the_document_number(county: County) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    assert await of.sign(DecisionStep.APPROVE, of.approver) == Refused(DeskReason.NOT_REVIEWED)
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    before = await standing(of)
    for number in (None, ""):
        refused = await of.sign(DecisionStep.APPROVE, of.approver, document_no=number)
        assert refused == Refused(DeskReason.DOCUMENT_MISSING)
    assert await of.sign(DecisionStep.SUBMIT, of.clerk) == WRONG_STATE
    assert await of.sign(DecisionStep.REVIEW, of.others[Role.REVIEWER]) == WRONG_STATE
    assert await standing(of) == before


async def test_nobody_signs_twice_and_the_author_never_approves(county: County, clock: HandClock) -> None:
    of = await planned(county)
    author = of.clerk
    await of.deputise(author, of.approver, Role.APPROVER)
    await of.deputise(of.reviewer, of.approver, Role.APPROVER)
    colleague = of.others[Role.OFFICE]
    await of.deputise(colleague, of.reviewer, Role.REVIEWER)
    assert isinstance(await of.sign(DecisionStep.SUBMIT, colleague), Signed)
    same = Refused(DeskReason.SAME_PERSON)
    assert await of.sign(DecisionStep.REVIEW, colleague, deputy_for=of.reviewer.id) == same
    assert isinstance(await of.sign(DecisionStep.REVIEW, of.reviewer), Signed)
    before = await standing(of)
    assert await of.sign(DecisionStep.APPROVE, of.reviewer, deputy_for=of.approver.id) == same
    assert await of.sign(DecisionStep.APPROVE, author, deputy_for=of.approver.id) == same
    assert await standing(of) == before
    assert isinstance(await of.sign(DecisionStep.APPROVE, of.approver), Signed)


async def test_behind_two_signatures_stand_two_people_each_be_it_by_deputy(county: County) -> None:
    of = await planned(county)
    second = of.others[Role.APPROVER]
    # Who reviews may be an approver too, and have a deputy: whoever signs for them signs in their name.
    await of.deputise(of.reviewer, of.approver, Role.APPROVER)
    await of.deputise(of.others[Role.OFFICE], of.reviewer, Role.REVIEWER)
    await of.deputise(of.others[Role.REVIEWER], of.approver, Role.APPROVER)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    assert isinstance(await of.sign(DecisionStep.REVIEW, of.others[Role.OFFICE], deputy_for=of.reviewer.id), Signed)
    before = await standing(of)
    same = Refused(DeskReason.SAME_PERSON)
    assert await of.sign(DecisionStep.APPROVE, of.reviewer, deputy_for=of.approver.id) == same
    assert await standing(of) == before
    await of.sign(DecisionStep.SEND_BACK, of.approver, note="重来")
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    await of.deputise(of.reviewer, of.others[Role.REVIEWER], Role.REVIEWER)
    await of.deputise(second, of.reviewer, Role.REVIEWER)
    assert isinstance(await of.sign(DecisionStep.REVIEW, second, deputy_for=of.reviewer.id), Signed)
    assert await of.sign(DecisionStep.APPROVE, second) == same
    assert isinstance(await of.sign(DecisionStep.APPROVE, of.others[Role.REVIEWER], deputy_for=of.approver.id), Signed)


async def test_whoever_wrote_or_handed_in_any_version_neither_reviews_nor_approves(county: County) -> None:
    of = await planned(county)
    author, colleague = of.clerk, of.others[Role.OFFICE]
    for clerk in (author, colleague):
        await of.deputise(clerk, of.approver, Role.APPROVER)
    await of.sign(DecisionStep.SUBMIT, author)
    await of.sign(DecisionStep.SEND_BACK, of.reviewer, note="改面额")
    better = replace(small_plan(county), title_zh="改过的方案")
    assert isinstance(await of.plan(better, version=1, by=colleague), Planned)
    await of.sign(DecisionStep.SUBMIT, colleague, version=2)
    await of.sign(DecisionStep.REVIEW, of.reviewer, version=2)
    before = await standing(of)
    for clerk in (author, colleague):
        refused = await of.sign(DecisionStep.APPROVE, clerk, version=2, deputy_for=of.approver.id)
        assert refused == Refused(DeskReason.SAME_PERSON)
    assert await standing(of) == before
    assert isinstance(await of.sign(DecisionStep.APPROVE, of.approver, version=2), Signed)


async def test_sending_back_needs_its_reason_and_the_trail_holds_its_id_alone(county: County) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    before = await standing(of)
    for note in (None, "", " "):
        assert await of.sign(DecisionStep.SEND_BACK, of.reviewer, note=note) == Refused(DeskReason.REASON_MISSING)
    assert await standing(of) == before
    assert isinstance(await of.sign(DecisionStep.SEND_BACK, of.reviewer, note="王五的店不参加"), Signed)
    [told, *_] = await inquire(county, find, Find(act="campaign.send-back"))
    back = (await of.seen()).decisions[-1]
    assert back.note == "王五的店不参加"
    assert told.detail == f"version 1, decision {back.decision_id}"


async def test_a_deputy_signs_from_the_first_to_the_last_instant_of_the_grant(county: County, clock: HandClock) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    deputy, refused = of.others[Role.OFFICE], Refused(DeskReason.NOT_DEPUTY)

    async def approve(by: Actor, *, of_whom: Actor = of.approver) -> object:
        return await of.sign(DecisionStep.APPROVE, by, deputy_for=of_whom.id)

    assert await approve(deputy) == refused
    await of.deputise(deputy, of.approver, Role.APPROVER, begins=1, days=2)
    before = await standing(of)
    clock.forward(days=1, microseconds=-1)
    assert await approve(deputy) == refused
    clock.forward(days=2, microseconds=1)
    assert await approve(deputy) == refused
    clock.forward(microseconds=-1)
    assert await approve(deputy, of_whom=of.others[Role.APPROVER]) == refused
    assert await of.sign(DecisionStep.APPROVE, deputy) == refused
    assert await standing(of) == before
    assert isinstance(await approve(deputy), Signed)
    last = (await of.seen()).decisions[-1]
    assert (last.staff_id, last.deputy_for) == (deputy.id, of.approver.id)


async def test_only_a_real_deputy_sends_back_in_somebodys_stead(county: County) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    before = await standing(of)
    for by in (of.reviewer, of.clerk):
        refused = await of.sign(DecisionStep.SEND_BACK, by, deputy_for=of.approver.id, note="x")
        assert refused == Refused(DeskReason.NOT_DEPUTY)
    assert await standing(of) == before


async def test_sent_back_changed_and_handed_in_again_all_signatures_are_new(county: County) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    back = await of.sign(DecisionStep.SEND_BACK, of.approver, note="面额写错了")
    assert isinstance(back, Signed)
    assert back.state is CampaignState.DRAFT
    better = replace(small_plan(county), title_zh="改过的方案")
    assert await of.plan(better, version=1) == Planned(campaign_id=of.campaign_id, version=2)
    assert await of.sign(DecisionStep.SUBMIT, of.clerk, version=1) == Refused(DeskReason.STALE_VERSION)
    await of.sign(DecisionStep.SUBMIT, of.clerk, version=2)
    assert await of.sign(DecisionStep.APPROVE, of.approver, version=2) == Refused(DeskReason.NOT_REVIEWED)
    await of.sign(DecisionStep.REVIEW, of.reviewer, version=2)
    assert (await of.sign(DecisionStep.APPROVE, of.approver, version=2)).state is CampaignState.APPROVED


async def test_handed_in_again_unchanged_the_earlier_review_does_not_count(county: County) -> None:
    of = await planned(county)
    await of.sign(DecisionStep.SUBMIT, of.clerk)
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    await of.sign(DecisionStep.SEND_BACK, of.reviewer, note="再想想")
    await of.sign(DecisionStep.SUBMIT, of.others[Role.OFFICE])
    assert await of.sign(DecisionStep.APPROVE, of.approver) == Refused(DeskReason.NOT_REVIEWED)
    assert isinstance(await of.sign(DecisionStep.REVIEW, of.others[Role.REVIEWER]), Signed)
    assert (await of.sign(DecisionStep.APPROVE, of.approver)).state is CampaignState.APPROVED


async def test_the_same_id_gets_the_same_answer_at_the_desk_and_the_trail_names_it(county: County) -> None:
    of = await planned(county)
    ids = {step: new_id() for step in ("submit", "fund", "run", "pause")}
    clerk = replace(of.clerk, request_id=ids["submit"])
    signed = await of.sign(DecisionStep.SUBMIT, clerk, decision_id=ids["submit"])
    assert await of.sign(DecisionStep.SUBMIT, clerk, decision_id=ids["submit"]) == replace(signed, again=True)
    assert await of.sign(DecisionStep.SUBMIT, clerk, decision_id=ids["submit"], note="x") == IdReused()
    [told] = await inquire(county, find, Find(act="campaign.submit"))
    assert told.actor.request_id == ids["submit"]
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    await of.sign(DecisionStep.APPROVE, of.approver)
    funded = await of.fund(TOTAL, funding_id=ids["fund"])
    assert isinstance(funded, Funded)
    assert await of.fund(TOTAL, funding_id=ids["fund"]) == replace(funded, again=True)
    assert await of.fund(TOTAL - 1, funding_id=ids["fund"]) == IdReused()
    # A refusal binds nothing: the same press succeeds once the campaign stands where it should.
    assert await of.turn(Turn.PAUSE, reason="核查", turn_id=ids["pause"]) == WRONG_STATE
    ran = await of.turn(Turn.RUN, turn_id=ids["run"])
    paused = await of.turn(Turn.PAUSE, reason="核查", turn_id=ids["pause"])
    assert isinstance(ran, Steered)
    assert isinstance(paused, Steered)
    before = await standing(of)
    assert await of.turn(Turn.RUN, turn_id=ids["run"]) == replace(ran, again=True)
    assert await of.turn(Turn.END, turn_id=ids["run"]) == IdReused()
    assert await standing(of) == before
    assert before[0] is CampaignState.PAUSED
