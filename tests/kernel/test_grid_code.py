"""Promises of the grid code that no list of examples can hold."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.grid_cell import CODE_LENGTHS, GridCell, GridCodeProblem
from backend.kernel.grid_code import decode, encode, resolve_offset
from backend.kernel.grid_height import height_code, interleave


def decimals(most: int, places: int) -> st.SearchStrategy[str]:
    """Decimal texts in range, with the edges and whole degrees over-represented."""
    fine = st.integers(-most * 10**places, most * 10**places).map(
        lambda n: f"{'-' if n < 0 else ''}{abs(n) // 10**places}.{abs(n) % 10**places:0{places}d}"
    )
    return st.one_of(fine, st.integers(-most, most).map(str), st.integers(-most * 60, most * 60).map(minutes))


def minutes(count: int) -> str:
    """A whole number of minutes as degrees to forty decimals, cut toward zero."""
    whole, part = divmod(abs(count) * 10**40 // 60, 10**40)
    return f"{'-' if count < 0 else ''}{whole}.{part:040d}"


LATITUDES = decimals(90, 9)
LONGITUDES = decimals(180, 9)
LEVELS = st.integers(1, 10)


@given(LATITUDES, LONGITUDES, LEVELS)
def test_the_cell_of_a_points_code_contains_the_point(lat: str, lon: str, level: int) -> None:
    cell = decode(encode(lat, lon, level))
    assert cell.level == level
    assert cell.contains(lat, lon)


@given(LATITUDES, LONGITUDES)
def test_a_coarser_code_begins_a_finer_one_and_its_cell_holds_the_finer_cell(lat: str, lon: str) -> None:
    finest = encode(lat, lon, 10)
    outer = None
    for level, length in enumerate(CODE_LENGTHS, start=1):
        code = encode(lat, lon, level)
        assert code == finest[:length]
        cell = decode(code)
        assert outer is None or holds(outer, cell)
        outer = cell


@given(LATITUDES, LONGITUDES, LEVELS)
def test_the_middle_of_a_cell_has_the_cells_code(lat: str, lon: str, level: int) -> None:
    code = encode(lat, lon, level)
    cell = decode(code)
    if not around_the_pole(cell):
        assert code_of_the_middle(cell) == code


@given(LATITUDES.filter(lambda lat: abs(float(lat)) < 87), LONGITUDES, st.integers(5, 10), st.integers(0, 7))
def test_steps_there_and_back_end_where_they_began(lat: str, lon: str, level: int, steps: int) -> None:
    code = encode(lat, lon, level)
    back = "0" if steps == 0 else chr(ord("A") - 1 + steps)
    assert resolve_offset(resolve_offset(code, f"{steps}{steps}"), f"{back}{back}") == code


@given(st.text(max_size=24))
def test_any_text_is_a_cell_or_a_problem_and_never_a_fault(text_of_code: str) -> None:
    with contextlib.suppress(GridCodeProblem):
        cell = decode(text_of_code)
        assert cell.south < cell.north


@given(st.text(alphabet="0123456789ABCDEFV", max_size=16), st.sampled_from(["N48H", "S19D", "N000", "S000", "N60V"]))
def test_a_code_that_decodes_is_the_code_of_the_middle_of_its_cell(signs: str, sheet: str) -> None:
    try:
        cell = decode(sheet + signs)
    except GridCodeProblem:
        return
    if not around_the_pole(cell):
        assert code_of_the_middle(cell) == sheet + signs


@given(st.integers(-6_000_000, 500_000_000))
def test_a_higher_place_never_has_a_lower_layer(millimetres: int) -> None:
    assert layer(height_code(metres(millimetres))) <= layer(height_code(metres(millimetres + 20)))


def test_a_height_code_of_another_level_is_refused() -> None:
    assert interleave("N50J47", "0000") == "N050J00470"
    with pytest.raises(GridCodeProblem) as problem:
        interleave("N50J47", "00000")
    assert problem.value.field == "height"


def holds(outer: GridCell, inner: GridCell) -> bool:
    if not (outer.south <= inner.south and inner.north <= outer.north):
        return False
    if around_the_pole(outer):
        return True
    return (inner.west - outer.west) % 360 + (inner.east - inner.west) % 360 <= (outer.east - outer.west) % 360


def around_the_pole(cell: GridCell) -> bool:
    """The middle of such a cell lies beside the pole and belongs to a finer ring, or is the pole itself."""
    return bool(cell.east - cell.west == 360)


def code_of_the_middle(cell: GridCell) -> str:
    east = cell.east if cell.west < cell.east else cell.east + 360
    middle = (cell.west + east) / 2
    return encode(text((cell.south + cell.north) / 2), text(middle - 360 if middle > 180 else middle), cell.level)


def text(degrees: Fraction) -> str:
    whole, part = divmod(abs(degrees), 1)
    return f"{'-' if degrees < 0 else ''}{whole}.{int(part * 10**40):040d}"


def metres(millimetres: int) -> str:
    return f"{'-' if millimetres < 0 else ''}{abs(millimetres) // 1000}.{abs(millimetres) % 1000:03d}"


def layer(code: str) -> int:
    """The layer's number read back from the bits of its twelve signs."""
    number = int(code[1:3])
    for sign, bits in zip(code[3:], (3, 1, 4, 4, 1, 3, 3, 3, 3), strict=True):
        number = number << bits | int(sign, 16)
    return -number if code[0] == "1" else number
