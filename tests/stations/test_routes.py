"""Stations over HTTP: everybody reads, operators run their own shifts, the office and the auditor look on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.app import Application
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.places.define_places import define_places
from backend.stations.find_shifts import find_current_shift
from backend.stations.find_stations import FindStations, find_stations
from backend.stations.rules import Assisted
from tests.databases import HandClock
from tests.identity.sessions import resident_cookie, session_of, staff_cookie
from tests.places.places_makers import define
from tests.stations.station_makers import (
    OPERATOR,
    OTHER,
    appointed,
    assisted,
    opening,
    own_shift,
    with_shift,
    with_station,
)
from tests.stations.test_assist import claim
from tests.web.client import calling, serving


def station_body(**changes: Any) -> dict[str, Any]:
    """What the office sends to open a station."""
    told: dict[str, Any] = {
        "station_id": str(new_id()),
        "kind": "fixed",
        "name_zh": "景阳驿站",
        "name_en": "Jingyang Station",
        "premises": {
            "town_code": "511527100",
            "village_code": "511527100001",
            "address_zh": "景阳大道 9 号（农贸市场旁）",
            "address_en": "9 Jingyang Avenue, by the market",
            "opens": "08:00",
            "closes": "19:00",
            "phone": "15403000001",
        },
    }
    return told | changes


class Http:
    """Requests to one application, each from whoever holds the cookie."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(
        self, path: str, told: Any = None, *, cookie: str | None = None, **params: str
    ) -> httpx.Response:
        """GET with parameters, or POST what is told."""
        async with calling(self.application, cookie=cookie) as client:
            if told is None:
                return await client.get(path, params=params)
            return await client.post(path, json=told)


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


async def operator_cookie(county: County, staff_id: UUID = OPERATOR) -> str:
    return await session_of(county, PersonKind.STAFF, staff_id)


async def test_the_office_opens_a_station_and_everybody_sees_it(county: County, send: Http) -> None:
    await transact(county, define_places, define())
    clerk = await staff_cookie(county, Role.OFFICE)
    told = station_body()
    assert (await send("/api/v1/stations")).json()["items"] == []
    first = await send("/api/v1/office/stations", told, cookie=clerk)
    assert first.status_code == 201
    again = await send("/api/v1/office/stations", told, cookie=clerk)
    assert (again.status_code, again.json()) == (200, first.json())
    # Who opened it sees it at once, also where the list was asked for a moment before; others within a second.
    [seen] = (await send("/api/v1/stations", cookie=clerk)).json()["items"]
    assert seen["station_id"] == told["station_id"]
    listed = (await send("/api/v1/stations", None, town="511527100", kind="fixed")).json()["items"]
    one = (await send(f"/api/v1/stations/{told['station_id']}")).json()
    assert listed == [one]
    assert (one["name_zh"], one["state"], one["premises"]["position"]) == ("景阳驿站", "open", None)
    assert (await send(f"/api/v1/stations/{new_id()}")).status_code == 404
    end = {"change_id": str(new_id()), "reason": "搬迁"}
    closed = await send(f"/api/v1/office/stations/{told['station_id']}/close", end, cookie=clerk)
    assert closed.status_code == 200
    assert (await send("/api/v1/stations", cookie=clerk)).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"kind": "boat"}, 400, "/kind"),
        ({"name_zh": "站\n"}, 400, "/name_zh"),
        ({"premises": station_body()["premises"] | {"village_code": "511527210201"}}, 409, "/premises/village_code"),
        ({"premises": station_body()["premises"] | {"closes": "08:00"}}, 409, "/premises/closes"),
        ({"premises": station_body()["premises"] | {"village_code": "511527100999"}}, 409, "/premises/village_code"),
    ],
)
async def test_a_wrong_station_names_its_field_and_is_not_opened(
    county: County, send: Http, changes: dict[str, Any], status: int, pointer: str
) -> None:
    await transact(county, define_places, define())
    clerk = await staff_cookie(county, Role.OFFICE)
    answer = await send("/api/v1/office/stations", station_body(**changes), cookie=clerk)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (status, [pointer])
    assert await inquire(county, find_stations, FindStations()) == []


