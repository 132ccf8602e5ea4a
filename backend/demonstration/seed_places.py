"""The county's places and premises, from the words of its files into the words of the slices."""

from backend.demonstration import records
from backend.demonstration.county import DemonstrationCounty
from backend.kernel.actors import Actor
from backend.places.define_places import DefinePlaces
from backend.places.premises import Hours, Premises
from backend.places.rules import (
    CountyFacts,
    Extent,
    Position,
    PositionSource,
    Source,
    Spot,
    SpotKind,
    Town,
    TownKind,
    Village,
    microdegrees,
)


def places_of(demo: DemonstrationCounty, actor: Actor) -> DefinePlaces:
    """Everything the county knows of its places."""
    places = demo.places
    return DefinePlaces(
        actor=actor,
        facts=_facts(places.county),
        sources=tuple(Source(what=one.what, told_by=one.from_, licence=one.licence) for one in places.sources),
        towns=tuple(_town(town) for town in places.towns),
        villages=tuple(_village(village) for town in places.towns for village in town.villages),
        spots=(
            *(_spot(one, SpotKind.SPOT, "spot") for one in places.spots),
            *(_spot(one, SpotKind.SPECIALTY, "specialty") for one in places.specialties),
        ),
    )


def position_of(position: records.Position) -> Position:
    """A point with its source: invented ones say so."""
    return Position(
        lat_microdegrees=microdegrees(position.lat, "lat", 90),
        lon_microdegrees=microdegrees(position.lon, "lon", 180),
        precision_m=position.precision_m,
        source=PositionSource.INVENTED if position.invented else PositionSource.PUBLISHED,
        source_zh=position.source.zh,
        source_en=position.source.en,
    )


def premises_of(place: records.Merchant | records.Station) -> Premises:
    """Where a shop or a station is found, and when."""
    return Premises(
        town_code=place.town_code,
        village_code=place.village_code,
        address_zh=place.address.zh,
        address_en=place.address.en,
        hours=Hours(opens=place.hours.opens, closes=place.hours.closes),
        phone=place.phone,
    )


def _facts(county: records.CountyFacts) -> CountyFacts:
    extent = county.extent
    return CountyFacts(
        city_zh=county.city.zh,
        city_en=county.city.en,
        province_zh=county.province.zh,
        province_en=county.province.en,
        area_km2=county.area_km2,
        highest_point_m=county.highest_point_m,
        extent=Extent(
            south=microdegrees(extent.south, "lat", 90),
            west=microdegrees(extent.west, "lon", 180),
            north=microdegrees(extent.north, "lat", 90),
            east=microdegrees(extent.east, "lon", 180),
        ),
    )


def _town(town: records.Town) -> Town:
    column, row = town.schematic
    return Town(
        code=town.code,
        name_zh=town.name.zh,
        name_en=town.name.en,
        kind=TownKind(town.kind),
        schematic_column=column,
        schematic_row=row,
        position=None if town.position is None else position_of(town.position),
    )


def _village(village: records.Village) -> Village:
    return Village(
        code=village.code,
        name_zh=village.name.zh,
        name_en=village.name.en,
        official_name=village.official_name,
        community=village.community,
    )


def _spot(spot: records.Spot, kind: SpotKind, pictured_as: str) -> Spot:
    return Spot(
        key=spot.key,
        kind=kind,
        name_zh=spot.name.zh,
        name_en=spot.name.en,
        about_zh=spot.about.zh,
        about_en=spot.about.en,
        protected=spot.protected,
        town_codes=spot.towns,
        village_code=spot.village,
        picture=f"{pictured_as}-{spot.key}",
        position=None if spot.position is None else position_of(spot.position),
    )
