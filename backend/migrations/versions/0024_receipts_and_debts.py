"""Customers' phones bring receipts of events that are missing; what holders owe is set off or forgiven."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import BIG, IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Any = None
depends_on: Any = None

BROUGHT = ("id", "device_id", "seq", "event_hash", "voucher_id", "amount_fen", "told_at", "text", "brought_at")
SET_OFF = ("id", "claim_id", "voucher_id", "fen", "pool_line_id", "at")
DECIDED = ("id", "receipt_id", "accepted", "code", "bill_fen", "reason", "decided_by", "decided_at")


def upgrade() -> None:
    """Empty: nobody has brought one."""
    op.create_table(
        "sync_receipts",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("told_at", InstantType(), nullable=False),
        sa.Column("text", sa.String(length=384), nullable=False),
        sa.Column("brought_at", InstantType(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_sync_receipts_amount_fen_not_negative")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_sync_receipts_seq_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_receipts")),
        sa.UniqueConstraint("event_hash", name=op.f("uq_sync_receipts_event_hash")),
    )
    op.create_index("ix_sync_receipts_device", "sync_receipts", ["device_id", "seq"])
    op.create_index("ix_sync_receipts_brought_at", "sync_receipts", ["brought_at"])
    op.create_index("ix_sync_receipts_voucher", "sync_receipts", ["voucher_id"])
    op.create_table(
        "sync_receipt_decisions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("receipt_id", IdType(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("bill_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_by", IdType(), nullable=False),
        sa.Column("decided_at", InstantType(), nullable=False),
        sa.CheckConstraint("bill_fen >= 0", name=op.f("ck_sync_receipt_decisions_bill_fen_not_negative")),
        sa.CheckConstraint(
            "code IN ('applied', 'duplicate', 'conflict_paid', 'conflict_unpaid', 'noncompliant', 'held_gap', "
            "'needs_review')",
            name=op.f("ck_sync_receipt_decisions_code_known"),
        ),
        sa.CheckConstraint(
            "code NOT IN ('held_gap', 'needs_review')", name=op.f("ck_sync_receipt_decisions_decided_for_good")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["sync_receipts.id"], name=op.f("fk_sync_receipt_decisions_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_receipt_decisions")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_sync_receipt_decisions_receipt_id")),
    )
    make_append_only(op.get_bind(), "sync_receipts", BROUGHT)
    make_append_only(op.get_bind(), "sync_receipt_decisions", DECIDED)
    _debts()


def _debts() -> None:
    op.create_table(
        "debt_set_offs",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("claim_id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("pool_line_id", IdType(), nullable=True),
        sa.Column("at", InstantType(), nullable=False),
        sa.CheckConstraint("fen > 0", name=op.f("ck_debt_set_offs_something")),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_debt_set_offs_fen_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["offline_claims.id"], name=op.f("fk_debt_set_offs_claim_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_debt_set_offs_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_set_offs")),
    )
    op.create_index("ix_debt_set_offs_claim", "debt_set_offs", ["claim_id"])
    op.create_index("ix_debt_set_offs_voucher", "debt_set_offs", ["voucher_id"])
    op.create_index("ix_debt_set_offs_line", "debt_set_offs", ["pool_line_id"])
    op.create_table(
        "debt_waivers",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("claim_id", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by", IdType(), nullable=False),
        sa.Column("proposed_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_debt_waivers_fen_not_negative")),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_debt_waivers_state_known")),
        sa.CheckConstraint(
            "decided_by IS NULL OR state <> 'confirmed' OR decided_by <> proposed_by",
            name=op.f("ck_debt_waivers_two_people"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["offline_claims.id"], name=op.f("fk_debt_waivers_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_waivers")),
    )
    proposed = sa.text("state = 'proposed'")
    op.create_index(
        "uq_debt_waivers_one_proposed",
        "debt_waivers",
        ["claim_id"],
        unique=True,
        postgresql_where=proposed,
        sqlite_where=proposed,
    )
    op.create_index("ix_debt_waivers_proposed_at", "debt_waivers", ["proposed_at"])
    make_append_only(op.get_bind(), "debt_set_offs", SET_OFF)
