"""The signature of each day's clearing file is kept: the file can be made again, whatever has changed since."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.migrations.append_only import make_append_only

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the table, then the triggers that keep what was signed."""
    op.create_table(
        "clearing_files",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signature", sa.String(length=600), nullable=False),
        sa.Column("json_sha256", sa.String(length=64), nullable=False),
        sa.Column("csv_sha256", sa.String(length=64), nullable=False),
        sa.Column("held_fen", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["clearing_days.day"], name=op.f("fk_clearing_files_day")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_clearing_files")),
    )
    frozen = ("day", "signature", "json_sha256", "csv_sha256", "held_fen", "names")
    make_append_only(op.get_bind(), "clearing_files", frozen)
