"""Public money: settlement, refunds in steps, and pending transfers.

What the county redeemed before gets its finance events; what was rolled back keeps its figures in the new columns.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only
from backend.migrations.checks import change_check

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Any = None
depends_on: Any = None

KINDS_BEFORE = (
    "fund.bank", "fund.unallocated", "budget.line", "voucher.open", "voucher.held", "offline.pool",
    "offline.allowance", "merchant.payable", "merchant.clawback", "platform.due", "platform.bank",
)  # fmt: skip
KINDS = (*KINDS_BEFORE, "platform.advance", "return.treasury")
STEPS_BEFORE = (
    "fund", "allocate", "deal", "return-up", "claim", "hold", "release", "redeem", "unused-face", "platform-share",
    "roll-back",
)  # fmt: skip
STEPS = (
    *STEPS_BEFORE, "claw-back", "set-off", "repay", "pay-out", "pay-in", "pay-back", "reimburse", "incident",
    "close-out", "return", "expire",
)  # fmt: skip
TRANSFER_COLUMNS = (
    "act_id", "leg", "debit_account", "credit_account", "amount_fen", "step", "occurred_at", "recorded_at",
)  # fmt: skip
AT_ONCE = 5_000


def upgrade() -> None:
    """New words in the ledger, new tables, and what is there already brought into them."""
    connection = op.get_bind()
    change_check(
        connection,
        "ledger_accounts",
        "ck_ledger_accounts_kind_known",
        _one_of("kind", *KINDS_BEFORE, "return.treasury"),
        _one_of("kind", *KINDS),
    )
    change_check(
        connection,
        "ledger_transfers",
        "ck_ledger_transfers_step_known",
        _one_of("step", *STEPS_BEFORE, "expire"),
        _one_of("step", *STEPS),
    )
    _make_tables()
    make_append_only(connection, "ledger_pending_transfers", TRANSFER_COLUMNS)
    make_append_only(connection, "ledger_pending_ends", ("pending_act_id", "act_id", "ending", "recorded_at"))
    _count_refunds(connection)
    _open_programmes(connection)
    _record_events(connection)


def _one_of(column: str, *allowed: str) -> str:
    return f"{column} IN ({', '.join(repr(one) for one in allowed)})"


def _count_refunds(connection: sa.Connection) -> None:
    """Roll-backs may now be many to a redemption, and tell who got what."""
    connection.execute(
        sa.text(
            "ALTER TABLE redemptions ADD COLUMN refunded_fen BIGINT DEFAULT '0' NOT NULL "
            "CONSTRAINT ck_redemptions_refunded_fen_not_negative CHECK (refunded_fen >= 0) "
            "CONSTRAINT ck_redemptions_refunded_within_bill CHECK (refunded_fen <= bill_fen)"
        )
    )
    connection.execute(sa.text("UPDATE redemptions SET refunded_fen = bill_fen WHERE state = 'reversed'"))
    op.rename_table("roll_backs", "old_roll_backs")
    if connection.dialect.name == "postgresql":
        for name in ("pk_roll_backs", "fk_roll_backs_redemption_id", "uq_roll_backs_redemption_id"):
            connection.execute(sa.text(f"ALTER TABLE old_roll_backs DROP CONSTRAINT {name}"))
    _make_roll_backs()
    share = "COALESCE((SELECT amount_fen FROM redemption_shares s WHERE s.redemption_id = o.redemption_id AND funder = '{}'), 0)"
    connection.execute(
        sa.text(
            "INSERT INTO roll_backs (id, redemption_id, reason, refund_fen, customer_fen, government_fen, platform_fen,"  # noqa: S608 - names are ours.
            " merchant_fen, voucher_state, recorded_at) SELECT o.id, o.redemption_id, o.reason, r.bill_fen,"
            f" o.refund_fen, {share.format('government')}, {share.format('platform')}, {share.format('merchant')},"
            " o.voucher_state, o.recorded_at FROM old_roll_backs o JOIN redemptions r ON r.id = o.redemption_id"
        )
    )
    op.drop_table("old_roll_backs")


def _open_programmes(connection: sa.Connection) -> None:
    campaigns, versions = (
        _bare("campaigns", "id", "version", "state", "changed_at"),
        _bare("campaign_versions", "campaign_id", "version", "plan"),
    )
    funded = connection.execute(
        sa.select(campaigns.c.id, campaigns.c.changed_at, versions.c.plan)
        .join(versions, (versions.c.campaign_id == campaigns.c.id) & (versions.c.version == campaigns.c.version))
        .where(campaigns.c.state.not_in(("draft", "in_review", "approved")))
    ).all()
    made = _bare(
        "settlement_programmes",
        "campaign_id",
        "title_zh",
        "title_en",
        "department",
        "money_path",
        "evidence",
        "opened_at",
    )
    for campaign_id, changed_at, plan in funded:
        told = json.loads(plan)
        row = {
            "campaign_id": campaign_id,
            "title_zh": told["title_zh"],
            "title_en": told["title_en"],
            "department": told.get("department", ""),
            "money_path": told.get("money_path", "prepaid"),
            "evidence": "[]",
            "opened_at": changed_at,
        }
        connection.execute(sa.insert(made).values(row))


def _record_events(connection: sa.Connection) -> None:
    """A redemption that stands is pending; one that was rolled back as a whole, before any clearing, is cancelled."""
    same = (
        "campaign_id",
        "line_id",
        "merchant_id",
        "resident_id",
        "staff_id",
        "town_code",
        "trade",
        "bill_fen",
        "evidence_kind",
        "evidence_value",
        "evidence_fen",
        "occurred_at",
    )
    redemptions = _bare("redemptions", "id", "state", "discount_fen", *same)
    shares = _bare("redemption_shares", "redemption_id", "funder", "amount_fen")
    events = _bare(
        "finance_events", "id", "kind", "state", "business_day", "paid_fen", "government_fen", "platform_fen",
        "merchant_fen", "threshold_fen", "clawback", "matched", *same,
    )  # fmt: skip
    last: Any = None
    while True:
        asked = sa.select(redemptions).order_by(redemptions.c.id).limit(AT_ONCE)
        rows = connection.execute(asked if last is None else asked.where(redemptions.c.id > last)).all()
        if not rows:
            return
        last = rows[-1].id
        paid: dict[Any, dict[str, int]] = {}
        for of, funder, fen in connection.execute(
            sa.select(shares).where(shares.c.redemption_id >= rows[0].id, shares.c.redemption_id <= last)
        ):
            paid.setdefault(of, {})[funder] = fen
        connection.execute(
            sa.insert(events),
            [
                {
                    "id": row.id,
                    "kind": "redemption",
                    "state": "cancelled" if row.state == "reversed" else "pending",
                    "business_day": _day(row.occurred_at),
                    "paid_fen": row.bill_fen - row.discount_fen,
                    **{
                        f"{who}_fen": paid.get(row.id, {}).get(who, 0) for who in ("government", "platform", "merchant")
                    },
                    "threshold_fen": 0,
                    "clawback": False,
                    "matched": False,
                    **{name: getattr(row, name) for name in same},
                }
                for row in rows
            ],
        )


def _day(at: datetime) -> date:
    return (at + timedelta(hours=8)).date()


TYPES: dict[str, Any] = {
    "business_day": sa.Date(),
    "clawback": sa.Boolean(),
    "matched": sa.Boolean(),
    "state": sa.String(),
}


def _bare(table: str, *names: str) -> Any:
    """A table as this migration knows it, whatever the program makes of it later."""

    def kind(name: str) -> Any:
        if name == "id" or name.endswith("_id"):
            return IdType()
        if name.endswith("_at"):
            return InstantType()
        return TYPES.get(name, sa.BigInteger() if name.endswith("_fen") else sa.String())

    return sa.table(table, *(sa.column(name, kind(name)) for name in names))


def _make_roll_backs() -> None:
    op.create_table(
        "roll_backs",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("redemption_id", IdType(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("refund_fen", sa.BigInteger(), nullable=False),
        sa.Column("customer_fen", sa.BigInteger(), nullable=False),
        sa.Column("government_fen", sa.BigInteger(), nullable=False),
        sa.Column("platform_fen", sa.BigInteger(), nullable=False),
        sa.Column("merchant_fen", sa.BigInteger(), nullable=False),
        sa.Column("voucher_state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "voucher_state IN ('issued', 'held', 'redeemed', 'expired', 'voided')",
            name=op.f("ck_roll_backs_voucher_state_known"),
        ),
        sa.CheckConstraint("customer_fen >= 0", name=op.f("ck_roll_backs_customer_fen_not_negative")),
        sa.CheckConstraint("government_fen >= 0", name=op.f("ck_roll_backs_government_fen_not_negative")),
        sa.CheckConstraint("merchant_fen >= 0", name=op.f("ck_roll_backs_merchant_fen_not_negative")),
        sa.CheckConstraint("platform_fen >= 0", name=op.f("ck_roll_backs_platform_fen_not_negative")),
        sa.CheckConstraint(
            "refund_fen = customer_fen + government_fen + platform_fen + merchant_fen",
            name=op.f("ck_roll_backs_parts_add_up"),
        ),
        sa.CheckConstraint("refund_fen >= 0", name=op.f("ck_roll_backs_refund_fen_not_negative")),
        sa.CheckConstraint("refund_fen >= 1", name=op.f("ck_roll_backs_something_came_back")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_roll_backs_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_backs")),
    )
    op.create_index("ix_roll_backs_redemption_id", "roll_backs", ["redemption_id"], unique=False)


def _make_tables() -> None:
    op.create_table(
        "acquirer_statements",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("imported_by", IdType(), nullable=False),
        sa.Column("imported_at", InstantType(), nullable=False),
        sa.CheckConstraint("lines >= 0", name=op.f("ck_acquirer_statements_lines_not_negative")),
        sa.CheckConstraint("matched >= 0", name=op.f("ck_acquirer_statements_matched_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquirer_statements")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_acquirer_statements_file_sha256")),
    )
    op.create_table(
        "bank_acts",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("bank_voucher_no", sa.String(length=80), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by", IdType(), nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('pay-in', 'pay-back', 'reimburse', 'repay', 'return')", name=op.f("ck_bank_acts_kind_known")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_bank_acts_amount_fen_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_acts")),
    )
    op.create_index("ix_bank_acts_campaign", "bank_acts", ["campaign_id"], unique=False)
    op.create_table(
        "clearing_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", InstantType(), nullable=False),
        sa.CheckConstraint("lines >= 0", name=op.f("ck_clearing_days_lines_not_negative")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_clearing_days")),
    )
    op.create_table(
        "finance_events",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("of_event_id", IdType(), nullable=True),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("resident_id", IdType(), nullable=False),
        sa.Column("staff_id", IdType(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=40), nullable=False),
        sa.Column("bill_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("government_fen", sa.BigInteger(), nullable=False),
        sa.Column("platform_fen", sa.BigInteger(), nullable=False),
        sa.Column("merchant_fen", sa.BigInteger(), nullable=False),
        sa.Column("threshold_fen", sa.BigInteger(), nullable=False),
        sa.Column("clawback", sa.Boolean(), nullable=False),
        sa.Column("evidence_kind", sa.String(length=20), nullable=True),
        sa.Column("evidence_value", sa.String(length=120), nullable=True),
        sa.Column("evidence_fen", sa.BigInteger(), nullable=True),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'redemption') = (of_event_id IS NULL)",
            name=op.f("ck_finance_events_corrections_name_their_redemption"),
        ),
        sa.CheckConstraint("kind IN ('redemption', 'refund', 'incident')", name=op.f("ck_finance_events_kind_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'cancelled') OR cleared_on IS NOT NULL",
            name=op.f("ck_finance_events_priced_is_cleared"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'priced', 'held', 'batched', 'paid', 'cancelled')",
            name=op.f("ck_finance_events_state_known"),
        ),
        sa.CheckConstraint(
            "bill_fen = paid_fen + government_fen + platform_fen + merchant_fen",
            name=op.f("ck_finance_events_parts_add_up"),
        ),
        sa.CheckConstraint("threshold_fen >= 0", name=op.f("ck_finance_events_threshold_fen_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finance_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_finance_events_cleared",
        "finance_events",
        ["cleared_on", "merchant_id"],
        unique=False,
        postgresql_where=sa.text("cleared_on IS NOT NULL"),
        sqlite_where=sa.text("cleared_on IS NOT NULL"),
    )
    op.create_index(
        "ix_finance_events_evidence_value",
        "finance_events",
        ["evidence_value"],
        unique=False,
        postgresql_where=sa.text("evidence_value IS NOT NULL"),
        sqlite_where=sa.text("evidence_value IS NOT NULL"),
    )
    op.create_index(
        "ix_finance_events_of_event_id",
        "finance_events",
        ["of_event_id"],
        unique=False,
        postgresql_where=sa.text("of_event_id IS NOT NULL"),
        sqlite_where=sa.text("of_event_id IS NOT NULL"),
    )
    op.create_index(
        "ix_finance_events_waiting",
        "finance_events",
        ["business_day"],
        unique=False,
        postgresql_where=sa.text("cleared_on IS NULL"),
        sqlite_where=sa.text("cleared_on IS NULL"),
    )
    op.create_table(
        "ledger_pending_ends",
        sa.Column("pending_act_id", IdType(), nullable=False),
        sa.Column("act_id", IdType(), nullable=False),
        sa.Column("ending", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint("ending IN ('posted', 'voided')", name=op.f("ck_ledger_pending_ends_ending_known")),
        sa.PrimaryKeyConstraint("pending_act_id", name=op.f("pk_ledger_pending_ends")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payout_runs",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("prepared_by", IdType(), nullable=False),
        sa.Column("prepared_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.CheckConstraint("payer IN ('government', 'platform')", name=op.f("ck_payout_runs_payer_known")),
        sa.CheckConstraint("state <> 'sent' OR decided_by <> prepared_by", name=op.f("ck_payout_runs_two_people")),
        sa.CheckConstraint("state IN ('under_review', 'sent_back', 'sent')", name=op.f("ck_payout_runs_state_known")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_payout_runs_amount_fen_not_negative")),
        sa.CheckConstraint("batches >= 0", name=op.f("ck_payout_runs_batches_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_runs")),
    )
    op.create_table(
        "settlement_programmes",
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("title_zh", sa.String(length=80), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("money_path", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "money_path IN ('prepaid', 'advanced', 'claimed')", name=op.f("ck_settlement_programmes_money_path_known")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_settlement_programmes")),
    )
    op.create_table(
        "acquirer_lines",
        sa.Column("statement_id", IdType(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_no", sa.String(length=120), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", InstantType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["acquirer_statements.id"], name=op.f("fk_acquirer_lines_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_acquirer_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_acquirer_lines_order_no", "acquirer_lines", ["order_no"], unique=False)
    op.create_table(
        "ledger_pending_transfers",
        sa.Column("act_id", IdType(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("debit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("occurred_at", InstantType(), nullable=False),
        sa.Column("recorded_at", InstantType(), nullable=False),
        sa.CheckConstraint(
            "step IN ('fund', 'allocate', 'deal', 'return-up', 'claim', 'hold', 'release', 'redeem', 'unused-face', 'platform-share', 'roll-back', 'claw-back', 'set-off', 'repay', 'pay-out', 'pay-in', 'pay-back', 'reimburse', 'incident', 'close-out', 'return', 'expire')",
            name=op.f("ck_ledger_pending_transfers_step_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_pending_transfers_amount_is_positive")),
        sa.CheckConstraint("debit_account <> credit_account", name=op.f("ck_ledger_pending_transfers_two_accounts")),
        sa.ForeignKeyConstraint(
            ["credit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_pending_transfers_credit_account")
        ),
        sa.ForeignKeyConstraint(
            ["debit_account"], ["ledger_accounts.id"], name=op.f("fk_ledger_pending_transfers_debit_account")
        ),
        sa.PrimaryKeyConstraint("act_id", "leg", name=op.f("pk_ledger_pending_transfers")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_pending_transfers_debit", "ledger_pending_transfers", ["debit_account"], unique=False)
    op.create_table(
        "payout_batches",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("repeats_id", IdType(), nullable=True),
        sa.Column("run_id", IdType(), nullable=True),
        sa.Column("account_id", IdType(), nullable=True),
        sa.Column("sent_at", InstantType(), nullable=True),
        sa.Column("answered_at", InstantType(), nullable=True),
        sa.Column("bank_serial", sa.String(length=64), nullable=True),
        sa.Column("bank_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("payer IN ('government', 'platform')", name=op.f("ck_payout_batches_payer_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'under_review', 'sent', 'accepted', 'rejected')",
            name=op.f("ck_payout_batches_state_known"),
        ),
        sa.CheckConstraint("lines >= 0", name=op.f("ck_payout_batches_lines_not_negative")),
        sa.ForeignKeyConstraint(["repeats_id"], ["payout_batches.id"], name=op.f("fk_payout_batches_repeats_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_runs.id"], name=op.f("fk_payout_batches_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_batches_number")),
        sa.UniqueConstraint("repeats_id", name=op.f("uq_payout_batches_repeats_id")),
    )
    op.create_index("ix_payout_batches_merchant", "payout_batches", ["merchant_id", "day"], unique=False)
    op.create_index("ix_payout_batches_run_id", "payout_batches", ["run_id"], unique=False)
    op.create_index("ix_payout_batches_state", "payout_batches", ["state", "campaign_id"], unique=False)
    op.create_index(
        "uq_payout_batches_first",
        "payout_batches",
        ["campaign_id", "merchant_id", "payer", "day"],
        unique=True,
        postgresql_where=sa.text("repeats_id IS NULL AND amount_fen >= 0"),
        sqlite_where=sa.text("repeats_id IS NULL AND amount_fen >= 0"),
    )
    op.create_table(
        "payout_holds",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", InstantType(), nullable=False),
        sa.Column("contest", sa.String(length=400), nullable=True),
        sa.Column("contested_at", InstantType(), nullable=True),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "rule IN ('evidence-missing', 'unmatched', 'evidence-doubled', 'just-above-threshold', 'split-bill', 'same-payer', 'seconds-apart', 'outside-hours', 'own-staff')",
            name=op.f("ck_payout_holds_rule_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'contested', 'released', 'upheld')", name=op.f("ck_payout_holds_state_known")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["finance_events.id"], name=op.f("fk_payout_holds_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_holds")),
    )
    op.create_index("ix_payout_holds_merchant", "payout_holds", ["merchant_id", "id"], unique=False)
    op.create_index("ix_payout_holds_state", "payout_holds", ["state", "id"], unique=False)
    op.create_index("uq_payout_holds_event", "payout_holds", ["event_id", "rule"], unique=True)
    op.create_table(
        "payout_parts",
        sa.Column("batch_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batches.id"], name=op.f("fk_payout_parts_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "line_id", name=op.f("pk_payout_parts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pricing_lines",
        sa.Column("event_id", IdType(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("clawback", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("batch_id", IdType(), nullable=True),
        sa.CheckConstraint("payer IN ('government', 'platform')", name=op.f("ck_pricing_lines_payer_known")),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_pricing_lines_something_is_owed")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batches.id"], name=op.f("fk_pricing_lines_batch_id")),
        sa.ForeignKeyConstraint(["event_id"], ["finance_events.id"], name=op.f("fk_pricing_lines_event_id")),
        sa.PrimaryKeyConstraint("event_id", "payer", name=op.f("pk_pricing_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pricing_lines_batch_id", "pricing_lines", ["batch_id"], unique=False)
    op.create_index("ix_pricing_lines_cleared", "pricing_lines", ["cleared_on", "merchant_id"], unique=False)
    op.create_index(
        "ix_pricing_lines_unbatched",
        "pricing_lines",
        ["merchant_id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NULL"),
        sqlite_where=sa.text("batch_id IS NULL"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("redemption_id", IdType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("proposed_by", IdType(), nullable=False),
        sa.Column("proposed_at", InstantType(), nullable=False),
        sa.Column("decided_by", IdType(), nullable=True),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_incidents_two_people")),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_incidents_state_known")),
        sa.ForeignKeyConstraint(["redemption_id"], ["redemptions.id"], name=op.f("fk_incidents_redemption_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_redemption_id", "incidents", ["redemption_id"], unique=False)
    op.create_index(
        "uq_incidents_one_proposed",
        "incidents",
        ["redemption_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
        sqlite_where=sa.text("state = 'proposed'"),
    )
