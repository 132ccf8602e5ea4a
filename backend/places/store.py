"""All SQL of places."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Table, and_, bindparam, delete, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.places.rules import (
    CountyFacts,
    Extent,
    Position,
    PositionSource,
    Source,
    Spot,
    SpotKind,
    SubjectKind,
    Town,
    TownKind,
    Village,
    town_code_of,
)
from backend.places.tables import county_facts, place_sources, positions, spot_towns, spots, towns, villages


def _position(row: Row[Any]) -> Position | None:
    if row.lat_microdegrees is None:
        return None
    return Position(
        lat_microdegrees=row.lat_microdegrees,
        lon_microdegrees=row.lon_microdegrees,
        precision_m=row.precision_m,
        source=PositionSource(row.source),
        source_zh=row.source_zh,
        source_en=row.source_en,
    )


def _with_positions(table: Table, kind: SubjectKind, key: str) -> Any:
    """The table's active rows, each with its position's columns or nulls."""
    return (
        select(table, positions)
        .select_from(
            table.outerjoin(
                positions, and_(positions.c.subject_kind == str(kind), positions.c.subject_id == table.c[key])
            )
        )
        .where(table.c.active.is_(True))
    )


async def facts(tx: Transaction) -> CountyFacts | None:
    """What the county told of itself."""
    row = (await tx.execute(select(county_facts))).first()
    if row is None:
        return None
    return CountyFacts(
        city_zh=row.city_zh,
        city_en=row.city_en,
        province_zh=row.province_zh,
        province_en=row.province_en,
        area_km2=row.area_km2,
        highest_point_m=row.highest_point_m,
        extent=Extent(south=row.south, west=row.west, north=row.north, east=row.east),
    )


async def sources(tx: Transaction) -> list[Source]:
    """Who told us what, in the order of the subjects."""
    rows = await tx.execute(select(place_sources).order_by(place_sources.c.what))
    return [Source(what=row.what, told_by=row.told_by, licence=row.licence) for row in rows]


async def active_towns(tx: Transaction) -> list[Town]:
    """Every town, by code."""
    rows = await tx.execute(_with_positions(towns, SubjectKind.TOWN, "code").order_by(towns.c.code))
    return [
        Town(
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=TownKind(row.kind),
            schematic_column=row.schematic_column,
            schematic_row=row.schematic_row,
            position=_position(row),
        )
        for row in rows
    ]


async def villages_per_town(tx: Transaction) -> dict[str, int]:
    """How many villages and communities each town has."""
    rows = await tx.execute(
        select(villages.c.town_code, func.count().label("villages"))
        .where(villages.c.active.is_(True))
        .group_by(villages.c.town_code)
    )
    return {row.town_code: row.villages for row in rows}


async def active_villages(tx: Transaction, *, town_code: str | None, after: str | None, most: int) -> list[Village]:
    """Villages by code, after a code."""
    found = _with_positions(villages, SubjectKind.VILLAGE, "code").order_by(villages.c.code).limit(most)
    if town_code is not None:
        found = found.where(villages.c.town_code == town_code)
    if after is not None:
        found = found.where(villages.c.code > after)
    return [_village(row) for row in await tx.execute(found)]


async def village(tx: Transaction, code: str) -> Village | None:
    """One village that still exists."""
    found = _with_positions(villages, SubjectKind.VILLAGE, "code").where(villages.c.code == code)
    row = (await tx.execute(found)).first()
    return _village(row) if row else None


def _village(row: Row[Any]) -> Village:
    return Village(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        official_name=row.official_name,
        community=bool(row.community),
        position=_position(row),
    )


async def active_spots(tx: Transaction, kind: SpotKind | None) -> list[Spot]:
    """Spots and specialties in the order in which the county lists them."""
    found = _with_positions(spots, SubjectKind.SPOT, "key").order_by(spots.c.kind.desc(), spots.c.place_in_list)
    if kind is not None:
        found = found.where(spots.c.kind == str(kind))
    town_codes: dict[str, list[str]] = {}
    for link in await tx.execute(select(spot_towns).order_by(spot_towns.c.spot_key, spot_towns.c.town_code)):
        town_codes.setdefault(link.spot_key, []).append(link.town_code)
    return [
        Spot(
            key=row.key,
            kind=SpotKind(row.kind),
            name_zh=row.name_zh,
            name_en=row.name_en,
            about_zh=row.about_zh,
            about_en=row.about_en,
            protected=bool(row.protected),
            town_codes=tuple(town_codes.get(row.key, ())),
            village_code=row.village_code,
            picture=row.picture,
            position=_position(row),
        )
        for row in await tx.execute(found)
    ]


async def positions_within(
    tx: Transaction, kinds: Iterable[SubjectKind], box: Extent
) -> list[tuple[str, str, Position]]:
    """Subjects of the kinds whose position lies in the box, with kind and id."""
    rows = await tx.execute(
        select(positions)
        .where(
            positions.c.subject_kind.in_([str(kind) for kind in kinds]),
            positions.c.lat_microdegrees.between(box.south, box.north),
            positions.c.lon_microdegrees.between(box.west, box.east),
        )
        .order_by(positions.c.subject_kind, positions.c.subject_id)
    )
    return [(row.subject_kind, row.subject_id, held) for row in rows if (held := _position(row))]


async def positions_of(tx: Transaction, kind: SubjectKind, subject_ids: Sequence[str]) -> dict[str, Position]:
    """The positions that some subjects have."""
    rows = await tx.execute(
        select(positions).where(positions.c.subject_kind == str(kind), positions.c.subject_id.in_(subject_ids))
    )
    return {row.subject_id: held for row in rows if (held := _position(row))}


async def put_positions(
    tx: Transaction, located: Sequence[tuple[SubjectKind, str, Position | None]], *, recorded_at: Instant
) -> None:
    """Write where subjects are now; ``None`` takes a position away."""
    if located:
        await tx.execute(
            delete(positions).where(
                positions.c.subject_kind == bindparam("old_kind"), positions.c.subject_id == bindparam("old_id")
            ),
            [{"old_kind": str(kind), "old_id": subject_id} for kind, subject_id, _ in located],
        )
    rows = [
        {
            "subject_kind": str(kind),
            "subject_id": subject_id,
            "lat_microdegrees": position.lat_microdegrees,
            "lon_microdegrees": position.lon_microdegrees,
            "precision_m": position.precision_m,
            "source": str(position.source),
            "source_zh": position.source_zh,
            "source_en": position.source_en,
            "recorded_at": recorded_at,
        }
        for kind, subject_id, position in located
        if position is not None
    ]
    if rows:
        await tx.execute(insert(positions), rows)


async def put_facts(tx: Transaction, told: CountyFacts) -> None:
    """Replace what the county tells of itself."""
    await tx.execute(delete(county_facts))
    await tx.execute(
        insert(county_facts).values(
            one=1,
            city_zh=told.city_zh,
            city_en=told.city_en,
            province_zh=told.province_zh,
            province_en=told.province_en,
            area_km2=told.area_km2,
            highest_point_m=told.highest_point_m,
            south=told.extent.south,
            west=told.extent.west,
            north=told.extent.north,
            east=told.extent.east,
        )
    )


async def put_sources(tx: Transaction, told_by: Sequence[Source]) -> None:
    """Replace who told all this."""
    await tx.execute(delete(place_sources))
    if told_by:
        await tx.execute(
            insert(place_sources),
            [{"what": source.what, "told_by": source.told_by, "licence": source.licence} for source in told_by],
        )


async def put_towns(tx: Transaction, listed: Sequence[Town]) -> None:
    """Make these the county's towns; others stay as inactive rows, since old records name them."""
    rows = [
        {
            "code": town.code,
            "name_zh": town.name_zh,
            "name_en": town.name_en,
            "kind": str(town.kind),
            "schematic_column": town.schematic_column,
            "schematic_row": town.schematic_row,
        }
        for town in listed
    ]
    await _put(tx, towns, "code", rows)


