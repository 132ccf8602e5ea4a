"""What devices remember of lost journals, what of each a backup has, and unreadable bytes that somebody put aside."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Any = None
depends_on: Any = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Empty: until the next backup devices forget nothing more."""
    op.create_table(
        "devices_remembered",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("told_by", IdType(), nullable=False),
        sa.Column("told_at", InstantType(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_devices_remembered_seq_from_one")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_devices_remembered")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "devices_backed_up",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_devices_backed_up_seq_from_one")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_devices_backed_up")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_put_asides",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("decision_id", IdType(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_by", IdType(), nullable=False),
        sa.Column("decided_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "seq", "sha256", name=op.f("pk_sync_put_asides")),
        sqlite_with_rowid=False,
    )
