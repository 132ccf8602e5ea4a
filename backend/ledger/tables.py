"""Rows of the ledger; triggers of the migration refuse UPDATE and DELETE of transfers."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table

from backend.database.columns import BIG, choice_column, id_column, instant_column, metadata, text_column
from backend.ledger.rules import AccountKind, Funder, Step

accounts = Table(
    "ledger_accounts",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    text_column("key", most=160, unique=True),
    choice_column("kind", AccountKind),
    id_column("campaign_id"),
    id_column("line_id", nullable=True),
    id_column("merchant_id", nullable=True),
    choice_column("funder", Funder, nullable=True),
)

transfers = Table(
    "ledger_transfers",
    metadata,
    id_column("act_id", primary_key=True),
    Column("leg", SmallInteger(), primary_key=True, autoincrement=False),
    Column("debit_account", BIG, ForeignKey(accounts.c.id), nullable=False),
    Column("credit_account", BIG, ForeignKey(accounts.c.id), nullable=False),
    Column("amount_fen", BigInteger(), nullable=False),
    choice_column("step", Step),
    instant_column("occurred_at"),
    instant_column("recorded_at"),
    CheckConstraint("amount_fen > 0", name="amount_is_positive"),
    CheckConstraint("debit_account <> credit_account", name="two_accounts"),
    sqlite_with_rowid=False,
)
Index("ix_ledger_transfers_debit", transfers.c.debit_account)
Index("ix_ledger_transfers_credit", transfers.c.credit_account)
