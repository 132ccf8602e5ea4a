"""Trade-in sales: programmes whose money waits for a review, the reviews, and merchants' dossiers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only
from backend.migrations.checks import change_check

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Any = None
depends_on: Any = None

RULES = (
    "'evidence-missing', 'unmatched', 'evidence-doubled', 'just-above-threshold', 'split-bill', 'same-payer', "
    "'seconds-apart', 'outside-hours', 'own-staff'"
)
APPLIANCES = (
    "'refrigerator', 'washing-machine', 'television', 'air-conditioner', 'computer', 'water-heater', 'cooktop', "
    "'range-hood', 'microwave-oven', 'water-purifier', 'dishwasher', 'rice-cooker'"
)
LIVE = "'filed', 'returned', 'approved'"


def upgrade() -> None:
    """Add what settlement knows of reviews, then the dossiers with their last lines of defence."""
    op.add_column("settlement_programmes", sa.Column("review", sa.Text(), server_default="[]", nullable=False))
    change_check(
        op.get_bind(),
        "payout_holds",
        "ck_payout_holds_rule_known",
        f"rule IN ({RULES})",
        f"rule IN ({RULES}, 'not-reviewed')",
    )
    op.create_table(
        "payout_reviews",
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("approved", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("reviewed_by", IdType(), nullable=False),
        sa.Column("reviewed_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["finance_events.id"], name=op.f("fk_payout_reviews_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_payout_reviews")),
        sqlite_with_rowid=False,
    )
    make_append_only(op.get_bind(), "payout_reviews", ["event_id", "approved", "reviewed_by", "reviewed_at"])
    op.create_table(
        "trade_in_invoices",
        sa.Column("invoice_no", sa.String(length=20), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.PrimaryKeyConstraint("invoice_no", name=op.f("pk_trade_in_invoices")),
        sa.UniqueConstraint("invoice_no", "merchant_id", name=op.f("uq_trade_in_invoices_invoice_no_merchant_id")),
        sqlite_with_rowid=False,
    )
    _dossiers()


def _dossiers() -> None:
    op.create_table(
        "trade_in_dossiers",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("redemption_id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("appliance", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("invoice_no", sa.String(length=20), nullable=False),
        sa.Column("held_invoice_no", sa.String(length=20), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("serial_no", sa.String(length=80), nullable=False),
        sa.Column("serial_key", sa.String(length=40), nullable=False),
        sa.Column("energy_level", sa.SmallInteger(), nullable=False),
        sa.Column("energy_record_no", sa.String(length=60), nullable=True),
        sa.Column("old_proof", sa.String(length=40), nullable=True),
        sa.Column("old_value", sa.String(length=200), nullable=True),
        sa.Column("redeemed_at", InstantType(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_filed_by", IdType(), nullable=False),
        sa.Column("filed_by", IdType(), nullable=False),
        sa.Column("first_filed_at", InstantType(), nullable=False),
        sa.Column("filed_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(f"appliance IN ({APPLIANCES})", name=op.f("ck_trade_in_dossiers_appliance_known")),
        sa.CheckConstraint(
            "state IN ('filed', 'returned', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_trade_in_dossiers_state_known"),
        ),
        sa.CheckConstraint(
            "old_proof IN ('recycling-receipt', 'photo', 'waived')", name=op.f("ck_trade_in_dossiers_old_proof_known")
        ),
        sa.CheckConstraint(
            f"(state IN ({LIVE})) = (held_invoice_no IS NOT NULL)",
            name=op.f("ck_trade_in_dossiers_the_living_hold_their_invoice"),
        ),
        sa.CheckConstraint("held_invoice_no = invoice_no", name=op.f("ck_trade_in_dossiers_holds_what_it_tells")),
        sa.CheckConstraint(
            "(old_proof IS NULL) = (old_value IS NULL)", name=op.f("ck_trade_in_dossiers_an_old_one_is_told_whole")
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'withdrawn') OR decided_by IS NOT NULL",
            name=op.f("ck_trade_in_dossiers_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "decided_by <> filed_by AND decided_by <> first_filed_by", name=op.f("ck_trade_in_dossiers_two_people")
        ),
        sa.CheckConstraint("energy_level BETWEEN 1 AND 5", name=op.f("ck_trade_in_dossiers_energy_level_known")),
        sa.ForeignKeyConstraint(
            ["held_invoice_no", "merchant_id"],
            ["trade_in_invoices.invoice_no", "trade_in_invoices.merchant_id"],
            name=op.f("fk_trade_in_dossiers_held_invoice_no_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_in_dossiers")),
    )
    living, standing = sa.text("held_invoice_no IS NOT NULL"), sa.text("state != 'withdrawn'")
    table = "trade_in_dossiers"
    op.create_index(
        "uq_trade_in_dossiers_redemption",
        table,
        ["redemption_id"],
        unique=True,
        postgresql_where=standing,
        sqlite_where=standing,
    )
    op.create_index(
        "uq_trade_in_dossiers_serial", table, ["serial_key"], unique=True, postgresql_where=living, sqlite_where=living
    )
    op.create_index("ix_trade_in_dossiers_state", table, ["state", "id"], unique=False)
    op.create_index("ix_trade_in_dossiers_merchant", table, ["merchant_id", "id"], unique=False)
    op.create_index("ix_trade_in_dossiers_invoice", table, ["held_invoice_no"], unique=False)
    op.create_index("ix_trade_in_dossiers_campaign", table, ["campaign_id"], unique=False)
