"""Rows of merchants, their licences and shops; private to ``store.py``."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, UniqueConstraint

from backend.database.columns import choice_column, id_column, instant_column, metadata, small_column, text_column
from backend.merchants.rules import LicenceKind, MerchantState, Organisation, SizeClass, Trade

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
