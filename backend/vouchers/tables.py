"""Rows of campaigns, budget lines, rounds, vouchers, codes and redemptions.

The last line of defence stands here: a CHECK keeps every line within its cap, a UNIQUE keeps every person within their
limit, and request ids and redemptions are unique.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, false

from backend.database.columns import (
    BIG,
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    json_column,
    keyed_hash_column,
    metadata,
    small_column,
    text_column,
)
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import CampaignState, DecisionStep, LineLevel, RedemptionState, RoundState
from backend.vouchers.incident_rules import IncidentState
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import VoucherState

campaigns = Table(
    "campaigns",
    metadata,
    id_column(primary_key=True),
    Column("number", Integer(), nullable=False, unique=True),
    text_column("title_zh", most=80),
    text_column("title_en", most=160),
    choice_column("state", CampaignState),
    small_column("version"),
    choice_column("pause_scope", ("none", "claims", "everything"), server_default="none"),
    text_column("pause_reason", most=400, nullable=True),
    instant_column("created_at"),
    instant_column("changed_at"),
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    id_column("campaign_id", ForeignKey("campaigns.id"), primary_key=True),
    small_column("version", primary_key=True),
    json_column("plan"),
    id_column("made_by", nullable=True),
    instant_column("made_at"),
    sqlite_with_rowid=False,
)

campaign_decisions = Table(
    "campaign_decisions",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id", ForeignKey("campaigns.id")),
    small_column("version"),
    choice_column("step", DecisionStep),
    id_column("staff_id"),
    id_column("deputy_for", nullable=True),
    text_column("document_no", most=80, nullable=True),
    text_column("note", most=400, nullable=True),
    text_column("file_sha256", most=64, nullable=True),
    instant_column("decided_at"),
)
Index("ix_campaign_decisions_campaign", campaign_decisions.c.campaign_id, campaign_decisions.c.version)

budget_lines = Table(
    "budget_lines",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id", ForeignKey("campaigns.id")),
    id_column("parent_id", ForeignKey("budget_lines.id"), nullable=True),
    choice_column("level", LineLevel),
    text_column("key", most=80),
    text_column("subject_code", most=20, nullable=True),
    fen_column("cap_fen"),
    count_column("cap_pieces"),
    fen_column("issued_fen", server_default="0"),
    count_column("issued_pieces", server_default="0"),
    fen_column("returned_fen", server_default="0"),
    count_column("returned_pieces", server_default="0"),
    CheckConstraint("issued_fen - returned_fen <= cap_fen", name="within_cap_fen"),
    CheckConstraint("issued_pieces - returned_pieces <= cap_pieces", name="within_cap_pieces"),
    CheckConstraint("returned_fen <= issued_fen", name="returned_fen_were_issued"),
    CheckConstraint("returned_pieces <= issued_pieces", name="returned_pieces_were_issued"),
)
Index("ix_budget_lines_campaign", budget_lines.c.campaign_id)

rounds = Table(
    "rounds",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id", ForeignKey("campaigns.id")),
    id_column("line_id", ForeignKey("budget_lines.id")),
    small_column("version"),
    text_column("name_zh", most=80),
    text_column("name_en", most=160),
    choice_column("mode", RoundMode),
    choice_column("state", RoundState),
    json_column("terms"),
    instant_column("opens_at"),
    instant_column("closes_at"),
    count_column("pieces"),
    count_column("station_pieces", server_default="0"),
    instant_column("station_until", nullable=True),
    count_column("issued_online", server_default="0"),
    count_column("issued_station", server_default="0"),
    Column("running", Boolean(create_constraint=False), nullable=False),
    Column("paused", Boolean(create_constraint=False), nullable=False),
    CheckConstraint("issued_online + issued_station <= pieces", name="within_pieces"),
    CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
)
Index("ix_rounds_campaign", rounds.c.campaign_id)
Index("ix_rounds_window", rounds.c.closes_at)

vouchers = Table(
    "vouchers",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id"),
    id_column("round_id", ForeignKey("rounds.id")),
    id_column("line_id"),
    id_column("resident_id"),
    choice_column("state", VoucherState),
    small_column("version"),
    fen_column("face_fen"),
    fen_column("public_fen"),
    # Empty as claimed: the funding's part of the face. After a roll-back, what came back to the platform.
    fen_column("platform_fen", nullable=True),
    Column("assisted", Boolean(create_constraint=False), nullable=False),
    instant_column("claimed_at"),
    instant_column("use_from"),
    instant_column("expires_at"),
    Column("last_count", BigInteger(), nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
Index("ix_vouchers_resident", vouchers.c.resident_id, vouchers.c.round_id)
Index(
    "ix_vouchers_expiry",
    vouchers.c.expires_at,
    postgresql_where=vouchers.c.state == "issued",
    sqlite_where=vouchers.c.state == "issued",
)

person_keys = Table(
    "person_keys",
    metadata,
    id_column("rule_id", primary_key=True),
    keyed_hash_column("person", primary_key=True),
    text_column("period", most=10, primary_key=True),
    small_column("nth", primary_key=True),
    sqlite_with_rowid=False,
)

voucher_tokens = Table(
    "voucher_tokens",
    metadata,
    Column("status_index", BIG, primary_key=True, autoincrement=True),
    id_column("voucher_id", ForeignKey("vouchers.id"), unique=True),
)

short_codes = Table(
    "short_codes",
    metadata,
    id_column("voucher_id", ForeignKey("vouchers.id"), primary_key=True),
    keyed_hash_column("code", unique=True),
    instant_column("made_at"),
    instant_column("expires_at"),
    sqlite_with_rowid=False,
)

wrong_codes = Table(
    "wrong_codes",
    metadata,
    id_column("counter_id", primary_key=True),
    instant_column("hour", primary_key=True),
    Column("wrong", Integer(), nullable=False),
    sqlite_with_rowid=False,
)

wrong_documents = Table(
    "wrong_documents",
    metadata,
    id_column("subject_id", primary_key=True),
    instant_column("since", primary_key=True),
    Column("wrong", Integer(), nullable=False),
    sqlite_with_rowid=False,
)

redemptions = Table(
    "redemptions",
    metadata,
    id_column(primary_key=True),
    id_column("voucher_id", ForeignKey("vouchers.id")),
    id_column("campaign_id"),
    id_column("line_id"),
    id_column("resident_id"),
    id_column("merchant_id"),
    choice_column("state", RedemptionState),
    fen_column("bill_fen"),
    fen_column("eligible_fen"),
    fen_column("discount_fen"),
    fen_column("face_fen"),
    # Of the bill: the customer's part and the funders' together.
    fen_column("refunded_fen", server_default="0"),
    id_column("staff_id", nullable=True),
    id_column("shift_id", nullable=True),
    text_column("proof", most=80, nullable=True),
    text_column("town_code", most=12),
    text_column("trade", most=40),
    text_column("evidence_kind", most=20, nullable=True),
    text_column("evidence_value", most=120, nullable=True),
    Column("evidence_fen", BigInteger(), nullable=True),
    Column("lines", Text(), nullable=True),
    instant_column("occurred_at"),
    instant_column("recorded_at"),
    # The counter that accepted it without a network; empty where the county itself decided.
    id_column("device_id", nullable=True),
    # A further use of a voucher that was taken elsewhere before.
    Column("conflict", Boolean(create_constraint=False), nullable=False, server_default=false()),
    CheckConstraint("discount_fen >= 1 AND discount_fen < bill_fen", name="a_fen_is_paid"),
    CheckConstraint("eligible_fen <= bill_fen", name="eligible_within_bill"),
    CheckConstraint("refunded_fen <= bill_fen", name="refunded_within_bill"),
    sqlite_with_rowid=False,
)
Index(
    "uq_redemptions_one_live",
    redemptions.c.voucher_id,
    unique=True,
    postgresql_where=(redemptions.c.state != "reversed") & ~redemptions.c.conflict,
    sqlite_where=(redemptions.c.state != "reversed") & ~redemptions.c.conflict,
)
Index("ix_redemptions_merchant", redemptions.c.merchant_id, redemptions.c.id)
Index("ix_redemptions_recorded_at", redemptions.c.recorded_at)
Index("ix_redemptions_resident", redemptions.c.resident_id, redemptions.c.id)
Index(
    "ix_redemptions_assisted",
    redemptions.c.staff_id,
    redemptions.c.id,
    postgresql_where=redemptions.c.shift_id.is_not(None),
    sqlite_where=redemptions.c.shift_id.is_not(None),
)

redemption_shares = Table(
    "redemption_shares",
    metadata,
    id_column("redemption_id", ForeignKey("redemptions.id"), primary_key=True),
    choice_column("funder", Funder, primary_key=True),
    fen_column("amount_fen"),
    fen_column("refunded_fen", server_default="0"),
    CheckConstraint("refunded_fen <= amount_fen", name="refunded_was_paid"),
    sqlite_with_rowid=False,
)

roll_backs = Table(
    "roll_backs",
    metadata,
    id_column(primary_key=True),
    id_column("redemption_id", ForeignKey("redemptions.id")),
    text_column("reason", most=400),
    fen_column("refund_fen"),
    fen_column("customer_fen"),
    fen_column("government_fen"),
    fen_column("platform_fen"),
    fen_column("merchant_fen"),
    choice_column("voucher_state", VoucherState),
    instant_column("recorded_at"),
    CheckConstraint("refund_fen = customer_fen + government_fen + platform_fen + merchant_fen", name="parts_add_up"),
    CheckConstraint("refund_fen >= 1", name="something_came_back"),
)
Index("ix_roll_backs_redemption_id", roll_backs.c.redemption_id)
Index("ix_roll_backs_recorded_at", roll_backs.c.recorded_at)

incidents = Table(
    "incidents",
    metadata,
    id_column(primary_key=True),
    id_column("redemption_id", ForeignKey("redemptions.id")),
    choice_column("state", IncidentState),
    text_column("reason", most=400),
    text_column("document_no", most=80),
    id_column("proposed_by"),
    instant_column("proposed_at"),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name="two_people"),
)
Index("ix_incidents_redemption_id", incidents.c.redemption_id)
Index(
    "uq_incidents_one_proposed",
    incidents.c.redemption_id,
    unique=True,
    postgresql_where=incidents.c.state == "proposed",
    sqlite_where=incidents.c.state == "proposed",
)
