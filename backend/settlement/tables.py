"""Rows of finance events, pricing lines, payout batches and what holds them; private to ``store``.

The last line of defence stands here: an event and a pricing line exist once, a batch is repeated once, and a merchant
has one first batch per campaign, payer and day.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, and_

from backend.database.columns import (
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    json_column,
    metadata,
    text_column,
)
from backend.ledger.rules import Funder
from backend.settlement.bank_rules import BankActKind
from backend.settlement.rules import BatchState, EventKind, EventState, HoldRule, HoldState, MoneyPath, RunState

PAYERS = (Funder.GOVERNMENT, Funder.PLATFORM)

programmes = Table(
    "settlement_programmes",
    metadata,
    id_column("campaign_id", primary_key=True),
    text_column("title_zh", most=80),
    text_column("title_en", most=160),
    text_column("department", most=80),
    choice_column("money_path", MoneyPath),
    json_column("evidence"),
    json_column("review", server_default="[]"),
    instant_column("opened_at"),
)

finance_events = Table(
    "finance_events",
    metadata,
    id_column(primary_key=True),
    choice_column("kind", EventKind),
    id_column("of_event_id", nullable=True),
    id_column("campaign_id"),
    id_column("line_id"),
    id_column("merchant_id"),
    id_column("resident_id"),
    id_column("staff_id", nullable=True),
    choice_column("state", EventState),
    Column("business_day", Date(), nullable=False),
    Column("cleared_on", Date(), nullable=True),
    text_column("town_code", most=12),
    text_column("trade", most=40),
    Column("bill_fen", BigInteger(), nullable=False),
    Column("paid_fen", BigInteger(), nullable=False),
    Column("government_fen", BigInteger(), nullable=False),
    Column("platform_fen", BigInteger(), nullable=False),
    Column("merchant_fen", BigInteger(), nullable=False),
    fen_column("threshold_fen"),
    Column("clawback", Boolean(create_constraint=False), nullable=False),
    text_column("evidence_kind", most=20, nullable=True),
    text_column("evidence_value", most=120, nullable=True),
    Column("evidence_fen", BigInteger(), nullable=True),
    Column("matched", Boolean(create_constraint=False), nullable=False),
    instant_column("occurred_at"),
    CheckConstraint("bill_fen = paid_fen + government_fen + platform_fen + merchant_fen", name="parts_add_up"),
    CheckConstraint("(kind = 'redemption') = (of_event_id IS NULL)", name="corrections_name_their_redemption"),
    CheckConstraint("state IN ('pending', 'cancelled') OR cleared_on IS NOT NULL", name="priced_is_cleared"),
    sqlite_with_rowid=False,
)
Index(
    "ix_finance_events_waiting",
    finance_events.c.business_day,
    postgresql_where=finance_events.c.cleared_on.is_(None),
    sqlite_where=finance_events.c.cleared_on.is_(None),
)
Index(
    "ix_finance_events_cleared",
    finance_events.c.cleared_on,
    finance_events.c.merchant_id,
    postgresql_where=finance_events.c.cleared_on.is_not(None),
    sqlite_where=finance_events.c.cleared_on.is_not(None),
)
Index(
    "ix_finance_events_of_event_id",
    finance_events.c.of_event_id,
    postgresql_where=finance_events.c.of_event_id.is_not(None),
    sqlite_where=finance_events.c.of_event_id.is_not(None),
)

Index(
    "ix_finance_events_evidence_value",
    finance_events.c.evidence_value,
    postgresql_where=finance_events.c.evidence_value.is_not(None),
    sqlite_where=finance_events.c.evidence_value.is_not(None),
)

payout_runs = Table(
    "payout_runs",
    metadata,
    id_column(primary_key=True),
    id_column("campaign_id"),
    choice_column("payer", PAYERS),
    text_column("template", most=40),
    choice_column("state", RunState),
    fen_column("amount_fen"),
    count_column("batches"),
    id_column("prepared_by"),
    instant_column("prepared_at"),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    CheckConstraint("state <> 'sent' OR decided_by <> prepared_by", name="two_people"),
)

payout_batches = Table(
    "payout_batches",
    metadata,
    id_column(primary_key=True),
    Column("number", Integer(), nullable=False, unique=True),
    id_column("campaign_id"),
    id_column("merchant_id"),
    choice_column("payer", PAYERS),
    Column("day", Date(), nullable=False),
    # Negative where a merchant has paid back what it owed.
    Column("amount_fen", BigInteger(), nullable=False),
    count_column("lines"),
    choice_column("state", BatchState),
    id_column("repeats_id", ForeignKey("payout_batches.id"), nullable=True, unique=True),
    id_column("run_id", ForeignKey("payout_runs.id"), nullable=True),
    id_column("account_id", nullable=True),
    instant_column("sent_at", nullable=True),
    instant_column("answered_at", nullable=True),
    text_column("bank_serial", most=64, nullable=True),
    text_column("bank_reason", most=200, nullable=True),
)
Index(
    "uq_payout_batches_first",
    payout_batches.c.campaign_id,
    payout_batches.c.merchant_id,
    payout_batches.c.payer,
    payout_batches.c.day,
    unique=True,
    postgresql_where=and_(payout_batches.c.repeats_id.is_(None), payout_batches.c.amount_fen >= 0),
    sqlite_where=and_(payout_batches.c.repeats_id.is_(None), payout_batches.c.amount_fen >= 0),
)
Index("ix_payout_batches_state", payout_batches.c.state, payout_batches.c.campaign_id)
Index("ix_payout_batches_merchant", payout_batches.c.merchant_id, payout_batches.c.day)
Index("ix_payout_batches_run_id", payout_batches.c.run_id)

payout_parts = Table(
    "payout_parts",
    metadata,
    id_column("batch_id", ForeignKey("payout_batches.id"), primary_key=True),
    id_column("line_id", primary_key=True),
    Column("amount_fen", BigInteger(), nullable=False),
    sqlite_with_rowid=False,
)

pricing_lines = Table(
    "pricing_lines",
    metadata,
    id_column("event_id", ForeignKey("finance_events.id"), primary_key=True),
    choice_column("payer", PAYERS, primary_key=True),
    id_column("campaign_id"),
    id_column("line_id"),
    id_column("merchant_id"),
    Column("cleared_on", Date(), nullable=False),
    Column("amount_fen", BigInteger(), nullable=False),
    Column("clawback", Boolean(create_constraint=False), nullable=False),
    # As the clearing file told it that day, whatever a person decided since.
    Column("held", Boolean(create_constraint=False), nullable=False),
    id_column("batch_id", ForeignKey("payout_batches.id"), nullable=True),
    CheckConstraint("amount_fen <> 0", name="something_is_owed"),
    sqlite_with_rowid=False,
)
Index("ix_pricing_lines_cleared", pricing_lines.c.cleared_on, pricing_lines.c.merchant_id)
Index("ix_pricing_lines_batch_id", pricing_lines.c.batch_id)
Index(
    "ix_pricing_lines_unbatched",
    pricing_lines.c.merchant_id,
    postgresql_where=pricing_lines.c.batch_id.is_(None),
    sqlite_where=pricing_lines.c.batch_id.is_(None),
)

payout_holds = Table(
    "payout_holds",
    metadata,
    id_column(primary_key=True),
    id_column("event_id", ForeignKey("finance_events.id")),
    id_column("merchant_id"),
    choice_column("rule", HoldRule),
    json_column("evidence"),
    choice_column("state", HoldState),
    instant_column("opened_at"),
    text_column("contest", most=400, nullable=True),
    instant_column("contested_at", nullable=True),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    text_column("note", most=400, nullable=True),
)
Index("uq_payout_holds_event", payout_holds.c.event_id, payout_holds.c.rule, unique=True)
Index("ix_payout_holds_state", payout_holds.c.state, payout_holds.c.id)
Index("ix_payout_holds_merchant", payout_holds.c.merchant_id, payout_holds.c.id)

counter_cells = Table(
    "counter_cells",
    metadata,
    id_column("event_id", primary_key=True),
    id_column("merchant_id"),
    Column("business_day", Date(), nullable=False),
    text_column("cell", most=11),
    sqlite_with_rowid=False,
)
"""Kept until its day is cleared: what is told of it afterwards is the evidence of a flag."""
Index("ix_counter_cells_merchant", counter_cells.c.merchant_id)

clearing_days = Table(
    "clearing_days",
    metadata,
    Column("day", Date(), primary_key=True),
    count_column("lines"),
    Column("total_fen", BigInteger(), nullable=False),
    instant_column("closed_at"),
)

clearing_files = Table(
    "clearing_files",
    metadata,
    Column("day", Date(), ForeignKey("clearing_days.day"), primary_key=True),
    text_column("signature", most=600),
    text_column("json_sha256", most=64),
    text_column("csv_sha256", most=64),
    Column("held_fen", BigInteger(), nullable=False),
    # What merchants were called that day.
    json_column("names"),
)

bank_acts = Table(
    "bank_acts",
    metadata,
    id_column(primary_key=True),
    choice_column("kind", BankActKind),
    id_column("campaign_id"),
    id_column("merchant_id", nullable=True),
    fen_column("amount_fen"),
    text_column("document_no", most=80),
    text_column("bank_voucher_no", most=80),
    text_column("file_sha256", most=64),
    id_column("made_by"),
    instant_column("made_at"),
)
Index("ix_bank_acts_campaign", bank_acts.c.campaign_id)

acquirer_statements = Table(
    "acquirer_statements",
    metadata,
    id_column(primary_key=True),
    text_column("file_sha256", most=64, unique=True),
    text_column("template", most=40),
    count_column("lines"),
    count_column("matched"),
    id_column("imported_by"),
    instant_column("imported_at"),
)

acquirer_lines = Table(
    "acquirer_lines",
    metadata,
    id_column("statement_id", ForeignKey("acquirer_statements.id"), primary_key=True),
    Column("line", Integer(), primary_key=True, autoincrement=False),
    text_column("order_no", most=120),
    Column("amount_fen", BigInteger(), nullable=False),
    instant_column("paid_at", nullable=True),
    sqlite_with_rowid=False,
)
Index("ix_acquirer_lines_order_no", acquirer_lines.c.order_no)
