"""The automatic brake: its alerts, and the instants by which it counts what was redeemed and given back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Any = None
depends_on: Any = None

RULES = (
    "'burn-rate', 'merchant-share', 'refund-rate', 'merchant-pace', "
    "'platform-ceiling', 'merchant-ceiling', 'advance-ceiling'"
)


def upgrade() -> None:
    """Make the table; an alert ends once and is otherwise never changed."""
    op.create_table(
        "brake_alerts",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("subject_id", IdType(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("limit_value", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("raised_at", InstantType(), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint(f"rule IN ({RULES})", name=op.f("ck_brake_alerts_rule_known")),
        sa.CheckConstraint("level IN ('warn', 'pause')", name=op.f("ck_brake_alerts_level_known")),
        sa.CheckConstraint("value >= limit_value", name=op.f("ck_brake_alerts_a_level_was_crossed")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_brake_alerts_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake_alerts")),
    )
    op.create_index(
        "uq_brake_alerts_one_lives",
        "brake_alerts",
        ["campaign_id", "rule", "subject_id", "level"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_brake_alerts_campaign", "brake_alerts", ["campaign_id", "raised_at"], unique=False)
    op.create_index("ix_redemptions_recorded_at", "redemptions", ["recorded_at"], unique=False)
    op.create_index("ix_roll_backs_recorded_at", "roll_backs", ["recorded_at"], unique=False)
    written = ["id", "campaign_id", "rule", "level", "subject_id", "value", "limit_value", "figures", "raised_at"]
    make_append_only(op.get_bind(), "brake_alerts", written, ["ended_at"])
