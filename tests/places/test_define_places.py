"""The office tells the county's places, again and again, and nothing is lost that a record may name."""

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.places.define_places import Defined, define_places
from backend.places.find_nearby import FindPositions, find_positions
from backend.places.find_spots import FindSpots, find_spots
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import FindVillages, find_village, find_villages
from backend.places.rules import PlaceReason, Point, SpotKind, SubjectKind
from tests.places.places_makers import GAOPING, JUNLIAN, SEAT, SPOTS, VILLAGES, define, position, spot, town, village


async def test_places_are_read_as_they_were_told(county: County) -> None:
    assert await transact(county, define_places, define()) == Defined(towns=2, villages=4, spots=4)
    places = await inquire(county, find_towns, FindTowns())
    assert places.facts == define().facts
    assert [source.what for source in places.sources] == ["towns and villages"]
    assert places.towns == [JUNLIAN, GAOPING]
    assert places.villages_of == {"511527100": 2, "511527210": 2}
    assert await inquire(county, find_villages, FindVillages()) == list(VILLAGES)
    found = await inquire(county, find_spots, FindSpots())
    assert [near.item for near in found] == list(SPOTS)
    entries = await inquire(county, find, Find(act="places.define"))
    assert [entry.detail for entry in entries] == ["2 towns, 4 villages, 4 spots"]


async def test_told_twice_they_are_the_same(county: County) -> None:
    await transact(county, define_places, define())
    before = (
        await inquire(county, find_towns, FindTowns()),
        await inquire(county, find_villages, FindVillages()),
        await inquire(county, find_spots, FindSpots()),
    )
    await transact(county, define_places, define())
    assert before == (
        await inquire(county, find_towns, FindTowns()),
        await inquire(county, find_villages, FindVillages()),
        await inquire(county, find_spots, FindSpots()),
    )


async def test_a_merged_village_is_no_longer_listed_and_comes_back_when_told_again(county: County) -> None:
    await transact(county, define_places, define())
    renamed = village("511527100203", "银江新村")
    await transact(county, define_places, define(villages=(VILLAGES[0], renamed), spots=(SPOTS[0],)))
    assert await inquire(county, find_villages, FindVillages()) == [VILLAGES[0], renamed]
    gone = await inquire(county, find_village, "511527210202")
    assert gone == Refused(PlaceReason.UNKNOWN_VILLAGE, "511527210202")
    assert [near.item.key for near in await inquire(county, find_spots, FindSpots())] == ["unknown"]
    await transact(county, define_places, define())
    assert await inquire(county, find_village, "511527210202") == VILLAGES[3]


async def test_a_town_that_moves_has_one_position_and_one_that_loses_it_has_none(county: County) -> None:
    await transact(county, define_places, define())
    moved = position(28_170_000, 104_520_000, precision_m=5)
    await transact(county, define_places, define(towns=(town("511527100", "筠连镇", at=moved), GAOPING)))
    asked = FindPositions(kind=SubjectKind.TOWN, ids=("511527100", "511527210"))
    assert await inquire(county, find_positions, asked) == {"511527100": moved}
    await transact(county, define_places, define(towns=(town("511527100", "筠连镇"), GAOPING)))
    assert await inquire(county, find_positions, asked) == {}


async def test_one_position_outside_the_county_refuses_all_and_nothing_changes(county: County) -> None:
    await transact(county, define_places, define())
    astray = define(towns=(JUNLIAN,), spots=(spot("astray", at=position(30_000_000, 104_500_000)),))
    refused = await transact(county, define_places, astray)
    assert refused == Refused(PlaceReason.OUTSIDE_COUNTY, "30.0, 104.5")
    assert (await inquire(county, find_towns, FindTowns())).towns == [JUNLIAN, GAOPING]
    assert len(await inquire(county, find, Find(act="places.define"))) == 1


async def test_the_nearest_spot_comes_first_and_unknown_ones_last(county: County) -> None:
    await transact(county, define_places, define())
    here = Point(SEAT.lat_microdegrees, SEAT.lon_microdegrees)
    found = await inquire(county, find_spots, FindSpots(here=None, kind=SpotKind.SPOT, town_code="511527210"))
    assert [near.item.key for near in found] == ["unknown", "far", "near"]
    from_seat = FindSpots(kind=SpotKind.SPOT, here=here)
    assert [(near.item.key, near.distance_m) for near in await inquire(county, find_spots, from_seat)] == [
        ("near", 489),
        ("far", 29_701),
        ("unknown", None),
    ]


async def test_an_empty_county_answers_with_nothing(county: County) -> None:
    places = await inquire(county, find_towns, FindTowns())
    assert (places.facts, places.towns, places.sources, places.villages_of) == (None, [], [], {})
