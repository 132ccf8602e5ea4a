"""Rows of the county's settings and signs; private to ``store``. Both only grow: papers of a day find their names."""

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Table, UniqueConstraint

from backend.database.columns import id_column, instant_column, metadata, text_column

county_settings = Table(
    "county_settings",
    metadata,
    Column("number", Integer(), primary_key=True, autoincrement=False),
    id_column("change_id"),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    text_column("colour", most=7),
    text_column("help_phone", most=20),
    text_column("icp_filing", most=40),
    text_column("police_filing", most=40),
    text_column("logo", most=80),
    Column("device_idle_minutes", Integer(), nullable=False, server_default="5"),
    instant_column("saved_at"),
    id_column("saved_by", nullable=True),
    UniqueConstraint("change_id"),
    CheckConstraint("number >= 1", name="numbered_from_one"),
    CheckConstraint("device_idle_minutes BETWEEN 1 AND 60", name="devices_close"),
)

county_logos = Table(
    "county_logos",
    metadata,
    text_column("key", most=80, primary_key=True),
    Column("body", LargeBinary(), nullable=False),
    instant_column("drawn_at"),
    CheckConstraint("length(body) BETWEEN 1 AND 200000", name="of_a_sign_s_size"),
)
