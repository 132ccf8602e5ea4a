"""Rows of reviews: what a desk outside of settlement has decided about a redemption; private to ``store``."""

from sqlalchemy import Boolean, Column, ForeignKey, Table

from backend.database.columns import id_column, instant_column, metadata

payout_reviews = Table(
    "payout_reviews",
    metadata,
    id_column("event_id", ForeignKey("finance_events.id"), primary_key=True),
    Column("approved", Boolean(create_constraint=False), nullable=False),
    id_column("reviewed_by"),
    instant_column("reviewed_at"),
    sqlite_with_rowid=False,
)
