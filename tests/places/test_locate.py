"""Shops, stations and vans are where somebody said, with how they know; near means near."""

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import SYSTEM
from backend.kernel.refusals import Refused
from backend.places.define_places import define_places
from backend.places.find_nearby import FindNearby, FindPositions, find_nearby, find_positions
from backend.places.locate import Locate, Located, locate
from backend.places.rules import PlaceReason, Point, Position, SubjectKind
from tests.places.places_makers import define, position

SEAT = Point(28_166_700, 104_516_700)


def put(subject_id: str, at: Position | None, kind: SubjectKind = SubjectKind.STORE) -> Locate:
    return Locate(actor=SYSTEM, subject_kind=kind, subject_id=subject_id, position=at)


async def test_a_shop_has_the_position_told_last(county: County) -> None:
    first, second = position(28_100_000, 104_500_000), position(28_110_000, 104_510_000)
    assert await transact(county, locate, put("shop", first)) == Located(first)
    assert await transact(county, locate, put("shop", second)) == Located(second)
    asked = FindPositions(kind=SubjectKind.STORE, ids=("shop", "other"))
    assert await inquire(county, find_positions, asked) == {"shop": second}
    assert await transact(county, locate, put("shop", None)) == Located(None)
    assert await inquire(county, find_positions, asked) == {}
    told = [entry.detail for entry in await inquire(county, find, Find(act="places.locate"))]
    assert told == ["none", "surveyed: 28.11, 104.51", "surveyed: 28.1, 104.5"]


async def test_a_position_outside_the_county_is_refused_and_the_old_one_stays(county: County) -> None:
    await transact(county, define_places, define())
    good = position(28_100_000, 104_500_000)
    await transact(county, locate, put("shop", good))
    refused = await transact(county, locate, put("shop", position(28_100_000, 105_000_000)))
    assert refused == Refused(PlaceReason.OUTSIDE_COUNTY, "28.1, 105.0")
    asked = FindPositions(kind=SubjectKind.STORE, ids=("shop",))
    assert await inquire(county, find_positions, asked) == {"shop": good}
    assert len(await inquire(county, find, Find(act="places.locate"))) == 1


async def test_near_means_within_the_radius_and_the_nearest_comes_first(county: County) -> None:
    for name, lat, kind in (
        ("a", 28_176_700, SubjectKind.STORE),
        ("b", 28_167_700, SubjectKind.STATION),
        ("c", 28_216_700, SubjectKind.STORE),
        ("d", 28_167_000, SubjectKind.VAN),
    ):
        await transact(county, locate, put(name, position(lat, 104_516_700), kind))
    kinds = (SubjectKind.STORE, SubjectKind.STATION)
    near = await inquire(county, find_nearby, FindNearby(here=SEAT, kinds=kinds, radius_m=2000))
    assert [(found.item.kind, found.item.id, found.distance_m) for found in near] == [
        (SubjectKind.STATION, "b", 111),
        (SubjectKind.STORE, "a", 1112),
    ]
    farther = await inquire(county, find_nearby, FindNearby(here=SEAT, kinds=kinds, radius_m=6000))
    assert [found.item.id for found in farther] == ["b", "a", "c"]
    one = await inquire(county, find_nearby, FindNearby(here=SEAT, kinds=kinds, radius_m=6000, most=1))
    assert [found.item.id for found in one] == ["b"]
