"""Rows of what devices sent and were told: the log, second events of a number, what nobody could read, decisions.

A result may change while an event waits for another one, or while the order of claims on a voucher settles; the event
itself never does.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from backend.database.columns import BIG, choice_column, id_column, instant_column, metadata, text_column
from backend.sync.answer_rules import ResultCode

events = Table(
    "sync_events",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("data", LargeBinary(), nullable=False),
    text_column("kind", most=16),
    # What an auditor looks for; all of it is in ``data`` too, signed.
    id_column("subject_id", nullable=True),
    instant_column("occurred_at"),
    instant_column("recorded_at"),
    choice_column("code", ResultCode),
    text_column("reason", most=64, nullable=True),
    CheckConstraint("seq >= 1", name="seq_from_one"),
    CheckConstraint(
        "(code IN ('noncompliant', 'needs_review')) = (reason IS NOT NULL)", name="reasoned_codes_have_a_reason"
    ),
    sqlite_with_rowid=False,
)
Index("ix_sync_events_recorded_at", events.c.recorded_at)
Index("ix_sync_events_subject", events.c.subject_id)
_WAITING = events.c.code.in_(("held_gap", "needs_review"))
Index(
    "ix_sync_events_waiting",
    events.c.device_id,
    events.c.seq,
    postgresql_where=_WAITING,
    sqlite_where=_WAITING,
)

_TO_LOOK_AT = events.c.code.in_(("conflict_paid", "conflict_unpaid", "needs_review"))
Index("ix_sync_events_to_look_at", events.c.recorded_at, postgresql_where=_TO_LOOK_AT, sqlite_where=_TO_LOOK_AT)

_AGAINST_RULES = events.c.code == "noncompliant"
Index(
    "ix_sync_events_against_rules", events.c.recorded_at, postgresql_where=_AGAINST_RULES, sqlite_where=_AGAINST_RULES
)

forks = Table(
    "sync_forks",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("data", LargeBinary(), nullable=False),
    instant_column("recorded_at"),
    sqlite_with_rowid=False,
)

wanted = Table(
    "sync_wanted",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), primary_key=True),
    sqlite_with_rowid=False,
)
"""Events that others name before them and nobody has sent: the rest of a second journal."""

quarantine = Table(
    "sync_quarantine",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary(32), primary_key=True),
    Column("size", Integer(), nullable=False),
    Column("data", LargeBinary(), nullable=False),
    text_column("reason", most=64),
    instant_column("recorded_at"),
    sqlite_with_rowid=False,
)

put_asides = Table(
    "sync_put_asides",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary(32), primary_key=True),
    id_column("decision_id"),
    text_column("reason", most=200),
    id_column("decided_by"),
    instant_column("decided_at"),
    sqlite_with_rowid=False,
)
"""What of the quarantine somebody saw to; one decision may be about several."""

checkpoints = Table(
    "sync_checkpoints",
    metadata,
    id_column("device_id", primary_key=True),
    Column("no", BIG, primary_key=True, autoincrement=False),
    instant_column("time"),
    CheckConstraint("no >= 1", name="no_from_one"),
    sqlite_with_rowid=False,
)

episodes = Table(
    "sync_episodes",
    metadata,
    id_column("device_id", primary_key=True),
    Column("number", Integer(), primary_key=True, autoincrement=False),
    Column("after_seq", BIG, nullable=False),
    # The newest event when the device first told that it counts by this episode.
    Column("heard_after", BIG, nullable=True),
    instant_column("began_at"),
    sqlite_with_rowid=False,
)

decisions = Table(
    "sync_decisions",
    metadata,
    id_column(primary_key=True),
    id_column("device_id"),
    Column("seq", BigInteger(), nullable=False),
    Column("accepted", Boolean(create_constraint=False), nullable=False),
    choice_column("code", ResultCode),
    text_column("reason", most=200),
    id_column("decided_by"),
    instant_column("decided_at"),
    CheckConstraint("code NOT IN ('held_gap', 'needs_review')", name="decided_for_good"),
    ForeignKeyConstraint(["device_id", "seq"], [events.c.device_id, events.c.seq], name="fk_sync_decisions_event"),
)
Index("ix_sync_decisions_event", decisions.c.device_id, decisions.c.seq)
Index("ix_sync_decisions_decided_at", decisions.c.decided_at)
