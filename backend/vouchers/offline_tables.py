"""Rows of claims that counters made without a network, of the labels of their vouchers, and of what holders owe.

The last line of defence stands here: a claim is kept once, and allowances never pay more of a claim than it gives.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, false

from backend.database.columns import (
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    metadata,
    small_column,
    text_column,
)
from backend.vouchers.offline_rules import ClaimLabel, DebtState
from backend.vouchers.rules import VoucherState
from backend.vouchers.waiver_rules import WaiverState

offline_labels = Table(
    "offline_labels",
    metadata,
    id_column("voucher_id", ForeignKey("vouchers.id"), primary_key=True),
    fen_column("own_fen"),
    fen_column("used_fen"),
    fen_column("cover_fen"),
    choice_column("found", VoucherState),
    id_column("online_merchant", nullable=True),
    instant_column("closes_at"),
    instant_column("closed_at", nullable=True),
    CheckConstraint("used_fen <= own_fen", name="used_within_own"),
    sqlite_with_rowid=False,
)

offline_claims = Table(
    "offline_claims",
    metadata,
    id_column(primary_key=True),
    id_column("voucher_id", ForeignKey("vouchers.id")),
    id_column("merchant_id"),
    id_column("device_id"),
    count_column("episode"),
    id_column("pool_line_id"),
    instant_column("effective_at"),
    Column("event_hash", LargeBinary(32), nullable=False, unique=True),
    Column("late", Boolean(create_constraint=False), nullable=False),
    small_column("nth"),
    choice_column("found", VoucherState),
    fen_column("bill_fen"),
    fen_column("eligible_fen"),
    fen_column("face_fen"),
    fen_column("government_fen"),
    fen_column("platform_fen"),
    fen_column("merchant_fen"),
    text_column("town_code", most=12),
    text_column("trade", most=40),
    id_column("staff_id", nullable=True),
    id_column("shift_id", nullable=True),
    text_column("proof", most=80, nullable=True),
    Column("lines", Text(), nullable=True),
    choice_column("label", ClaimLabel),
    id_column("redemption_id", ForeignKey("redemptions.id"), nullable=True),
    small_column("times_paid"),
    fen_column("cover_fen"),
    instant_column("voided_at", nullable=True),
    Column("uncovered", Boolean(create_constraint=False), nullable=False, server_default=false()),
    instant_column("recorded_at"),
    CheckConstraint("cover_fen <= government_fen", name="cover_within_claim"),
    CheckConstraint("cover_fen = 0 OR redemption_id IS NOT NULL", name="cover_of_what_is_paid"),
)
Index("uq_offline_claims_voucher", offline_claims.c.voucher_id, offline_claims.c.nth, unique=True)
Index("ix_offline_claims_device", offline_claims.c.device_id)
Index("ix_offline_claims_redemption", offline_claims.c.redemption_id)

holder_debts = Table(
    "holder_debts",
    metadata,
    id_column("claim_id", ForeignKey("offline_claims.id"), primary_key=True),
    id_column("resident_id"),
    id_column("voucher_id"),
    fen_column("debt_fen"),
    fen_column("set_off_fen", server_default="0"),
    choice_column("state", DebtState),
    instant_column("booked_at"),
    CheckConstraint("set_off_fen <= debt_fen", name="set_off_within_debt"),
    sqlite_with_rowid=False,
)
Index("ix_holder_debts_resident", holder_debts.c.resident_id)

debt_set_offs = Table(
    "debt_set_offs",
    metadata,
    id_column(primary_key=True),
    id_column("claim_id", ForeignKey("offline_claims.id")),
    id_column("voucher_id", ForeignKey("vouchers.id")),
    fen_column("fen"),
    # The pool's line that has it again; without one it stays on the line of the voucher that became smaller.
    id_column("pool_line_id", nullable=True),
    instant_column("at"),
    CheckConstraint("fen > 0", name="something"),
)
debt_waivers = Table(
    "debt_waivers",
    metadata,
    id_column(primary_key=True),
    id_column("claim_id", ForeignKey("offline_claims.id")),
    choice_column("state", WaiverState),
    fen_column("fen"),
    text_column("reason", most=200),
    id_column("proposed_by"),
    instant_column("proposed_at"),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    CheckConstraint("decided_by IS NULL OR state <> 'confirmed' OR decided_by <> proposed_by", name="two_people"),
)
_IS_PROPOSED = debt_waivers.c.state == "proposed"
Index(
    "uq_debt_waivers_one_proposed",
    debt_waivers.c.claim_id,
    unique=True,
    postgresql_where=_IS_PROPOSED,
    sqlite_where=_IS_PROPOSED,
)
Index("ix_debt_waivers_proposed_at", debt_waivers.c.proposed_at)
Index("ix_debt_set_offs_claim", debt_set_offs.c.claim_id)
Index("ix_debt_set_offs_voucher", debt_set_offs.c.voucher_id)
Index("ix_debt_set_offs_line", debt_set_offs.c.pool_line_id)
