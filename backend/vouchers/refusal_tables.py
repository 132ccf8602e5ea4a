"""Rows of what counters refused: which voucher, where, why and on which day; how often, and no more of it."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table

from backend.database.columns import choice_column, count_column, id_column, instant_column, metadata
from backend.vouchers.rules import RedemptionReason

counter_refusals = Table(
    "counter_refusals",
    metadata,
    id_column("voucher_id", ForeignKey("vouchers.id"), primary_key=True),
    id_column("merchant_id", primary_key=True),
    choice_column("reason", RedemptionReason, primary_key=True),
    Column("business_day", Date(), primary_key=True),
    count_column("times"),
    instant_column("first_at"),
    instant_column("last_at"),
    CheckConstraint("times >= 1", name="happened"),
    CheckConstraint("first_at <= last_at", name="first_comes_first"),
    sqlite_with_rowid=False,
)
Index("ix_counter_refusals_last_at", counter_refusals.c.last_at)
