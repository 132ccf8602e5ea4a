"""Claims that counters made without a network: their redemptions, their labels, and what holders owe for them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.checks import change_check

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Any = None
depends_on: Any = None

FIRST_STEPS = (*("fund", "allocate", "deal", "return-up", "claim", "hold", "release", "redeem", "unused-face"),)
NEW_STEPS = ("offline-cover", "offline-uncover")
LAST_STEPS = (
    *("platform-share", "roll-back", "claw-back", "set-off", "repay", "pay-out", "pay-in", "pay-back", "reimburse"),
    *("incident", "close-out", "return", "expire"),
    *("offline-set-apart", "offline-give-back", "offline-deal", "offline-take-back"),
)
STATES = "'issued', 'held', 'redeemed', 'expired', 'voided'"
LIVE = "state != 'reversed'"


def _one_of(*steps: str) -> str:
    return f"step IN ({', '.join(repr(step) for step in steps)})"


def upgrade() -> None:
    """Redemptions of before were all decided by the county itself, and none is a conflict."""
    for table in ("ledger_transfers", "ledger_pending_transfers"):
        before, after = _one_of(*FIRST_STEPS, *LAST_STEPS), _one_of(*FIRST_STEPS, *NEW_STEPS, *LAST_STEPS)
        change_check(op.get_bind(), table, f"ck_{table}_step_known", before, after)
    op.add_column("redemptions", sa.Column("device_id", IdType(), nullable=True))
    op.add_column("redemptions", sa.Column("conflict", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index("uq_redemptions_one_live", table_name="redemptions")
    live = sa.text(f"{LIVE} AND NOT conflict")
    op.create_index(
        "uq_redemptions_one_live",
        "redemptions",
        ["voucher_id"],
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )
    _labels()
    _claims()
    _debts()


def _labels() -> None:
    op.create_table(
        "offline_labels",
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("own_fen", sa.BigInteger(), nullable=False),
        sa.Column("used_fen", sa.BigInteger(), nullable=False),
        sa.Column("cover_fen", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.String(length=40), nullable=False),
        sa.Column("online_merchant", IdType(), nullable=True),
        sa.Column("closes_at", InstantType(), nullable=False),
        sa.Column("closed_at", InstantType(), nullable=True),
        sa.CheckConstraint("own_fen >= 0", name=op.f("ck_offline_labels_own_fen_not_negative")),
        sa.CheckConstraint("used_fen >= 0", name=op.f("ck_offline_labels_used_fen_not_negative")),
        sa.CheckConstraint("cover_fen >= 0", name=op.f("ck_offline_labels_cover_fen_not_negative")),
        sa.CheckConstraint(f"found IN ({STATES})", name=op.f("ck_offline_labels_found_known")),
        sa.CheckConstraint("used_fen <= own_fen", name=op.f("ck_offline_labels_used_within_own")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_offline_labels_voucher_id")),
        sa.PrimaryKeyConstraint("voucher_id", name=op.f("pk_offline_labels")),
        sqlite_with_rowid=False,
    )


def _claims() -> None:
    amounts = ("bill_fen", "eligible_fen", "face_fen", "government_fen", "platform_fen", "merchant_fen")
    op.create_table(
        "offline_claims",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("pool_line_id", IdType(), nullable=False),
        sa.Column("effective_at", InstantType(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("late", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("nth", sa.SmallInteger(), nullable=False),
        sa.Column("found", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in amounts),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("staff_id", IdType(), nullable=True),
        sa.Column("shift_id", IdType(), nullable=True),
        sa.Column("proof", sa.String(length=80), nullable=True),
        sa.Column("lines", sa.Text(), nullable=True),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("redemption_id", IdType(), nullable=True),
        sa.Column("times_paid", sa.SmallInteger(), nullable=False),
        sa.Column("cover_fen", sa.BigInteger(), nullable=False),
        sa.Column("voided_at", InstantType(), nullable=True),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint("episode >= 0", name=op.f("ck_offline_claims_episode_not_negative")),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=op.f(f"ck_offline_claims_{name}_not_negative"))
            for name in (*amounts, "cover_fen")
        ),
        sa.CheckConstraint(f"found IN ({STATES})", name=op.f("ck_offline_claims_found_known")),
        sa.CheckConstraint(
            "label IN ('applied', 'conflict_paid', 'conflict_unpaid')", name=op.f("ck_offline_claims_label_known")
        ),
        sa.CheckConstraint("cover_fen <= government_fen", name=op.f("ck_offline_claims_cover_within_claim")),
        sa.CheckConstraint(
            "cover_fen = 0 OR redemption_id IS NOT NULL", name=op.f("ck_offline_claims_cover_of_what_is_paid")
        ),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_offline_claims_voucher_id")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_offline_claims_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_claims")),
        sa.UniqueConstraint("event_hash", name=op.f("uq_offline_claims_event_hash")),
    )
    op.create_index("uq_offline_claims_voucher", "offline_claims", ["voucher_id", "nth"], unique=True)
    op.create_index("ix_offline_claims_device", "offline_claims", ["device_id"], unique=False)
    op.create_index("ix_offline_claims_redemption", "offline_claims", ["redemption_id"], unique=False)


def _debts() -> None:
    op.create_table(
        "holder_debts",
        sa.Column("claim_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("debt_fen", sa.BigInteger(), nullable=False),
        sa.Column("set_off_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("booked_at", InstantType(), nullable=False),
        sa.CheckConstraint("debt_fen >= 0", name=op.f("ck_holder_debts_debt_fen_not_negative")),
        sa.CheckConstraint("set_off_fen >= 0", name=op.f("ck_holder_debts_set_off_fen_not_negative")),
        sa.CheckConstraint("state IN ('open', 'set_off', 'forgiven')", name=op.f("ck_holder_debts_state_known")),
        sa.CheckConstraint("set_off_fen <= debt_fen", name=op.f("ck_holder_debts_set_off_within_debt")),
        sa.ForeignKeyConstraint(["claim_id"], ["offline_claims.id"], name=op.f("fk_holder_debts_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_holder_debts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_holder_debts_resident", "holder_debts", ["resident_id"], unique=False)
