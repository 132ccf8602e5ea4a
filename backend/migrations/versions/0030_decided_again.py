"""A claim that somebody accepted, and that waits for its cover since, is decided once more: both decisions are kept."""

from typing import Any

from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """What is there stays as it is."""
    op.drop_index("uq_sync_decisions_event", table_name="sync_decisions")
    op.create_index("ix_sync_decisions_event", "sync_decisions", ["device_id", "seq"])


def downgrade() -> None:
    """Fails where something was decided twice."""
    op.drop_index("ix_sync_decisions_event", table_name="sync_decisions")
    op.create_index("uq_sync_decisions_event", "sync_decisions", ["device_id", "seq"], unique=True)
