"""Where a counter says that it stands, until its day is cleared; and the flag that may come of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType
from backend.migrations.checks import change_check

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Any = None
depends_on: Any = None

BEFORE = (
    "rule IN ('evidence-missing', 'unmatched', 'evidence-doubled', 'just-above-threshold', 'split-bill', "
    "'same-payer', 'seconds-apart', 'outside-hours', 'own-staff', 'not-reviewed')"
)
AFTER = BEFORE.replace("'own-staff'", "'own-staff', 'far-from-shop'")


def upgrade() -> None:
    """A table of its own: most redemptions tell no place, and theirs cost nothing."""
    op.create_table(
        "counter_cells",
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("cell", sa.String(length=11), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_counter_cells")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_counter_cells_merchant", "counter_cells", ["merchant_id"], unique=False)
    change_check(op.get_bind(), "payout_holds", "ck_payout_holds_rule_known", BEFORE, AFTER)
