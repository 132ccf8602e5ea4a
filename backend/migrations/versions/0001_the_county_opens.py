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
        sa.Column("searched", sa.String(length=1200), nullable=False),
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
        ["id"],
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
        ],
        ("block_no",),
    )
    make_append_only(
        connection,
        "ledger_transfers",
        ["act_id", "leg", "debit_account", "credit_account", "amount_fen", "step", "occurred_at", "recorded_at"],
        (),
    )
