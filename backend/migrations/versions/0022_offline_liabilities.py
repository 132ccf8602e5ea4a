"""Owners of merchants agree to answer for what their devices took without a network and lost."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0022"
down_revision: str | None = "0020"
branch_labels: Any = None
depends_on: Any = None

ACCEPTED = ("acceptance_id", "merchant_id", "policy", "limit_fen", "hard_s", "accepted_by", "accepted_at")


def upgrade() -> None:
    """Empty: nobody has agreed, so merchants' devices are dealt nothing until their owner does."""
    op.create_table(
        "offline_liabilities",
        sa.Column("acceptance_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("hard_s", sa.Integer(), nullable=False),
        sa.Column("accepted_by", IdType(), nullable=False),
        sa.Column("accepted_at", InstantType(), nullable=False),
        sa.CheckConstraint("hard_s >= 0", name=op.f("ck_offline_liabilities_hard_s_not_negative")),
        sa.CheckConstraint("limit_fen >= 0", name=op.f("ck_offline_liabilities_limit_fen_not_negative")),
        sa.ForeignKeyConstraint(["policy"], ["offline_policies.number"], name=op.f("fk_offline_liabilities_policy")),
        sa.PrimaryKeyConstraint("acceptance_id", name=op.f("pk_offline_liabilities")),
    )
    op.create_index("ix_offline_liabilities_merchant", "offline_liabilities", ["merchant_id", "accepted_at"])
    make_append_only(op.get_bind(), "offline_liabilities", ACCEPTED)
