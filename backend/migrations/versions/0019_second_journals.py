"""What is missing of the second journal of a device whose disk was copied; claims for which nobody has the money."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Empty: what earlier pushes named is found again as soon as the device is heard; all claims have their cover."""
    op.add_column("offline_claims", sa.Column("uncovered", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "sync_wanted",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "seq", "hash", name=op.f("pk_sync_wanted")),
        sqlite_with_rowid=False,
    )
