"""Part of a kind's money is set apart for offline counters and given back, by the approver, to the fen."""

from typing import Any
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
from backend.outbox.rules import IdReused
from backend.vouchers.close_campaign import Closed, SettleCampaign, settle_campaign
from backend.vouchers.desk_rules import CampaignState, DeskReason, LineLevel
from backend.vouchers.find_closing import find_closing
from backend.vouchers.find_exposure import AskExposure, find_exposure
from backend.vouchers.find_offline_pools import KindFree, OfflinePool, find_dealing_pools
from backend.vouchers.fund_campaign import Funded
from backend.vouchers.move_allowance import MoveAllowance, move_allowance
from backend.vouchers.pool_rules import PoolReason
from backend.vouchers.set_offline_pool import OfflinePoolSet, set_offline_pool
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.tables import budget_lines
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, faults
from tests.vouchers.desks import balances, planned
from tests.vouchers.pools import (
    FREE,
    KIND,
    campaign_with_kind,
    places,
    pool_of,
    sized,
    sizing,
    with_pool,
)


async def steer(county: County, campaign_id: UUID, turn: Turn) -> None:
    command = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=turn, actor=CLERK)
    await transact(county, steer_campaign, command)


async def dealt(county: County, campaign_id: UUID, *, wanted_fen: int, held_fen: int = 0) -> int:
    [pool] = await inquire(county, find_dealing_pools, None)
    move = MoveAllowance(campaign_id=campaign_id, line_id=pool.line_id, wanted_fen=wanted_fen, held_fen=held_fen)
    return await transact(county, move_allowance, move)


async def test_a_pool_is_set_apart_from_what_no_round_was_dealt(county: County) -> None:
    campaign_id = await campaign_with_kind(county)
    before = await pool_of(county, campaign_id)
    assert before == OfflinePool(
        campaign_id=campaign_id,
        kind_code=None,
        size_fen=0,
        left_fen=0,
        dealt_fen=0,
        spent_fen=0,
        kinds=[KindFree(kind_code=KIND, free_fen=FREE)],
    )
    command = sizing(campaign_id, 12_000)
    outcome = OfflinePoolSet(campaign_id=campaign_id, size_fen=12_000, change_fen=12_000)
    assert await transact(county, set_offline_pool, command) == outcome
    assert await transact(county, set_offline_pool, command) == msgspec.structs.replace(outcome, again=True)
    assert await places(county, campaign_id) == (12_000, 12_000, 0, 0)
    assert (await pool_of(county, campaign_id)).kinds == [KindFree(kind_code=KIND, free_fen=FREE - 12_000)]
    held = {key.partition("/")[0]: fen for key, fen in (await balances(county)).items() if fen}
    assert held["offline.pool"] == 12_000
    assert await faults(county) == []
    [entry] = await inquire(county, find, Find(act="campaign.offline-pool"))
    assert entry.detail == "dining-50 12000 fen (+12000) 演示〔2026〕11号"
    other = msgspec.structs.replace(command, size_fen=13_000)
    assert await transact(county, set_offline_pool, other) == IdReused()


async def test_a_pool_grows_and_shrinks(county: County) -> None:
    campaign_id = await with_pool(county, 12_000)
    for size_fen in (FREE, 1_000, 0, 5_000):
        await sized(county, campaign_id, size_fen)
        assert await places(county, campaign_id) == (size_fen, size_fen, 0, 0)
        assert (await pool_of(county, campaign_id)).kinds[0].free_fen == FREE - size_fen
    assert await faults(county) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"campaign_id": UUID(int=1)}, DeskReason.NO_SUCH_CAMPAIGN),
        ({"kind_code": "retail-30"}, PoolReason.NO_SUCH_KIND),
        ({"actor": CLERK}, DeskReason.SAME_PERSON),
        ({"size_fen": FREE + 1}, PoolReason.NOT_FREE),
    ],
)
async def test_a_pool_is_refused_and_nothing_moves(county: County, changed: dict[str, Any], reason: Any) -> None:
    campaign_id = await campaign_with_kind(county)
    outcome = await transact(county, set_offline_pool, msgspec.structs.replace(sizing(campaign_id, FREE), **changed))
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert await places(county, campaign_id) == (0, 0, 0, 0)


