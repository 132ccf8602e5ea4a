"""Three people stand behind a campaign, its money adds up to the fen, and a refused step moves nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Account, AccountKind
from backend.outbox.rules import IdReused
from backend.vouchers.approve_campaign import Signed
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.desk_rules import (
    CampaignPlan,
    CampaignState,
    DecisionStep,
    DeskReason,
    KindPlan,
    LineLevel,
    RefundPolicy,
    RoundPlan,
    faults_of,
)
from backend.vouchers.desk_schemas import GroupName, Moment
from backend.vouchers.fund_campaign import Funded
from backend.vouchers.plan_campaign import PlanFaults, Planned
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import ClaimReason, DiscountKind, FundingShare, Hours, Limit, LimitPeriod, RedemptionReason
from backend.vouchers.steer_campaign import PauseScope, Steered, Turn
from tests.databases import HandClock
from tests.identity.people import staff
from tests.vouchers.campaigns import RECEIPT, RULE, claim_of, faults, terms
from tests.vouchers.counters import counter, phone, redemption, shown, spend, voucher
from tests.vouchers.desks import DOCUMENT, Desk, balances, desk, planned, small_plan
from tests.web.world import row_counts

ROOT = Path(__file__).resolve().parents[2]
TOTAL = 59_000
WRONG_STATE = Refused(DeskReason.WRONG_STATE)


async def standing(of: Desk) -> tuple[CampaignState, int, dict[str, int]]:
    """State, version and every row of the county."""
    seen = await of.seen()
    return seen.campaign.state, seen.campaign.version, await row_counts(of.county)


async def running(county: County, clock: HandClock) -> Desk:
    """A campaign whose first rounds take claims now."""
    of = await planned(county)
    await of.approve()
    assert isinstance(await of.fund(TOTAL), Funded)
    assert isinstance(await of.turn(Turn.RUN), Steered)
    clock.forward(hours=1)
    return of


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


async def test_a_plan_is_changed_only_as_a_draft_and_only_from_its_present_version(county: County) -> None:
    of = await planned(county)
    first = (await of.seen()).campaign.plan
    other = replace(first, title_zh="另一个方案")
    assert await of.plan(first) == Planned(campaign_id=of.campaign_id, version=1, again=True)
    assert await of.plan(other) == IdReused()
    assert await of.plan(other, version=1) == Planned(campaign_id=of.campaign_id, version=2)
    before = await standing(of)
    assert await of.plan(first, version=1) == Refused(DeskReason.STALE_VERSION)
    assert await of.sign(DecisionStep.SUBMIT, of.clerk, version=1) == Refused(DeskReason.STALE_VERSION)
    assert await standing(of) == before
    await of.sign(DecisionStep.SUBMIT, of.clerk, version=2)
    assert await of.plan(first, version=2) == WRONG_STATE
    elsewhere = await desk(county)
    assert await elsewhere.plan(first, version=1) == Refused(DeskReason.STALE_VERSION)


async def test_a_plan_that_contradicts_itself_is_told_everything_at_once_and_not_saved(county: County) -> None:
    of = await desk(county)
    plan = small_plan(county)
    first, second = plan.kinds
    broken = replace(
        plan,
        kinds=(
            changed_kind(first, face_fen=0, valid_days=None, limits=()),
            changed_kind(
                second,
                discount=DiscountKind.PERCENTAGE,
                percent_bp=10_001,
                kind_code="other",
                funding=tuple(FundingShare(funder=share.funder, share_bp=4_000) for share in second.terms.funding),
            ),
        ),
        rounds=(
            replace(plan.rounds[0], closes_at=plan.rounds[0].opens_at, pieces=11),
            replace(plan.rounds[1], kind_code="nothing"),
            replace(plan.rounds[2], station_pieces=6, station_until=plan.rounds[2].closes_at),
        ),
    )
    told = await of.plan(broken)
    assert isinstance(told, PlanFaults)
    assert [fault.pointer for fault in told.faults] == [
        "/kinds/0/terms/face_fen",
        "/kinds/0/terms/valid_days",
        "/kinds/0/terms/limits",
        "/kinds/1/terms/kind_code",
        "/kinds/1/terms/funding",
        "/kinds/1/terms/percent_bp",
        "/rounds/0/closes_at",
        "/rounds/1/kind_code",
        "/rounds/2/station_pieces",
        "/rounds",
    ]
    assert all(" / " in fault.detail for fault in told.faults)
    assert (await row_counts(county))["campaigns"] == 0


@pytest.mark.parametrize("policy", list(RefundPolicy))
async def test_only_refund_policies_that_a_roll_back_keeps_are_promised(county: County, policy: RefundPolicy) -> None:
    told = await (await desk(county)).plan(replace(small_plan(county), refund_policy=policy))
    if policy in (RefundPolicy.RESTORE_FULL, RefundPolicy.RESTORE_SAME_EXPIRY):
        assert isinstance(told, Planned)
    else:
        assert isinstance(told, PlanFaults)
        assert [fault.pointer for fault in told.faults] == ["/refund_policy"]


async def test_two_limits_of_a_kind_never_share_a_rule(county: County) -> None:
    of, plan = await desk(county), small_plan(county)
    daily = Limit(rule_id=RULE, most=2, period=LimitPeriod.DAY)
    twice = replace(plan, kinds=(changed_kind(plan.kinds[0], limits=(Limit(rule_id=RULE), daily)), plan.kinds[1]))
    told = await of.plan(twice)
    assert isinstance(told, PlanFaults)
    assert [fault.pointer for fault in told.faults] == ["/kinds/0/terms/limits"]
    own = replace(daily, rule_id=new_id())
    better = replace(plan, kinds=(changed_kind(plan.kinds[0], limits=(Limit(rule_id=RULE), own)), plan.kinds[1]))
    assert isinstance(await of.plan(better), Planned)


async def test_stations_get_no_more_than_a_round_can_have_and_until_an_hour_that_is_told(county: County) -> None:
    of, plan = await desk(county), small_plan(county)
    first, what_is_left, shared = plan.rounds
    until = what_is_left.opens_at + timedelta(hours=1)
    told = await of.plan(
        replace(plan, rounds=(first, replace(what_is_left, station_pieces=11, station_until=until), shared))
    )
    assert isinstance(told, PlanFaults)
    assert [fault.pointer for fault in told.faults] == ["/rounds/1/station_pieces"]
    told = await of.plan(replace(plan, rounds=(first, replace(what_is_left, station_pieces=10), shared)))
    assert isinstance(told, PlanFaults)
    assert [fault.pointer for fault in told.faults] == ["/rounds/1/station_until"]
    better = replace(what_is_left, station_pieces=10, station_until=until)
    assert isinstance(await of.plan(replace(plan, rounds=(first, better, shared))), Planned)


def changed_kind(kind: KindPlan, **of_terms: Any) -> KindPlan:
    return replace(kind, terms=replace(kind.terms, **of_terms))


async def test_the_proven_money_is_the_plans_total_to_the_fen(county: County) -> None:
    of = await planned(county)
    await of.approve()
    before = await standing(of)
    for amount in (TOTAL - 1, TOTAL + 1, 65_000):
        refused = await of.fund(amount)
        assert refused == Refused(DeskReason.SUM_DIFFERS, detail="方案总额为 59000 分")
    assert await of.fund(TOTAL, version=2) == Refused(DeskReason.STALE_VERSION)
    assert await standing(of) == before
    assert await of.fund(TOTAL) == Funded(campaign_id=of.campaign_id, amount_fen=TOTAL, state=CampaignState.FUNDED)
    assert await of.fund(TOTAL) == WRONG_STATE
    assert await faults(county) == []


async def test_whoever_wrote_or_handed_in_the_plan_does_not_prove_its_money_too(county: County) -> None:
    of, colleague = await planned(county), new_clerk(await staff(county, Role.OFFICE))
    await of.sign(DecisionStep.SUBMIT, of.others[Role.OFFICE])
    await of.sign(DecisionStep.REVIEW, of.reviewer)
    await of.sign(DecisionStep.APPROVE, of.approver)
    before = await standing(of)
    for clerk in (of.clerk, of.others[Role.OFFICE]):
        refused = await of.fund(TOTAL, by=clerk)
        assert isinstance(refused, Refused)
        assert refused.reason is DeskReason.SAME_PERSON
    assert await standing(of) == before
    assert isinstance(await of.fund(TOTAL, by=colleague), Funded)
    paid = (await of.seen()).decisions[-1]
    assert (paid.staff_id, paid.document_no, paid.note, paid.file_sha256) == (
        colleague.id,
        DOCUMENT,
        "20261120-1",
        RECEIPT,
    )


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


def new_clerk(staff_id: UUID) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=staff_id, role=Role.OFFICE.value)


async def test_money_is_dealt_down_the_tree_and_every_fen_has_one_place(county: County) -> None:
    of = await planned(county)
    await of.approve()
    await of.fund(TOTAL)
    seen = await of.seen()
    lines = {line.line_id: line for line in seen.lines}
    rounds = [str(one.facts.round_id) for one in seen.rounds]
    first, later, shared = (next(r for r in rounds if r == str(p.round_id)) for p in seen.campaign.plan.rounds)
    held = await balances(county)

    def free(key: str) -> tuple[LineLevel, int, int, int, str | None]:
        [line] = [line for line in lines.values() if line.key == key]
        account = Account(AccountKind.BUDGET_LINE, of.campaign_id, line.line_id).key()
        above = lines[line.parent_id].key if line.parent_id else None
        return line.level, line.cap_fen, line.cap_pieces, held.get(account, 0), above

    assert free("all") == (LineLevel.CAMPAIGN, 59_000, 15, 0, None)
    assert free("dining-50") == (LineLevel.KIND, 50_000, 10, 30_000, "all")
    assert free("retail-30") == (LineLevel.KIND, 9_000, 5, 0, "all")
    assert free(first) == (LineLevel.ROUND, 20_000, 4, 20_000, "dining-50")
    assert free(later) == (LineLevel.ROUND, 0, 0, 0, "dining-50")
    assert free(shared) == (LineLevel.ROUND, 9_000, 5, 9_000, "retail-30")
    assert held[Account(AccountKind.FUND_BANK, of.campaign_id).key()] == TOTAL
    assert held[Account(AccountKind.FUND_UNALLOCATED, of.campaign_id).key()] == 0


async def test_a_pause_of_claims_leaves_vouchers_good_and_a_full_pause_stops_both(
    county: County, clock: HandClock
) -> None:
    of = await running(county, clock)
    round_id = (await of.seen()).campaign.plan.rounds[0].round_id
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    assert await of.turn(Turn.PAUSE) == Refused(DeskReason.REASON_MISSING)
    assert await of.turn(Turn.PAUSE, reason="核查") == Steered(campaign_id=of.campaign_id, state=CampaignState.PAUSED)
    assert (await of.seen()).campaign.pause_reason == "核查"
    assert await transact(county, claim, claim_of(round_id, 7)) == Refused(ClaimReason.PAUSED)
    assert isinstance(await spend(county, redemption(county, await shown(county, me, mine), shop)), Redeemed)
    assert await of.turn(Turn.PAUSE, reason="再停") == WRONG_STATE
    assert await of.turn(Turn.RUN) == WRONG_STATE
    assert isinstance(await of.turn(Turn.RESUME), Steered)
    you = await phone(county, 2)
    yours = await voucher(county, round_id, you)
    await of.turn(Turn.PAUSE, reason="系统核查", scope=PauseScope.EVERYTHING)
    before = await balances(county)
    stopped = redemption(county, await shown(county, you, yours), shop)
    assert await spend(county, stopped) == Refused(RedemptionReason.PAUSED)
    assert await transact(county, claim, claim_of(round_id, 7)) == Refused(ClaimReason.PAUSED)
    assert await balances(county) == before
    assert isinstance(await of.turn(Turn.RESUME), Steered)
    assert isinstance(await spend(county, stopped), Redeemed)
    assert isinstance(await transact(county, claim, claim_of(round_id, 7)), Claimed)
    assert await faults(county) == []


async def test_an_ended_campaign_takes_no_claims_and_honours_what_people_hold(county: County, clock: HandClock) -> None:
    of = await running(county, clock)
    round_id = (await of.seen()).campaign.plan.rounds[0].round_id
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    await of.turn(Turn.PAUSE, reason="收尾", scope=PauseScope.EVERYTHING)
    assert await of.turn(Turn.END) == Steered(campaign_id=of.campaign_id, state=CampaignState.ENDED)
    for turn in Turn:
        assert await of.turn(turn, reason="试") == WRONG_STATE
    assert await transact(county, claim, claim_of(round_id, 7)) == Refused(ClaimReason.NOT_OPEN)
    assert isinstance(await spend(county, redemption(county, await shown(county, me, mine), shop)), Redeemed)
    assert await faults(county) == []


@pytest.mark.parametrize("step", list(DecisionStep))
async def test_an_unknown_campaign_has_no_steps(county: County, step: DecisionStep) -> None:
    of = await desk(county)
    missing = Refused(DeskReason.NO_SUCH_CAMPAIGN)
    assert await of.sign(step, of.clerk) == missing
    assert await of.fund(1) == missing
    assert await of.turn(Turn.RUN) == missing


def test_no_round_stays_open_after_its_vouchers_own_end(clock: HandClock) -> None:
    end = clock() + timedelta(days=1)
    kind = KindPlan(code="dining-50", name_zh="券", name_en="V", terms=terms(use_until=end), cap_pieces=1)

    def told(closes_at: datetime) -> list[str]:
        round_ = RoundPlan(
            round_id=new_id(),
            kind_code="dining-50",
            name_zh="轮",
            name_en="R",
            opens_at=clock(),
            closes_at=closes_at,
            pieces=1,
        )
        plan = CampaignPlan(title_zh="活动", title_en="C", kinds=(kind,), rounds=(round_,))
        return [fault.pointer for fault in faults_of(plan)]

    assert told(end) == []
    assert told(end + timedelta(microseconds=1)) == ["/rounds/0/closes_at"]


@pytest.mark.parametrize("text", ['"2026-11-20T10:00:00"', '"2026-11-20"'])
def test_an_instant_without_its_zone_is_no_instant(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Moment)


@pytest.mark.parametrize("group", ["elder", "low_income", "new_resident", "visitor"])
def test_a_kind_may_be_meant_for_every_group_that_the_office_page_offers(group: str) -> None:
    assert msgspec.json.decode(f'"{group}"', type=GroupName) == group
    assert f"'{group}'" in (ROOT / "pwa" / "src" / "vouchers" / "terms_words.ts").read_text()


def test_hours_carry_no_zone() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode('{"from_": "11:00:00+08:00", "until": "13:00:00"}', type=Hours)
