"""Codes that stations send to phones, and whether the county itself checked what an operator says to have seen."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Any = None
depends_on: Any = None

LATEST = "latest"


def upgrade() -> None:
    """What was served before rests on the operator's word, a phone's code too: nothing was sent then."""
    op.add_column(
        "assisted_services", sa.Column("proof_checked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "station_phone_codes",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("shift_id", IdType(), nullable=False),
        sa.Column("operator_id", IdType(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("resident_id", IdType(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("checked_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "checked_at IS NULL OR resident_id IS NOT NULL", name=op.f("ck_station_phone_codes_checked_for_somebody")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_station_phone_codes_tries_not_negative")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_station_phone_codes_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_phone_codes")),
    )
    op.create_index(
        "uq_station_phone_codes_latest",
        "station_phone_codes",
        ["phone_hash"],
        unique=True,
        postgresql_where=sa.text(LATEST),
        sqlite_where=sa.text(LATEST),
    )
    for name, columns in (
        ("phone", ["phone_hash", "sent_at"]),
        ("operator", ["operator_id", "sent_at"]),
        ("shift", ["shift_id", "resident_id"]),
        ("sent", ["sent_at"]),
    ):
        op.create_index(f"ix_station_phone_codes_{name}", "station_phone_codes", columns, unique=False)