async def test_what_devices_hold_is_not_given_back(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    assert await dealt(county, campaign_id, wanted_fen=6_000) == 6_000
    assert await places(county, campaign_id) == (10_000, 4_000, 6_000, 0)
    outcome = await transact(county, set_offline_pool, sizing(campaign_id, 5_999))
    assert outcome == Refused(PoolReason.IN_USE, "池内未分配 40.00 元")
    await sized(county, campaign_id, 6_000)
    assert await places(county, campaign_id) == (6_000, 0, 6_000, 0)


async def test_a_pool_never_deals_more_than_it_has(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    assert await dealt(county, campaign_id, wanted_fen=7_000) == 7_000
    assert await dealt(county, campaign_id, wanted_fen=7_000) == 3_000
    assert await dealt(county, campaign_id, wanted_fen=7_000) == 0
    # Whoever has 2 000 left of what it was dealt is dealt anew from that and from what the pool has: nothing.
    assert await dealt(county, campaign_id, wanted_fen=7_000, held_fen=2_000) == 2_000
    assert await dealt(county, campaign_id, wanted_fen=0, held_fen=7_000) == 0
    assert await places(county, campaign_id) == (10_000, 7_000, 3_000, 0)


async def test_after_the_end_a_pool_only_shrinks(county: County) -> None:
    campaign_id = await with_pool(county, 10_000)
    await steer(county, campaign_id, Turn.END)
    wrong = Refused(DeskReason.WRONG_STATE)
    assert await transact(county, set_offline_pool, sizing(campaign_id, 10_001)) == wrong
    await sized(county, campaign_id, 9_000)
    assert await inquire(county, find_dealing_pools, None) == [], "nobody can use a voucher of it any more"


async def test_a_campaign_is_closed_with_its_pool_back_and_no_device_holding_any(
    county: County, clock: HandClock
) -> None:
    campaign_id = await with_pool(county, 10_000)
    await dealt(county, campaign_id, wanted_fen=6_000)
    await steer(county, campaign_id, Turn.END)
    clock.forward(days=2)
    settling = SettleCampaign(settling_id=new_id(), campaign_id=campaign_id, actor=CLERK)
    outcome = await transact(county, settle_campaign, settling)
    assert isinstance(outcome, Refused)
    assert outcome.reason is DeskReason.STILL_OPEN
    assert "离线设备还持有额度 60.00 元" in outcome.detail
    found = await inquire(county, find_closing, campaign_id)
    assert found is not None
    assert (found.due_fen, found.books.offline_fen, found.books.free_fen) == (50_000, 10_000, 40_000)
    await transact(
        county,
        move_allowance,
        MoveAllowance(campaign_id=campaign_id, line_id=await pool_line(county), wanted_fen=0, held_fen=6_000),
    )
    closed = await transact(county, settle_campaign, settling)
    assert closed == Closed(campaign_id=campaign_id, state=CampaignState.SETTLED, amount_fen=50_000)
    assert await places(county, campaign_id) == (0, 0, 0, 0)
    assert await faults(county) == []


async def pool_line(county: County) -> UUID:
    async def look(tx: Transaction, _asked: None) -> UUID:
        rows = await tx.execute(budget_lines.select().where(budget_lines.c.level == LineLevel.OFFLINE.value))
        line_id: UUID = rows.one().id
        return line_id

    return await inquire(county, look, None)


async def test_a_pool_counts_in_the_worst_case(county: County, clock: HandClock) -> None:
    campaign_id = await with_pool(county, 10_000)
    await dealt(county, campaign_id, wanted_fen=6_000)
    found = await inquire(county, find_exposure, AskExposure(campaign_id=campaign_id, at=clock()))
    assert found is not None
    money = {one.line.level: (one.money.free_fen, one.money.open_fen) for one in found.lines}
    assert money[LineLevel.CAMPAIGN] == (40_000, 10_000)
    assert money[LineLevel.OFFLINE] == (0, 10_000)
    assert found.lines[0].worst_fen == 50_000
    assert found.payers[0].worst_fen == 50_000


@pytest.mark.parametrize("column", ["cap_fen", "issued_fen"])
async def test_the_audit_finds_a_pool_that_somebody_changed_by_hand(county: County, column: str) -> None:
    campaign_id = await with_pool(county, 10_000)
    line_id = await pool_line(county)
    assert await faults(county) == []

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(
            update(budget_lines).where(budget_lines.c.id == line_id).values({column: budget_lines.c[column] + 500})
        )

    await transact(county, forge, None)
    assert any(str(line_id) in fault and "the pool" in fault for fault in await faults(county))
    assert (await pool_of(county, campaign_id)).left_fen == 10_000


async def test_a_pool_belongs_to_one_kind(county: County) -> None:
    of = await planned(county)
    await of.approve()
    assert isinstance(await of.fund(59_000), Funded)
    by = of.others[Role.APPROVER]
    assert isinstance(await transact(county, set_offline_pool, sizing(of.campaign_id, 100, actor=by)), OfflinePoolSet)
    other = sizing(of.campaign_id, 100, kind_code="retail-30", actor=by)
    assert await transact(county, set_offline_pool, other) == Refused(PoolReason.OTHER_KIND)
    drafted = sizing(of.campaign_id, 200, actor=of.clerk)
    outcome = await transact(county, set_offline_pool, drafted)
    assert isinstance(outcome, Refused)
    assert outcome.reason is DeskReason.SAME_PERSON