async def test_an_operator_is_appointed_opens_a_shift_counts_and_closes_it(county: County, send: Http) -> None:
    station_id = await with_station(county)
    clerk, operator = await staff_cookie(county, Role.OFFICE), await operator_cookie(county)
    opens = {"shift_id": str(new_id()), "cash_fen": 20_000, "device_label": "柜台平板"}
    early = await send("/api/v1/shifts", opens, cookie=operator)
    assert (early.status_code, early.json()["reason"]) == (409, "not-appointed")
    told = {"appointment_id": str(new_id()), "staff_id": str(OPERATOR)}
    path = f"/api/v1/office/stations/{station_id}/operators"
    made = await send(path, told, cookie=clerk)
    assert (made.status_code, made.json()["ends_at"]) == (201, None)
    everybody = (await send("/api/v1/office/operators", cookie=clerk)).json()
    names = {one["staff_id"]: one["staff_name"] for one in everybody["items"]}
    assert (names[str(OPERATOR)], everybody["next_cursor"]) == ("站长 0", None)
    assert all(name.startswith("站长") for name in names.values())
    twice = await send(path, told | {"appointment_id": str(new_id())}, cookie=clerk)
    assert (twice.status_code, twice.json()["reason"]) == (409, "already-appointed")
    assert (await send(path, cookie=clerk)).json()["items"][0]["staff_name"] == "站长 0"
    # The early refusal is bound to its id; a shift that is wanted now is a new one.
    assert (await send("/api/v1/shifts", opens, cookie=operator)).status_code == 409
    opens["shift_id"] = str(new_id())
    first = await send("/api/v1/shifts", opens, cookie=operator)
    assert (first.status_code, first.json()["station_id"]) == (201, str(station_id))
    again = await send("/api/v1/shifts", opens, cookie=operator)
    assert (again.status_code, again.json()) == (200, first.json())
    reused = await send("/api/v1/shifts", opens | {"cash_fen": 1}, cookie=operator)
    assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")
    current = (await send("/api/v1/shifts/current", cookie=operator)).json()["shift"]
    assert (current["operator_name"], current["opening_cash_fen"], current["state"]) == ("站长 0", 20_000, "open")
    close = f"/api/v1/shifts/{opens['shift_id']}/close"
    counted: dict[str, Any] = {"close_id": str(new_id()), "cash_fen": 19_850}
    differs = await send(close, counted, cookie=operator)
    assert (differs.status_code, differs.json()["reason"], differs.json()["errors"][0]["pointer"]) == (
        409,
        "cash-differs",
        "/reason",
    )
    assert differs.json()["detail"] == "应有 200.00 元，盘点 198.50 元"
    closed = await send(close, counted | {"reason": "找零出错"}, cookie=operator)
    assert (closed.status_code, closed.json()["difference_fen"]) == (200, -150)
    assert (await send("/api/v1/shifts/current", cookie=operator)).json() == {"shift": None}
    shown = (await send("/api/v1/office/shifts", cookie=clerk, state="closed")).json()["items"]
    assert [shift["difference_reason"] for shift in shown] == ["找零出错"]


async def test_everybody_sees_that_a_station_is_attended_and_nobody_sees_by_whom(
    county: County, clock: HandClock, send: Http
) -> None:
    station_id, shift_id = await with_shift(county)
    path = f"/api/v1/stations/{station_id}"
    served = (await send(path)).json()
    assert served["attended"] is True
    assert (await send("/api/v1/stations")).json()["items"] == [served]
    assert "站长 0" not in str(served)
    assert str(OPERATOR) not in str(served)
    # A shift that nobody remembered to close serves nobody.
    clock.forward(hours=15, minutes=59)
    assert (await send(path)).json()["attended"] is True
    clock.forward(minutes=1)
    assert (await send(path)).json()["attended"] is False
    assert (await send("/api/v1/stations", limit="9")).json()["items"][0]["attended"] is False
    clock.forward(hours=-1)
    counted = {"close_id": str(new_id()), "cash_fen": 20_000}
    closed = await send(f"/api/v1/shifts/{shift_id}/close", counted, cookie=await operator_cookie(county))
    assert closed.status_code == 200
    assert (await send(path)).json()["attended"] is False


