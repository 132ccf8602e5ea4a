"""Rows of owners' agreements to answer for what their devices lose; private to ``store``."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from backend.database.columns import count_column, fen_column, id_column, instant_column, metadata
from backend.sync.device_tables import policies

liabilities = Table(
    "offline_liabilities",
    metadata,
    id_column("acceptance_id", primary_key=True),
    id_column("merchant_id"),
    Column("policy", Integer(), ForeignKey(policies.c.number), nullable=False),
    fen_column("limit_fen"),
    count_column("hard_s"),
    id_column("accepted_by"),
    instant_column("accepted_at"),
)
Index("ix_offline_liabilities_merchant", liabilities.c.merchant_id, liabilities.c.accepted_at)
