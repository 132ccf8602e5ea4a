"""Tokens that the county signed, by their hash, and the status lists that it made."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Empty: a token of before has no place in a plan, so no counter takes it without asking the county."""
    op.create_table(
        "issued_tokens",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("holder", sa.LargeBinary(length=33), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("terms_version", sa.SmallInteger(), nullable=False),
        sa.Column("domain", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("not_before", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("token", sa.LargeBinary(length=400), nullable=False),
        sa.CheckConstraint("face_fen >= 0", name=op.f("ck_issued_tokens_face_fen_not_negative")),
        sa.CheckConstraint("domain >= 0", name=op.f("ck_issued_tokens_domain_not_negative")),
        sa.CheckConstraint("flags >= 0", name=op.f("ck_issued_tokens_flags_not_negative")),
        sa.CheckConstraint("not_before < expires_at", name=op.f("ck_issued_tokens_lives")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_issued_tokens_voucher_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_issued_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_issued_tokens_voucher", "issued_tokens", ["voucher_id", "expires_at"])
    op.create_index("ix_issued_tokens_expires_at", "issued_tokens", ["expires_at"])
    op.create_table(
        "status_lists",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("true_at", InstantType(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("deflated", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_status_lists_numbered_from_one")),
        sa.CheckConstraint("made_at <= true_at", name=op.f("ck_status_lists_true_when_made")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_status_lists_places_not_negative")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_status_lists")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_status_lists_true_at", "status_lists", ["true_at"])
