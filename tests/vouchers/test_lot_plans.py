"""A plan says of a draw where chance comes from, and of a list whom it serves; contradictions are told at once."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from backend.database.county import County
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from backend.vouchers.desk_rules import faults_of
from backend.vouchers.draw_rules import LEAD, MOST_PLACES
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterPlan
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.vouchers.campaigns import RULE
from tests.vouchers.lots import draw_plan, person, plan_with, round_plan
from tests.vouchers.rosters import roster_campaign, roster_plan, roster_round
from tests.web.client import calling, serving


class Clocked:
    """A county as far as the makers of plans look at one."""

    clock = HandClock()


CLOCKED: Any = Clocked()
CLOSES = round_plan(CLOCKED).closes_at


def pointers(**changed: Any) -> list[str]:
    cap = changed.pop("cap_pieces", 10)
    return [fault.pointer for fault in faults_of(plan_with(round_plan(CLOCKED, **changed), cap_pieces=cap))]


def test_a_draw_in_good_order_has_no_faults() -> None:
    assert pointers() == []
    assert pointers(draw=draw_plan(CLOSES, published_at=CLOSES + LEAD)) == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"draw": None}, "/rounds/0/draw"),
        ({"draw": draw_plan(CLOSES, source=" ")}, "/rounds/0/draw/source"),
        ({"draw": draw_plan(CLOSES, issue="")}, "/rounds/0/draw/source"),
        ({"draw": draw_plan(CLOSES, writing="")}, "/rounds/0/draw/source"),
        ({"draw": draw_plan(CLOSES, digits=4)}, "/rounds/0/draw/digits"),
        ({"draw": draw_plan(CLOSES, digits=65)}, "/rounds/0/draw/digits"),
        ({"draw": draw_plan(CLOSES, published_at=CLOSES)}, "/rounds/0/draw/published_at"),
        (
            {"draw": draw_plan(CLOSES, published_at=CLOSES + LEAD - timedelta(seconds=1))},
            "/rounds/0/draw/published_at",
        ),
        ({"pieces": None}, "/rounds/0/pieces"),
        ({"pieces": 0}, "/rounds/0/pieces"),
        ({"draw": draw_plan(CLOSES, reserves=-1)}, "/rounds/0/draw/reserves"),
        ({"draw": draw_plan(CLOSES, reserves=MOST_PLACES - 2)}, "/rounds/0/draw/reserves"),
        ({"mode": RoundMode.RUSH}, "/rounds/0/draw"),
        ({"roster": RosterPlan(classes=("low-income",))}, "/rounds/0/roster"),
    ],
)
def test_a_draw_that_contradicts_itself_is_told_where(changed: dict[str, Any], pointer: str) -> None:
    assert pointers(**changed) == [pointer]


def test_a_draw_keeps_nothing_for_stations_and_is_drawn_before_its_vouchers_end() -> None:
    assert pointers(station_pieces=1, station_until=CLOSES) == ["/rounds/0/station_pieces"]
    late = plan_with(round_plan(CLOCKED), valid_days=None, use_until=CLOSES + timedelta(hours=4))
    assert [fault.pointer for fault in faults_of(late)] == ["/rounds/0/draw/published_at"]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"roster": None}, "/rounds/0/roster"),
        ({"roster": RosterPlan(classes=())}, "/rounds/0/roster"),
        ({"roster": RosterPlan(classes=("low-income", "low-income"))}, "/rounds/0/roster/classes"),
        ({"pieces": None}, "/rounds/0/pieces"),
        ({"draw": draw_plan(CLOSES)}, "/rounds/0/draw"),
        ({"station_pieces": 1, "station_until": CLOSES}, "/rounds/0/station_pieces"),
    ],
)
def test_a_round_by_list_that_contradicts_itself_is_told_where(changed: dict[str, Any], pointer: str) -> None:
    round_ = roster_round(CLOCKED, "low-income", 3)
    assert faults_of(roster_plan(round_, pieces=3)) == []
    told = faults_of(roster_plan(replace(round_, **changed), pieces=3))
    assert [fault.pointer for fault in told] == [pointer]


async def test_the_desk_takes_both_over_the_wire_and_names_the_field_that_will_not_do(county: County) -> None:
    opens, closes = county.clock(), county.clock() + timedelta(days=1)
    kind = {
        "code": "care-100",
        "name_zh": "关爱券",
        "name_en": "Care",
        "cap_pieces": 10,
        "face_fen": 10_000,
        "funding": [{"funder": "government", "share_bp": 10_000}],
        "limits": [{"rule_id": str(RULE)}],
        "valid_days": 7,
    }
    base = {"kind_code": "care-100", "name_zh": "轮次", "name_en": "Round", "pieces": 5}
    base |= {"opens_at": to_wire(opens), "closes_at": to_wire(closes)}
    draw = {
        "source": "中国体育彩票七星彩",
        "issue": "第 26136 期",
        "writing": "七位号码依次连写",
        "digits": 7,
        "reserves": 2,
    }
    draw |= {"published_at": to_wire(closes + timedelta(hours=3))}
    lots = [
        base | {"round_id": str(new_id()), "mode": "draw", "draw": draw},
        base | {"round_id": str(new_id()), "mode": "roster", "roster": {"classes": ["low-income"]}},
    ]
    plan = {"title_zh": "关爱", "title_en": "Care", "kinds": [kind], "rounds": lots}
    async with (
        serving(county) as application,
        calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client,
    ):
        path = f"/api/v1/office/campaigns/{new_id()}"
        wrong = plan | {"rounds": [lots[0] | {"draw": draw | {"published_at": to_wire(closes)}}, lots[1]]}
        answer = await client.put(path, json=wrong)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/rounds/0/draw/published_at"]
        assert (await client.put(path, json=plan)).status_code == 200
        board = (await client.get(f"{path}/board")).json()
        assert board["plan"]["rounds"][0]["draw"]["digits"] == 7
        assert board["plan"]["rounds"][1]["roster"] == {"classes": ["low-income"]}


async def test_a_list_goes_over_the_wire_from_the_dry_run_to_the_voucher(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    resident = await person(county, 1)
    good = {"class_code": "low-income", "phone": "154 0500 0001", "row": 4}
    body = {"roster_id": str(new_id()), "document_no": "筠民政〔2026〕31号", "rows": [good]}
    path = f"/api/v1/office/campaigns/{campaign_id}/rosters"
    async with serving(county) as application:
        async with calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client:
            wrong = body | {"rows": [good, {"class_code": "rich", "phone": "12", "row": 17}]}
            dry = await client.post(path, json=wrong | {"dry_run": True})
            assert [(one["row"], one["column"]) for one in dry.json()["faults"]] == [(17, "class_code"), (17, "phone")]
            told = (await client.post(path, json=wrong)).json()
            assert [error["pointer"] for error in told["errors"]] == ["/rows/1/class_code", "/rows/1/phone"]
            assert told["errors"][0]["detail"].startswith("第 17 行：没有这个类别")
            first, again = [await client.post(path, json=body) for _ in range(2)]
            assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
            own = await client.post(
                f"/api/v1/office/rosters/{body['roster_id']}/decision",
                json={"decision_id": str(new_id()), "verdict": "confirm"},
            )
            assert (own.status_code, own.json()["reason"]) == (409, "same-importer")
        async with calling(application, cookie=await staff_cookie(county, Role.APPROVER)) as client:
            answer = await client.post(
                f"/api/v1/office/rosters/{body['roster_id']}/decision",
                json={"decision_id": str(new_id()), "verdict": "confirm"},
            )
            assert (answer.status_code, answer.json()["state"]) == (201, "confirmed")
            (listed,) = (await client.get(path)).json()["items"]
            assert (listed["state"], listed["entries"]) == ("confirmed", 1)
            assert "15405000001" not in str(listed)
        async with calling(application, cookie=await session_of(county, PersonKind.RESIDENT, resident)) as client:
            (mine,) = (await client.get("/api/v1/me/entitlements")).json()["items"]
            assert (mine["round_id"], mine["state"], mine["face_fen"]) == (str(rounds["low-income"]), "open", 10_000)
            way = f"/api/v1/rounds/{rounds['low-income']}"
            refused = await client.post(f"{way}/claims", json={"claim_id": str(new_id())})
            assert (refused.status_code, refused.json()["reason"]) == (409, "by-roster")
            claim = {"claim_id": str(new_id())}
            first, again = [await client.post(f"{way}/entitlements", json=claim) for _ in range(2)]
            assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
            (mine,) = (await client.get("/api/v1/me/entitlements")).json()["items"]
            assert (mine["state"], mine["voucher_id"]) == ("taken", first.json()["voucher_id"])
