"""Rows of the brake's alerts: append-only, and one living alert for each crossing of a level."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table

from backend.database.columns import choice_column, id_column, instant_column, json_column, metadata
from backend.vouchers.brake_rules import AlertLevel, BrakeRule

brake_alerts = Table(
    "brake_alerts",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id", ForeignKey("campaigns.id")),
    choice_column("rule", BrakeRule),
    choice_column("level", AlertLevel),
    id_column("subject_id"),
    Column("value", BigInteger(), nullable=False),
    Column("limit_value", BigInteger(), nullable=False),
    json_column("figures"),
    instant_column("raised_at"),
    instant_column("ended_at", nullable=True),
    CheckConstraint("value >= limit_value", name="a_level_was_crossed"),
)
Index(
    "uq_brake_alerts_one_lives",
    brake_alerts.c.campaign_id,
    brake_alerts.c.rule,
    brake_alerts.c.subject_id,
    brake_alerts.c.level,
    unique=True,
    postgresql_where=brake_alerts.c.ended_at.is_(None),
    sqlite_where=brake_alerts.c.ended_at.is_(None),
)
Index("ix_brake_alerts_campaign", brake_alerts.c.campaign_id, brake_alerts.c.raised_at)
