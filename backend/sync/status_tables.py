"""Rows of the status lists that were made: when each was true, and the newest one's states."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table

from backend.database.columns import count_column, instant_column, metadata

status_lists = Table(
    "status_lists",
    metadata,
    Column("version", Integer(), primary_key=True, autoincrement=False),
    instant_column("made_at"),
    # The last instant at which the county looked and found it still true.
    instant_column("true_at"),
    count_column("places"),
    Column("sha256", LargeBinary(32), nullable=False),
    # Only of the newest: nobody asks for an older one.
    Column("deflated", LargeBinary(), nullable=True),
    CheckConstraint("version >= 1", name="numbered_from_one"),
    CheckConstraint("made_at <= true_at", name="true_when_made"),
    sqlite_with_rowid=False,
)
Index("ix_status_lists_true_at", status_lists.c.true_at)
