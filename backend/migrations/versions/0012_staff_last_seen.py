"""When were the people of a shop last at its counter? An index of the sessions of staff, by person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Any = None
depends_on: Any = None

OF_STAFF = "person_kind = 'staff'"


def upgrade() -> None:
    """Staff are few: residents' many sessions cost it nothing."""
    op.create_index(
        "ix_sessions_of_staff",
        "sessions",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text(OF_STAFF),
        sqlite_where=sa.text(OF_STAFF),
    )
