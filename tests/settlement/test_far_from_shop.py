"""A counter that says it stands far from its shop: the sale is made, the payout waits, and the place is forgotten."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Role
from backend.kernel.grid_code import encode
from backend.kernel.ids import new_id
from backend.merchants.add_store import AddStore, StoreOpened, add_store
from backend.places.rules import Position
from backend.settlement.decide_hold import DecideHold, HoldDecided, decide_hold
from backend.settlement.hold_rules import FAR_M, Flag, Shop, flags_of
from backend.settlement.rules import EventKind, FinanceEvent, HoldRule
from backend.settlement.tables import counter_cells
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.merchants.merchant_makers import CLERK, SHOWN, premises
from tests.settlement.cycles import REVIEWER, close, every_batch, opened
from tests.settlement.test_holds import open_holds
from tests.vouchers.counters import Phone, redemption, shown, typed, undo, voucher
from tests.web.client import calling, serving

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
AT_SHOP = encode(SHOWN.lat, SHOWN.lon, 5)
FAR_AWAY = encode("28.201", "104.5123", 5)
"""Some three kilometres to the north."""


def north_of(metres: int, precision_m: int | None = None) -> Position:
    return replace(SHOWN, lat_microdegrees=SHOWN.lat_microdegrees + round(metres / 0.11132), precision_m=precision_m)


def sale(county: County) -> FinanceEvent:
    return FinanceEvent(
        event_id=new_id(),
        kind=EventKind.REDEMPTION,
        campaign_id=new_id(),
        line_id=new_id(),
        merchant_id=new_id(),
        resident_id=new_id(),
        staff_id=None,
        business_day=MONDAY,
        town_code="511527100",
        trade="catering",
        bill_fen=20_000,
        paid_fen=15_000,
        government_fen=5_000,
        platform_fen=0,
        merchant_fen=0,
        occurred_at=county.clock(),
    )


@pytest.mark.parametrize(
    ("places", "far"),
    [
        ((SHOWN,), False),
        ((north_of(900),), False),
        ((north_of(1_200),), True),
        ((north_of(5_000), SHOWN), False),
        ((north_of(1_200, precision_m=500),), False),
        ((north_of(1_700, precision_m=500),), True),
        ((), False),
    ],
    ids=["at the shop", "near", "far", "near the other shop", "vague place", "far from a vague place", "no place"],
)
def test_far_is_farther_than_a_kilometre_from_every_shop(county: County, places: Any, far: bool) -> None:
    event = sale(county)
    flags = flags_of([event], shop=Shop(places=places), proofs={}, cells={event.event_id: AT_SHOP})
    assert [flag.rule for flag in flags] == ([HoldRule.FAR_FROM_SHOP] if far else [])
    assert flags_of([event], shop=Shop(places=places), proofs={}) == []


def test_evidence_tells_how_far_and_not_where(county: County) -> None:
    event = sale(county)
    [flag] = flags_of([event], shop=Shop(places=(SHOWN,)), proofs={}, cells={event.event_id: FAR_AWAY})
    assert flag == Flag(event.event_id, HoldRule.FAR_FROM_SHOP, {"metres": 3_000, "limit_m": FAR_M})


async def sold(county: County, round_id: UUID, of: Phone, shop: UUID, cell: str | None) -> UUID:
    """A sale whose counter says where it stands."""
    code = await shown(county, of, await voucher(county, round_id, of))
    done = await transact(county, redeem, replace(redemption(county, code, shop), cell=cell))
    assert isinstance(done, Redeemed), done
    return done.redemption_id


async def kept_cells(county: County) -> dict[UUID, str]:
    async def ask(tx: Transaction, _asked: None) -> dict[UUID, str]:
        return {row.event_id: row.cell for row in await tx.execute(select(counter_cells))}

    return await inquire(county, ask, None)


async def test_a_sale_far_from_the_shop_is_made_and_its_payout_waits(county: County, clock: HandClock) -> None:
    _, round_id, shop, people = await opened(county, pieces=4, people=4)
    far, near, _, undone = [
        await sold(county, round_id, of, shop, cell)
        for of, cell in zip(people, (FAR_AWAY, AT_SHOP, None, FAR_AWAY), strict=True)
    ]
    await undo(county, undone, shop)
    assert await kept_cells(county) == {far: FAR_AWAY, near: AT_SHOP, undone: FAR_AWAY}
    await close(county, clock, MONDAY)
    [hold] = await open_holds(county)
    assert (hold.event_id, hold.rule) == (far, HoldRule.FAR_FROM_SHOP)
    assert [one.amount_fen for one in await every_batch(county)] == [10_000]
    # With the clearing the places are forgotten, also that of a sale which was undone before.
    assert await kept_cells(county) == {}


async def test_a_merchant_with_a_shop_at_an_unknown_place_is_not_flagged(county: County, clock: HandClock) -> None:
    _, round_id, shop, people = await opened(county, pieces=2, people=2)
    more = AddStore(
        actor=CLERK,
        store_id=new_id(),
        merchant_id=shop,
        name_zh="二店",
        name_en="Second shop",
        premises=premises(),
    )
    assert isinstance(await transact(county, add_store, more), StoreOpened)
    await sold(county, round_id, people[0], shop, FAR_AWAY)
    await close(county, clock, MONDAY)
    assert await open_holds(county) == []
    await sold(county, round_id, people[1], shop, FAR_AWAY)
    assert list((await kept_cells(county)).values()) == [FAR_AWAY]
    await close(county, clock, TUESDAY)
    assert (await open_holds(county), await kept_cells(county)) == ([], {})


async def test_a_till_tells_its_place_as_a_cell_and_asks_again_from_anywhere(county: County, clock: HandClock) -> None:
    _, round_id, shop, [me] = await opened(county)
    voucher_id = await voucher(county, round_id, me)
    cookie = await staff_cookie(county, Role.MERCHANT, merchant_id=shop)
    body = {"redemption_id": str(new_id()), "code": await typed(county, me, voucher_id), "bill_fen": 20_000}
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        for wrong in ("28.17,104.51", AT_SHOP[:9], f"{AT_SHOP}1", "N61D0000000", f"{AT_SHOP}\n", ""):
            refused = await client.post("/api/v1/redemptions", json={**body, "counter_cell": wrong})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/counter_cell"), wrong
            assert "第 5 级北斗网格码" in refused.json()["errors"][0]["detail"]
        first = await client.post("/api/v1/redemptions", json={**body, "counter_cell": AT_SHOP})
        again = await client.post("/api/v1/redemptions", json={**body, "counter_cell": FAR_AWAY})
        assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert list((await kept_cells(county)).values()) == [AT_SHOP]


@pytest.mark.parametrize("first_released", [True, False])
async def test_a_payout_held_by_two_flags_is_free_when_neither_holds_it(
    county: County, clock: HandClock, first_released: bool
) -> None:
    _, round_id, shop, [me] = await opened(county)
    clock.forward(hours=12)  # At ten in the evening the shop is closed.
    bought = await sold(county, round_id, me, shop, FAR_AWAY)
    await close(county, clock, MONDAY)
    first, second = sorted(await open_holds(county), key=lambda hold: hold.rule)
    assert (first.rule, second.rule) == (HoldRule.FAR_FROM_SHOP, HoldRule.OUTSIDE_HOURS)
    assert first.event_id == second.event_id == bought
    for hold, release in ((first, first_released), (second, True)):
        decision = DecideHold(
            decision_id=new_id(), hold_id=hold.hold_id, release=release, note="已核实", actor=REVIEWER
        )
        decided = await transact(county, decide_hold, decision)
        assert isinstance(decided, HoldDecided), decided
        assert decided.payable == (hold is second and first_released)
    await close(county, clock, TUESDAY)
    # An upheld flag keeps the payout back whatever becomes of the others; only a correction ends it.
    assert [one.amount_fen for one in await every_batch(county)] == ([5_000] if first_released else [])
