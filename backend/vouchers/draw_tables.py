"""Rows of draws: who entered, what was published, who entered the seed, and what became of each place.

What is public cannot change any more: triggers let the root, the seed and every outcome be filled once and never again.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from backend.database.columns import (
    choice_column,
    id_column,
    instant_column,
    json_column,
    keyed_hash_column,
    metadata,
    text_column,
)
from backend.vouchers.draw_rules import DrawState, PassedOver, PlaceOutcome

draws = Table(
    "draws",
    metadata,
    id_column("round_id", ForeignKey("rounds.id"), primary_key=True),
    json_column("plan"),
    choice_column("state", DrawState),
    Column("entrants", Integer(), nullable=True),
    Column("root", LargeBinary(32), nullable=True),
    Column("leaves", LargeBinary(), nullable=True),
    instant_column("numbered_at", nullable=True),
    # Where the planned source was known before the list was public: what two people named in its stead.
    json_column("named", nullable=True),
    text_column("seed", most=64, nullable=True),
    text_column("notary_no", most=80, nullable=True),
    text_column("notary_sha256", most=64, nullable=True),
    instant_column("drawn_at", nullable=True),
    instant_column("finished_at", nullable=True),
    CheckConstraint("(root IS NULL) = (numbered_at IS NULL)", name="root_has_its_instant"),
    CheckConstraint("(root IS NULL) = (entrants IS NULL)", name="root_has_its_count"),
    CheckConstraint("state = 'collecting' OR root IS NOT NULL", name="numbered_before_it_goes_on"),
    CheckConstraint("seed IS NULL OR root IS NOT NULL", name="no_seed_before_the_root"),
    CheckConstraint(
        "state IN ('collecting', 'numbered') OR seed IS NOT NULL OR entrants = 0", name="drawn_with_a_seed"
    ),
)

draw_entries = Table(
    "draw_entries",
    metadata,
    id_column(primary_key=True),
    id_column("round_id", ForeignKey("draws.round_id")),
    id_column("resident_id"),
    Column("assisted", Boolean(create_constraint=False), nullable=False),
    Column("salt", LargeBinary(32), nullable=False),
    instant_column("entered_at"),
    Column("number", Integer(), nullable=True),
    UniqueConstraint("round_id", "number"),
    CheckConstraint("number >= 1", name="numbers_begin_at_one"),
)
Index("ix_draw_entries_resident", draw_entries.c.resident_id, draw_entries.c.id)

draw_entry_keys = Table(
    "draw_entry_keys",
    metadata,
    id_column("round_id", ForeignKey("draws.round_id"), primary_key=True),
    keyed_hash_column("person", primary_key=True),
    id_column("entry_id", ForeignKey("draw_entries.id")),
    sqlite_with_rowid=False,
)
Index("ix_draw_entry_keys_entry", draw_entry_keys.c.entry_id)

draw_seeds = Table(
    "draw_seeds",
    metadata,
    id_column(primary_key=True),
    id_column("round_id", ForeignKey("draws.round_id")),
    id_column("staff_id"),
    text_column("value", most=64),
    text_column("document_no", most=80),
    text_column("file_sha256", most=64),
    instant_column("entered_at"),
)
Index("ix_draw_seeds_round", draw_seeds.c.round_id)

draw_sources = Table(
    "draw_sources",
    metadata,
    id_column(primary_key=True),
    id_column("round_id", ForeignKey("draws.round_id")),
    id_column("staff_id"),
    text_column("issue", most=80),
    instant_column("published_at"),
    text_column("document_no", most=80),
    instant_column("entered_at"),
)
Index("ix_draw_sources_round", draw_sources.c.round_id)

draw_places = Table(
    "draw_places",
    metadata,
    id_column("round_id", ForeignKey("draws.round_id"), primary_key=True),
    Column("rank", Integer(), primary_key=True, autoincrement=False),
    Column("number", Integer(), nullable=False),
    id_column("entry_id", ForeignKey("draw_entries.id"), unique=True),
    choice_column("outcome", PlaceOutcome, nullable=True),
    choice_column("reason", PassedOver, nullable=True),
    id_column("voucher_id", ForeignKey("vouchers.id"), nullable=True, unique=True),
    instant_column("decided_at", nullable=True),
    UniqueConstraint("round_id", "number"),
    CheckConstraint("rank >= 1", name="ranks_begin_at_one"),
    CheckConstraint("coalesce(outcome, '') <> 'issued' OR voucher_id IS NOT NULL", name="issued_is_a_voucher"),
    CheckConstraint("voucher_id IS NULL OR coalesce(outcome, '') = 'issued'", name="a_voucher_is_issued"),
    CheckConstraint("coalesce(outcome, '') <> 'passed-over' OR reason IS NOT NULL", name="passed_over_for_a_reason"),
    sqlite_with_rowid=False,
)
