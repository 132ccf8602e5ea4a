"""Links by which a session goes on in another browser, and the word for how such a session was opened."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.checks import change_check

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Any = None
depends_on: Any = None

BEFORE = "method IN ('code', 'two-factors', 'recovery', 'station', 'ready')"
AFTER = "method IN ('code', 'two-factors', 'recovery', 'station', 'link', 'ready')"


def upgrade() -> None:
    """One link a session at most; what is kept of it is the hash of its token."""
    op.create_table(
        "session_links",
        sa.Column("session_id", IdType(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("used_at", InstantType(), nullable=True),
        sa.CheckConstraint("made_at < expires_at", name=op.f("ck_session_links_made_before_it_ends")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_session_links_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_links_token_hash")),
    )
    change_check(op.get_bind(), "sessions", "ck_sessions_method_known", BEFORE, AFTER)