async def test_the_list_of_stations_is_packed_and_whoever_has_it_is_told_so(county: County, send: Http) -> None:
    await with_station(county)
    async with calling(send.application) as client:
        first = await client.get("/api/v1/stations", headers={"accept-encoding": "gzip"})
        assert (first.status_code, first.headers["content-encoding"]) == (200, "gzip")
        had = {"accept-encoding": "gzip", "if-none-match": first.headers["etag"]}
        assert (await client.get("/api/v1/stations", headers=had)).status_code == 304


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"shift_id": "1", "cash_fen": 1}, "/shift_id"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": 1.5}, "/cash_fen"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": -1}, "/cash_fen"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": "100"}, "/cash_fen"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": True}, "/cash_fen"),
        ({"shift_id": str(UUID(int=9))}, "/cash_fen"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": 1, "cash": 2}, "/cash"),
        ({"shift_id": str(UUID(int=9)), "cash_fen": 1, "device_label": "\u0000"}, "/device_label"),
    ],
)
async def test_a_shift_that_is_told_wrongly_names_its_field_and_is_not_opened(
    county: County, send: Http, told: dict[str, Any], pointer: str
) -> None:
    await appointed(county, await with_station(county))
    answer = await send("/api/v1/shifts", told, cookie=await operator_cookie(county))
    assert (answer.status_code, answer.json()["reason"]) == (400, "invalid")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await inquire(county, find_current_shift, OPERATOR) is None


async def test_nobody_closes_another_operator_s_shift_but_the_office(county: County, send: Http) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    operator, other = await operator_cookie(county), await operator_cookie(county, OTHER)
    opens = {"shift_id": str(new_id()), "cash_fen": 0}
    await send("/api/v1/shifts", opens, cookie=operator)
    counted = {"close_id": str(new_id()), "cash_fen": 0, "reason": "站长请假"}
    path = f"/shifts/{opens['shift_id']}/close"
    assert (await send(f"/api/v1{path}", counted, cookie=other)).status_code == 404
    assert (await send(f"/api/v1/office{path}", counted, cookie=operator)).status_code == 403
    clerk = await staff_cookie(county, Role.OFFICE)
    assert (await send(f"/api/v1/office{path}", counted, cookie=clerk)).status_code == 200


async def test_routes_let_in_only_whom_they_name(county: County, send: Http) -> None:
    station_id = await with_station(county)
    cookies = {role: await staff_cookie(county, role) for role in (Role.OFFICE, Role.AUDITOR, Role.MERCHANT)}
    cookies[Role.OPERATOR] = await operator_cookie(county)
    cookies[Role.RESIDENT] = await resident_cookie(county)

    async def allowed(path: str, told: Any = None) -> set[Role]:
        assert (await send(path, told)).status_code == 401
        answers = {role: (await send(path, told, cookie=cookie)) for role, cookie in cookies.items()}
        assert {a.json()["reason"] for a in answers.values() if a.status_code == 403} <= {"not-allowed"}
        return {role for role, answer in answers.items() if answer.status_code != 403}

    assert await allowed("/api/v1/shifts/current") == {Role.OPERATOR}
    assert await allowed("/api/v1/shifts", {}) == {Role.OPERATOR}
    assert await allowed("/api/v1/office/stations", {}) == {Role.OFFICE}
    assert await allowed(f"/api/v1/office/stations/{station_id}/operators", {}) == {Role.OFFICE}
    assert await allowed("/api/v1/office/shifts") == {Role.OFFICE, Role.AUDITOR}
    assert await allowed("/api/v1/office/assisted") == {Role.OFFICE, Role.AUDITOR}
    assert await allowed("/api/v1/office/station-policy") == {Role.OFFICE, Role.AUDITOR}
    assert await allowed("/api/v1/office/station-policy", {}) == {Role.OFFICE}
    assert await allowed("/api/v1/me/assisted") == {Role.RESIDENT}


async def test_the_resident_and_the_auditor_see_who_helped_and_nobody_sees_another_s(
    county: County, send: Http, clock: HandClock
) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    opens = {"shift_id": str(new_id()), "cash_fen": 0}
    await send("/api/v1/shifts", opens, cookie=await operator_cookie(county))
    shift = await transact(county, own_shift, UUID(str(opens["shift_id"])))
    done: list[Assisted] = []
    for resident in (1, 1, 2):
        clock.forward(seconds=1)
        done.append(assisted(shift, resident=resident))
        assert await transact(county, claim, done[-1]) is None
    helped = await resident_cookie(county, done[0].resident_id)
    page = (await send("/api/v1/me/assisted", cookie=helped, limit="1")).json()
    assert [item["service_id"] for item in page["items"]] == [str(done[1].service_id)]
    assert (page["items"][0]["helper_name"], page["items"][0]["proof_zh"], page["items"][0]["station_zh"]) == (
        "站长 0",
        "身份证",
        "景阳驿站",
    )
    rest = (await send("/api/v1/me/assisted", cookie=helped, cursor=page["next_cursor"])).json()
    assert ([item["service_id"] for item in rest["items"]], rest["next_cursor"]) == ([str(done[0].service_id)], None)
    stranger = await resident_cookie(county)
    assert (await send("/api/v1/me/assisted", cookie=stranger)).json()["items"] == []
    foreign = await send("/api/v1/me/assisted", cookie=stranger, cursor=page["next_cursor"])
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (400, "query:cursor")
    auditor = await staff_cookie(county, Role.AUDITOR)
    audited = await send("/api/v1/office/assisted", cookie=auditor, day="2026-11-20", helper=str(OPERATOR))
    assert [item["service_id"] for item in audited.json()["items"]] == [str(one.service_id) for one in reversed(done)]
    elsewhere = await send("/api/v1/office/assisted", cookie=auditor, station=str(new_id()))
    assert elsewhere.json()["items"] == []


