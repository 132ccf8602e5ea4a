"""At most the pieces, the money and the person's limit, however many ask at once. Plain verb and batched twin alike."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused
from backend.vouchers.claim import claim
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claim, Claimed, ClaimOutcome
from backend.vouchers.find_campaigns import FindCampaigns, find_campaigns
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.rules import ClaimReason
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, Claiming, claim_of, faults, running_campaign


async def plainly(county: County, command: Claim) -> ClaimOutcome:
    return await transact(county, claim, command)


@pytest.fixture(params=["plain", "batched"])
async def claiming(request: pytest.FixtureRequest, county: County) -> AsyncIterator[Claiming]:
    if request.param == "plain":
        yield plainly
        return
    desk = ClaimDesk(county)

    async def batched(of: County, command: Claim) -> ClaimOutcome:
        assert of is county
        return await desk.submit(command)

    yield batched
    await desk.close()


async def test_two_hundred_at_once_get_exactly_fifty(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, pieces=50)
    outcomes = await asyncio.gather(*(claiming(county, claim_of(round_id, i)) for i in range(200)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 50
    assert sum(outcome == Refused(ClaimReason.SOLD_OUT) for outcome in outcomes) == 150
    assert await faults(county) == []


async def test_litemall_581_one_piece_for_sixty_four_who_ask(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, pieces=1)
    outcomes = await asyncio.gather(*(claiming(county, claim_of(round_id, i)) for i in range(64)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert await faults(county) == []


async def test_a_face_too_small_for_a_fen_of_public_money_is_claimed_without_one(
    county: County, claiming: Claiming
) -> None:
    funding = (
        FundingShare(funder=Funder.GOVERNMENT, share_bp=200),
        FundingShare(funder=Funder.MERCHANT, share_bp=9_800),
    )
    [round_id] = await running_campaign(county, face_fen=20, minimum_spend_fen=1, funding=funding)
    for resident in range(3):
        assert isinstance(await claiming(county, claim_of(round_id, resident)), Claimed)
    assert await faults(county) == []


async def test_litemall_581_a_thousand_people_for_a_hundred_pieces(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, pieces=100)
    outcomes: list[ClaimOutcome] = []
    # As many at a time as a county has connections for; the plain verb takes one each.
    for first in range(0, 1_000, 250):
        asked = (claim_of(round_id, i) for i in range(first, first + 250))
        outcomes += await asyncio.gather(*(claiming(county, command) for command in asked))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 100
    assert sum(outcome == Refused(ClaimReason.SOLD_OUT) for outcome in outcomes) == 900
    assert await faults(county) == []


async def test_eventyay_1398_three_pieces_left_and_ten_who_ask_at_once(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, pieces=50)
    first = await asyncio.gather(*(claiming(county, claim_of(round_id, i)) for i in range(47)))
    assert [isinstance(outcome, Claimed) for outcome in first] == [True] * 47
    outcomes = await asyncio.gather(*(claiming(county, claim_of(round_id, 100 + i)) for i in range(10)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 3
    assert sum(outcome == Refused(ClaimReason.SOLD_OUT) for outcome in outcomes) == 7
    assert await faults(county) == []


async def test_bug_suite_2_one_person_asking_sixty_four_times_gets_one(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, pieces=80)
    outcomes = await asyncio.gather(*(claiming(county, claim_of(round_id, 1)) for _ in range(64)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert sum(outcome == Refused(ClaimReason.LIMIT_REACHED) for outcome in outcomes) == 63
    assert await faults(county) == []


async def test_any_shared_key_makes_two_accounts_one_person(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county)
    assert isinstance(await claiming(county, claim_of(round_id, 1, people=(b"a" * 32, b"p" * 32))), Claimed)
    again = await claiming(county, claim_of(round_id, 2, people=(b"b" * 32, b"p" * 32)))
    assert again == Refused(ClaimReason.LIMIT_REACHED)
    assert isinstance(await claiming(county, claim_of(round_id, 2, people=(b"b" * 32, b"q" * 32))), Claimed)


async def test_the_same_id_gets_the_same_answer_and_never_a_second_voucher(county: County, claiming: Claiming) -> None:
    rounds = await running_campaign(county, rounds=2)
    command = claim_of(rounds[0], 1)
    first, second = await claiming(county, command), await claiming(county, command)
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert (second.voucher_id, second.again, first.again) == (first.voucher_id, True, False)
    assert isinstance(await claiming(county, claim_of(rounds[1], 1, claim_id=command.claim_id)), IdReused)
    assert isinstance(await claiming(county, claim_of(rounds[0], 2, claim_id=command.claim_id)), IdReused)
    assert await faults(county) == []


async def test_ten_o_clock_is_ten_o_clock(county: County, clock: HandClock, claiming: Claiming) -> None:
    opens = clock() + timedelta(hours=1)
    [round_id] = await running_campaign(county, opens_at=opens, closes_at=opens + timedelta(hours=1))
    command = claim_of(round_id, 1)
    clock.at = opens - timedelta(milliseconds=1)
    assert await claiming(county, command) == Refused(ClaimReason.NOT_OPEN)
    clock.at = opens
    # The early press bound no id: the same request may be sent again the moment the round opens.
    assert isinstance(await claiming(county, command), Claimed)
    clock.at = opens + timedelta(hours=1)
    assert await claiming(county, claim_of(round_id, 2)) == Refused(ClaimReason.NOT_OPEN)


async def test_a_paused_campaign_refuses_the_next_claim_and_resumes(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county)
    first = await claiming(county, claim_of(round_id, 1))
    assert isinstance(first, Claimed)
    [(campaign, _)] = await inquire(county, find_campaigns, FindCampaigns())
    campaign_id = campaign.campaign_id
    pausing = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.PAUSE, reason="核查", actor=CLERK)
    resuming = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RESUME, actor=CLERK)
    await transact(county, steer_campaign, pausing)
    command = claim_of(round_id, 2)
    assert await claiming(county, command) == Refused(ClaimReason.PAUSED)
    await transact(county, steer_campaign, resuming)
    assert isinstance(await claiming(county, command), Claimed)


async def test_the_stations_share_waits_for_the_stations_until_its_hour(
    county: County, clock: HandClock, claiming: Claiming
) -> None:
    until = clock() + timedelta(hours=2)
    [round_id] = await running_campaign(county, pieces=3, station_pieces=2, station_until=until)
    assert isinstance(await claiming(county, claim_of(round_id, 1)), Claimed)
    assert await claiming(county, claim_of(round_id, 2)) == Refused(ClaimReason.SOLD_OUT)
    assert isinstance(await claiming(county, claim_of(round_id, 3, assisted=True)), Claimed)
    clock.at = until
    assert isinstance(await claiming(county, claim_of(round_id, 4)), Claimed)
    assert await claiming(county, claim_of(round_id, 5, assisted=True)) == Refused(ClaimReason.SOLD_OUT)
    assert await faults(county) == []


async def test_who_is_not_meant_is_told_so(county: County, claiming: Claiming) -> None:
    [round_id] = await running_campaign(county, groups=("elder",), claim_level=2)
    assert await claiming(county, claim_of(round_id, 1, groups=frozenset({"elder"}))) == Refused(
        ClaimReason.NOT_ELIGIBLE
    )
    assert await claiming(county, claim_of(round_id, 2, proof_level=2)) == Refused(ClaimReason.NOT_ELIGIBLE)
    frozen = claim_of(round_id, 3, proof_level=3, groups=frozenset({"elder"}), frozen=True)
    assert await claiming(county, frozen) == Refused(ClaimReason.NOT_ELIGIBLE)
    assert isinstance(
        await claiming(county, claim_of(round_id, 4, proof_level=2, groups=frozenset({"elder"}))), Claimed
    )
    assert await faults(county) == []
