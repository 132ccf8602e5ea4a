"""What is a place, how far is it, which grid cell holds it, and may this point be one of ours?

Pure. Positions are whole millionths of a degree; distances are whole metres on a sphere, good to half a per cent,
which is more than any position here promises.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Generic, TypeVar

from msgspec import Struct

from backend.kernel.grid_cell import read_degrees
from backend.kernel.grid_code import decode, encode
from backend.kernel.refusals import Reason, Refused

MICRODEGREES = 1_000_000
EARTH_RADIUS_M = 6_371_009
METRES_PER_DEGREE = 111_195
FARTHEST_M = 200_000
"""A query "near me" looks no farther than this; a county is 50 km across."""
VILLAGE_CODE_DIGITS, TOWN_CODE_DIGITS = 12, 9

T = TypeVar("T")


class PlaceReason(Reason):
    """Why a place is not accepted."""

    OUTSIDE_COUNTY = "outside-county", 409, "这个位置不在本县范围内", "This position lies outside the county"
    UNKNOWN_VILLAGE = "unknown-village", 409, "本县没有这个村或社区", "The county has no such village or community"


class PositionSource(StrEnum):
    """Where a position comes from."""

    SURVEYED = "surveyed"  # Measured on site by the county.
    PUBLISHED = "published"  # From a named publication.
    DEVICE = "device"  # Reported by a van's or a person's device.
    INVENTED = "invented"  # 示意位置: made up for the demonstration.


class SubjectKind(StrEnum):
    """What can have a position."""

    TOWN = "town"  # 乡镇
    VILLAGE = "village"  # 村、社区
    SPOT = "spot"  # 景点
    STORE = "store"  # A merchant's shop (门店).
    STATION = "station"  # 驿站
    VAN = "van"  # 流动服务车


class TownKind(StrEnum):
    """The kinds of township-level divisions."""

    TOWN = "town"  # 镇
    TOWNSHIP = "township"  # 乡
    MIAO_TOWNSHIP = "miao_township"  # 苗族乡
    ETHNIC_TOWNSHIP = "ethnic_township"  # 民族乡 of any other people
    SUBDISTRICT = "subdistrict"  # 街道
    OTHER = "other"  # 开发区、农场 and what else the statistics office counts among them


class SpotKind(StrEnum):
    """What the tourist page lists."""

    SPOT = "spot"  # 景点
    SPECIALTY = "specialty"  # 特产


class Position(Struct, frozen=True, kw_only=True):
    """A point in WGS-84 and where it comes from."""

    lat_microdegrees: int
    lon_microdegrees: int
    precision_m: int | None = None
    """How far the true place may be; ``None`` where nobody can say."""
    source: PositionSource
    source_zh: str
    source_en: str

    @property
    def lat(self) -> str:
        """Latitude in decimal degrees, north positive."""
        return degrees_text(self.lat_microdegrees)

    @property
    def lon(self) -> str:
        """Longitude in decimal degrees, east positive."""
        return degrees_text(self.lon_microdegrees)


class Point(Struct, frozen=True):
    """Where somebody stands: millionths of a degree, no promise about the source."""

    lat_microdegrees: int
    lon_microdegrees: int


class Extent(Struct, frozen=True, kw_only=True):
    """The county's bounding box in millionths of a degree, edges included."""

    south: int
    west: int
    north: int
    east: int

    def holds(self, position: Position | Point) -> bool:
        """Whether a point lies within."""
        return (
            self.south <= position.lat_microdegrees <= self.north
            and self.west <= position.lon_microdegrees <= self.east
        )


class Source(Struct, frozen=True, kw_only=True):
    """Who says so, and under which licence."""

    what: str
    told_by: str
    licence: str


class CountyFacts(Struct, frozen=True, kw_only=True):
    """The county as its pages introduce it."""

    city_zh: str
    city_en: str
    province_zh: str
    province_en: str
    area_km2: int
    highest_point_m: str
    """A decimal text, as published: ``1777.2``."""
    extent: Extent


class Town(Struct, frozen=True, kw_only=True):
    """A town, township or Miao township; ``code`` has nine digits."""

    code: str
    name_zh: str
    name_en: str
    kind: TownKind
    schematic_column: int
    schematic_row: int
    """Its field in a drawing without boundaries: legible, not surveyed."""
    position: Position | None = None


