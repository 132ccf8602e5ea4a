"""What devices sent and were told: the log, second events of a number, what nobody could read, words and episodes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Nothing was sent before."""
    _events()
    op.create_table(
        "sync_forks",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "seq", "hash", name=op.f("pk_sync_forks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_quarantine",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "seq", "sha256", name=op.f("pk_sync_quarantine")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_checkpoints",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("time", InstantType(), nullable=False),
        sa.CheckConstraint("no >= 1", name=op.f("ck_sync_checkpoints_no_from_one")),
        sa.PrimaryKeyConstraint("device_id", "no", name=op.f("pk_sync_checkpoints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_episodes",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("after_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("began_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "number", name=op.f("pk_sync_episodes")),
        sqlite_with_rowid=False,
    )


def _events() -> None:
    codes = "'applied', 'duplicate', 'conflict_paid', 'conflict_unpaid', 'noncompliant', 'held_gap', 'needs_review'"
    op.create_table(
        "sync_events",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", IdType(), nullable=True),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(code IN ('noncompliant', 'needs_review')) = (reason IS NOT NULL)",
            name=op.f("ck_sync_events_reasoned_codes_have_a_reason"),
        ),
        sa.CheckConstraint(f"code IN ({codes})", name=op.f("ck_sync_events_code_known")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_sync_events_seq_from_one")),
        sa.PrimaryKeyConstraint("device_id", "seq", name=op.f("pk_sync_events")),
        sa.UniqueConstraint("hash", name=op.f("uq_sync_events_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sync_events_recorded_at", "sync_events", ["recorded_at"], unique=False)
    op.create_index("ix_sync_events_subject", "sync_events", ["subject_id"], unique=False)
    waits = sa.text("code = 'held_gap'")
    op.create_index(
        "ix_sync_events_waiting",
        "sync_events",
        ["device_id", "seq"],
        unique=False,
        postgresql_where=waits,
        sqlite_where=waits,
    )
