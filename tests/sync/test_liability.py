"""An owner answers for what the shop's devices lose before any of them is dealt something."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import update

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.store import people
from backend.outbox.rules import IdReused
from backend.sync.accept_liability import (
    AcceptLiability,
    LiabilityTaken,
    accept_liability,
    find_liability,
)
from backend.sync.device_rules import DeviceKind
from backend.sync.liability_rules import Liability, LiabilityAccepted, LiabilityReason, is_covered
from backend.sync.liability_tables import liabilities
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.stations.station_makers import opening, with_station
from tests.sync.device_makers import (
    OWNER,
    accepted_liability,
    active_device,
    policy_in_force,
    with_device,
    with_merchant,
)
from tests.sync.test_allowances import CAP, deal
from tests.vouchers.pools import FREE, places, with_pool
from tests.web.client import calling, serving

PATH = "/api/v1/merchant/offline-liability"
SENTENCE = (
    "断网时，本店每台设备可以先受理消费券，每次联网前最多40.00元、最长72小时；"
    "设备丢失、损坏或违反离线规则，因而没有送到县里的，由本店自己承担。"
)


def merchants(cap_fen: int, hours: int) -> EpisodeLimits:
    return EpisodeLimits(soft=timedelta(hours=1), hard=timedelta(hours=hours), cap_fen=cap_fen, claims=40)


def agreeing(merchant_id: UUID, policy: int = 1) -> AcceptLiability:
    return AcceptLiability(actor=OWNER, acceptance_id=new_id(), merchant_id=merchant_id, policy=policy)


@pytest.mark.parametrize(
    ("cap_fen", "hours", "covered"),
    [(4_000, 72, True), (3_999, 71, True), (4_001, 72, False), (4_000, 73, False)],
)
def test_an_agreement_covers_as_much_and_as_long_and_no_more(cap_fen: int, hours: int, covered: bool) -> None:
    given = LiabilityAccepted(
        acceptance_id=new_id(),
        merchant_id=new_id(),
        liability=Liability(policy=1, limit_fen=4_000, hard=timedelta(hours=72)),
        accepted_by=new_id(),
        accepted_at=HandClock()(),
    )
    assert is_covered([given], merchants(cap_fen, hours)) is covered
    assert not is_covered([], merchants(0, 0))


def test_a_begun_hour_is_told_as_one() -> None:
    asked = Liability(policy=1, limit_fen=2_000_00, hard=timedelta(minutes=61))
    assert asked.hours == 2
    assert "up to 2000.00 yuan and for up to 2 hours" in asked.sentence_en


@pytest.mark.parametrize("kind", [DeviceKind.MERCHANT, DeviceKind.TILL])
async def test_a_shops_device_is_dealt_nothing_until_its_owner_agreed(county: County, kind: DeviceKind) -> None:
    campaign_id = await with_pool(county, 10_000)
    merchant_id = await with_merchant(county)
    device_id = await active_device(county, merchant_id, kind=kind)
    await policy_in_force(county, CAP, agreed=False)
    assert await deal(county, device_id) is None
    assert await places(county, campaign_id) == (10_000, 10_000, 0, 0)
    await accepted_liability(county, merchant_id, 1)
    episode = await deal(county, device_id)
    assert episode is not None
    assert episode.caps[0].cap_fen == 4_000


async def test_for_what_a_stations_tablet_loses_the_county_answers(county: County) -> None:
    await with_pool(county, FREE)
    merchant_id = await with_merchant(county)
    station_id = await with_station(county, msgspec.structs.replace(opening(), merchant_id=merchant_id))
    tablet = await active_device(county, None, kind=DeviceKind.STATION, station_id=station_id)
    await policy_in_force(county, CAP, agreed=False)
    assert await deal(county, tablet) is not None


async def test_another_shops_agreement_counts_for_nobody_else(county: County) -> None:
    await with_pool(county, 10_000)
    here = await with_device(county)
    await policy_in_force(county, CAP, agreed=False)
    await accepted_liability(county, new_id(), 1)
    assert await deal(county, here.device_id) is None


async def test_under_a_policy_that_asks_for_more_nothing_is_dealt_anew_until_it_is_agreed_to(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    here = await with_device(county)
    await policy_in_force(county, CAP)
    assert await deal(county, here.device_id) is not None
    await policy_in_force(county, OfflineLimits(merchant=merchants(3_000, 72)), agreed=False)
    lower = await deal(county, here.device_id)
    assert lower is not None
    assert lower.caps[0].cap_fen == 3_000, "less than what was agreed to asks nobody"
    await policy_in_force(county, OfflineLimits(merchant=merchants(4_100, 72)), agreed=False)
    standing = await inquire(county, find_liability, here.merchant_id)
    assert (standing.covered, standing.asked and standing.asked.limit_fen) == (False, 4_100)
    assert standing.accepted is not None
    assert standing.accepted.liability.limit_fen == 4_000
    held = await places(county, campaign_id)
    same = await deal(county, here.device_id)
    assert same is not None
    assert (same.number, same.began, same.caps) == (lower.number, False, lower.caps), "what it holds was agreed to"
    assert await places(county, campaign_id) == held
    await accepted_liability(county, here.merchant_id, 3)
    begun = await deal(county, here.device_id)
    assert begun is not None
    assert (begun.number, begun.caps[0].cap_fen) == (lower.number + 1, 4_100)


async def test_the_act_is_told_once_and_its_sentence_is_kept_as_it_was_read(county: County, clock: HandClock) -> None:
    merchant_id = await with_merchant(county)
    await policy_in_force(county, CAP, agreed=False)
    command = agreeing(merchant_id)
    outcome = await transact(county, accept_liability, command)
    assert isinstance(outcome, LiabilityTaken), outcome
    assert outcome.accepted.accepted_at == clock()
    again = await transact(county, accept_liability, command)
    assert again == msgspec.structs.replace(outcome, again=True)
    other = msgspec.structs.replace(command, merchant_id=new_id())
    assert await transact(county, accept_liability, other) == IdReused()
    [entry] = await inquire(county, find, Find(act="sync.accept-liability"))
    assert (entry.words, entry.subject_id) == (SENTENCE, str(merchant_id))
    assert (entry.detail or "").startswith("policy 1, 4000 fen, 72 h words:")


async def test_what_no_longer_holds_is_not_agreed_to(county: County) -> None:
    merchant_id = await with_merchant(county)
    assert await transact(county, accept_liability, agreeing(merchant_id)) == Refused(LiabilityReason.NO_POLICY)
    await policy_in_force(county, CAP)
    await policy_in_force(county, CAP)
    refused = await transact(county, accept_liability, agreeing(merchant_id, 1))
    assert refused == Refused(LiabilityReason.OVERTAKEN)
    standing = await inquire(county, find_liability, merchant_id)
    assert (standing.covered, standing.accepted, standing.by) == (False, None, "")


async def test_an_agreement_cannot_be_rewritten(county: County) -> None:
    merchant_id = await with_merchant(county)
    await policy_in_force(county, CAP, agreed=False)
    await accepted_liability(county, merchant_id, 1)

    async def rewrite(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(update(liabilities).values(limit_fen=1))

    with pytest.raises(Exception, match="append-only"):
        await transact(county, rewrite, None)


async def test_the_owner_reads_and_agrees_over_http_and_a_cashier_does_not(county: County) -> None:
    merchant_id = await with_merchant(county)
    await policy_in_force(county, CAP, agreed=False)
    owner = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
    cashier_id = new_id()
    cashier = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id, staff_id=cashier_id)

    async def employ(tx: Transaction, _command: None, *, now: Instant) -> None:
        await people.insert_cashier(tx, cashier_id, merchant_id, new_id(), now)

    await transact(county, employ, None)
    body = {"acceptance_id": str(new_id()), "policy": 1}
    async with serving(county) as application:
        async with calling(application, cookie=cashier) as client:
            refused = await client.post(PATH, json=body)
            assert (refused.status_code, refused.json()["reason"]) == (403, "not-owner")
        async with calling(application, cookie=owner) as client:
            read = (await client.get(PATH)).json()
            assert (read["asked"]["limit_fen"], read["asked"]["hours"], read["covered"]) == (4_000, 72, False)
            assert (read["asked"]["sentence_zh"], read["accepted"]) == (SENTENCE, None)
            late = await client.post(PATH, json=body | {"policy": 2})
            assert (late.status_code, late.json()["reason"]) == (409, "offline-liability-overtaken")
            first, again = [await client.post(PATH, json=body) for _ in range(2)]
            assert (first.status_code, again.status_code) == (201, 200)
            assert first.json() == again.json()
            read = (await client.get(PATH)).json()
    assert (read["covered"], read["accepted_by"]) == (True, "测试人员")
    assert read["accepted"]["acceptance_id"] == body["acceptance_id"]
