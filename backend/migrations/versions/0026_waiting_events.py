"""What waits for a person is found as quickly as what waits for an event: some of it is tried again at each push."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Any = None
depends_on: Any = None

NAME = "ix_sync_events_waiting"
BEFORE, SINCE = "code = 'held_gap'", "code IN ('held_gap', 'needs_review')"


def upgrade() -> None:
    """The same columns, more rows."""
    _remake(SINCE)


def downgrade() -> None:
    """Only what waits for an event."""
    _remake(BEFORE)


def _remake(rows: str) -> None:
    op.drop_index(NAME, table_name="sync_events")
    only = sa.text(rows)
    op.create_index(NAME, "sync_events", ["device_id", "seq"], postgresql_where=only, sqlite_where=only)
