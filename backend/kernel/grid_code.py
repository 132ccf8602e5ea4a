"""Which BeiDou grid cell holds this place, and which place does a BeiDou grid code name?

GB/T 39409-2020 《北斗网格位置码》, two-dimensional codes of levels 1 to 10, in exact arithmetic. The numbered rules are
in ``fixtures/protocols/grid-code/SPEC.md``, its cases in ``vectors.json``. Heights and three-dimensional codes are in
``grid_height.py``.

Cells count away from the equator and from the prime meridian, so a point on an edge belongs to the cell farther out.
"""

import re
from fractions import Fraction

from backend.kernel import grid_poles
from backend.kernel.grid_cell import (
    HALF_TURN,
    LEVELS,
    POLAR_EDGE,
    SHEET_LAT,
    SHEET_LON,
    UNITS_PER_DEGREE,
    GridCell,
    GridCodeProblem,
    cell_of_units,
    check_level,
    level_of_length,
    read_degrees,
    read_signs,
    write_signs,
)

_ROWS = "ABCDEFGHIJKLMNOPQRSTUV"
_SHEET = re.compile(r"[NS](?:0[1-9]|[1-5][0-9]|60)[A-V]")
_STEP = re.compile(r"[0-7A-G]{2}")


def encode(lat: str, lon: str, level: int) -> str:
    """The code of the cell that holds the point, given as decimal degrees in text (north and east positive).

    The antimeridian, written 180 or -180, is the western edge of zone 01. Raises ``GridCodeProblem``.
    """
    latitude, longitude = read_degrees(lat, "lat", 90), read_degrees(lon, "lon", 180)
    check_level(level)
    if longitude == 180:
        longitude = Fraction(-180)
    y = int(abs(latitude) * UNITS_PER_DEGREE)
    if y >= POLAR_EDGE:
        return grid_poles.encode(latitude, longitude, level)
    x = min(int(abs(longitude) * UNITS_PER_DEGREE), HALF_TURN - 1)
    return _write(level, x, y, north=latitude >= 0, east=longitude >= 0)


def decode(code: str) -> GridCell:
    """The cell that a code of any level names. Raises ``GridCodeProblem`` naming the position that is wrong."""
    level = level_of_length(code)
    if grid_poles.is_polar(code):
        return grid_poles.decode(code, level)
    x, y, width, height = _read(code, level)
    south, north = (y, y + height) if code[0] == "N" else (-y - height, -y)
    west, east = (x, x + width) if _is_east(code) else (-x - width, -x)
    return cell_of_units(level, south, west, north, east)


def resolve_offset(base: str, offset: str) -> str:
    """The code that a reference code (参考网格位置码, 7) means: ``offset`` from ``base``, a code of level 5 to 10.

    A step is two signs, east-west then north-south: 0 to 7 go east or north, A to G one to seven cells west or south.
    Further steps after a hyphen go on from the first cell one level down (``20-65``).
    """
    level = level_of_length(base)
    if level < 5:
        raise GridCodeProblem("base", "参考网格应为第 5 级或更细", "the reference must be of level 5 or finer")
    steps = offset.split("-")
    if level + len(steps) - 1 > 10 or not all(_STEP.fullmatch(step) for step in steps):
        raise GridCodeProblem("offset", "每级两位，取 0 到 7 或 A 到 G", "two signs a level, each 0 to 7 or A to G")
    if grid_poles.is_polar(base):
        raise GridCodeProblem("base", "南北纬 88° 以上不支持参考码", "reference codes are not defined beyond 88°")
    code = _shift(base, level, steps[0])
    for step in steps[1:]:
        level += 1
        code = _shift(code + write_signs(LEVELS[level], 0, 0), level, step)
    return code


def _write(level: int, x: int, y: int, *, north: bool, east: bool) -> str:
    sheet_column, sheet_row = x // SHEET_LON, y // SHEET_LAT
    zone = 31 + sheet_column if east else 30 - sheet_column
    code = f"{'N' if north else 'S'}{zone:02d}{_ROWS[sheet_row]}"
    x, y = x % SHEET_LON, y % SHEET_LAT
    for step in range(2, level + 1):
        division = LEVELS[step]
        code += write_signs(division, x // division.lon_units, y // division.lat_units)
        x, y = x % division.lon_units, y % division.lat_units
    return code


def _read(code: str, level: int) -> tuple[int, int, int, int]:
    """Distances of the cell's nearest corner from the prime meridian and the equator, then its width and height."""
    if not _SHEET.fullmatch(code[:4]):
        raise GridCodeProblem(
            "code",
            "前四位应为 N 或 S、01 到 60、A 到 V；两极为 N000 或 S000",
            "must begin with N or S, 01 to 60, A to V; the poles are N000 and S000",
        )
    zone = int(code[1:3])
    x = (zone - 31 if zone > 30 else 30 - zone) * SHEET_LON
    y = _ROWS.index(code[3]) * SHEET_LAT
    width, height = SHEET_LON, SHEET_LAT
    for step in range(2, level + 1):
        division = LEVELS[step]
        column, row = read_signs(division, code, step)
        x, y = x + column * division.lon_units, y + row * division.lat_units
        width, height = division.lon_units, division.lat_units
    return x, y, width, height


def _is_east(code: str) -> bool:
    return int(code[1:3]) > 30


def _shift(code: str, level: int, step: str) -> str:
    """The code so many cells to the east and north; cells are numbered across the equator and both meridians."""
    x, y, width, height = _read(code, level)
    around = 2 * HALF_TURN // width
    column = x // width if _is_east(code) else -(x // width) - 1
    row = y // height if code[0] == "N" else -(y // height) - 1
    column = (column + _cells(step[0]) + around // 2) % around - around // 2
    row += _cells(step[1])
    x, y = (column if column >= 0 else -column - 1) * width, (row if row >= 0 else -row - 1) * height
    if y >= POLAR_EDGE:
        raise GridCodeProblem("offset", "不能越过南北纬 88°", "must not lead beyond 88° of latitude")
    return _write(level, x, y, north=row >= 0, east=column >= 0)


def _cells(sign: str) -> int:
    return int(sign) if sign.isdigit() else ord("A") - 1 - ord(sign)
