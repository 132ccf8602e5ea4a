"""What is a cell of the BeiDou grid, and how large is it at each of the ten levels?

The numbers of GB/T 39409-2020, 5.1 and 5.2, that both the belts (``grid_code.py``) and the poles (``grid_poles.py``)
divide by. Everything is counted in whole units of 1/2048 of an arc second, the side of the smallest cell: no float
takes part, so a point on an edge falls on the same side everywhere.
"""

import re
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

UNITS_PER_DEGREE = 3600 * 2048
QUARTER_TURN = 90 * UNITS_PER_DEGREE
HALF_TURN = 180 * UNITS_PER_DEGREE
FULL_TURN = 360 * UNITS_PER_DEGREE
POLAR_EDGE = 88 * UNITS_PER_DEGREE

FIGURES = "0123456789ABCDE"
"""The signs of one code position; F is never written, since no level divides a side by sixteen."""

CODE_LENGTHS = (4, 6, 7, 9, 11, 12, 14, 16, 18, 20)
"""How many signs a code has at level 1, 2 … 10."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_LONGEST_NUMBER = 64


class GridCodeProblem(ValueError):
    """A place, level or code that names no cell: which field, and what would mend it, in Chinese and English."""

    def __init__(self, field: str, mend: str, mend_en: str) -> None:
        super().__init__(f"{field}: {mend_en}")
        self.field = field
        self.mend = mend
        self.mend_en = mend_en


class Division(Struct, frozen=True):
    """How one level divides the cell above it, and the sides of its cells in units."""

    columns: int
    rows: int
    lon_units: int
    lat_units: int
    z_order: bool
    """One sign for column and row together (Z order) instead of two."""


LEVELS = {
    2: Division(12, 8, 1800 * 2048, 1800 * 2048, False),
    3: Division(2, 3, 900 * 2048, 600 * 2048, True),
    4: Division(15, 10, 60 * 2048, 60 * 2048, False),
    5: Division(15, 15, 4 * 2048, 4 * 2048, False),
    6: Division(2, 2, 2 * 2048, 2 * 2048, True),
    7: Division(8, 8, 512, 512, False),
    8: Division(8, 8, 64, 64, False),
    9: Division(8, 8, 8, 8, False),
    10: Division(8, 8, 1, 1, False),
}
"""Levels 2 to 10 of the belts; level 1 is the 6° × 4° sheet of the 1:1 000 000 map."""

SHEET_LON = 6 * UNITS_PER_DEGREE
SHEET_LAT = 4 * UNITS_PER_DEGREE


class GridCell(Struct, frozen=True):
    """One cell: its level and its edges in exact degrees.

    A cell across the antimeridian (only near the poles) has ``west`` greater than ``east``, as in GeoJSON.
    """

    level: int
    south: Fraction
    west: Fraction
    north: Fraction
    east: Fraction

    def contains(self, lat: str, lon: str) -> bool:
        """Whether the point lies in the cell or on one of its edges."""
        latitude, longitude = read_degrees(lat, "lat", 90), read_degrees(lon, "lon", 180)
        if not self.south <= latitude <= self.north:
            return False
        turns = (longitude, longitude + 360, longitude - 360)
        east = self.east if self.west < self.east else self.east + 360
        return any(self.west <= turn <= east for turn in turns)

    def edges(self) -> dict[str, str]:
        """``south, west, north, east`` as decimal text for the wire, see ``decimal_text``."""
        return {name: decimal_text(getattr(self, name)) for name in ("south", "west", "north", "east")}


def cell_of_units(level: int, south: int, west: int, north: int, east: int) -> GridCell:
    """The cell whose edges are given in units."""
    return GridCell(level, *(Fraction(edge, UNITS_PER_DEGREE) for edge in (south, west, north, east)))


def decimal_text(degrees: Fraction) -> str:
    """Degrees to twelve decimals (a tenth of a micrometre), half to even, trailing zeros cut: ``28.0``, ``27.95``.

    Seconds are thirds of thirds of a degree, so most edges have no finite decimal form.
    """
    rounded = round(degrees * 10**12)
    whole, part = divmod(abs(rounded), 10**12)
    decimals = f"{part:012d}".rstrip("0") or "0"
    return f"{'-' if rounded < 0 else ''}{whole}.{decimals}"


def read_degrees(text: str, field: str, most: int) -> Fraction:
    """The exact value of a decimal text between ``-most`` and ``most``; north and east are positive."""
    if len(text) > _LONGEST_NUMBER or not _DECIMAL.fullmatch(text):
        raise GridCodeProblem(field, "写成十进制的度数，例如 28.157761", "write decimal degrees, for example 28.157761")
    value = Fraction(Decimal(text))
    if abs(value) > most:
        raise GridCodeProblem(field, f"应在 -{most} 到 {most} 之间", f"must lie between -{most} and {most}")
    return value


def check_level(level: int) -> int:
    """The level itself, 1 to 10."""
    if isinstance(level, bool) or not 1 <= level <= 10:
        raise GridCodeProblem("level", "层级是 1 到 10 的整数", "a level is a whole number from 1 to 10")
    return level


def level_of_length(code: str) -> int:
    """The level that a code of this length has."""
    if len(code) not in CODE_LENGTHS:
        raise GridCodeProblem(
            "code",
            "长度应为 4、6、7、9、11、12、14、16、18 或 20 位",
            "must have 4, 6, 7, 9, 11, 12, 14, 16, 18 or 20 signs",
        )
    return CODE_LENGTHS.index(len(code)) + 1


def signs_of_level(code: str, level: int) -> str:
    """The part of the code that belongs to one level (for level 1 without the hemisphere letter)."""
    return code[CODE_LENGTHS[level - 2] if level > 1 else 1 : CODE_LENGTHS[level - 1]]


def write_signs(division: Division, column: int, row: int) -> str:
    """Column and row as the signs of one level."""
    if division.z_order:
        return FIGURES[row * division.columns + column]
    return FIGURES[column] + FIGURES[row]


def read_signs(division: Division, code: str, level: int) -> tuple[int, int]:
    """Column and row from the signs of one level; the error names the position that is out of range."""
    signs = signs_of_level(code, level)
    start = CODE_LENGTHS[level - 1] - len(signs) + 1
    if division.z_order:
        row, column = divmod(_figure(signs, division.columns * division.rows, start), division.columns)
        return column, row
    return _figure(signs[0], division.columns, start), _figure(signs[1], division.rows, start + 1)


def _figure(sign: str, count: int, position: int) -> int:
    value = FIGURES.find(sign)
    if not 0 <= value < count:
        last = FIGURES[count - 1]
        raise GridCodeProblem("code", f"第 {position} 位应为 0 到 {last}", f"sign {position} must be 0 to {last}")
    return value
