"""Merchants are called, apply, are publicised and listed; their papers are renewed, their bank accounts change."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the tables, then the triggers that keep what was published and done as it was."""

    op.create_table(
        "merchant_calls",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("published_at", InstantType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_calls")),
    )
    op.create_table(
        "merchant_bank_accounts",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("holder_name", sa.LargeBinary(), nullable=False),
        sa.Column("bank_name", sa.String(length=80), nullable=False),
        sa.Column("bank_code", sa.String(length=12), nullable=False),
        sa.Column("province", sa.String(length=20), nullable=False),
        sa.Column("account_number", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", IdType(), nullable=False),
        sa.Column("proposed_role", sa.String(length=40), nullable=False),
        sa.Column("proposed_at", InstantType(), nullable=False),
        sa.Column("approved_by", IdType(), nullable=True),
        sa.Column("deputy_for", IdType(), nullable=True),
        sa.Column("approved_at", InstantType(), nullable=True),
        sa.Column("effective_at", InstantType(), nullable=True),
        sa.Column("withdrawn_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_merchant_bank_accounts_withdrawn_with_an_instant"),
        ),
        sa.CheckConstraint("kind IN ('corporate', 'card')", name=op.f("ck_merchant_bank_accounts_kind_known")),
        sa.CheckConstraint(
            "state <> 'approved' OR approved_at IS NOT NULL",
            name=op.f("ck_merchant_bank_accounts_approved_with_an_instant"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'withdrawn')", name=op.f("ck_merchant_bank_accounts_state_known")
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_merchant_bank_accounts_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (effective_at IS NULL)",
            name=op.f("ck_merchant_bank_accounts_approved_for_an_instant"),
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_merchant_bank_accounts_two_people")),
        sa.CheckConstraint("deputy_for <> proposed_by", name=op.f("ck_merchant_bank_accounts_nobody_in_their_stead")),
        sa.CheckConstraint(
            "effective_at > approved_at", name=op.f("ck_merchant_bank_accounts_waits_after_the_approval")
        ),
        sa.CheckConstraint("length(bank_code) = 12", name=op.f("ck_merchant_bank_accounts_bank_code_is_whole")),
        sa.CheckConstraint(
            "withdrawn_at < effective_at", name=op.f("ck_merchant_bank_accounts_withdrawn_before_it_counts")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_bank_accounts_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_bank_accounts")),
        sa.UniqueConstraint(
            "merchant_id", "effective_at", name=op.f("uq_merchant_bank_accounts_merchant_id_effective_at")
        ),
    )
    op.create_index(
        "uq_merchant_bank_accounts_proposed",
        "merchant_bank_accounts",
        ["merchant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
        sqlite_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "merchant_call_versions",
        sa.Column("call_id", IdType(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("published_at", InstantType(), nullable=False),
        sa.Column("effective_at", InstantType(), nullable=False),
        sa.Column("made_by", IdType(), nullable=True),
        sa.CheckConstraint("effective_at >= published_at", name=op.f("ck_merchant_call_versions_published_first")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_merchant_call_versions_version_counts_from_one")),
        sa.ForeignKeyConstraint(["call_id"], ["merchant_calls.id"], name=op.f("fk_merchant_call_versions_call_id")),
        sa.PrimaryKeyConstraint("call_id", "version", name=op.f("pk_merchant_call_versions")),
    )
    op.create_table(
        "merchant_cashiers",
        sa.Column("staff_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("invited_by", IdType(), nullable=False),
        sa.Column("invited_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_cashiers_merchant_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_merchant_cashiers")),
    )
    op.create_table(
        "merchant_paper_renewals",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("submitted_by", IdType(), nullable=False),
        sa.Column("submitted_role", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("deputy_for", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'submitted') = (decided_at IS NULL)",
            name=op.f("ck_merchant_paper_renewals_decided_with_an_instant"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'verified', 'returned')", name=op.f("ck_merchant_paper_renewals_state_known")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_merchant_paper_renewals_decided_by_somebody")
        ),
        sa.CheckConstraint("decided_by <> submitted_by", name=op.f("ck_merchant_paper_renewals_two_people")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_paper_renewals_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_paper_renewals")),
    )
    op.create_index(
        "uq_merchant_paper_renewals_waiting",
        "merchant_paper_renewals",
        ["merchant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'submitted'"),
        sqlite_where=sa.text("state = 'submitted'"),
    )
    op.create_table(
        "merchant_paper_suspensions",
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("since", InstantType(), nullable=False),
        sa.Column("lifted_at", InstantType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_paper_suspensions_merchant_id")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "since", name=op.f("pk_merchant_paper_suspensions")),
    )
    op.create_table(
        "merchant_paper_warnings",
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("told_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('food_business', 'food_production', 'hygiene')",
            name=op.f("ck_merchant_paper_warnings_kind_known"),
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_paper_warnings_merchant_id")),
        sa.PrimaryKeyConstraint(
            "merchant_id", "kind", "number", "valid_until", "days", name=op.f("pk_merchant_paper_warnings")
        ),
    )
    op.create_table(
        "merchant_applications",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("call_id", IdType(), nullable=False),
        sa.Column("call_version", sa.SmallInteger(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("store_id", IdType(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("applicant_id", IdType(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", InstantType(), nullable=False),
        sa.Column("objections_from", InstantType(), nullable=True),
        sa.Column("objections_until", InstantType(), nullable=True),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('listed', 'refused', 'withdrawn')) = (ended_at IS NOT NULL)",
            name=op.f("ck_merchant_applications_ended_when_over"),
        ),
        sa.CheckConstraint(
            "state <> 'listed' OR ended_at >= objections_until",
            name=op.f("ck_merchant_applications_listed_after_the_period"),
        ),
        sa.CheckConstraint(
            "state <> 'publicised' OR objections_until IS NOT NULL",
            name=op.f("ck_merchant_applications_publicised_with_dates"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'reviewed', 'publicised', 'listed', 'refused', 'withdrawn')",
            name=op.f("ck_merchant_applications_state_known"),
        ),
        sa.CheckConstraint(
            "objections_from < objections_until", name=op.f("ck_merchant_applications_objections_begin_before_they_end")
        ),
        sa.ForeignKeyConstraint(
            ["call_id", "call_version"],
            ["merchant_call_versions.call_id", "merchant_call_versions.version"],
            name="fk_merchant_applications_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_applications")),
    )
    op.create_index("ix_merchant_applications_applicant", "merchant_applications", ["applicant_id"], unique=False)
    op.create_index("ix_merchant_applications_merchant", "merchant_applications", ["merchant_id"], unique=False)
    op.create_index(
        "uq_merchant_applications_credit_code",
        "merchant_applications",
        ["call_id", "credit_code"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('refused', 'withdrawn')"),
        sqlite_where=sa.text("state NOT IN ('refused', 'withdrawn')"),
    )
    op.create_table(
        "merchant_store_closings",
        sa.Column("store_id", IdType(), nullable=False),
        sa.Column("closed_at", InstantType(), nullable=False),
        sa.Column("closed_by", IdType(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["merchant_stores.id"], name=op.f("fk_merchant_store_closings_store_id")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_merchant_store_closings")),
    )
    op.create_table(
        "merchant_application_steps",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("application_id", IdType(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("person_id", IdType(), nullable=False),
        sa.Column("of_office", sa.Boolean(), nullable=False),
        sa.Column("deputy_for", IdType(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "step IN ('submit', 'mend', 'withdraw', 'return', 'refuse', 'review', 'publicise', 'list', 'decline')",
            name=op.f("ck_merchant_application_steps_step_known"),
        ),
        sa.CheckConstraint("deputy_for <> person_id", name=op.f("ck_merchant_application_steps_two_people")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["merchant_applications.id"], name=op.f("fk_merchant_application_steps_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_application_steps")),
    )
    op.create_index(
        "ix_merchant_application_steps_application", "merchant_application_steps", ["application_id"], unique=False
    )
    op.create_table(
        "merchant_listings",
        sa.Column("application_id", IdType(), nullable=False),
        sa.Column("call_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("listed_at", InstantType(), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint("ended_at >= listed_at", name=op.f("ck_merchant_listings_ends_after_it_began")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["merchant_applications.id"], name=op.f("fk_merchant_listings_application_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["merchant_calls.id"], name=op.f("fk_merchant_listings_call_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_listings_merchant_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_merchant_listings")),
    )
    op.create_index("ix_merchant_listings_merchant", "merchant_listings", ["merchant_id"], unique=False)
    op.create_index(
        "uq_merchant_listings_live",
        "merchant_listings",
        ["call_id", "merchant_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "merchant_objections",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("application_id", IdType(), nullable=False),
        sa.Column("filed_at", InstantType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=True),
        sa.Column("recorded_by", IdType(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("grounds", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("deputy_for", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_merchant_objections_decided_with_an_instant")
        ),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_merchant_objections_state_known")),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_merchant_objections_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "(resident_id IS NULL) <> (recorded_by IS NULL)", name=op.f("ck_merchant_objections_filed_by_one")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["merchant_applications.id"], name=op.f("fk_merchant_objections_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_objections")),
    )
    op.create_index("ix_merchant_objections_application", "merchant_objections", ["application_id"], unique=False)
    op.create_index(
        "uq_merchant_objections_resident",
        "merchant_objections",
        ["application_id", "resident_id"],
        unique=True,
        postgresql_where=sa.text("resident_id IS NOT NULL"),
        sqlite_where=sa.text("resident_id IS NOT NULL"),
    )

    connection = op.get_bind()
    make_append_only(
        connection,
        "merchant_call_versions",
        ["call_id", "version", "rules", "published_at", "effective_at", "made_by"],
    )
    make_append_only(
        connection,
        "merchant_application_steps",
        ["id", "application_id", "step", "person_id", "of_office", "deputy_for", "note", "document_no", "at"],
    )
    make_append_only(
        connection,
        "merchant_listings",
        ["application_id", "call_id", "merchant_id", "listed_at"],
        ("ended_at",),
    )
    make_append_only(
        connection,
        "merchant_bank_accounts",
        [
            "id",
            "merchant_id",
            "kind",
            "holder_name",
            "bank_name",
            "bank_code",
            "province",
            "account_number",
            "proposed_by",
            "proposed_role",
            "proposed_at",
        ],
        ("approved_by", "deputy_for", "approved_at", "effective_at", "withdrawn_at"),
    )
