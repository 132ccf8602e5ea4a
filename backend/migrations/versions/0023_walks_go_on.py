"""How far each device's journal was judged, and what in it still matters for what comes after."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Any = None
depends_on: Any = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Empty: the next push of each device has its journal judged from the beginning once more."""
    op.create_table(
        "sync_walks",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("word", InstantType(), nullable=False),
        sa.Column("mark", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_sync_walks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_tallies",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("voucher", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("campaign", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("holder", sa.LargeBinary(length=33), nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_sync_tallies_fen_not_negative")),
        sa.CheckConstraint(
            "state IN ('counted', 'voided', 'online', 'not_counted')", name=op.f("ck_sync_tallies_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('counted', 'voided') OR"
            " (episode IS NOT NULL AND campaign IS NOT NULL AND day IS NOT NULL AND holder IS NOT NULL)",
            name=op.f("ck_sync_tallies_counted_in_a_room"),
        ),
        sa.PrimaryKeyConstraint("device_id", "seq", name=op.f("pk_sync_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sync_tallies_voucher", "sync_tallies", ["device_id", "voucher"])
    op.create_index("ix_sync_tallies_episode", "sync_tallies", ["device_id", "episode"])
    op.create_index("ix_sync_tallies_day", "sync_tallies", ["device_id", "day"])
