"""Rows of merchants, licences, shops, calls, applications, papers and bank accounts; private to ``store``."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from backend.database.columns import (
    Personal,
    choice_column,
    id_column,
    instant_column,
    json_column,
    metadata,
    sealed_column,
    small_column,
    text_column,
)
from backend.merchants.account_rules import AccountKind, AccountState
from backend.merchants.call_rules import ApplicationState, ObjectionState, Step
from backend.merchants.paper_rules import RenewalState
from backend.merchants.rules import LicenceKind, MerchantState, Organisation, SizeClass, Trade

_CONTACT = Personal(
    "就申请与申请人联系，办结两年后删除", "To reach whoever applied; erased two years after the end", kept_days=730
)
_OBJECTOR = Personal(
    "核实异议、答复异议人，处理两年后删除",
    "To check an objection and to answer it; erased two years after its decision",
    kept_days=730,
)
_ACCOUNT = Personal(
    "向商户拨付资金，会计资料按规定保存",
    "To pay the merchant; kept with the accounts as the law asks",
    kept_days=10_950,
)

merchants = Table(
    "merchants",
    metadata,
    id_column(primary_key=True),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    text_column("registered_name", most=80),
    text_column("about_zh", most=200),
    text_column("about_en", most=400),
    choice_column("trade", Trade),
    choice_column("organisation", Organisation),
    choice_column("size", SizeClass),
    text_column("credit_code", most=18),
    text_column("exemption_zh", most=100, nullable=True),
    text_column("exemption_en", most=200, nullable=True),
    text_column("picture", most=80, nullable=True),
    # Case folding can lengthen a text, so no length is promised here.
    Column("searched", Text(), nullable=False),
    choice_column("state", MerchantState),
    text_column("state_reason", most=200, server_default=""),
    instant_column("state_since"),
    Column("demonstration", Boolean(create_constraint=False), nullable=False),
    instant_column("admitted_at"),
    CheckConstraint("length(credit_code) = 18", name="credit_code_is_whole"),
)
# Whoever has left may be admitted anew; nobody is on the list twice.
Index(
    "uq_merchants_credit_code",
    merchants.c.credit_code,
    unique=True,
    postgresql_where=merchants.c.state != MerchantState.ENDED.value,
    sqlite_where=merchants.c.state != MerchantState.ENDED.value,
)

licences = Table(
    "merchant_licences",
    metadata,
    id_column("merchant_id", ForeignKey(merchants.c.id), primary_key=True),
    choice_column("kind", LicenceKind, primary_key=True),
    text_column("number", most=40, primary_key=True),
    Column("valid_until", Date(), nullable=False),
)

stores = Table(
    "merchant_stores",
    metadata,
    id_column(primary_key=True),
    id_column("merchant_id", ForeignKey(merchants.c.id)),
    small_column("number"),
    text_column("name_zh", most=40),
    text_column("name_en", most=80),
    text_column("town_code", most=9),
    text_column("village_code", most=12, nullable=True),
    text_column("address_zh", most=120),
    text_column("address_en", most=240),
    text_column("opens", most=5),
    text_column("closes", most=5),
    text_column("phone", most=20),
    instant_column("opened_at"),
    UniqueConstraint("merchant_id", "number"),
    CheckConstraint("number >= 1", name="number_counts_from_one"),
)
Index("ix_merchant_stores_town_code", stores.c.town_code)

store_closings = Table(
    "merchant_store_closings",
    metadata,
    id_column("store_id", ForeignKey(stores.c.id), primary_key=True),
    instant_column("closed_at"),
    id_column("closed_by", nullable=True),
)

calls = Table(
    "merchant_calls",
    metadata,
    id_column(primary_key=True),
    instant_column("published_at"),
)

call_versions = Table(
    "merchant_call_versions",
    metadata,
    id_column("call_id", ForeignKey(calls.c.id), primary_key=True),
    small_column("version", primary_key=True),
    json_column("rules"),
    instant_column("published_at"),
    instant_column("effective_at"),
    id_column("made_by", nullable=True),
    CheckConstraint("version >= 1", name="version_counts_from_one"),
    CheckConstraint("effective_at >= published_at", name="published_first"),
)

applications = Table(
    "merchant_applications",
    metadata,
    id_column(primary_key=True),
    id_column("call_id"),
    small_column("call_version"),
    id_column("merchant_id"),
    id_column("store_id"),
    Column("known", Boolean(create_constraint=False), nullable=False),
    id_column("applicant_id"),
    Column("by_office", Boolean(create_constraint=False), nullable=False),
    text_column("credit_code", most=18),
    json_column("dossier"),
    sealed_column("contact_name", _CONTACT, nullable=True),
    sealed_column("contact_phone", _CONTACT, nullable=True),
    choice_column("state", ApplicationState),
    instant_column("submitted_at"),
    instant_column("objections_from", nullable=True),
    instant_column("objections_until", nullable=True),
    instant_column("ended_at", nullable=True),
    ForeignKeyConstraint(
        ["call_id", "call_version"],
        [call_versions.c.call_id, call_versions.c.version],
        name="fk_merchant_applications_version",
    ),
    CheckConstraint("objections_from < objections_until", name="objections_begin_before_they_end"),
    CheckConstraint("state <> 'publicised' OR objections_until IS NOT NULL", name="publicised_with_dates"),
    CheckConstraint("state <> 'listed' OR ended_at >= objections_until", name="listed_after_the_period"),
    CheckConstraint("(state IN ('listed', 'refused', 'withdrawn')) = (ended_at IS NOT NULL)", name="ended_when_over"),
)
Index(
    "uq_merchant_applications_credit_code",
    applications.c.call_id,
    applications.c.credit_code,
    unique=True,
    postgresql_where=text("state NOT IN ('refused', 'withdrawn')"),
    sqlite_where=text("state NOT IN ('refused', 'withdrawn')"),
)
Index("ix_merchant_applications_applicant", applications.c.applicant_id)
Index("ix_merchant_applications_merchant", applications.c.merchant_id)

application_steps = Table(
    "merchant_application_steps",
    metadata,
    id_column(primary_key=True),
    id_column("application_id", ForeignKey(applications.c.id)),
    choice_column("step", Step),
    id_column("person_id"),
    Column("of_office", Boolean(create_constraint=False), nullable=False),
    id_column("deputy_for", nullable=True),
    text_column("note", most=400, nullable=True),
    text_column("document_no", most=80, nullable=True),
    instant_column("at"),
    CheckConstraint("deputy_for <> person_id", name="two_people"),
)
Index("ix_merchant_application_steps_application", application_steps.c.application_id)

objections = Table(
    "merchant_objections",
    metadata,
    id_column(primary_key=True),
    id_column("application_id", ForeignKey(applications.c.id)),
    instant_column("filed_at"),
    id_column("resident_id", nullable=True),
    id_column("recorded_by", nullable=True),
    sealed_column("name", _OBJECTOR, nullable=True),
    sealed_column("contact", _OBJECTOR, nullable=True),
    sealed_column("grounds", _OBJECTOR, nullable=True),
    choice_column("state", ObjectionState),
    id_column("decided_by", nullable=True),
    id_column("deputy_for", nullable=True),
    instant_column("decided_at", nullable=True),
    sealed_column("answer", _OBJECTOR, nullable=True),
    CheckConstraint("(resident_id IS NULL) <> (recorded_by IS NULL)", name="filed_by_one"),
    CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_with_an_instant"),
    CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
)
Index("ix_merchant_objections_application", objections.c.application_id)
Index(
    "uq_merchant_objections_resident",
    objections.c.application_id,
    objections.c.resident_id,
    unique=True,
    postgresql_where=text("resident_id IS NOT NULL"),
    sqlite_where=text("resident_id IS NOT NULL"),
)

listings = Table(
    "merchant_listings",
    metadata,
    id_column("application_id", ForeignKey(applications.c.id), primary_key=True),
    id_column("call_id", ForeignKey(calls.c.id)),
    id_column("merchant_id", ForeignKey(merchants.c.id)),
    instant_column("listed_at"),
    instant_column("ended_at", nullable=True),
    CheckConstraint("ended_at >= listed_at", name="ends_after_it_began"),
)
# On the list of a call at most once at a time.
Index(
    "uq_merchant_listings_live",
    listings.c.call_id,
    listings.c.merchant_id,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
    sqlite_where=text("ended_at IS NULL"),
)
Index("ix_merchant_listings_merchant", listings.c.merchant_id)

renewals = Table(
    "merchant_paper_renewals",
    metadata,
    id_column(primary_key=True),
    id_column("merchant_id", ForeignKey(merchants.c.id)),
    json_column("papers"),
    choice_column("state", RenewalState),
    id_column("submitted_by"),
    text_column("submitted_role", most=40),
    instant_column("submitted_at"),
    id_column("decided_by", nullable=True),
    id_column("deputy_for", nullable=True),
    instant_column("decided_at", nullable=True),
    text_column("note", most=200, nullable=True),
    CheckConstraint("decided_by <> submitted_by", name="two_people"),
    CheckConstraint("(state = 'submitted') = (decided_at IS NULL)", name="decided_with_an_instant"),
    CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
)
Index(
    "uq_merchant_paper_renewals_waiting",
    renewals.c.merchant_id,
    unique=True,
    postgresql_where=text("state = 'submitted'"),
    sqlite_where=text("state = 'submitted'"),
)

paper_warnings = Table(
    "merchant_paper_warnings",
    metadata,
    id_column("merchant_id", ForeignKey(merchants.c.id), primary_key=True),
    choice_column("kind", LicenceKind, primary_key=True),
    text_column("number", most=40, primary_key=True),
    Column("valid_until", Date(), primary_key=True),
    small_column("days", primary_key=True),
    instant_column("told_at"),
)

paper_suspensions = Table(
    "merchant_paper_suspensions",
    metadata,
    id_column("merchant_id", ForeignKey(merchants.c.id), primary_key=True),
    instant_column("since", primary_key=True),
    instant_column("lifted_at", nullable=True),
)

bank_accounts = Table(
    "merchant_bank_accounts",
    metadata,
    id_column(primary_key=True),
    id_column("merchant_id", ForeignKey(merchants.c.id)),
    choice_column("kind", AccountKind),
    sealed_column("holder_name", _ACCOUNT),
    text_column("bank_name", most=80),
    text_column("bank_code", most=12),
    text_column("province", most=20),
    sealed_column("account_number", _ACCOUNT),
    choice_column("state", AccountState),
    id_column("proposed_by"),
    text_column("proposed_role", most=40),
    instant_column("proposed_at"),
    id_column("approved_by", nullable=True),
    id_column("deputy_for", nullable=True),
    instant_column("approved_at", nullable=True),
    instant_column("effective_at", nullable=True),
    instant_column("withdrawn_at", nullable=True),
    UniqueConstraint("merchant_id", "effective_at"),
    CheckConstraint("length(bank_code) = 12", name="bank_code_is_whole"),
    CheckConstraint("approved_by <> proposed_by", name="two_people"),
    CheckConstraint("deputy_for <> proposed_by", name="nobody_in_their_stead"),
    CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_with_an_instant"),
    CheckConstraint("(approved_at IS NULL) = (effective_at IS NULL)", name="approved_for_an_instant"),
    CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
    CheckConstraint("state <> 'approved' OR approved_at IS NOT NULL", name="approved_with_an_instant"),
    CheckConstraint("effective_at > approved_at", name="waits_after_the_approval"),
    CheckConstraint("withdrawn_at < effective_at", name="withdrawn_before_it_counts"),
)
# One change at a time; one that is approved and waits is seen by the verb, under the merchant's lock.
Index(
    "uq_merchant_bank_accounts_proposed",
    bank_accounts.c.merchant_id,
    unique=True,
    postgresql_where=text("state = 'proposed'"),
    sqlite_where=text("state = 'proposed'"),
)

cashiers = Table(
    "merchant_cashiers",
    metadata,
    id_column("staff_id", primary_key=True),
    id_column("merchant_id", ForeignKey(merchants.c.id)),
    id_column("invited_by"),
    instant_column("invited_at"),
)
