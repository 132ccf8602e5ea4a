"""SQL of money that moved at the bank, with its documents."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy import insert as insert_into

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.bank_rules import BankActKind, BankActRecord
from backend.settlement.tables import bank_acts


async def insert(tx: Transaction, record: BankActRecord, at: Instant) -> None:
    """Once; the primary key refuses a second one."""
    await tx.execute(
        insert_into(bank_acts).values(
            id=record.act_id,
            kind=str(record.kind),
            campaign_id=record.campaign_id,
            merchant_id=record.merchant_id,
            amount_fen=record.amount_fen,
            document_no=record.document_no,
            bank_voucher_no=record.bank_voucher_no,
            file_sha256=record.file_sha256,
            made_by=record.made_by,
            made_at=at,
        )
    )


async def of_campaign(tx: Transaction, campaign_id: UUID) -> list[BankActRecord]:
    """All of a campaign, oldest first."""
    rows = await tx.execute(
        select(bank_acts).where(bank_acts.c.campaign_id == campaign_id).order_by(bank_acts.c.made_at, bank_acts.c.id)
    )
    return [_record(row) for row in rows]


def _record(row: Row[Any]) -> BankActRecord:
    return BankActRecord(
        act_id=row.id,
        kind=BankActKind(row.kind),
        campaign_id=row.campaign_id,
        merchant_id=row.merchant_id,
        amount_fen=row.amount_fen,
        document_no=row.document_no,
        bank_voucher_no=row.bank_voucher_no,
        file_sha256=row.file_sha256,
        made_by=row.made_by,
        made_at=row.made_at,
    )
