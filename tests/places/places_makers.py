"""Two towns, four villages and three spots: enough county for a test to stand in."""

from backend.kernel.actors import SYSTEM
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
)

EXTENT = Extent(south=27_833_300, west=104_283_300, north=28_233_300, east=104_683_300)


def position(
    lat: int, lon: int, *, precision_m: int | None = None, source: PositionSource = PositionSource.SURVEYED
) -> Position:
    """A position at millionths of a degree."""
    return Position(
        lat_microdegrees=lat,
        lon_microdegrees=lon,
        precision_m=precision_m,
        source=source,
        source_zh="县里实测",
        source_en="Surveyed by the county",
    )


SEAT = position(28_166_700, 104_516_700, precision_m=1900, source=PositionSource.PUBLISHED)


def town(code: str, name: str, *, kind: TownKind = TownKind.TOWN, at: Position | None = None) -> Town:
    return Town(code=code, name_zh=name, name_en=name, kind=kind, schematic_column=2, schematic_row=1, position=at)


def village(code: str, name: str, official: str | None = None) -> Village:
    return Village(
        code=code,
        name_zh=name,
        name_en=name,
        official_name=official or f"{name}民委员会",
        community=name.endswith("社区"),
    )


def spot(key: str, *, kind: SpotKind = SpotKind.SPOT, at: Position | None = None, towns: tuple[str, ...] = ()) -> Spot:
    return Spot(
        key=key, kind=kind, name_zh=key, name_en=key, about_zh="介绍", about_en="About", town_codes=towns, position=at
    )


JUNLIAN = town("511527100", "筠连镇", at=SEAT)
GAOPING = town("511527210", "高坪苗族乡", kind=TownKind.MIAO_TOWNSHIP)
VILLAGES = (
    village("511527100001", "玉壶社区", "玉壶社区居民委员会"),
    village("511527100203", "银江村"),
    village("511527210201", "槐树社区", "槐树社区村民委员会"),
    village("511527210202", "先锋村"),
)
SPOTS = (
    spot("unknown", towns=("511527210",)),
    spot("far", at=position(27_900_000, 104_500_000), towns=("511527210",)),
    spot("near", at=position(28_170_000, 104_520_000), towns=("511527100", "511527210")),
    spot("tea", kind=SpotKind.SPECIALTY),
)


def define(
    *,
    towns: tuple[Town, ...] = (JUNLIAN, GAOPING),
    villages: tuple[Village, ...] = VILLAGES,
    spots: tuple[Spot, ...] = SPOTS,
) -> DefinePlaces:
    """The command that tells a small county's places."""
    return DefinePlaces(
        actor=SYSTEM,
        facts=CountyFacts(
            city_zh="宜宾市",
            city_en="Yibin",
            province_zh="四川省",
            province_en="Sichuan",
            area_km2=1256,
            highest_point_m="1777.2",
            extent=EXTENT,
        ),
        sources=(Source(what="towns and villages", told_by="statistics office", licence="facts"),),
        towns=towns,
        villages=villages,
        spots=spots,
    )
