"""The county's real places pass through the places slice whole, and its pictures are found under their names."""

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.demonstration.county import read_county
from backend.demonstration.pictures import pictures
from backend.demonstration.tell_places import position_of, tell_places
from backend.kernel.actors import SYSTEM
from backend.kernel.refusals import Refused
from backend.places.define_places import Defined, define_places
from backend.places.find_spots import FindSpots, find_spots
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import FindVillages, find_villages
from backend.places.locate import Locate, locate
from backend.places.rules import SpotKind, SubjectKind, grid_code_of

TOLD = read_county()


async def test_every_town_village_spot_and_specialty_arrives(county: County) -> None:
    assert await transact(county, define_places, tell_places(TOLD, SYSTEM)) == Defined(towns=12, villages=172, spots=22)
    places = await inquire(county, find_towns, FindTowns())
    assert [town.name_zh for town in places.towns] == [town.name.zh for town in TOLD.places.towns]
    assert places.villages_of["511527100"] == 43
    assert sum(places.villages_of.values()) == 172
    of_town = await inquire(county, find_villages, FindVillages(town_code="511527209", most=100))
    assert [village.name_zh for village in of_town] == ["甜竹村", "茶园村", "红竹村", "光明村", "革新村"]
    spots = await inquire(county, find_spots, FindSpots(kind=SpotKind.SPOT))
    assert spots[0].item.name_zh == "大雪山"
    keys = {picture.key for picture in pictures(TOLD)}
    assert all(near.item.picture in keys for near in await inquire(county, find_spots, FindSpots()))


async def test_the_seat_has_the_grid_code_of_its_precision_and_no_finer(county: County) -> None:
    await transact(county, define_places, tell_places(TOLD, SYSTEM))
    places = await inquire(county, find_towns, FindTowns())
    (seat,) = [town.position for town in places.towns if town.position]
    assert grid_code_of(seat) == "N48H50210"


async def test_every_invented_position_is_accepted_and_stays_marked(county: County) -> None:
    await transact(county, define_places, tell_places(TOLD, SYSTEM))
    for place in (*TOLD.merchants.merchants[:6], *TOLD.merchants.merchants[-6:]):
        told = position_of(place.position)
        assert told.source == "invented"
        command = Locate(actor=SYSTEM, subject_kind=SubjectKind.STORE, subject_id=place.key, position=told)
        assert not isinstance(await transact(county, locate, command), Refused)
