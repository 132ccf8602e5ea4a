"""What counters refuse, for a while; and a way to find the refusals that were decided for one person in one round."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Any = None
depends_on: Any = None

REASONS = (
    "'code-wrong', 'code-expired', 'code-replayed', 'counter-locked', 'paused', 'merchant-suspended', 'already-used', "
    "'held', 'voided', 'not-yet-valid', 'expired', 'wrong-merchant', 'wrong-trade', 'wrong-town', 'outside-hours', "
    "'level-too-low', 'bill-too-small', 'no-discount'"
)
REFUSED = """substr(outcome, 1, 17) = '{"type":"refused"'"""


def upgrade() -> None:
    """A table of a few rows, and an index that holds refusals only: what is granted in a rush costs it nothing."""
    op.create_table(
        "counter_refusals",
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", InstantType(), nullable=False),
        sa.Column("last_at", InstantType(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_counter_refusals_reason_known")),
        sa.CheckConstraint("times >= 0", name=op.f("ck_counter_refusals_times_not_negative")),
        sa.CheckConstraint("times >= 1", name=op.f("ck_counter_refusals_happened")),
        sa.CheckConstraint("first_at <= last_at", name=op.f("ck_counter_refusals_first_comes_first")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_counter_refusals_voucher_id")),
        sa.PrimaryKeyConstraint(
            "voucher_id", "merchant_id", "reason", "business_day", name=op.f("pk_counter_refusals")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_counter_refusals_last_at", "counter_refusals", ["last_at"], unique=False)
    op.create_index(
        "ix_answered_requests_refused",
        "answered_requests",
        ["command_hash"],
        unique=False,
        postgresql_where=sa.text(REFUSED),
        sqlite_where=sa.text(REFUSED),
    )
