"""The county's places, said in the words of the places slice."""

from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.records import Position as RecordedPosition
from backend.demonstration.records import Spot as RecordedSpot
from backend.kernel.actors import Actor
from backend.places.define_places import DefinePlaces
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


def tell_places(county: DemonstrationCounty, actor: Actor) -> DefinePlaces:
    """One command that defines every town, village, spot and specialty."""
    places, facts = county.places, county.places.county
    return DefinePlaces(
        actor=actor,
        facts=CountyFacts(
            city_zh=facts.city.zh,
            city_en=facts.city.en,
            province_zh=facts.province.zh,
            province_en=facts.province.en,
            area_km2=facts.area_km2,
            highest_point_m=facts.highest_point_m,
            extent=Extent(
                south=microdegrees(facts.extent.south, "south", 90),
                west=microdegrees(facts.extent.west, "west", 180),
                north=microdegrees(facts.extent.north, "north", 90),
                east=microdegrees(facts.extent.east, "east", 180),
            ),
        ),
        sources=tuple(
            Source(what=source.what, told_by=source.from_, licence=source.licence) for source in places.sources
        ),
        towns=tuple(
            Town(
                code=town.code,
                name_zh=town.name.zh,
                name_en=town.name.en,
                kind=TownKind(town.kind),
                schematic_column=town.schematic[0],
                schematic_row=town.schematic[1],
                position=position_of(town.position) if town.position else None,
            )
            for town in places.towns
        ),
        villages=tuple(
            Village(
                code=village.code,
                name_zh=village.name.zh,
                name_en=village.name.en,
                official_name=village.official_name,
                community=village.community,
            )
            for town in places.towns
            for village in town.villages
        ),
        spots=(
            *(_spot(spot, SpotKind.SPOT) for spot in places.spots),
            *(_spot(specialty, SpotKind.SPECIALTY) for specialty in places.specialties),
        ),
    )


def position_of(told: RecordedPosition) -> Position:
    """A position with its source; what was invented for the demonstration stays marked as such."""
    return Position(
        lat_microdegrees=microdegrees(told.lat, "lat", 90),
        lon_microdegrees=microdegrees(told.lon, "lon", 180),
        precision_m=told.precision_m,
        source=PositionSource.INVENTED if told.invented else PositionSource.PUBLISHED,
        source_zh=told.source.zh,
        source_en=told.source.en,
    )


def _spot(spot: RecordedSpot, kind: SpotKind) -> Spot:
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
        picture=f"{kind}-{spot.key}",
        position=position_of(spot.position) if spot.position else None,
    )
