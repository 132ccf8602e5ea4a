"""How are the two caps beyond 88° of latitude divided?

GB/T 39409-2020, 5.3. Levels 1 and 2 are figures 9 and 10 of the standard. Below them the text leaves choices open; the
reading taken here is numbered in ``fixtures/protocols/grid-code/SPEC.md`` (G8 to G12). No county lies there: the caps
exist so that every point on Earth has an answer.
"""

from fractions import Fraction

from msgspec import Struct

from backend.kernel.grid_cell import (
    FIGURES,
    FULL_TURN,
    HALF_TURN,
    LEVELS,
    QUARTER_TURN,
    UNITS_PER_DEGREE,
    Division,
    GridCell,
    GridCodeProblem,
    cell_of_units,
    read_signs,
    signs_of_level,
    write_signs,
)

_SECTOR = 120 * UNITS_PER_DEGREE
_CAP = 2 * UNITS_PER_DEGREE
_RING = _CAP // 4
_HALVES = Division(2, 2, 0, 0, True)
_FIFTEENTHS = Division(15, 15, 0, 0, False)


class _Patch(Struct, frozen=True):
    """A cell near a pole: distances from the pole and longitudes counted eastward from 0 to 360, in units.

    ``sector`` 0 is the cell around the pole itself; sectors 1 and 2 count eastward from 0° and from 120° E, sector 3
    counts westward from 0°, as figure 10 does.
    """

    inner: int
    outer: int
    start: int
    end: int
    sector: int


_POLE = _Patch(0, _CAP, 0, FULL_TURN, 0)


def is_polar(code: str) -> bool:
    """Whether the code names a cell of a polar cap."""
    return code[:4] in {"N000", "S000"}


def encode(latitude: Fraction, longitude: Fraction, level: int) -> str:
    """The code of a point at 88° or beyond."""
    # As in the belts, an edge belongs to the cell farther from the equator; the pole itself closes the last one.
    distance = max(0, QUARTER_TURN - 1 - int(abs(latitude) * UNITS_PER_DEGREE))
    turn = int((longitude % 360) * UNITS_PER_DEGREE)
    code, patch = ("N000" if latitude > 0 else "S000"), _POLE
    for step in range(2, level + 1):
        for signs, part in _parts_around(patch, step, distance, turn):
            if part.inner <= distance < part.outer and part.start <= turn < part.end:
                code, patch = code + signs, part
                break
    return code


def decode(code: str, level: int) -> GridCell:
    """The cell that a polar code names; the cap's cell at every level reaches all around the pole."""
    patch = _POLE
    for step in range(2, level + 1):
        patch = _part_named(patch, step, code)
    low, high = QUARTER_TURN - patch.outer, QUARTER_TURN - patch.inner
    south, north = (low, high) if code[0] == "N" else (-high, -low)
    if patch.sector == 0:
        return cell_of_units(level, south, -HALF_TURN, north, HALF_TURN)
    west = patch.start if patch.start < HALF_TURN else patch.start - FULL_TURN
    east = patch.end if patch.end <= HALF_TURN else patch.end - FULL_TURN
    return cell_of_units(level, south, west, north, east)


def _parts_around(patch: _Patch, step: int, distance: int, turn: int) -> list[tuple[str, _Patch]]:
    """The parts of a patch that can hold a point at this distance and turn."""
    if step == 2:
        return [(signs, _second_level(signs)) for signs in _SECOND_LEVEL]
    if patch.sector == 0 and step == 3:
        return [(sign, _third_of_cap(patch, sign)) for sign in "0123"]
    division = _division(step)
    if patch.sector == 0:
        row = distance // (patch.outer // division.rows)
        column = 0 if row == 0 else turn // (FULL_TURN // division.columns)
        return [(write_signs(division, column, row), _part_of_cap(patch, division, column, row))]
    height, width = (patch.outer - patch.inner) // division.rows, (patch.end - patch.start) // division.columns
    row = division.rows - 1 - (distance - patch.inner) // height
    column = (turn - patch.start) // width
    if patch.sector == 3:
        column = division.columns - 1 - column
    return [(write_signs(division, column, row), _part(patch, division, column, row))]


def _part_named(patch: _Patch, step: int, code: str) -> _Patch:
    signs = signs_of_level(code, step)
    if step == 2:
        if signs not in _SECOND_LEVEL:
            raise GridCodeProblem("code", "两极第 5、6 位应为 00 到 33", "polar signs 5 and 6 must be 00 to 33")
        return _second_level(signs)
    if step == 3 and patch.sector == 0:
        if signs not in FIGURES[:4]:
            raise GridCodeProblem("code", "两极第 7 位应为 0 到 3", "the polar sign 7 must be 0 to 3")
        return _third_of_cap(patch, signs)
    division = _division(step)
    column, row = read_signs(division, code, step)
    if patch.sector == 0:
        if row == 0 and column:
            raise GridCodeProblem("code", "极点所在网格的经向码应为 0", "the cell around the pole has column 0")
        return _part_of_cap(patch, division, column, row)
    return _part(patch, division, column, row)


def _division(step: int) -> Division:
    """Polar cells are halved at level 3 and cut into 15 × 15 at level 4; from level 5 on they follow the belts."""
    return {3: _HALVES, 4: _FIFTEENTHS}.get(step) or LEVELS[step]


def _second_level(signs: str) -> _Patch:
    """Figure 10: three sectors of two rings of two cells, one ring of three cells, one cap."""
    sector, cell = int(signs[0]), int(signs[1])
    if sector == 0:
        return _third_of_cap(_Patch(0, 2 * _RING, 0, FULL_TURN, 0), signs[1])
    whole = _Patch(2 * _RING, 4 * _RING, (sector - 1) * _SECTOR, sector * _SECTOR, sector)
    return _part(whole, _HALVES, cell % 2, cell // 2)


_SECOND_LEVEL = tuple(f"{sector}{cell}" for sector in range(4) for cell in range(4))


def _third_of_cap(patch: _Patch, sign: str) -> _Patch:
    """A cap halved by latitude: 0 is the inner half, 1 to 3 are the sectors of the outer half."""
    sector, middle = int(sign), patch.outer // 2
    if sector == 0:
        return _Patch(0, middle, 0, FULL_TURN, 0)
    return _Patch(middle, patch.outer, (sector - 1) * _SECTOR, sector * _SECTOR, sector)


def _part_of_cap(patch: _Patch, division: Division, column: int, row: int) -> _Patch:
    """Rows of a cap count from the pole, whose own cell is undivided; columns count eastward from 0°."""
    height, width = patch.outer // division.rows, FULL_TURN // division.columns
    if row == 0:
        return _Patch(0, height, 0, FULL_TURN, 0)
    return _Patch(row * height, (row + 1) * height, column * width, (column + 1) * width, 1)


def _part(patch: _Patch, division: Division, column: int, row: int) -> _Patch:
    height, width = (patch.outer - patch.inner) // division.rows, (patch.end - patch.start) // division.columns
    if patch.sector == 3:
        column = division.columns - 1 - column
    inner, start = patch.outer - (row + 1) * height, patch.start + column * width
    return _Patch(inner, inner + height, start, start + width, patch.sector)
