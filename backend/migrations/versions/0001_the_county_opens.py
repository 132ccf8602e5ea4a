"""The county opens: every table of the first version."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0001"
down_revision: str | None = None
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the tables, then the triggers that keep the records append-only."""

    op.create_table(
        "answered_requests",
        sa.Column("request_id", IdType(), nullable=False),
        sa.Column("command_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answered_requests")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_blocks",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entries_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit_blocks")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_blocks_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_blocks_previous_hash")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", IdType(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("request_id", IdType(), nullable=True),
        sa.Column("device_id", IdType(), nullable=True),
        sa.Column("shift_id", IdType(), nullable=True),
        sa.Column("proof", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("block_no", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_entries_block_no", "audit_entries", ["block_no"], unique=False)
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_id"], unique=False)
    op.create_index(
        "ix_audit_entries_unlinked",
        "audit_entries",
        ["id"],
        unique=False,
        postgresql_where=sa.text("block_no IS NULL"),
        sqlite_where=sa.text("block_no IS NULL"),
    )
    op.create_table(
        "due_work",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due_at", InstantType(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("done_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_due_work")),
    )
    op.create_index(
        "ix_due_work_waiting",
        "due_work",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", IdType(), nullable=False),
        sa.Column("until", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=True),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("funder", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_accounts_key")),
    )
    op.create_table(
        "outbox_events",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.Column("delivered_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outbox_events_waiting",
        "outbox_events",
        ["id"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL"),
        sqlite_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "outbox_inbox",
        sa.Column("consumer", sa.String(length=60), nullable=False),
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("applied_at", InstantType(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("next_try_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_outbox_inbox")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("act_id", IdType(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("debit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_transfers_amount_is_positive")),
        sa.CheckConstraint("debit_account <> credit_account", name=op.f("ck_ledger_transfers_two_accounts")),
        sa.ForeignKeyConstraint(
            ["credit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_transfers_credit_account")
        ),
        sa.ForeignKeyConstraint(
            ["debit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_transfers_debit_account")
        ),
        sa.PrimaryKeyConstraint("act_id", "leg", name=op.f("pk_ledger_transfers")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_transfers_credit", "ledger_transfers", ["credit_account"], unique=False)
    op.create_index("ix_ledger_transfers_debit", "ledger_transfers", ["debit_account"], unique=False)
    connection = op.get_bind()
    make_append_only(connection, "answered_requests", ["request_id", "command_hash", "outcome", "recorded_at"], ())
    make_append_only(connection, "audit_blocks", ["no", "at", "entries", "entries_hash", "previous_hash", "hash"], ())
    make_append_only(
        connection,
        "audit_entries",
        [
            "id",
            "at",
            "actor_kind",
            "actor_id",
            "role",
            "request_id",
            "device_id",
            "shift_id",
            "proof",
            "act",
            "subject_kind",
            "subject_id",
            "from_state",
            "to_state",
            "success",
            "reason",
            "detail",
        ],
        ("block_no",),
    )
    make_append_only(
        connection,
        "ledger_transfers",
        ["act_id", "leg", "debit_account", "credit_account", "amount_fen", "step", "occurred_at", "recorded_at"],
        (),
    )
