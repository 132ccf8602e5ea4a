"""Rows of dossiers and of the invoices they name; private to ``store``.

The last line of defence stands here: a redemption has one live dossier, a serial number lives once in the county, and
an invoice that a live dossier names belongs to its merchant.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKeyConstraint, Index, Table, UniqueConstraint

from backend.database.columns import choice_column, id_column, instant_column, metadata, small_column, text_column
from backend.trade_in.rules import LIVE, DossierState, OldProof
from backend.vouchers.trade_in_rules import Appliance

_LIVE = ", ".join(f"'{state}'" for state in LIVE)

trade_in_invoices = Table(
    "trade_in_invoices",
    metadata,
    text_column("invoice_no", most=20, primary_key=True),
    id_column("merchant_id"),
    UniqueConstraint("invoice_no", "merchant_id"),
    sqlite_with_rowid=False,
)

trade_in_dossiers = Table(
    "trade_in_dossiers",
    metadata,
    id_column(primary_key=True),
    id_column("redemption_id"),
    id_column("campaign_id"),
    id_column("merchant_id"),
    choice_column("appliance", Appliance),
    choice_column("state", DossierState),
    small_column("version"),
    text_column("invoice_no", most=20),
    # Empty once the dossier is dead: only living ones hold their invoice.
    text_column("held_invoice_no", most=20, nullable=True),
    text_column("model", most=80),
    text_column("serial_no", most=80),
    text_column("serial_key", most=40),
    small_column("energy_level"),
    text_column("energy_record_no", most=60, nullable=True),
    choice_column("old_proof", OldProof, nullable=True),
    text_column("old_value", most=200, nullable=True),
    instant_column("redeemed_at"),
    Column("due_on", Date(), nullable=False),
    id_column("first_filed_by"),
    id_column("filed_by"),
    instant_column("first_filed_at"),
    instant_column("filed_at"),
    id_column("decided_by", nullable=True),
    instant_column("decided_at", nullable=True),
    text_column("note", most=200, nullable=True),
    CheckConstraint(f"(state IN ({_LIVE})) = (held_invoice_no IS NOT NULL)", name="the_living_hold_their_invoice"),
    CheckConstraint("held_invoice_no = invoice_no", name="holds_what_it_tells"),
    CheckConstraint("(old_proof IS NULL) = (old_value IS NULL)", name="an_old_one_is_told_whole"),
    CheckConstraint("state IN ('filed', 'withdrawn') OR decided_by IS NOT NULL", name="decided_by_somebody"),
    CheckConstraint("decided_by <> filed_by AND decided_by <> first_filed_by", name="two_people"),
    CheckConstraint("energy_level BETWEEN 1 AND 5", name="energy_level_known"),
    ForeignKeyConstraint(
        ["held_invoice_no", "merchant_id"], ["trade_in_invoices.invoice_no", "trade_in_invoices.merchant_id"]
    ),
)
Index(
    "uq_trade_in_dossiers_redemption",
    trade_in_dossiers.c.redemption_id,
    unique=True,
    postgresql_where=trade_in_dossiers.c.state != str(DossierState.WITHDRAWN),
    sqlite_where=trade_in_dossiers.c.state != str(DossierState.WITHDRAWN),
)
Index(
    "uq_trade_in_dossiers_serial",
    trade_in_dossiers.c.serial_key,
    unique=True,
    postgresql_where=trade_in_dossiers.c.held_invoice_no.is_not(None),
    sqlite_where=trade_in_dossiers.c.held_invoice_no.is_not(None),
)
Index("ix_trade_in_dossiers_state", trade_in_dossiers.c.state, trade_in_dossiers.c.id)
Index("ix_trade_in_dossiers_merchant", trade_in_dossiers.c.merchant_id, trade_in_dossiers.c.id)
Index("ix_trade_in_dossiers_invoice", trade_in_dossiers.c.held_invoice_no)
Index("ix_trade_in_dossiers_campaign", trade_in_dossiers.c.campaign_id)