class Village(Struct, frozen=True, kw_only=True):
    """A village or community; ``code`` has twelve digits and begins with its town's."""

    code: str
    name_zh: str
    name_en: str
    official_name: str
    community: bool
    position: Position | None = None


class Spot(Struct, frozen=True, kw_only=True):
    """A scenic spot or a specialty."""

    key: str
    kind: SpotKind
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    protected: bool = False
    """A protected geographical indication (国家地理标志)."""
    town_codes: tuple[str, ...] = ()
    village_code: str | None = None
    picture: str | None = None
    position: Position | None = None


class Near(Struct, Generic[T], frozen=True):
    """Something with its distance; ``None`` where it has no position, or nobody asked from anywhere."""

    item: T
    distance_m: int | None


def town_code_of(village_code: str) -> str:
    """The town a village belongs to."""
    return village_code[:TOWN_CODE_DIGITS]


def microdegrees(text: str, field: str, most: int) -> int:
    """Decimal degrees in text as whole millionths, half to even. Raises ``GridCodeProblem`` naming ``field``."""
    return round(read_degrees(text, field, most) * MICRODEGREES)


def point_of(lat: str, lon: str) -> Point:
    """A point from decimal degrees in text. Raises ``GridCodeProblem``."""
    return Point(microdegrees(lat, "lat", 90), microdegrees(lon, "lon", 180))


def middle_of(code: str) -> Point:
    """The middle of a cell of the BeiDou grid. Raises ``GridCodeProblem``."""
    cell = decode(code)
    return Point(round((cell.south + cell.north) / 2 * MICRODEGREES), round((cell.west + cell.east) / 2 * MICRODEGREES))


def degrees_text(value: int) -> str:
    """Millionths as decimal degrees, without zeros at the end: ``28166700`` is ``28.1667``."""
    whole, part = divmod(abs(value), MICRODEGREES)
    decimals = f"{part:06d}".rstrip("0") or "0"
    return f"{'-' if value < 0 else ''}{whole}.{decimals}"


def decide_location(extent: Extent | None, position: Position) -> Position | Refused[PlaceReason]:
    """May something of this county stand there? A county that never told its extent cannot say no."""
    if extent is not None and not extent.holds(position):
        return Refused(PlaceReason.OUTSIDE_COUNTY, f"{position.lat}, {position.lon}")
    return position


def distance_m(here: Position | Point, there: Position | Point) -> int:
    """Whole metres along a great circle (haversine)."""
    lat1, lat2 = radians(here.lat_microdegrees / MICRODEGREES), radians(there.lat_microdegrees / MICRODEGREES)
    d_lon = radians((there.lon_microdegrees - here.lon_microdegrees) / MICRODEGREES)
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(d_lon / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord))))


def nearest_first(items: Iterable[tuple[T, Position | None]], here: Point | None) -> list[Near[T]]:
    """Sorted by distance; whatever has no position keeps its order and comes last."""
    measured = [
        Near(item, distance_m(here, position) if here is not None and position is not None else None)
        for item, position in items
    ]
    return sorted(measured, key=lambda near: (near.distance_m is None, near.distance_m or 0))


def box_around(here: Point, radius_m: int) -> Extent:
    """A box that holds every point within ``radius_m``; somewhat larger, for the database to look through first."""
    d_lat = ceil(radius_m * MICRODEGREES / METRES_PER_DEGREE * 1.01)
    narrowing = max(cos(radians(min(89.0, abs(here.lat_microdegrees) / MICRODEGREES + 2))), 0.01)
    d_lon = ceil(d_lat / narrowing)
    return Extent(
        south=here.lat_microdegrees - d_lat,
        north=here.lat_microdegrees + d_lat,
        west=here.lon_microdegrees - d_lon,
        east=here.lon_microdegrees + d_lon,
    )


GRID_LEVELS = ((1800, 4), (120, 5), (60, 6), (7, 7))
"""Cell sides in metres and their levels: a position known to 1 900 m is written as a cell of a minute, not finer."""


def grid_code_of(position: Position) -> str:
    """The BeiDou code of the finest cell that a position's precision supports; 2″ cells where none is stated."""
    known_to = 60 if position.precision_m is None else position.precision_m
    level = next((level for side, level in GRID_LEVELS if known_to >= side), 8)
    return encode(position.lat, position.lon, level)
