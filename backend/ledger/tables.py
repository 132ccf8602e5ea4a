"""Rows of the ledger; triggers of the migrations refuse UPDATE and DELETE of transfers, pending ones and their ends."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table

from backend.database.columns import BIG, choice_column, id_column, instant_column, metadata, text_column
from backend.ledger.rules import AccountKind, Ending, Funder, Step

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

pending_transfers = Table(
    "ledger_pending_transfers",
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
Index("ix_ledger_pending_transfers_debit", pending_transfers.c.debit_account)

pending_ends = Table(
    "ledger_pending_ends",
    metadata,
    # The primary key is the promise that a pending act ends once.
    id_column("pending_act_id", primary_key=True),
    id_column("act_id"),
    choice_column("ending", Ending),
    instant_column("recorded_at"),
    sqlite_with_rowid=False,
)
