"""Rows of events, inboxes, answered requests, timed work and leases."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from backend.database.columns import id_column, instant_column, json_column, metadata, text_column

events = Table(
    "outbox_events",
    metadata,
    id_column(primary_key=True),
    text_column("name", most=60),
    json_column("body"),
    instant_column("recorded_at"),
    instant_column("delivered_at", nullable=True),
    sqlite_with_rowid=False,
)
Index(
    "ix_outbox_events_waiting",
    events.c.name,
    events.c.id,
    postgresql_where=events.c.delivered_at.is_(None),
    sqlite_where=events.c.delivered_at.is_(None),
)

inbox = Table(
    "outbox_inbox",
    metadata,
    text_column("consumer", most=60, primary_key=True),
    id_column("event_id", primary_key=True),
    instant_column("applied_at", nullable=True),
    Column("tries", Integer(), nullable=False, server_default="0"),
    Column("fault", Text(), nullable=True),
    instant_column("next_try_at", nullable=True),
    sqlite_with_rowid=False,
)
Index(
    "ix_outbox_inbox_failing",
    inbox.c.consumer,
    inbox.c.next_try_at,
    postgresql_where=inbox.c.applied_at.is_(None),
    sqlite_where=inbox.c.applied_at.is_(None),
)

requests = Table(
    "answered_requests",
    metadata,
    id_column("request_id", primary_key=True),
    Column("command_hash", LargeBinary(16), nullable=False),
    json_column("outcome"),
    instant_column("recorded_at"),
    sqlite_with_rowid=False,
)

REFUSED = """substr(outcome, 1, 17) = '{"type":"refused"'"""
"""How the text of an outcome begins that is a refusal; msgspec writes a struct's tag first."""
Index(
    "ix_answered_requests_refused",
    requests.c.command_hash,
    postgresql_where=text(REFUSED),
    sqlite_where=text(REFUSED),
)

due_work = Table(
    "due_work",
    metadata,
    text_column("kind", most=60, primary_key=True),
    text_column("key", most=120, primary_key=True),
    instant_column("due_at"),
    json_column("body"),
    Column("tries", Integer(), nullable=False, server_default="0"),
    Column("fault", Text(), nullable=True),
    instant_column("done_at", nullable=True),
)
Index(
    "ix_due_work_waiting",
    due_work.c.due_at,
    postgresql_where=due_work.c.done_at.is_(None),
    sqlite_where=due_work.c.done_at.is_(None),
)

leases = Table(
    "leases",
    metadata,
    text_column("name", most=60, primary_key=True),
    id_column("holder"),
    instant_column("until"),
)
