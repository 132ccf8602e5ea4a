"""Every vector of the BeiDou grid code, the 107 given ones and ours, in Python."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from backend.kernel.grid_cell import GridCodeProblem, decimal_text
from backend.kernel.grid_code import decode, encode, resolve_offset
from backend.kernel.grid_height import encode_3d, height_code, interleave

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocols" / "grid-code"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "vectors.json").read_text("utf-8"))["vectors"]


def of(*ops: str) -> list[Any]:
    chosen = [vector for vector in VECTORS if vector["op"] in ops]
    return [pytest.param(vector, id=f"{i}-{vector['op']}") for i, vector in enumerate(chosen)]


def degrees_of(text: str) -> str:
    """Degrees, minutes and seconds of the standard's examples as decimal text, exact enough for the finest cell."""
    found = re.fullmatch(r"(\d+)°(\d+)′([\d.]+)″([NSEW])", text)
    assert found
    value = int(found[1]) + Fraction(int(found[2]), 60) + Fraction(Decimal(found[3])) / 3600
    return decimal_text(-value if found[4] in "SW" else value)


@pytest.mark.parametrize("vector", of("encode2d"))
def test_a_point_has_the_code_of_the_vector(vector: dict[str, Any]) -> None:
    lat = vector["lat"] if "lat" in vector else degrees_of(vector["latDms"])
    lon = vector["lon"] if "lon" in vector else degrees_of(vector["lonDms"])
    assert encode(lat, lon, vector["level"]) == vector["code"]


@pytest.mark.parametrize("vector", of("decode2d"))
def test_a_code_has_the_edges_of_the_vector(vector: dict[str, Any]) -> None:
    cell = decode(vector["code"])
    assert (cell.level, cell.edges()) == (vector["level"], vector["bounds"])


@pytest.mark.parametrize("vector", of("reject"))
def test_a_code_that_names_no_cell_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(GridCodeProblem) as problem:
        decode(vector["code"])
    assert problem.value.field == "code"
    assert problem.value.mend
    assert problem.value.mend_en


@pytest.mark.parametrize("vector", of("rejectPoint"))
def test_a_point_that_is_nowhere_is_refused_with_its_field(vector: dict[str, Any]) -> None:
    with pytest.raises(GridCodeProblem) as problem:
        encode(vector["lat"], vector["lon"], vector["level"])
    assert problem.value.field == vector["field"]


@pytest.mark.parametrize("vector", of("resolveOffset"))
def test_a_reference_code_resolves(vector: dict[str, Any]) -> None:
    assert resolve_offset(vector["base"], vector["offset"]) == vector["code"]


@pytest.mark.parametrize("vector", of("rejectOffset"))
def test_a_wrong_reference_code_is_refused_with_its_field(vector: dict[str, Any]) -> None:
    with pytest.raises(GridCodeProblem) as problem:
        resolve_offset(vector["base"], vector["offset"])
    assert problem.value.field == vector["field"]


@pytest.mark.parametrize("vector", of("heightCode"))
def test_a_height_has_the_code_of_the_vector(vector: dict[str, Any]) -> None:
    assert height_code(str(vector["height"])) == vector["code"]


@pytest.mark.parametrize("vector", of("rejectHeight"))
def test_a_height_outside_the_grid_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(GridCodeProblem) as problem:
        height_code(vector["height"])
    assert problem.value.field == "height"


@pytest.mark.parametrize("vector", of("encode3d"))
def test_a_point_with_a_height_has_the_code_of_the_vector(vector: dict[str, Any]) -> None:
    height = str(vector["height"])
    assert height_code(height, vector["level"]) == vector["heightCode"]
    assert encode_3d(vector["lat"], vector["lon"], height, vector["level"]) == vector["code3d"]


@pytest.mark.parametrize("vector", of("interleave3d"))
def test_plane_and_height_are_woven_as_in_the_standard(vector: dict[str, Any]) -> None:
    assert interleave(vector["code2d"], vector["height"]) == vector["code3d"]


def test_no_vector_is_of_an_operation_that_nothing_runs() -> None:
    known = {"encode2d", "decode2d", "reject", "rejectPoint", "resolveOffset", "rejectOffset"}
    known |= {"heightCode", "rejectHeight", "encode3d", "interleave3d"}
    assert {vector["op"] for vector in VECTORS} == known
