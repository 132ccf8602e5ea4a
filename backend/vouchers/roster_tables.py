"""Rows of lists by which vouchers are given (定向发放名单): people stand in them as keyed hashes only."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from backend.database.columns import (
    choice_column,
    count_column,
    id_column,
    instant_column,
    keyed_hash_column,
    metadata,
    text_column,
)
from backend.vouchers.roster_rules import RosterState

rosters = Table(
    "rosters",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id", ForeignKey("campaigns.id")),
    text_column("document_no", most=80),
    choice_column("state", RosterState),
    count_column("entries"),
    id_column("imported_by"),
    instant_column("imported_at"),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    CheckConstraint("decided_by <> imported_by", name="two_people"),
    CheckConstraint("(state = 'imported') = (decided_by IS NULL)", name="decided_by_somebody"),
)
Index("ix_rosters_campaign", rosters.c.campaign_id)

roster_entries = Table(
    "roster_entries",
    metadata,
    id_column(primary_key=True),
    id_column("roster_id", ForeignKey("rosters.id")),
    Column("row_no", Integer(), nullable=False),
    text_column("class_code", most=40),
    keyed_hash_column("phone_hash", nullable=True),
    keyed_hash_column("identity_hash", nullable=True),
    UniqueConstraint("roster_id", "row_no"),
    UniqueConstraint("roster_id", "phone_hash"),
    UniqueConstraint("roster_id", "identity_hash"),
    CheckConstraint("phone_hash IS NOT NULL OR identity_hash IS NOT NULL", name="is_somebody"),
)
Index("ix_roster_entries_phone", roster_entries.c.phone_hash)
Index("ix_roster_entries_identity", roster_entries.c.identity_hash)

roster_takings = Table(
    "roster_takings",
    metadata,
    id_column("entry_id", ForeignKey("roster_entries.id"), primary_key=True),
    id_column("round_id", ForeignKey("rounds.id"), primary_key=True),
    id_column("voucher_id", ForeignKey("vouchers.id"), unique=True),
    id_column("resident_id"),
    instant_column("taken_at"),
)
Index("ix_roster_takings_round", roster_takings.c.round_id)

roster_rounds = Table(
    "roster_rounds",
    metadata,
    id_column("round_id", ForeignKey("rounds.id"), primary_key=True),
    text_column("class_code", most=40, primary_key=True),
)
