"""What places look like on the wire: names in two languages, positions as decimal text with their source."""

from typing import Literal

from msgspec import Struct

from backend.kernel.grid_cell import GridCell, decimal_text
from backend.places.find_towns import CountyPlaces
from backend.places.rules import Near, Position, Spot, Town, Village, grid_code_of, town_code_of

NO_POSITION_ZH = "没有可靠来源给出位置"
NO_POSITION_EN = "No reliable source gives a position"


class PositionAnswer(Struct, frozen=True, kw_only=True):
    """WGS-84, decimal degrees as text; `invented` positions are shown with 示意位置."""

    lat: str
    lon: str
    precision_m: int | None
    invented: bool
    source_zh: str
    source_en: str
    grid_code: str


class MissingPosition(Struct, frozen=True, kw_only=True):
    """Why there is none."""

    reason_zh: str = NO_POSITION_ZH
    reason_en: str = NO_POSITION_EN


class TownAnswer(Struct, frozen=True, kw_only=True):
    """A town; `schematic` is its column and row in a drawing without boundaries."""

    code: str
    name_zh: str
    name_en: str
    kind: Literal["town", "township", "miao_township", "ethnic_township", "subdistrict", "other"]
    villages: int
    schematic: tuple[int, int]
    position: PositionAnswer | None
    position_missing: MissingPosition | None


class VillageAnswer(Struct, frozen=True, kw_only=True):
    """A village or community; `official_name` is the statistical one."""

    code: str
    town_code: str
    name_zh: str
    name_en: str
    official_name: str
    community: bool
    position: PositionAnswer | None
    position_missing: MissingPosition | None


class SpotAnswer(Struct, frozen=True, kw_only=True):
    """A scenic spot or specialty; `distance_m` only when asked from somewhere and both positions are known."""

    key: str
    kind: Literal["spot", "specialty"]
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    protected: bool
    town_codes: tuple[str, ...]
    village_code: str | None
    picture: str | None
    position: PositionAnswer | None
    position_missing: MissingPosition | None
    distance_m: int | None


class SourceAnswer(Struct, frozen=True, kw_only=True):
    """Who says so, under which licence."""

    what: str
    told_by: str
    licence: str


class CountyAnswer(Struct, frozen=True, kw_only=True):
    """The county as its pages introduce it; figures are null until the office has told them."""

    code: str
    name_zh: str
    name_en: str
    demonstration: bool
    city_zh: str | None
    city_en: str | None
    province_zh: str | None
    province_en: str | None
    area_km2: int | None
    highest_point_m: str | None
    sources: list[SourceAnswer]


class GridCodeAnswer(Struct, frozen=True, kw_only=True):
    """A BeiDou grid code (GB/T 39409-2020)."""

    code: str


class GridCellAnswer(Struct, frozen=True, kw_only=True):
    """The cell a code names: edges in decimal degrees as text, to twelve decimals."""

    level: int
    south: str
    west: str
    north: str
    east: str


def position_answer(position: Position | None) -> PositionAnswer | None:
    """A position with its grid code, as fine as its precision."""
    if position is None:
        return None
    return PositionAnswer(
        lat=position.lat,
        lon=position.lon,
        precision_m=position.precision_m,
        invented=position.source == "invented",
        source_zh=position.source_zh,
        source_en=position.source_en,
        grid_code=grid_code_of(position),
    )


def missing(position: Position | None) -> MissingPosition | None:
    """The reason where there is no position."""
    return MissingPosition() if position is None else None


def town_answer(town: Town, villages: int) -> TownAnswer:
    """A town with its number of villages."""
    return TownAnswer(
        code=town.code,
        name_zh=town.name_zh,
        name_en=town.name_en,
        kind=town.kind.value,
        villages=villages,
        schematic=(town.schematic_column, town.schematic_row),
        position=position_answer(town.position),
        position_missing=missing(town.position),
    )


def village_answer(village: Village) -> VillageAnswer:
    """A village."""
    return VillageAnswer(
        code=village.code,
        town_code=town_code_of(village.code),
        name_zh=village.name_zh,
        name_en=village.name_en,
        official_name=village.official_name,
        community=village.community,
        position=position_answer(village.position),
        position_missing=missing(village.position),
    )


def spot_answer(near: Near[Spot]) -> SpotAnswer:
    """A spot with its distance."""
    spot = near.item
    return SpotAnswer(
        key=spot.key,
        kind=spot.kind.value,
        name_zh=spot.name_zh,
        name_en=spot.name_en,
        about_zh=spot.about_zh,
        about_en=spot.about_en,
        protected=spot.protected,
        town_codes=spot.town_codes,
        village_code=spot.village_code,
        picture=spot.picture,
        position=position_answer(spot.position),
        position_missing=missing(spot.position),
        distance_m=near.distance_m,
    )


def county_answer(code: str, names: tuple[str, str], demonstration: bool, places: CountyPlaces) -> CountyAnswer:
    """The county and who told us of it."""
    facts = places.facts
    return CountyAnswer(
        code=code,
        name_zh=names[0],
        name_en=names[1],
        demonstration=demonstration,
        city_zh=facts.city_zh if facts else None,
        city_en=facts.city_en if facts else None,
        province_zh=facts.province_zh if facts else None,
        province_en=facts.province_en if facts else None,
        area_km2=facts.area_km2 if facts else None,
        highest_point_m=facts.highest_point_m if facts else None,
        sources=[
            SourceAnswer(what=source.what, told_by=source.told_by, licence=source.licence) for source in places.sources
        ],
    )


def grid_cell_answer(cell: GridCell) -> GridCellAnswer:
    """A cell's edges as text."""
    return GridCellAnswer(
        level=cell.level,
        south=decimal_text(cell.south),
        west=decimal_text(cell.west),
        north=decimal_text(cell.north),
        east=decimal_text(cell.east),
    )
