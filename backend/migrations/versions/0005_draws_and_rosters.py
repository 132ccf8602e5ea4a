"""Vouchers by lot and by list: draws with their entries, roots and results; lists with who took what."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the tables; what was published, and what a list says, can be filled once and never changed."""
    op.create_table(
        "rosters",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("imported_by", IdType(), nullable=False),
        sa.Column("imported_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.CheckConstraint("(state = 'imported') = (decided_by IS NULL)", name=op.f("ck_rosters_decided_by_somebody")),
        sa.CheckConstraint("state IN ('imported', 'confirmed', 'rejected')", name=op.f("ck_rosters_state_known")),
        sa.CheckConstraint("decided_by <> imported_by", name=op.f("ck_rosters_two_people")),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_rosters_entries_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_rosters_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
    )
    op.create_index("ix_rosters_campaign", "rosters", ["campaign_id"], unique=False)
    op.create_table(
        "roster_entries",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("roster_id", IdType(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("identity_hash", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint(
            "phone_hash IS NOT NULL OR identity_hash IS NOT NULL", name=op.f("ck_roster_entries_is_somebody")
        ),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_entries_roster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entries")),
        sa.UniqueConstraint("roster_id", "identity_hash", name=op.f("uq_roster_entries_roster_id_identity_hash")),
        sa.UniqueConstraint("roster_id", "phone_hash", name=op.f("uq_roster_entries_roster_id_phone_hash")),
        sa.UniqueConstraint("roster_id", "row_no", name=op.f("uq_roster_entries_roster_id_row_no")),
    )
    op.create_index("ix_roster_entries_identity", "roster_entries", ["identity_hash"], unique=False)
    op.create_index("ix_roster_entries_phone", "roster_entries", ["phone_hash"], unique=False)
    op.create_table(
        "draws",
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("entrants", sa.Integer(), nullable=True),
        sa.Column("root", sa.LargeBinary(length=32), nullable=True),
        sa.Column("leaves", sa.LargeBinary(), nullable=True),
        sa.Column("numbered_at", InstantType(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("notary_no", sa.String(length=80), nullable=True),
        sa.Column("notary_sha256", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", InstantType(), nullable=True),
        sa.Column("finished_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "state = 'collecting' OR root IS NOT NULL", name=op.f("ck_draws_numbered_before_it_goes_on")
        ),
        sa.CheckConstraint(
            "state IN ('collecting', 'numbered') OR seed IS NOT NULL OR entrants = 0",
            name=op.f("ck_draws_drawn_with_a_seed"),
        ),
        sa.CheckConstraint(
            "state IN ('collecting', 'numbered', 'drawn', 'finished')", name=op.f("ck_draws_state_known")
        ),
        sa.CheckConstraint("(root IS NULL) = (entrants IS NULL)", name=op.f("ck_draws_root_has_its_count")),
        sa.CheckConstraint("(root IS NULL) = (numbered_at IS NULL)", name=op.f("ck_draws_root_has_its_instant")),
        sa.CheckConstraint("seed IS NULL OR root IS NOT NULL", name=op.f("ck_draws_no_seed_before_the_root")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_draws_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_draws")),
    )
    op.create_table(
        "roster_rounds",
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_roster_rounds_round_id")),
        sa.PrimaryKeyConstraint("round_id", "class_code", name=op.f("pk_roster_rounds")),
    )
    op.create_table(
        "draw_entries",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entered_at", InstantType(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_draw_entries_numbers_begin_at_one")),
        sa.ForeignKeyConstraint(["round_id"], ["draws.round_id"], name=op.f("fk_draw_entries_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_entries")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_draw_entries_round_id_number")),
    )
    op.create_index("ix_draw_entries_resident", "draw_entries", ["resident_id", "id"], unique=False)
    op.create_table(
        "draw_seeds",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("entered_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["draws.round_id"], name=op.f("fk_draw_seeds_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_seeds")),
    )
    op.create_index("ix_draw_seeds_round", "draw_seeds", ["round_id"], unique=False)
    op.create_table(
        "draw_sources",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("issue", sa.String(length=80), nullable=False),
        sa.Column("published_at", InstantType(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("entered_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["draws.round_id"], name=op.f("fk_draw_sources_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_sources")),
    )
    op.create_index("ix_draw_sources_round", "draw_sources", ["round_id"], unique=False)
    op.create_table(
        "roster_takings",
        sa.Column("entry_id", IdType(), nullable=False),
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("taken_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["roster_entries.id"], name=op.f("fk_roster_takings_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_roster_takings_round_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_roster_takings_voucher_id")),
        sa.PrimaryKeyConstraint("entry_id", "round_id", name=op.f("pk_roster_takings")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_roster_takings_voucher_id")),
    )
    op.create_index("ix_roster_takings_round", "roster_takings", ["round_id"], unique=False)
    op.create_table(
        "draw_entry_keys",
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("person", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry_id", IdType(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["draw_entries.id"], name=op.f("fk_draw_entry_keys_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["draws.round_id"], name=op.f("fk_draw_entry_keys_round_id")),
        sa.PrimaryKeyConstraint("round_id", "person", name=op.f("pk_draw_entry_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_draw_entry_keys_entry", "draw_entry_keys", ["entry_id"], unique=False)
    op.create_table(
        "draw_places",
        sa.Column("round_id", IdType(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", IdType(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("voucher_id", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "coalesce(outcome, '') <> 'issued' OR voucher_id IS NOT NULL",
            name=op.f("ck_draw_places_issued_is_a_voucher"),
        ),
        sa.CheckConstraint(
            "coalesce(outcome, '') <> 'passed-over' OR reason IS NOT NULL",
            name=op.f("ck_draw_places_passed_over_for_a_reason"),
        ),
        sa.CheckConstraint(
            "outcome IN ('issued', 'passed-over', 'not-needed')", name=op.f("ck_draw_places_outcome_known")
        ),
        sa.CheckConstraint(
            "reason IN ('account-closed', 'frozen', 'limit-reached', 'not-eligible')",
            name=op.f("ck_draw_places_reason_known"),
        ),
        sa.CheckConstraint(
            "voucher_id IS NULL OR coalesce(outcome, '') = 'issued'", name=op.f("ck_draw_places_a_voucher_is_issued")
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_draw_places_ranks_begin_at_one")),
        sa.ForeignKeyConstraint(["entry_id"], ["draw_entries.id"], name=op.f("fk_draw_places_entry_id")),
        sa.ForeignKeyConstraint(["round_id"], ["draws.round_id"], name=op.f("fk_draw_places_round_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_draw_places_voucher_id")),
        sa.PrimaryKeyConstraint("round_id", "rank", name=op.f("pk_draw_places")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_draw_places_entry_id")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_draw_places_round_id_number")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_draw_places_voucher_id")),
        sqlite_with_rowid=False,
    )

    connection = op.get_bind()
    once = ["entrants", "root", "leaves", "numbered_at", "named", "seed"]
    once += ["notary_no", "notary_sha256", "drawn_at", "finished_at"]
    make_append_only(connection, "draws", ["round_id", "plan"], once)
    entered = ["id", "round_id", "resident_id", "assisted", "salt", "entered_at"]
    make_append_only(connection, "draw_entries", entered, ["number"])
    written = ["id", "round_id", "staff_id", "value", "document_no", "file_sha256", "entered_at"]
    make_append_only(connection, "draw_seeds", written)
    written = ["id", "round_id", "staff_id", "issue", "published_at", "document_no", "entered_at"]
    make_append_only(connection, "draw_sources", written)
    decided = ["outcome", "reason", "voucher_id", "decided_at"]
    make_append_only(connection, "draw_places", ["round_id", "rank", "number", "entry_id"], decided)
    imported = ["id", "campaign_id", "document_no", "entries", "imported_by", "imported_at"]
    make_append_only(connection, "rosters", imported, ["decided_by", "decided_at"])
    listed = ["id", "roster_id", "row_no", "class_code", "phone_hash", "identity_hash"]
    make_append_only(connection, "roster_entries", listed)
    make_append_only(connection, "roster_rounds", ["round_id", "class_code"])
    taken = ["entry_id", "round_id", "voucher_id", "resident_id", "taken_at"]
    make_append_only(connection, "roster_takings", taken)
