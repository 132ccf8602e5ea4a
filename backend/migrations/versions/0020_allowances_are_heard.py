"""What a device was told of its allowance beside what was set apart for it, and from which event on it counts by it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0018"
branch_labels: Any = None
depends_on: Any = None

TABLE = "offline_allowances"


def upgrade() -> None:
    """Before, each device was told all that was set apart for it, and nothing was given back on its word."""
    for name in ("told_fen", "released_fen"):
        # One statement for both databases: SQLite adds a CHECK only together with its column.
        check = f"CONSTRAINT ck_{TABLE}_{name}_not_negative CHECK ({name} >= 0)"
        op.execute(sa.text(f"ALTER TABLE {TABLE} ADD COLUMN {name} BIGINT DEFAULT '0' NOT NULL {check}"))
    op.execute(sa.text("UPDATE offline_allowances SET told_fen = cap_fen"))
    op.add_column(
        "sync_episodes",
        sa.Column("heard_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
