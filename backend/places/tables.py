"""Rows of places. Positions stand apart, so that shops, stations and vans are found near somebody by one query."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from backend.database.columns import choice_column, instant_column, metadata, small_column, text_column
from backend.places.rules import PositionSource, SpotKind, SubjectKind, TownKind

county_facts = Table(
    "county_facts",
    metadata,
    Column("one", Integer(), primary_key=True, autoincrement=False),
    CheckConstraint("one = 1", name="only_one"),
    text_column("city_zh", most=40),
    text_column("city_en", most=80),
    text_column("province_zh", most=40),
    text_column("province_en", most=80),
    Column("area_km2", Integer(), nullable=False),
    text_column("highest_point_m", most=10),
    Column("south", Integer(), nullable=False),
    Column("west", Integer(), nullable=False),
    Column("north", Integer(), nullable=False),
    Column("east", Integer(), nullable=False),
    CheckConstraint("south < north AND west < east", name="has_an_inside"),
)

place_sources = Table(
    "place_sources",
    metadata,
    text_column("what", most=80, primary_key=True),
    text_column("told_by", most=400),
    text_column("licence", most=400),
)

towns = Table(
    "towns",
    metadata,
    text_column("code", most=9, primary_key=True),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    choice_column("kind", TownKind),
    small_column("schematic_column"),
    small_column("schematic_row"),
    Column("active", Boolean(create_constraint=False), nullable=False),
)

villages = Table(
    "villages",
    metadata,
    text_column("code", most=12, primary_key=True),
    text_column("town_code", ForeignKey("towns.code"), most=9),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    text_column("official_name", most=60),
    Column("community", Boolean(create_constraint=False), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
    CheckConstraint("substr(code, 1, 9) = town_code", name="code_begins_with_its_town"),
)
Index("ix_villages_town_code", villages.c.town_code)

spots = Table(
    "spots",
    metadata,
    text_column("key", most=60, primary_key=True),
    choice_column("kind", SpotKind),
    small_column("place_in_list"),
    text_column("name_zh", most=60),
    text_column("name_en", most=120),
    text_column("about_zh", most=400),
    text_column("about_en", most=800),
    Column("protected", Boolean(create_constraint=False), nullable=False),
    text_column("village_code", ForeignKey("villages.code"), most=12, nullable=True),
    text_column("picture", most=80, nullable=True),
    Column("active", Boolean(create_constraint=False), nullable=False),
)

spot_towns = Table(
    "spot_towns",
    metadata,
    text_column("spot_key", ForeignKey("spots.key"), most=60, primary_key=True),
    text_column("town_code", ForeignKey("towns.code"), most=9, primary_key=True),
)

positions = Table(
    "positions",
    metadata,
    choice_column("subject_kind", SubjectKind, primary_key=True),
    text_column("subject_id", most=60, primary_key=True),
    Column("lat_microdegrees", Integer(), nullable=False),
    Column("lon_microdegrees", Integer(), nullable=False),
    Column("precision_m", Integer(), nullable=True),
    choice_column("source", PositionSource),
    text_column("source_zh", most=200),
    text_column("source_en", most=400),
    instant_column("recorded_at"),
    CheckConstraint("lat_microdegrees BETWEEN -90000000 AND 90000000", name="latitude_exists"),
    CheckConstraint("lon_microdegrees BETWEEN -180000000 AND 180000000", name="longitude_exists"),
    CheckConstraint("precision_m > 0", name="precision_is_a_length"),
)
Index("ix_positions_near", positions.c.subject_kind, positions.c.lat_microdegrees)
