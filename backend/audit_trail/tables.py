"""Rows of the audit trail; triggers of the migration refuse DELETE, and every UPDATE but linking and erasing."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from backend.audit_trail.rules import ADDRESSES_KEPT_DAYS, WORDS_KEPT_DAYS
from backend.database.columns import (
    Personal,
    choice_column,
    id_column,
    instant_column,
    metadata,
    sealed_column,
    text_column,
)
from backend.kernel.actors import ActorKind

audit_entries = Table(
    "audit_entries",
    metadata,
    id_column(primary_key=True),
    instant_column("at"),
    choice_column("actor_kind", ActorKind),
    id_column("actor_id", nullable=True),
    text_column("role", most=40, nullable=True),
    id_column("request_id", nullable=True),
    id_column("device_id", nullable=True),
    id_column("shift_id", nullable=True),
    text_column("proof", most=80, nullable=True),
    Column(
        "address",
        String(45),
        nullable=True,
        info={
            "personal": Personal(
                "查明是谁从哪里办的事", "To find out from where something was done", kept_days=ADDRESSES_KEPT_DAYS
            )
        },
    ),
    text_column("act", most=60),
    text_column("subject_kind", most=40),
    text_column("subject_id", most=80),
    text_column("from_state", most=40, nullable=True),
    text_column("to_state", most=40, nullable=True),
    Column("success", Boolean(create_constraint=False), nullable=False),
    text_column("reason", most=400, nullable=True),
    Column("detail", Text(), nullable=False, server_default=""),
    Column("digest", LargeBinary(32), nullable=False),
    Column("block_no", Integer(), nullable=True),
    sqlite_with_rowid=False,
)
Index(
    "ix_audit_entries_unlinked",
    audit_entries.c.id,
    postgresql_where=audit_entries.c.block_no.is_(None),
    sqlite_where=audit_entries.c.block_no.is_(None),
)
Index("ix_audit_entries_block_no", audit_entries.c.block_no)
Index("ix_audit_entries_subject", audit_entries.c.subject_id)

audit_words = Table(
    "audit_words",
    metadata,
    id_column("entry_id", primary_key=True),
    instant_column("at"),
    sealed_column(
        "words",
        Personal(
            "留存办事人员写下的事由，便于审计核对", "What was written as the reason, for the auditor", WORDS_KEPT_DAYS
        ),
    ),
)
Index("ix_audit_words_at", audit_words.c.at)

audit_blocks = Table(
    "audit_blocks",
    metadata,
    Column("no", Integer(), primary_key=True, autoincrement=False),
    instant_column("at"),
    Column("entries", Integer(), nullable=False),
    Column("entries_hash", LargeBinary(32), nullable=False),
    Column("previous_hash", LargeBinary(32), nullable=False, unique=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
)
