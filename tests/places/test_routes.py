"""Places over HTTP: everybody may read, bad input names its field."""

import httpx

from backend.database.county import County
from backend.database.transaction import transact
from backend.places.define_places import define_places
from tests.places.places_makers import define
from tests.web.client import calling, serving


async def get(county: County, path: str, **params: object) -> httpx.Response:
    async with serving(county) as application, calling(application) as client:
        return await client.get(path, params={key: str(value) for key, value in params.items()})


async def test_towns_say_how_many_villages_they_have_and_where_they_are_or_why_not(county: County) -> None:
    await transact(county, define_places, define())
    answer = (await get(county, "/api/v1/places/towns")).json()
    assert answer["next_cursor"] is None
    junlian, gaoping = answer["items"]
    assert (junlian["name_zh"], junlian["villages"], junlian["position_missing"]) == ("筠连镇", 2, None)
    assert junlian["position"] == {
        "lat": "28.1667",
        "lon": "104.5167",
        "precision_m": 1900,
        "invented": False,
        "source_zh": "县里实测",
        "source_en": "Surveyed by the county",
        "grid_code": "N48H50210",
    }
    assert (gaoping["kind"], gaoping["position"]) == ("miao_township", None)
    assert gaoping["position_missing"]["reason_zh"] == "没有可靠来源给出位置"


async def test_villages_are_read_page_by_page(county: County) -> None:
    await transact(county, define_places, define())
    first = (await get(county, "/api/v1/places/villages", limit=3)).json()
    assert [village["name_zh"] for village in first["items"]] == ["玉壶社区", "银江村", "槐树社区"]
    rest = (await get(county, "/api/v1/places/villages", limit=3, cursor=first["next_cursor"])).json()
    assert [village["name_zh"] for village in rest["items"]] == ["先锋村"]
    assert rest["next_cursor"] is None
    of_town = (await get(county, "/api/v1/places/villages", town="511527100")).json()
    assert [village["official_name"] for village in of_town["items"]] == ["玉壶社区居民委员会", "银江村民委员会"]
    assert of_town["items"][1]["town_code"] == "511527100"


async def test_spots_are_sorted_from_where_one_stands(county: County) -> None:
    await transact(county, define_places, define())
    answer = (await get(county, "/api/v1/places/spots", kind="spot", lat="28.1667", lon="104.5167")).json()
    assert [(spot["key"], spot["distance_m"]) for spot in answer["items"]] == [
        ("near", 489),
        ("far", 29_701),
        ("unknown", None),
    ]
    specialties = (await get(county, "/api/v1/places/spots", kind="specialty")).json()
    assert [spot["key"] for spot in specialties["items"]] == ["tea"]


async def test_the_county_tells_its_sources(county: County) -> None:
    assert (await get(county, "/api/v1/places/county")).json()["area_km2"] is None
    await transact(county, define_places, define())
    answer = (await get(county, "/api/v1/places/county")).json()
    assert (answer["code"], answer["name_zh"], answer["city_zh"]) == ("511527", "筠连县", "宜宾市")
    assert answer["demonstration"] is True
    assert answer["sources"] == [{"what": "towns and villages", "told_by": "statistics office", "licence": "facts"}]


async def test_a_grid_code_and_its_cell_agree(county: County) -> None:
    code = (await get(county, "/api/v1/places/grid-code", lat="28.1667", lon=104.5167, level=4)).json()
    assert code == {"code": "N48H50210"}
    cell = (await get(county, "/api/v1/places/grid-cell/N48H50210")).json()
    assert cell == {
        "level": 4,
        "south": "28.166666666667",
        "west": "104.516666666667",
        "north": "28.183333333333",
        "east": "104.533333333333",
    }


async def test_bad_input_names_the_field_and_the_mend(county: County) -> None:
    cases: tuple[tuple[str, dict[str, object], str], ...] = (
        ("/api/v1/places/grid-code", {"lat": "91", "lon": "1", "level": 4}, "query:lat"),
        ("/api/v1/places/grid-code", {"lat": "north", "lon": "1", "level": 4}, "query:lat"),
        ("/api/v1/places/grid-code", {"lat": "1", "lon": "1", "level": 11}, "level"),
        ("/api/v1/places/grid-code", {"lon": "1", "level": 4}, "lat"),
        ("/api/v1/places/grid-cell/N48H5021", {}, "path:code"),
        ("/api/v1/places/spots", {"lat": "28"}, "query:lon"),
        ("/api/v1/places/spots", {"lat": "28", "lon": "181"}, "query:lon"),
        ("/api/v1/places/villages", {"cursor": "AAAA"}, "query:cursor"),
        ("/api/v1/places/villages", {"town": "51x"}, "town"),
        ("/api/v1/places/villages", {"limit": "101"}, "limit"),
    )
    for path, params, field in cases:
        answer = await get(county, path, **params)
        assert answer.status_code == 400, (path, params, answer.text)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["type"].startswith("urn:yizhan:problem:")
        assert field in str(problem.get("errors", problem["detail"])), (path, params, problem)


async def test_the_routes_are_public_and_documented(county: County) -> None:
    document = (await get(county, "/openapi.json")).json()
    for path in ("county", "towns", "villages", "spots", "grid-code", "grid-cell/{code}"):
        operation = document["paths"][f"/api/v1/places/{path}"]["get"]
        assert operation["x-callers"] == []
        assert {"200", "400", "503"} <= set(operation["responses"])
