"""Claims that broke a rule are found quickly, newest first: some of them may still be paid."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Any = None
depends_on: Any = None

NAME = "ix_sync_events_against_rules"


def upgrade() -> None:
    """Only of those."""
    only = sa.text("code = 'noncompliant'")
    op.create_index(NAME, "sync_events", ["recorded_at"], postgresql_where=only, sqlite_where=only)


def downgrade() -> None:
    """Without it the whole log is looked through."""
    op.drop_index(NAME, table_name="sync_events")
