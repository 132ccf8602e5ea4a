"""The county opens: every table of the first version."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0001"
down_revision: str | None = None
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the tables, then the triggers that keep the records append-only."""

    op.create_table(
        "answered_requests",
        sa.Column("request_id", IdType(), nullable=False),
        sa.Column("command_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_answered_requests")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assisted_by_device",
        sa.Column("device_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("most >= 0", name=op.f("ck_assisted_by_device_most_not_negative")),
        sa.CheckConstraint("times <= most", name=op.f("ck_assisted_by_device_within_the_cap")),
        sa.CheckConstraint("times >= 0", name=op.f("ck_assisted_by_device_times_not_negative")),
        sa.PrimaryKeyConstraint("device_key", "day", name=op.f("pk_assisted_by_device")),
    )
    op.create_table(
        "assisted_by_helper",
        sa.Column("helper_id", IdType(), nullable=False),
        sa.Column("resident_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("most >= 0", name=op.f("ck_assisted_by_helper_most_not_negative")),
        sa.CheckConstraint("times <= most", name=op.f("ck_assisted_by_helper_within_the_cap")),
        sa.CheckConstraint("times >= 0", name=op.f("ck_assisted_by_helper_times_not_negative")),
        sa.PrimaryKeyConstraint("helper_id", "resident_key", "day", name=op.f("pk_assisted_by_helper")),
    )
    op.create_table(
        "audit_blocks",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entries_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit_blocks")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_blocks_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_blocks_previous_hash")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", IdType(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("request_id", IdType(), nullable=True),
        sa.Column("device_id", IdType(), nullable=True),
        sa.Column("shift_id", IdType(), nullable=True),
        sa.Column("proof", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("block_no", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "actor_kind IN ('resident', 'staff', 'machine', 'system', 'visitor')",
            name=op.f("ck_audit_entries_actor_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_entries_block_no", "audit_entries", ["block_no"], unique=False)
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_id"], unique=False)
    op.create_index(
        "ix_audit_entries_unlinked",
        "audit_entries",
        ["id"],
        unique=False,
        postgresql_where=sa.text("block_no IS NULL"),
        sqlite_where=sa.text("block_no IS NULL"),
    )
    op.create_table(
        "audit_words",
        sa.Column("entry_id", IdType(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_words")),
    )
    op.create_index("ix_audit_words_at", "audit_words", ["at"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_zh", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("pause_scope", sa.String(length=40), server_default="none", nullable=False),
        sa.Column("pause_reason", sa.String(length=400), nullable=True),
        sa.Column("created_at", InstantType(), nullable=False),
        sa.Column("changed_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "pause_scope IN ('none', 'claims', 'everything')", name=op.f("ck_campaigns_pause_scope_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'approved', 'funded', 'running', 'paused', 'ended', 'settled', 'archived')",
            name=op.f("ck_campaigns_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("number", name=op.f("uq_campaigns_number")),
    )
    op.create_table(
        "consents",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("person_id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.CheckConstraint("answer IN ('given', 'refused', 'withdrawn')", name=op.f("ck_consents_answer_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consents_person", "consents", ["person_id", "kind", "id"], unique=False)
    op.create_table(
        "county_facts",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("city_zh", sa.String(length=40), nullable=False),
        sa.Column("city_en", sa.String(length=80), nullable=False),
        sa.Column("province_zh", sa.String(length=40), nullable=False),
        sa.Column("province_en", sa.String(length=80), nullable=False),
        sa.Column("area_km2", sa.Integer(), nullable=False),
        sa.Column("highest_point_m", sa.String(length=10), nullable=False),
        sa.Column("south", sa.Integer(), nullable=False),
        sa.Column("west", sa.Integer(), nullable=False),
        sa.Column("north", sa.Integer(), nullable=False),
        sa.Column("east", sa.Integer(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_county_facts_only_one")),
        sa.CheckConstraint("south < north AND west < east", name=op.f("ck_county_facts_has_an_inside")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_county_facts")),
    )
    op.create_table(
        "data_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.CheckConstraint("name IN ('epoch', 'seeding')", name=op.f("ck_data_state_name_known")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_data_state")),
    )
    op.create_table(
        "demonstration_sms",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demonstration_sms")),
    )
    op.create_index("ix_demonstration_sms_phone", "demonstration_sms", ["phone_hash", "id"], unique=False)
    op.create_table(
        "due_work",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due_at", InstantType(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("done_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_due_work")),
    )
    op.create_index(
        "ix_due_work_waiting",
        "due_work",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("recipient_id", IdType(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("read_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_messages")),
    )
    op.create_index("ix_inbox_messages_recipient", "inbox_messages", ["recipient_id", "id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", IdType(), nullable=False),
        sa.Column("until", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=True),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("funder", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "funder IN ('government', 'platform', 'merchant')", name=op.f("ck_ledger_accounts_funder_known")
        ),
        sa.CheckConstraint(
            "kind IN ('fund.bank', 'fund.unallocated', 'budget.line', 'voucher.open', 'voucher.held', 'offline.pool', 'offline.allowance', 'merchant.payable', 'merchant.clawback', 'platform.due', 'platform.bank', 'return.treasury')",
            name=op.f("ck_ledger_accounts_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_accounts_key")),
    )
    op.create_table(
        "machine_keys",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hint", sa.String(length=16), nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=True),
        sa.Column("last_used_at", InstantType(), nullable=True),
        sa.Column("revoked_at", InstantType(), nullable=True),
        sa.Column("replaced_by", IdType(), nullable=True),
        sa.CheckConstraint(
            "(role = 'pos') = (merchant_id IS NOT NULL)", name=op.f("ck_machine_keys_tills_belong_to_a_merchant")
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'capture', 'open311', 'pos', 'query')", name=op.f("ck_machine_keys_role_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_machine_keys_key_hash")),
    )
    op.create_table(
        "merchants",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("registered_name", sa.String(length=80), nullable=False),
        sa.Column("about_zh", sa.String(length=200), nullable=False),
        sa.Column("about_en", sa.String(length=400), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("size", sa.String(length=40), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("exemption_zh", sa.String(length=100), nullable=True),
        sa.Column("exemption_en", sa.String(length=200), nullable=True),
        sa.Column("picture", sa.String(length=80), nullable=True),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state_since", InstantType(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("admitted_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "organisation IN ('enterprise', 'individual', 'cooperative')", name=op.f("ck_merchants_organisation_known")
        ),
        sa.CheckConstraint("size IN ('above', 'below')", name=op.f("ck_merchants_size_known")),
        sa.CheckConstraint("state IN ('admitted', 'suspended', 'ended')", name=op.f("ck_merchants_state_known")),
        sa.CheckConstraint(
            "trade IN ('catering', 'retail', 'appliance', 'tourism', 'farm')", name=op.f("ck_merchants_trade_known")
        ),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_merchants_credit_code_is_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
    )
    op.create_index(
        "uq_merchants_credit_code",
        "merchants",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("state != 'ended'"),
        sqlite_where=sa.text("state != 'ended'"),
    )
    op.create_table(
        "outbox_events",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.Column("delivered_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outbox_events_waiting",
        "outbox_events",
        ["name", "id"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL"),
        sqlite_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "outbox_inbox",
        sa.Column("consumer", sa.String(length=60), nullable=False),
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("applied_at", InstantType(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("next_try_at", InstantType(), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_outbox_inbox")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outbox_inbox_failing",
        "outbox_inbox",
        ["consumer", "next_try_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
        sqlite_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "person_keys",
        sa.Column("rule_id", IdType(), nullable=False),
        sa.Column("person", sa.LargeBinary(length=32), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("nth", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "person", "period", "nth", name=op.f("pk_person_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place_sources",
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("told_by", sa.String(length=400), nullable=False),
        sa.Column("licence", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_place_sources")),
    )
    op.create_table(
        "positions",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("lat_microdegrees", sa.Integer(), nullable=False),
        sa.Column("lon_microdegrees", sa.Integer(), nullable=False),
        sa.Column("precision_m", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("source_zh", sa.String(length=200), nullable=False),
        sa.Column("source_en", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "source IN ('surveyed', 'published', 'device', 'invented')", name=op.f("ck_positions_source_known")
        ),
        sa.CheckConstraint(
            "subject_kind IN ('town', 'village', 'spot', 'store', 'station', 'van')",
            name=op.f("ck_positions_subject_kind_known"),
        ),
        sa.CheckConstraint(
            "lat_microdegrees BETWEEN -90000000 AND 90000000", name=op.f("ck_positions_latitude_exists")
        ),
        sa.CheckConstraint(
            "lon_microdegrees BETWEEN -180000000 AND 180000000", name=op.f("ck_positions_longitude_exists")
        ),
        sa.CheckConstraint("precision_m > 0", name=op.f("ck_positions_precision_is_a_length")),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_positions")),
    )
    op.create_index("ix_positions_near", "positions", ["subject_kind", "lat_microdegrees"], unique=False)
    op.create_table(
        "residents",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.Column("closed_at", InstantType(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("identity_number", sa.LargeBinary(), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=True),
        sa.Column("proof_level", sa.SmallInteger(), nullable=False),
        sa.Column("frozen_why", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "state <> 'closed' OR (name IS NULL AND phone IS NULL AND phone_hash IS NULL AND identity_number IS NULL)",
            name=op.f("ck_residents_closed_is_erased"),
        ),
        sa.CheckConstraint("state IN ('open', 'frozen', 'closed')", name=op.f("ck_residents_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_residents_phone_hash")),
    )
    op.create_table(
        "session_changes",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("person_id", IdType(), nullable=False),
        sa.Column("session_id", IdType(), nullable=True),
        sa.Column("at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_session_changes")),
    )
    op.create_table(
        "session_feed",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_feed")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", IdType(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.Column("last_seen_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "ended_why IN ('signed-out', 'ended-elsewhere', 'renewed', 'rights-changed', 'revoked', 'account-ended', 'restored')",
            name=op.f("ck_sessions_ended_why_known"),
        ),
        sa.CheckConstraint(
            "method IN ('code', 'two-factors', 'recovery', 'station', 'ready')", name=op.f("ck_sessions_method_known")
        ),
        sa.CheckConstraint("person_kind IN ('resident', 'staff')", name=op.f("ck_sessions_person_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(
        "ix_sessions_live",
        "sessions",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sign_in_doors",
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.Column("code_id", IdType(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", InstantType(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("touched_at", InstantType(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_sign_in_doors_tries_not_negative")),
        sa.PrimaryKeyConstraint("phone_hash", name=op.f("pk_sign_in_doors")),
    )
    op.create_table(
        "sign_in_spend",
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("ends_at", InstantType(), nullable=False),
        sa.CheckConstraint("spent >= 0", name=op.f("ck_sign_in_spend_spent_not_negative")),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_sign_in_spend")),
    )
    op.create_table(
        "sms_outgoing",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.Column("next_try_at", InstantType(), nullable=False),
        sa.Column("worth_until", InstantType(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "state = 'waiting' OR (phone IS NULL AND variables IS NULL)", name=op.f("ck_sms_outgoing_erased_when_ended")
        ),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'given-up')", name=op.f("ck_sms_outgoing_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_outgoing")),
    )
    op.create_index(
        "ix_sms_outgoing_waiting",
        "sms_outgoing",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "staff",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column(
            "totp_last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("station_id", IdType(), nullable=True),
        sa.Column("created_at", InstantType(), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint("state IN ('invited', 'active', 'ended')", name=op.f("ck_staff_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_staff_phone_hash")),
    )
    op.create_index("ix_staff_merchant_id", "staff", ["merchant_id"], unique=False)
    op.create_index("ix_staff_station_id", "staff", ["station_id"], unique=False)
    op.create_table(
        "staff_tries",
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends_at", InstantType(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_staff_tries_tries_not_negative")),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_staff_tries")),
    )
    op.create_table(
        "station_policies",
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("policy_id", IdType(), nullable=False),
        sa.Column("per_helper_and_resident", sa.Integer(), nullable=False),
        sa.Column("per_device_and_day", sa.Integer(), nullable=False),
        sa.Column("shift_hours_most", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("set_at", InstantType(), nullable=False),
        sa.CheckConstraint("per_device_and_day >= 0", name=op.f("ck_station_policies_per_device_and_day_not_negative")),
        sa.CheckConstraint(
            "per_helper_and_resident >= 0", name=op.f("ck_station_policies_per_helper_and_resident_not_negative")
        ),
        sa.CheckConstraint("shift_hours_most >= 0", name=op.f("ck_station_policies_shift_hours_most_not_negative")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_station_policies")),
        sa.UniqueConstraint("policy_id", name=op.f("uq_station_policies_policy_id")),
    )
    op.create_table(
        "stations",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("town_code", sa.String(length=9), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=True),
        sa.Column("address_zh", sa.String(length=120), nullable=False),
        sa.Column("address_en", sa.String(length=240), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.CheckConstraint("kind IN ('fixed', 'van')", name=op.f("ck_stations_kind_known")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_stations_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_index("ix_stations_town_code", "stations", ["town_code"], unique=False)
    op.create_table(
        "towns",
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("schematic_column", sa.SmallInteger(), nullable=False),
        sa.Column("schematic_row", sa.SmallInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('town', 'township', 'miao_township')", name=op.f("ck_towns_kind_known")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_towns")),
    )
    op.create_table(
        "wrong_codes",
        sa.Column("counter_id", IdType(), nullable=False),
        sa.Column("hour", InstantType(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counter_id", "hour", name=op.f("pk_wrong_codes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wrong_documents",
        sa.Column("subject_id", IdType(), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "since", name=op.f("pk_wrong_documents")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_lines",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("parent_id", IdType(), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("subject_code", sa.String(length=20), nullable=True),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("cap_pieces", sa.Integer(), nullable=False),
        sa.Column("issued_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("issued_pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_pieces", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "level IN ('campaign', 'kind', 'day', 'round', 'town', 'trade', 'merchant')",
            name=op.f("ck_budget_lines_level_known"),
        ),
        sa.CheckConstraint("cap_fen >= 0", name=op.f("ck_budget_lines_cap_fen_not_negative")),
        sa.CheckConstraint("cap_pieces >= 0", name=op.f("ck_budget_lines_cap_pieces_not_negative")),
        sa.CheckConstraint("issued_fen - returned_fen <= cap_fen", name=op.f("ck_budget_lines_within_cap_fen")),
        sa.CheckConstraint("issued_fen >= 0", name=op.f("ck_budget_lines_issued_fen_not_negative")),
        sa.CheckConstraint(
            "issued_pieces - returned_pieces <= cap_pieces", name=op.f("ck_budget_lines_within_cap_pieces")
        ),
        sa.CheckConstraint("issued_pieces >= 0", name=op.f("ck_budget_lines_issued_pieces_not_negative")),
        sa.CheckConstraint("returned_fen <= issued_fen", name=op.f("ck_budget_lines_returned_fen_were_issued")),
        sa.CheckConstraint("returned_fen >= 0", name=op.f("ck_budget_lines_returned_fen_not_negative")),
        sa.CheckConstraint(
            "returned_pieces <= issued_pieces", name=op.f("ck_budget_lines_returned_pieces_were_issued")
        ),
        sa.CheckConstraint("returned_pieces >= 0", name=op.f("ck_budget_lines_returned_pieces_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_budget_lines_campaign_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["budget_lines.id"], name=op.f("fk_budget_lines_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
    )
    op.create_index("ix_budget_lines_campaign", "budget_lines", ["campaign_id"], unique=False)
    op.create_table(
        "campaign_decisions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("deputy_for", IdType(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "step IN ('submit', 'review', 'approve', 'send-back', 'fund')",
            name=op.f("ck_campaign_decisions_step_known"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_decisions_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_decisions")),
    )
    op.create_index("ix_campaign_decisions_campaign", "campaign_decisions", ["campaign_id", "version"], unique=False)
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("made_by", IdType(), nullable=True),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_versions_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "version", name=op.f("pk_campaign_versions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deputy_grants",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("deputy_id", IdType(), nullable=False),
        sa.Column("principal_id", IdType(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("begins_at", InstantType(), nullable=False),
        sa.Column("ends_at", InstantType(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "role IN ('approver', 'auditor', 'merchant', 'office', 'operator', 'reviewer', 'security_admin', 'system_admin')",
            name=op.f("ck_deputy_grants_role_known"),
        ),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_deputy_grants_begins_before_it_ends")),
        sa.CheckConstraint("deputy_id <> principal_id", name=op.f("ck_deputy_grants_two_people")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_deputy_grants_deputy_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["staff.id"], name=op.f("fk_deputy_grants_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy_grants")),
    )
    op.create_index("ix_deputy_grants_deputy", "deputy_grants", ["deputy_id"], unique=False)
    op.create_index("ix_deputy_grants_principal", "deputy_grants", ["principal_id"], unique=False)
    op.create_table(
        "holder_challenges",
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_holder_challenges_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_holder_challenges")),
    )
    op.create_table(
        "holder_keys",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("point", sa.LargeBinary(length=33), nullable=False),
        sa.Column("enrolled_at", InstantType(), nullable=False),
        sa.Column("offline_from", InstantType(), nullable=False),
        sa.Column("revoked_at", InstantType(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_holder_keys_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_keys")),
    )
    op.create_index(
        "uq_holder_keys_one_live",
        "holder_keys",
        ["resident_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        sqlite_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "identity_proofs",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("proved_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_identity_proofs_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_proofs")),
    )
    op.create_index("ix_identity_proofs_resident", "identity_proofs", ["resident_id"], unique=False)
    op.create_table(
        "ledger_transfers",
        sa.Column("act_id", IdType(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("debit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "step IN ('fund', 'allocate', 'deal', 'return-up', 'claim', 'hold', 'release', 'redeem', 'unused-face', 'platform-share', 'roll-back', 'expire')",
            name=op.f("ck_ledger_transfers_step_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_transfers_amount_is_positive")),
        sa.CheckConstraint("debit_account <> credit_account", name=op.f("ck_ledger_transfers_two_accounts")),
        sa.ForeignKeyConstraint(
            ["credit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_transfers_credit_account")
        ),
        sa.ForeignKeyConstraint(
            ["debit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_transfers_debit_account")
        ),
        sa.PrimaryKeyConstraint("act_id", "leg", name=op.f("pk_ledger_transfers")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_transfers_credit", "ledger_transfers", ["credit_account"], unique=False)
    op.create_index("ix_ledger_transfers_debit", "ledger_transfers", ["debit_account"], unique=False)
    op.create_table(
        "merchant_licences",
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('food_business', 'food_production', 'hygiene')", name=op.f("ck_merchant_licences_kind_known")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_licences_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "kind", "number", name=op.f("pk_merchant_licences")),
    )
    op.create_table(
        "merchant_stores",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("town_code", sa.String(length=9), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=True),
        sa.Column("address_zh", sa.String(length=120), nullable=False),
        sa.Column("address_en", sa.String(length=240), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_merchant_stores_number_counts_from_one")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_stores_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_stores")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_merchant_stores_merchant_id_number")),
    )
    op.create_index("ix_merchant_stores_town_code", "merchant_stores", ["town_code"], unique=False)
    op.create_table(
        "personal_looks",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("fields", sa.String(length=200), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_personal_looks_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_personal_looks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_looks")),
    )
    op.create_index("ix_personal_looks_resident", "personal_looks", ["resident_id", "id"], unique=False)
    op.create_table(
        "resident_groups",
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_resident_groups_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", "group_name", name=op.f("pk_resident_groups")),
    )
    op.create_table(
        "resident_keys",
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.CheckConstraint("kind IN ('card', 'identity')", name=op.f("ck_resident_keys_kind_known")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_resident_keys_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", "kind", "hash", name=op.f("pk_resident_keys")),
    )
    op.create_index("ix_resident_keys_hash", "resident_keys", ["hash"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("station_id", IdType(), nullable=False),
        sa.Column("operator_id", IdType(), nullable=False),
        sa.Column("device_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device_label", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.Column("opening_cash_fen", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", InstantType(), nullable=True),
        sa.Column("closing_cash_fen", sa.BigInteger(), nullable=True),
        sa.Column("expected_cash_fen", sa.BigInteger(), nullable=True),
        sa.Column("difference_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL) AND (state = 'open') = (closing_cash_fen IS NULL) AND (state = 'open') = (expected_cash_fen IS NULL)",
            name=op.f("ck_shifts_closed_is_counted"),
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_shifts_state_known")),
        sa.CheckConstraint("closing_cash_fen >= 0", name=op.f("ck_shifts_closing_cash_fen_not_negative")),
        sa.CheckConstraint(
            "closing_cash_fen IS NULL OR closing_cash_fen = expected_cash_fen OR difference_reason IS NOT NULL",
            name=op.f("ck_shifts_difference_has_a_reason"),
        ),
        sa.CheckConstraint("expected_cash_fen >= 0", name=op.f("ck_shifts_expected_cash_fen_not_negative")),
        sa.CheckConstraint("opening_cash_fen >= 0", name=op.f("ck_shifts_opening_cash_fen_not_negative")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_shifts_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_opened", "shifts", ["opened_at"], unique=False)
    op.create_index(
        "uq_shifts_one_open_per_device",
        "shifts",
        ["device_key"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_shifts_one_open_per_operator",
        "shifts",
        ["operator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "staff_invitations",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_staff_invitations_tries_not_negative")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_invitations_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_invitations_token_hash")),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", InstantType(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_codes_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name=op.f("pk_staff_recovery_codes")),
    )
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.CheckConstraint(
            "role IN ('approver', 'auditor', 'merchant', 'office', 'operator', 'reviewer', 'security_admin', 'system_admin')",
            name=op.f("ck_staff_roles_role_known"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_roles_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_roles")),
    )
    op.create_index(
        "uq_staff_roles_one_administrator",
        "staff_roles",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("role IN ('auditor', 'security_admin', 'system_admin')"),
        sqlite_where=sa.text("role IN ('auditor', 'security_admin', 'system_admin')"),
    )
    op.create_table(
        "station_operators",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("station_id", IdType(), nullable=False),
        sa.Column("begins_at", InstantType(), nullable=False),
        sa.Column("ends_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "ends_at IS NULL OR begins_at <= ends_at", name=op.f("ck_station_operators_begins_before_it_ends")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_station_operators_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_operators")),
    )
    op.create_index("ix_station_operators_staff", "station_operators", ["staff_id"], unique=False)
    op.create_index("ix_station_operators_station", "station_operators", ["station_id"], unique=False)
    op.create_table(
        "villages",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("town_code", sa.String(length=9), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("official_name", sa.String(length=60), nullable=False),
        sa.Column("community", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("substr(code, 1, 9) = town_code", name=op.f("ck_villages_code_begins_with_its_town")),
        sa.ForeignKeyConstraint(["town_code"], ["towns.code"], name=op.f("fk_villages_town_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_villages")),
    )
    op.create_index("ix_villages_town_code", "villages", ["town_code"], unique=False)
    op.create_table(
        "assisted_services",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("helper_id", IdType(), nullable=False),
        sa.Column("shift_id", IdType(), nullable=False),
        sa.Column("proof", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "act IN ('voucher.claim', 'voucher.redeem', 'voucher.short-code')",
            name=op.f("ck_assisted_services_act_known"),
        ),
        sa.CheckConstraint(
            "proof IN ('phone-code', 'identity-card', 'social-card', 'station-card', 'presence')",
            name=op.f("ck_assisted_services_proof_known"),
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_assisted_services_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assisted_services")),
    )
    op.create_index("ix_assisted_services_at", "assisted_services", ["at"], unique=False)
    op.create_index("ix_assisted_services_helper", "assisted_services", ["helper_id", "at"], unique=False)
    op.create_index("ix_assisted_services_resident", "assisted_services", ["resident_id", "at"], unique=False)
    op.create_table(
        "rounds",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("opens_at", InstantType(), nullable=False),
        sa.Column("closes_at", InstantType(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("station_pieces", sa.Integer(), server_default="0", nullable=False),
        sa.Column("station_until", InstantType(), nullable=True),
        sa.Column("issued_online", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issued_station", sa.Integer(), server_default="0", nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.CheckConstraint("mode IN ('rush', 'draw', 'roster')", name=op.f("ck_rounds_mode_known")),
        sa.CheckConstraint("state IN ('planned', 'open', 'closed')", name=op.f("ck_rounds_state_known")),
        sa.CheckConstraint("issued_online + issued_station <= pieces", name=op.f("ck_rounds_within_pieces")),
        sa.CheckConstraint("issued_online >= 0", name=op.f("ck_rounds_issued_online_not_negative")),
        sa.CheckConstraint("issued_station >= 0", name=op.f("ck_rounds_issued_station_not_negative")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_rounds_opens_before_it_closes")),
        sa.CheckConstraint("pieces >= 0", name=op.f("ck_rounds_pieces_not_negative")),
        sa.CheckConstraint("station_pieces >= 0", name=op.f("ck_rounds_station_pieces_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_rounds_campaign_id")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_rounds_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
    )
    op.create_index("ix_rounds_campaign", "rounds", ["campaign_id"], unique=False)
    op.create_index("ix_rounds_window", "rounds", ["closes_at"], unique=False)
    op.create_table(
        "spots",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("place_in_list", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("about_zh", sa.String(length=400), nullable=False),
        sa.Column("about_en", sa.String(length=800), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=True),
        sa.Column("picture", sa.String(length=80), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('spot', 'specialty')", name=op.f("ck_spots_kind_known")),
        sa.ForeignKeyConstraint(["village_code"], ["villages.code"], name=op.f("fk_spots_village_code")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spots")),
    )
    op.create_table(
        "spot_towns",
        sa.Column("spot_key", sa.String(length=60), nullable=False),
        sa.Column("town_code", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(["spot_key"], ["spots.key"], name=op.f("fk_spot_towns_spot_key")),
        sa.ForeignKeyConstraint(["town_code"], ["towns.code"], name=op.f("fk_spot_towns_town_code")),
        sa.PrimaryKeyConstraint("spot_key", "town_code", name=op.f("pk_spot_towns")),
    )
    op.create_table(
        "vouchers",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("public_fen", sa.BigInteger(), nullable=False),
        sa.Column("platform_fen", sa.BigInteger(), nullable=True),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", InstantType(), nullable=False),
        sa.Column("use_from", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("last_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'held', 'redeemed', 'expired', 'voided')", name=op.f("ck_vouchers_state_known")
        ),
        sa.CheckConstraint("face_fen >= 0", name=op.f("ck_vouchers_face_fen_not_negative")),
        sa.CheckConstraint("platform_fen >= 0", name=op.f("ck_vouchers_platform_fen_not_negative")),
        sa.CheckConstraint("public_fen >= 0", name=op.f("ck_vouchers_public_fen_not_negative")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_vouchers_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_vouchers_expiry",
        "vouchers",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'issued'"),
        sqlite_where=sa.text("state = 'issued'"),
    )
    op.create_index("ix_vouchers_resident", "vouchers", ["resident_id", "round_id"], unique=False)
    op.create_table(
        "redemptions",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("bill_fen", sa.BigInteger(), nullable=False),
        sa.Column("eligible_fen", sa.BigInteger(), nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=True),
        sa.Column("shift_id", IdType(), nullable=True),
        sa.Column("proof", sa.String(length=80), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("evidence_kind", sa.String(length=20), nullable=True),
        sa.Column("evidence_value", sa.String(length=120), nullable=True),
        sa.Column("evidence_fen", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.Text(), nullable=True),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint("state IN ('accepted', 'confirmed', 'reversed')", name=op.f("ck_redemptions_state_known")),
        sa.CheckConstraint("bill_fen >= 0", name=op.f("ck_redemptions_bill_fen_not_negative")),
        sa.CheckConstraint("discount_fen >= 0", name=op.f("ck_redemptions_discount_fen_not_negative")),
        sa.CheckConstraint("discount_fen >= 1 AND discount_fen < bill_fen", name=op.f("ck_redemptions_a_fen_is_paid")),
        sa.CheckConstraint("eligible_fen <= bill_fen", name=op.f("ck_redemptions_eligible_within_bill")),
        sa.CheckConstraint("eligible_fen >= 0", name=op.f("ck_redemptions_eligible_fen_not_negative")),
        sa.CheckConstraint("face_fen >= 0", name=op.f("ck_redemptions_face_fen_not_negative")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_redemptions_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_redemptions_assisted",
        "redemptions",
        ["staff_id", "id"],
        unique=False,
        postgresql_where=sa.text("shift_id IS NOT NULL"),
        sqlite_where=sa.text("shift_id IS NOT NULL"),
    )
    op.create_index("ix_redemptions_merchant", "redemptions", ["merchant_id", "id"], unique=False)
    op.create_index("ix_redemptions_resident", "redemptions", ["resident_id", "id"], unique=False)
    op.create_index(
        "uq_redemptions_one_live",
        "redemptions",
        ["voucher_id"],
        unique=True,
        postgresql_where=sa.text("state != 'reversed'"),
        sqlite_where=sa.text("state != 'reversed'"),
    )
    op.create_table(
        "short_codes",
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_short_codes_voucher_id")),
        sa.PrimaryKeyConstraint("voucher_id", name=op.f("pk_short_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_short_codes_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voucher_tokens",
        sa.Column(
            "status_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_tokens_voucher_id")),
        sa.PrimaryKeyConstraint("status_index", name=op.f("pk_voucher_tokens")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_voucher_tokens_voucher_id")),
    )
    op.create_table(
        "redemption_shares",
        sa.Column("redemption_id", IdType(), nullable=False),
        sa.Column("funder", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "funder IN ('government', 'platform', 'merchant')", name=op.f("ck_redemption_shares_funder_known")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_redemption_shares_amount_fen_not_negative")),
        sa.CheckConstraint("refunded_fen <= amount_fen", name=op.f("ck_redemption_shares_refunded_was_paid")),
        sa.CheckConstraint("refunded_fen >= 0", name=op.f("ck_redemption_shares_refunded_fen_not_negative")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_redemption_shares_redemption_id")),
        sa.PrimaryKeyConstraint("redemption_id", "funder", name=op.f("pk_redemption_shares")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "roll_backs",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("redemption_id", IdType(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.Column("voucher_state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "voucher_state IN ('issued', 'held', 'redeemed', 'expired', 'voided')",
            name=op.f("ck_roll_backs_voucher_state_known"),
        ),
        sa.CheckConstraint("refund_fen >= 0", name=op.f("ck_roll_backs_refund_fen_not_negative")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_roll_backs_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_backs")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_roll_backs_redemption_id")),
    )
    connection = op.get_bind()
    make_append_only(connection, "answered_requests", ["request_id", "command_hash", "outcome", "recorded_at"], ())
    make_append_only(connection, "audit_blocks", ["no", "at", "entries", "entries_hash", "previous_hash", "hash"], ())
    make_append_only(
        connection,
        "audit_entries",
        [
            "id",
            "at",
            "actor_kind",
            "actor_id",
            "role",
            "request_id",
            "device_id",
            "shift_id",
            "proof",
            "act",
            "subject_kind",
            "subject_id",
            "from_state",
            "to_state",
            "success",
            "reason",
            "detail",
            "digest",
        ],
        ("block_no",),
        ("address",),
    )
    make_append_only(
        connection, "consents", ["id", "person_id", "kind", "answer", "text_version", "text_hash", "at"], ()
    )
    make_append_only(
        connection,
        "ledger_transfers",
        ["act_id", "leg", "debit_account", "credit_account", "amount_fen", "step", "occurred_at", "recorded_at"],
        (),
    )
