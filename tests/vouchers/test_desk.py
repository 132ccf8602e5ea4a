"""Three people stand behind a campaign, its money adds up to the fen, and a refused step moves nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.audit_trail.retention import erase_words_about
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.rules import Account, AccountKind
from backend.outbox.rules import IdReused
from backend.vouchers.brake_rules import PauseScope
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
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.plan_campaign import PlanFaults, Planned
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import ClaimReason, DiscountKind, Hours, Limit, LimitPeriod, RedemptionReason
from backend.vouchers.steer_campaign import Steered, Turn
from backend.vouchers.store import desk as desk_store
from tests.databases import HandClock
from tests.identity.people import staff
from tests.vouchers.campaigns import RECEIPT, RULE, claim_of, faults, terms
from tests.vouchers.counters import counter, phone, redemption, shown, spend, voucher
from tests.vouchers.desks import DOCUMENT, Desk, balances, desk, planned, small_plan, standing
from tests.web.world import row_counts

ROOT = Path(__file__).resolve().parents[2]
TOTAL = 59_000
WRONG_STATE = Refused(DeskReason.WRONG_STATE)


async def running(county: County, clock: HandClock) -> Desk:
    """A campaign whose first rounds take claims now."""
    of = await planned(county)
    await of.approve()
    assert isinstance(await of.fund(TOTAL), Funded)
    assert isinstance(await of.turn(Turn.RUN), Steered)
    clock.forward(hours=1)
    return of


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
async def test_each_of_the_four_refund_policies_can_be_planned(county: County, policy: RefundPolicy) -> None:
    told = await (await desk(county)).plan(replace(small_plan(county), refund_policy=policy))
    assert isinstance(told, Planned)


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


async def test_a_round_that_another_campaign_has_or_plans_cannot_be_planned_again(
    county: County, clock: HandClock
) -> None:
    of, other, twice = await planned(county), await desk(county), small_plan(county)
    round_id = (await of.seen()).campaign.plan.rounds[1].round_id
    copied = replace(twice, rounds=(twice.rounds[0], replace(twice.rounds[1], round_id=round_id), *twice.rounds[2:]))
    before = await row_counts(county)
    for plan, places in ((copied, [1]), (replace(twice, rounds=(twice.rounds[0], twice.rounds[0])), [0, 1])):
        refused = await other.plan(plan)
        assert isinstance(refused, PlanFaults)
        assert [fault.pointer for fault in refused.faults] == [f"/rounds/{place}/round_id" for place in places]
    assert await row_counts(county) == before
    assert isinstance(await other.plan(twice), Planned)
    assert isinstance(await other.plan(copied, version=1), PlanFaults)
    await of.approve()
    assert isinstance(await of.fund(TOTAL), Funded)
    assert isinstance(await other.plan(copied, version=1), PlanFaults)


async def test_two_drafts_that_were_saved_at_once_with_one_round_are_not_both_funded(county: County) -> None:
    of, other = await planned(county), await desk(county)

    async def save(tx: Transaction, plan: CampaignPlan, *, now: Instant) -> None:
        await desk_store.insert_campaign(tx, other.campaign_id, plan, other.clerk.id, now)

    await transact(county, save, (await of.seen()).campaign.plan)
    for one in (of, other):
        await one.approve()
    assert isinstance(await of.fund(TOTAL), Funded)
    before = await row_counts(county)
    assert await other.fund(TOTAL) == Refused(DeskReason.ROUND_TAKEN)
    assert await row_counts(county) == before
    assert await faults(county) == []


async def test_why_a_campaign_was_paused_is_read_beside_the_trail_and_can_be_erased(
    county: County, clock: HandClock
) -> None:
    of = await running(county, clock)
    why = "李四举报倒卖，电话 15410000001"
    assert isinstance(await of.turn(Turn.PAUSE, reason=why), Steered)
    (entry,) = await inquire(county, find, Find(act="campaign.pause"))
    assert entry.words == why
    assert entry.detail == f"words:{county.keys.keyed_hash('audit-words', why).hex()}"
    assert await transact(county, erase_words_about, str(of.campaign_id)) == 1
    assert [one.words for one in await inquire(county, find, Find(act="campaign.pause"))] == [""]

    async def told(tx: Transaction, _asked: None) -> str:
        found = await tx.connection.exec_driver_sql("SELECT body FROM outbox_events WHERE name LIKE 'CampaignPaused%'")
        return repr(found.all())

    event = await inquire(county, told, None)
    assert str(of.campaign_id) in event
    assert "15410000001" not in event, "an event is kept as it was told"


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
