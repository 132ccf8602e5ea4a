"""What somebody in the office decided about events that an honest device may have sent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Any = None
depends_on: Any = None

WRITTEN = ("id", "device_id", "seq", "accepted", "code", "reason", "decided_by", "decided_at")


def upgrade() -> None:
    """Empty: until now what waited for somebody stayed where it was."""
    op.create_table(
        "sync_decisions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_by", IdType(), nullable=False),
        sa.Column("decided_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "code IN ('applied', 'duplicate', 'conflict_paid', 'conflict_unpaid', 'noncompliant', 'held_gap', "
            "'needs_review')",
            name=op.f("ck_sync_decisions_code_known"),
        ),
        sa.CheckConstraint("code NOT IN ('held_gap', 'needs_review')", name=op.f("ck_sync_decisions_decided_for_good")),
        sa.ForeignKeyConstraint(
            ["device_id", "seq"], ["sync_events.device_id", "sync_events.seq"], name=op.f("fk_sync_decisions_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_decisions")),
    )
    op.create_index("uq_sync_decisions_event", "sync_decisions", ["device_id", "seq"], unique=True)
    op.create_index("ix_sync_decisions_decided_at", "sync_decisions", ["decided_at"])
    to_look_at = sa.text("code IN ('conflict_paid', 'conflict_unpaid', 'needs_review')")
    op.create_index(
        "ix_sync_events_to_look_at",
        "sync_events",
        ["recorded_at"],
        postgresql_where=to_look_at,
        sqlite_where=to_look_at,
    )
    make_append_only(op.get_bind(), "sync_decisions", WRITTEN)