async def test_an_operator_sees_what_a_shift_of_their_own_did_and_no_person_in_it(
    county: County, send: Http, clock: HandClock
) -> None:
    station_id = await with_station(county)
    await appointed(county, station_id)
    own, opens = await operator_cookie(county), {"shift_id": str(new_id()), "cash_fen": 0}
    await send("/api/v1/shifts", opens, cookie=own)
    shift = await transact(county, own_shift, UUID(str(opens["shift_id"])))
    done = [assisted(shift, resident=resident) for resident in (1, 2)]
    for one in done:
        clock.forward(seconds=1)
        assert await transact(county, claim, one) is None
    path = f"/api/v1/shifts/{shift.id}/services"
    page = (await send(path, cookie=own, limit="1")).json()
    assert page["items"] == [
        {
            "service_id": str(done[1].service_id),
            "act": "voucher.claim",
            "proof": "identity-card",
            "proof_zh": "身份证",
            "proof_checked": False,
            "proof_en": "Identity card",
            "at": "2026-11-20T02:00:02Z",
        }
    ]
    rest = (await send(path, cookie=own, cursor=page["next_cursor"])).json()
    assert ([one["service_id"] for one in rest["items"]], rest["next_cursor"]) == ([str(done[0].service_id)], None)
    other = await staff_cookie(county, Role.OPERATOR, station_id=station_id)
    for cookie, where in ((other, path), (own, f"/api/v1/shifts/{new_id()}/services")):
        assert (await send(where, cookie=cookie)).status_code == 404


async def test_the_caps_in_force_are_shown_and_set_over_http(county: County, send: Http) -> None:
    clerk = await staff_cookie(county, Role.OFFICE)
    assert (await send("/api/v1/office/station-policy", cookie=clerk)).json() == {
        "version": 0,
        "per_helper_and_resident": 4,
        "per_device_and_day": 60,
        "shift_hours_most": 16,
    }
    told = {
        "policy_id": str(new_id()),
        "per_helper_and_resident": 2,
        "per_device_and_day": 30,
        "shift_hours_most": 12,
        "reason": "试点期间从严",
    }
    first = await send("/api/v1/office/station-policy", told, cookie=clerk)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert (await send("/api/v1/office/station-policy", told, cookie=clerk)).status_code == 200
    wrong = await send("/api/v1/office/station-policy", told | {"shift_hours_most": 0}, cookie=clerk)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/shift_hours_most")
    assert (await send("/api/v1/office/station-policy", cookie=clerk)).json()["shift_hours_most"] == 12


async def test_an_appointment_is_ended_over_http_and_times_must_name_their_zone(county: County, send: Http) -> None:
    station_id = await with_station(county, opening())
    held = await appointed(county, station_id)
    clerk = await staff_cookie(county, Role.OFFICE)
    path = f"/api/v1/office/stations/{station_id}/operators"
    ended = await send(f"{path}/{held.appointment_id}/end", {"change_id": str(new_id())}, cookie=clerk)
    assert (ended.status_code, ended.json()["ends_at"]) == (200, "2026-11-20T02:00:00Z")
    told = {"appointment_id": str(new_id()), "staff_id": str(OPERATOR), "begins_at": "2026-11-21T00:00:00"}
    naive = await send(path, told, cookie=clerk)
    assert (naive.status_code, naive.json()["errors"][0]["pointer"]) == (400, "/begins_at")
    ancient = await send(path, told | {"begins_at": "0001-01-01T00:00:00+08:00"}, cookie=clerk)
    assert (ancient.status_code, ancient.json()["reason"]) == (409, "time-far-off")
    told |= {
        "appointment_id": str(new_id()),
        "begins_at": "2026-11-21T00:00:00+08:00",
        "ends_at": "2026-11-20T16:00:00Z",
    }
    backwards = await send(path, told, cookie=clerk)
    assert (backwards.status_code, backwards.json()["reason"]) == (409, "ends-before-it-begins")
