"""Places on the wire: public, read-only, the same for everybody."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter

from backend.database.transaction import inquire
from backend.kernel.grid_cell import GridCodeProblem
from backend.kernel.grid_code import decode, encode
from backend.kernel.refusals import GeneralReason
from backend.places.find_spots import FindSpots, find_spots
from backend.places.find_towns import FindTowns, find_towns
from backend.places.find_villages import FindVillages, find_villages
from backend.places.rules import Point, SpotKind, point_of
from backend.places.schemas import (
    CountyAnswer,
    GridCellAnswer,
    GridCodeAnswer,
    SpotAnswer,
    TownAnswer,
    VillageAnswer,
    county_answer,
    grid_cell_answer,
    spot_answer,
    town_answer,
    village_answer,
)
from backend.web.callers import PUBLIC, county_of
from backend.web.paging import Cursor, Limit, Page, open_cursor, seal_cursor
from backend.web.problems import FieldError, ProblemError

Degrees = Annotated[str, QueryParameter(max_length=64, description="Decimal degrees, WGS-84.")]
MaybeDegrees = Annotated[str | None, QueryParameter(max_length=64, description="Decimal degrees, WGS-84.")]
Kind = Annotated[SpotKind | None, QueryParameter(description="Only scenic spots, or only specialties.")]
Level = Annotated[int, QueryParameter(ge=1, le=10, description="Level of the grid, 1 (6°) to 10 (1.5 cm).")]
TownCode = Annotated[str | None, QueryParameter(pattern=r"^\d{9}$", description="The town's nine digits.")]


@get("/api/v1/places/county", opt={"callers": PUBLIC}, tags=["places"], summary="The county and its sources")
async def get_county(request: Request[Any, Any, Any]) -> CountyAnswer:
    """The county as its pages introduce it."""
    county = county_of(request)
    places = await inquire(county, find_towns, FindTowns())
    names = (county.entry.name_zh, county.entry.name_en)
    return county_answer(county.code, names, county.demonstration, places)


@get("/api/v1/places/towns", opt={"callers": PUBLIC}, tags=["places"], summary="Towns")
async def get_towns(request: Request[Any, Any, Any]) -> Page[TownAnswer]:
    """Every town, by code."""
    places = await inquire(county_of(request), find_towns, FindTowns())
    return Page(items=[town_answer(town, places.villages_of.get(town.code, 0)) for town in places.towns])


@get("/api/v1/places/villages", opt={"callers": PUBLIC}, tags=["places"], summary="Villages and communities")
async def get_villages(
    request: Request[Any, Any, Any], town: TownCode = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[VillageAnswer]:
    """Villages of a town, or of the whole county, by code."""
    county = county_of(request)
    after = open_cursor(county, "villages", cursor)
    found = await inquire(county, find_villages, FindVillages(town_code=town, after=after, most=limit + 1))
    more = seal_cursor(county, "villages", found[limit - 1].code) if len(found) > limit else None
    return Page(items=[village_answer(village) for village in found[:limit]], next_cursor=more)


@get("/api/v1/places/spots", opt={"callers": PUBLIC}, tags=["places"], summary="Scenic spots and specialties")
async def get_spots(
    request: Request[Any, Any, Any],
    kind: Kind = None,
    town: TownCode = None,
    lat: MaybeDegrees = None,
    lon: MaybeDegrees = None,
) -> Page[SpotAnswer]:
    """The nearest first when asked from `lat` and `lon`; places without a position come last and say so."""
    found = await inquire(county_of(request), find_spots, FindSpots(kind=kind, town_code=town, here=_point(lat, lon)))
    return Page(items=[spot_answer(near) for near in found])


@get(
    "/api/v1/places/grid-code",
    opt={"callers": PUBLIC},
    tags=["places"],
    summary="BeiDou grid code of a point",
    sync_to_thread=False,
)
def get_grid_code(lat: Degrees, lon: Degrees, level: Level = 6) -> GridCodeAnswer:
    """The code of the cell that holds the point (GB/T 39409-2020, levels 1 to 10)."""
    try:
        return GridCodeAnswer(code=encode(lat, lon, level))
    except GridCodeProblem as problem:
        raise _wrong(problem, "query") from problem


@get(
    "/api/v1/places/grid-cell/{code:str}",
    opt={"callers": PUBLIC},
    tags=["places"],
    summary="Cell of a BeiDou grid code",
    sync_to_thread=False,
)
def get_grid_cell(code: Annotated[str, PathParameter(max_length=20)]) -> GridCellAnswer:
    """The edges of the cell that a code names."""
    try:
        return grid_cell_answer(decode(code))
    except GridCodeProblem as problem:
        raise _wrong(problem, "path") from problem


def _point(lat: str | None, lon: str | None) -> Point | None:
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        name = "lat" if lat is None else "lon"
        detail = "经度和纬度要一起给 / give both lat and lon"
        raise ProblemError(GeneralReason.INVALID, errors=[FieldError(pointer=f"query:{name}", detail=detail)])
    try:
        return point_of(lat, lon)
    except GridCodeProblem as problem:
        raise _wrong(problem, "query") from problem


def _wrong(problem: GridCodeProblem, where: str) -> ProblemError:
    error = FieldError(pointer=f"{where}:{problem.field}", detail=f"{problem.mend} / {problem.mend_en}")
    return ProblemError(GeneralReason.INVALID, errors=[error])


PLACES_ROUTES: list[BaseRouteHandler] = [
    get_county,
    get_towns,
    get_villages,
    get_spots,
    get_grid_code,
    get_grid_cell,
]
