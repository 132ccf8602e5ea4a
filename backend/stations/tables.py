"""Rows of stations, operators, shifts, policies and assisted service; private to ``store``."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    false,
)

from backend.database.columns import (
    BIG,
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    keyed_hash_column,
    metadata,
    text_column,
)
from backend.stations.rules import AssistedAct, ProofKind, ShiftState, StationKind, StationState

stations = Table(
    "stations",
    metadata,
    id_column(primary_key=True),
    choice_column("kind", StationKind),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    text_column("town_code", most=9),
    text_column("village_code", most=12, nullable=True),
    text_column("address_zh", most=120),
    text_column("address_en", most=240),
    text_column("opens", most=5),
    text_column("closes", most=5),
    text_column("phone", most=20),
    choice_column("state", StationState),
    Column("demonstration", Boolean(create_constraint=False), nullable=False),
    instant_column("opened_at"),
    id_column("merchant_id", nullable=True),
)
Index("ix_stations_town_code", stations.c.town_code)

operators = Table(
    "station_operators",
    metadata,
    id_column(primary_key=True),
    id_column("staff_id"),
    id_column("station_id", ForeignKey(stations.c.id)),
    instant_column("begins_at"),
    instant_column("ends_at", nullable=True),
    CheckConstraint("ends_at IS NULL OR begins_at <= ends_at", name="begins_before_it_ends"),
)
Index("ix_station_operators_staff", operators.c.staff_id)
Index("ix_station_operators_station", operators.c.station_id)

shifts = Table(
    "shifts",
    metadata,
    id_column(primary_key=True),
    id_column("station_id", ForeignKey(stations.c.id)),
    id_column("operator_id"),
    keyed_hash_column("device_key"),
    text_column("device_label", most=40),
    choice_column("state", ShiftState),
    instant_column("opened_at"),
    fen_column("opening_cash_fen"),
    instant_column("closed_at", nullable=True),
    fen_column("closing_cash_fen", nullable=True),
    fen_column("expected_cash_fen", nullable=True),
    text_column("difference_reason", most=200, nullable=True),
    CheckConstraint(
        "(state = 'open') = (closed_at IS NULL) AND (state = 'open') = (closing_cash_fen IS NULL) "
        "AND (state = 'open') = (expected_cash_fen IS NULL)",
        name="closed_is_counted",
    ),
    CheckConstraint(
        "closing_cash_fen IS NULL OR closing_cash_fen = expected_cash_fen OR difference_reason IS NOT NULL",
        name="difference_has_a_reason",
    ),
)
_IS_OPEN = shifts.c.state == ShiftState.OPEN.value
Index(
    "uq_shifts_one_open_per_operator",
    shifts.c.operator_id,
    unique=True,
    postgresql_where=_IS_OPEN,
    sqlite_where=_IS_OPEN,
)
Index(
    "uq_shifts_one_open_per_device",
    shifts.c.device_key,
    unique=True,
    postgresql_where=_IS_OPEN,
    sqlite_where=_IS_OPEN,
)
Index("ix_shifts_opened", shifts.c.opened_at)

policies = Table(
    "station_policies",
    metadata,
    Column("version", BIG, primary_key=True, autoincrement=True),
    id_column("policy_id", unique=True),
    count_column("per_helper_and_resident"),
    count_column("per_device_and_day"),
    count_column("shift_hours_most"),
    text_column("reason", most=200),
    instant_column("set_at"),
)

assisted_by_helper = Table(
    "assisted_by_helper",
    metadata,
    id_column("helper_id", primary_key=True),
    keyed_hash_column("resident_key", primary_key=True),
    Column("day", Date(), primary_key=True),
    count_column("times"),
    count_column("most"),
    CheckConstraint("times <= most", name="within_the_cap"),
)

assisted_by_device = Table(
    "assisted_by_device",
    metadata,
    keyed_hash_column("device_key", primary_key=True),
    Column("day", Date(), primary_key=True),
    count_column("times"),
    count_column("most"),
    CheckConstraint("times <= most", name="within_the_cap"),
)

assisted_services = Table(
    "assisted_services",
    metadata,
    id_column(primary_key=True),
    choice_column("act", AssistedAct),
    id_column("subject_id"),
    id_column("resident_id"),
    id_column("helper_id"),
    id_column("shift_id", ForeignKey(shifts.c.id)),
    choice_column("proof", ProofKind),
    Column("proof_checked", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("day", Date(), nullable=False),
    instant_column("at"),
)
Index("ix_assisted_services_resident", assisted_services.c.resident_id, assisted_services.c.at)
Index("ix_assisted_services_helper", assisted_services.c.helper_id, assisted_services.c.at)
Index("ix_assisted_services_at", assisted_services.c.at)

phone_codes = Table(
    "station_phone_codes",
    metadata,
    id_column(primary_key=True),
    id_column("shift_id", ForeignKey(shifts.c.id)),
    id_column("operator_id"),
    keyed_hash_column("phone_hash"),
    id_column("resident_id", nullable=True),
    keyed_hash_column("code_hash"),
    instant_column("sent_at"),
    instant_column("expires_at"),
    count_column("tries"),
    Column("latest", Boolean(create_constraint=False), nullable=False),
    instant_column("checked_at", nullable=True),
    CheckConstraint("checked_at IS NULL OR resident_id IS NOT NULL", name="checked_for_somebody"),
)
_IS_LATEST = phone_codes.c.latest
Index(
    "uq_station_phone_codes_latest",
    phone_codes.c.phone_hash,
    unique=True,
    postgresql_where=_IS_LATEST,
    sqlite_where=_IS_LATEST,
)
Index("ix_station_phone_codes_phone", phone_codes.c.phone_hash, phone_codes.c.sent_at)
Index("ix_station_phone_codes_operator", phone_codes.c.operator_id, phone_codes.c.sent_at)
Index("ix_station_phone_codes_shift", phone_codes.c.shift_id, phone_codes.c.resident_id)
Index("ix_station_phone_codes_sent", phone_codes.c.sent_at)
