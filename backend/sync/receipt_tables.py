"""Rows of receipts that customers' phones brought for events that were not here, and of what was decided about them."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table

from backend.database.columns import (
    BIG,
    choice_column,
    fen_column,
    id_column,
    instant_column,
    metadata,
    text_column,
)
from backend.sync.answer_rules import ResultCode

receipts = Table(
    "sync_receipts",
    metadata,
    # Worked out of the event's hash, as its claim's id is: one receipt an event.
    id_column(primary_key=True),
    id_column("device_id"),
    Column("seq", BIG, nullable=False),
    Column("event_hash", LargeBinary(32), nullable=False, unique=True),
    id_column("voucher_id"),
    fen_column("amount_fen"),
    instant_column("told_at"),
    text_column("text", most=384),
    instant_column("brought_at"),
    CheckConstraint("seq >= 1", name="seq_from_one"),
)
Index("ix_sync_receipts_device", receipts.c.device_id, receipts.c.seq)
Index("ix_sync_receipts_brought_at", receipts.c.brought_at)
Index("ix_sync_receipts_voucher", receipts.c.voucher_id)

receipt_decisions = Table(
    "sync_receipt_decisions",
    metadata,
    id_column(primary_key=True),
    id_column("receipt_id", ForeignKey(receipts.c.id), unique=True),
    Column("accepted", Boolean(create_constraint=False), nullable=False),
    choice_column("code", ResultCode),
    fen_column("bill_fen"),
    text_column("reason", most=200),
    id_column("decided_by"),
    instant_column("decided_at"),
    CheckConstraint("code NOT IN ('held_gap', 'needs_review')", name="decided_for_good"),
)
