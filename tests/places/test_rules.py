"""How far, which cell, within the county or not: the rules of places, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.grid_cell import GridCodeProblem
from backend.kernel.refusals import Refused
from backend.places.rules import (
    PlaceReason,
    Point,
    box_around,
    decide_location,
    degrees_text,
    distance_m,
    grid_code_of,
    microdegrees,
    nearest_first,
    point_of,
    town_code_of,
)
from tests.places.places_makers import EXTENT, SEAT, position

points = st.builds(Point, st.integers(-89_000_000, 89_000_000), st.integers(-179_000_000, 179_000_000))


@given(st.integers(-180_000_000, 180_000_000))
def test_a_stored_degree_is_read_back_as_it_was_written(value: int) -> None:
    assert microdegrees(degrees_text(value), "lon", 180) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(28_166_700, "28.1667"), (-500_000, "-0.5"), (0, "0.0"), (104_000_000, "104.0"), (-1, "-0.000001")],
)
def test_degrees_are_written_without_needless_zeros(value: int, text: str) -> None:
    assert degrees_text(value) == text


def test_a_degree_that_is_none_names_its_field() -> None:
    with pytest.raises(GridCodeProblem) as told:
        point_of("28.1", "east")
    assert told.value.field == "lon"


@given(points, points)
def test_distance_is_the_same_both_ways_and_nothing_only_at_the_same_place(here: Point, there: Point) -> None:
    assert distance_m(here, there) == distance_m(there, here)
    assert distance_m(here, here) == 0


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_m(Point(28_000_000, 104_000_000), Point(29_000_000, 104_000_000)) == 111_195
    # At 28° north a degree of longitude is shorter by the cosine.
    assert distance_m(Point(28_000_000, 104_000_000), Point(28_000_000, 105_000_000)) == 98_179


@given(points, st.integers(1, 200_000), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_the_box_holds_everything_within_the_radius(here: Point, radius: int, north: int, east: int) -> None:
    there = Point(here.lat_microdegrees + north * radius // 120, here.lon_microdegrees + east * radius // 120)
    if abs(there.lat_microdegrees) < 85_000_000 and distance_m(here, there) <= radius:
        assert box_around(here, radius).holds(there)


def test_what_has_no_position_comes_last_in_its_own_order() -> None:
    near, far = position(28_167_000, 104_517_000), position(27_900_000, 104_500_000)
    sorted_ones = nearest_first(
        [("b?", None), ("far", far), ("a?", None), ("near", near)], Point(28_166_700, 104_516_700)
    )
    assert [(found.item, found.distance_m) for found in sorted_ones] == [
        ("near", 44),
        ("far", 29_701),
        ("b?", None),
        ("a?", None),
    ]


def test_asked_from_nowhere_the_order_stays() -> None:
    listed = [("x", None), ("y", position(28_000_000, 104_500_000))]
    assert [(found.item, found.distance_m) for found in nearest_first(listed, None)] == [("x", None), ("y", None)]


def test_a_point_on_the_edge_is_inside_and_one_beyond_is_refused() -> None:
    on_edge = position(EXTENT.north, EXTENT.west)
    assert decide_location(EXTENT, on_edge) == on_edge
    beyond = position(EXTENT.north + 1, EXTENT.west)
    assert decide_location(EXTENT, beyond) == Refused(PlaceReason.OUTSIDE_COUNTY, "28.233301, 104.2833")
    assert decide_location(None, beyond) == beyond


def test_a_code_is_as_fine_as_the_position_is_known() -> None:
    # The seat is known to a minute of arc: the code that the county's data gives for it, and no finer one.
    assert grid_code_of(SEAT) == "N48H50210"
    lengths = {
        precision: len(grid_code_of(position(28_166_700, 104_516_700, precision_m=precision)))
        for precision in (1900, 120, 60, 10, 3, None)
    }
    assert lengths == {1900: 9, 120: 11, 60: 12, 10: 14, 3: 16, None: 12}


def test_a_village_names_its_town() -> None:
    assert town_code_of("511527100203") == "511527100"
