"""What a county shows of itself, numbered, and its signs; both only grow."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Empty tables: what the registry says is shown until somebody changes it."""
    op.create_table(
        "county_settings",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", IdType(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("help_phone", sa.String(length=20), nullable=False),
        sa.Column("icp_filing", sa.String(length=40), nullable=False),
        sa.Column("police_filing", sa.String(length=40), nullable=False),
        sa.Column("logo", sa.String(length=80), nullable=False),
        sa.Column("saved_at", InstantType(), nullable=False),
        sa.Column("saved_by", IdType(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_county_settings_numbered_from_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_county_settings")),
        sa.UniqueConstraint("change_id", name=op.f("uq_county_settings_change_id")),
    )
    op.create_table(
        "county_logos",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", InstantType(), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 200000", name=op.f("ck_county_logos_of_a_sign_s_size")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_county_logos")),
    )
    connection = op.get_bind()
    told = ["name_zh", "name_en", "colour", "help_phone", "icp_filing", "police_filing", "logo"]
    make_append_only(connection, "county_settings", ["number", "change_id", *told, "saved_at", "saved_by"])
    make_append_only(connection, "county_logos", ["key", "body", "drawn_at"])