async def put_villages(tx: Transaction, listed: Sequence[Village]) -> None:
    """Make these the county's villages; others stay as inactive rows."""
    rows = [
        {
            "code": village.code,
            "town_code": town_code_of(village.code),
            "name_zh": village.name_zh,
            "name_en": village.name_en,
            "official_name": village.official_name,
            "community": village.community,
        }
        for village in listed
    ]
    await _put(tx, villages, "code", rows)


async def put_spots(tx: Transaction, listed: Sequence[Spot]) -> None:
    """Make these the county's spots and specialties, in this order."""
    rows = [
        {
            "key": spot.key,
            "kind": str(spot.kind),
            "place_in_list": place,
            "name_zh": spot.name_zh,
            "name_en": spot.name_en,
            "about_zh": spot.about_zh,
            "about_en": spot.about_en,
            "protected": spot.protected,
            "village_code": spot.village_code,
            "picture": spot.picture,
        }
        for place, spot in enumerate(listed)
    ]
    await tx.execute(delete(spot_towns))
    await _put(tx, spots, "key", rows)
    links = [{"spot_key": spot.key, "town_code": code} for spot in listed for code in spot.town_codes]
    if links:
        await tx.execute(insert(spot_towns), links)


async def _put(tx: Transaction, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or update rows by key and mark every other row inactive, in the words that both databases share."""
    known = set((await tx.execute(select(table.c[key]))).scalars())
    await tx.execute(update(table).values(active=False))
    fresh = [{**row, "active": True} for row in rows if row[key] not in known]
    if fresh:
        await tx.execute(insert(table), fresh)
    changed = [{**row, "active": True, "known_key": row[key]} for row in rows if row[key] in known]
    if changed:
        names = [name for name in changed[0] if name not in (key, "known_key")]
        statement = update(table).where(table.c[key] == bindparam("known_key"))
        await tx.execute(
            statement.values({name: bindparam(name) for name in names}),
            [{name: row[name] for name in (*names, "known_key")} for row in changed],
        )
