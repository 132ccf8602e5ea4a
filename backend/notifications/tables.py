"""Rows of the inbox, of SMS on their way, and of the demonstration county's SMS box."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from backend.database.columns import (
    Personal,
    choice_column,
    id_column,
    instant_column,
    keyed_hash_column,
    metadata,
    sealed_column,
    text_column,
)

inbox_messages = Table(
    "inbox_messages",
    metadata,
    id_column(primary_key=True),
    id_column("recipient_id"),
    instant_column("at"),
    text_column("code", most=40),
    sealed_column("words", Personal("保留发给您的通知，便于查证", "A record of what you were told", kept_days=730)),
    text_column("link", most=200),
    instant_column("read_at", nullable=True),
)
Index("ix_inbox_messages_recipient", inbox_messages.c.recipient_id, inbox_messages.c.id)

sms_outgoing = Table(
    "sms_outgoing",
    metadata,
    id_column(primary_key=True),
    sealed_column(
        "phone", Personal("发送短信，发出后即删除", "To send the SMS; erased once sent", kept_days=1), nullable=True
    ),
    text_column("code", most=40),
    sealed_column(
        "variables",
        Personal("短信内容，发出后即删除", "What the SMS says; erased once sent", kept_days=1),
        nullable=True,
    ),
    choice_column("state", ("waiting", "sent", "given-up")),
    instant_column("recorded_at"),
    instant_column("next_try_at"),
    instant_column("worth_until"),
    Column("tries", Integer(), nullable=False, server_default="0"),
    instant_column("ended_at", nullable=True),
    CheckConstraint("state = 'waiting' OR (phone IS NULL AND variables IS NULL)", name="erased_when_ended"),
)
Index(
    "ix_sms_outgoing_waiting",
    sms_outgoing.c.next_try_at,
    postgresql_where=sms_outgoing.c.state == "waiting",
    sqlite_where=sms_outgoing.c.state == "waiting",
)

sms_box = Table(
    "demonstration_sms",
    metadata,
    id_column(primary_key=True),
    keyed_hash_column("phone_hash"),
    instant_column("at"),
    text_column("code", most=40),
    sealed_column(
        "variables",
        Personal("演示县的短信箱，代替真实短信", "The demonstration's SMS box, in place of SMS", kept_days=7),
    ),
)
Index("ix_demonstration_sms_phone", sms_box.c.phone_hash, sms_box.c.id)
