"""SQL of dossiers and of the invoices that the living ones hold."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.trade_in.rules import LIVE, Dossier, DossierState, OldProof, Papers, serial_key
from backend.trade_in.tables import trade_in_dossiers, trade_in_invoices
from backend.vouchers.trade_in_rules import Appliance


async def lock_dossier(tx: Transaction, dossier_id: UUID) -> Dossier | None:
    """One dossier, locked."""
    asked = select(trade_in_dossiers).where(trade_in_dossiers.c.id == dossier_id).with_for_update()
    row = (await tx.execute(asked)).first()
    return dossier_of(row) if row else None


async def dossier(tx: Transaction, dossier_id: UUID) -> Dossier | None:
    """One dossier."""
    row = (await tx.execute(select(trade_in_dossiers).where(trade_in_dossiers.c.id == dossier_id))).first()
    return dossier_of(row) if row else None


async def standing_of(tx: Transaction, redemption_id: UUID) -> Dossier | None:
    """The dossier of a redemption that was not withdrawn, locked."""
    d = trade_in_dossiers.c
    asked = select(trade_in_dossiers).where(d.redemption_id == redemption_id, d.state != str(DossierState.WITHDRAWN))
    row = (await tx.execute(asked.with_for_update())).first()
    return dossier_of(row) if row else None


async def holder_of(tx: Transaction, serial_no: str, without: UUID) -> Instant | None:
    """When the living dossier with this serial number was first filed, another than the one named."""
    d = trade_in_dossiers.c
    asked = select(d.first_filed_at).where(
        d.serial_key == serial_key(serial_no), d.held_invoice_no.is_not(None), d.id != without
    )
    found: Instant | None = (await tx.execute(asked)).scalar()
    return found


async def hold_invoice(tx: Transaction, invoice_no: str, merchant_id: UUID) -> bool:
    """Make the invoice this merchant's, or find that it is another's; locked until the transaction ends."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = {"invoice_no": invoice_no, "merchant_id": merchant_id}
    await tx.execute(make(trade_in_invoices).values(row).on_conflict_do_nothing())
    return await _lock_invoice(tx, invoice_no) == merchant_id


async def drop_unheld(tx: Transaction, invoice_no: str) -> None:
    """An invoice that no living dossier names any more is nobody's; a mistyped number binds no shop for good."""
    # Locked first and asked again after it: whoever holds it meanwhile has stored their dossier by then.
    await _lock_invoice(tx, invoice_no)
    held = select(trade_in_dossiers.c.id).where(trade_in_dossiers.c.held_invoice_no == invoice_no)
    await tx.execute(
        delete(trade_in_invoices).where(trade_in_invoices.c.invoice_no == invoice_no, ~held.exists()),
    )


async def _lock_invoice(tx: Transaction, invoice_no: str) -> UUID | None:
    i = trade_in_invoices.c
    found: UUID | None = (
        await tx.execute(select(i.merchant_id).where(i.invoice_no == invoice_no).with_for_update())
    ).scalar()
    return found


async def insert_dossier(tx: Transaction, of: Dossier) -> None:
    """Filed for the first time."""
    row = _told(of.papers, of.state) | {
        "id": of.dossier_id,
        "redemption_id": of.redemption_id,
        "campaign_id": of.campaign_id,
        "merchant_id": of.merchant_id,
        "appliance": str(of.appliance),
        "version": of.version,
        "redeemed_at": of.redeemed_at,
        "due_on": of.due_on,
        "first_filed_by": of.first_filed_by,
        "filed_by": of.filed_by,
        "first_filed_at": of.first_filed_at,
        "filed_at": of.filed_at,
    }
    await tx.execute(insert(trade_in_dossiers).values(row))


async def file_again(tx: Transaction, of: Dossier, papers: Papers, by: UUID, at: Instant) -> None:
    """returned → filed; what the reviewer had asked for stays beside it."""
    again = {"version": of.version + 1, "filed_by": by, "filed_at": at, "decided_by": None, "decided_at": None}
    own = trade_in_dossiers.c.id == of.dossier_id
    await tx.execute(
        update(trade_in_dossiers).where(own).values(_told(papers, DossierState.FILED) | again),
    )


async def decide(
    tx: Transaction, of: Dossier, to: DossierState, by: UUID | None, note: str | None, at: Instant
) -> None:
    """A step of a person of the office, or of the system when the sale was given back."""
    moved = {"state": str(to), "decided_by": by, "decided_at": at, "note": note}
    if to not in LIVE:
        moved["held_invoice_no"] = None
    await tx.execute(update(trade_in_dossiers).where(trade_in_dossiers.c.id == of.dossier_id).values(moved))


def _told(papers: Papers, state: DossierState) -> dict[str, Any]:
    return {
        "state": str(state),
        "invoice_no": papers.invoice_no,
        "held_invoice_no": papers.invoice_no if state in LIVE else None,
        "model": papers.model,
        "serial_no": papers.serial_no,
        "serial_key": serial_key(papers.serial_no),
        "energy_level": papers.energy_level,
        "energy_record_no": papers.energy_record_no,
        "old_proof": papers.old_proof and str(papers.old_proof),
        "old_value": papers.old_value,
    }


def dossier_of(row: Any) -> Dossier:
    """A row as its rules type."""
    return Dossier(
        dossier_id=row.id,
        redemption_id=row.redemption_id,
        campaign_id=row.campaign_id,
        merchant_id=row.merchant_id,
        appliance=Appliance(row.appliance),
        state=DossierState(row.state),
        version=row.version,
        papers=Papers(
            invoice_no=row.invoice_no,
            model=row.model,
            serial_no=row.serial_no,
            energy_level=row.energy_level,
            energy_record_no=row.energy_record_no,
            old_proof=OldProof(row.old_proof) if row.old_proof else None,
            old_value=row.old_value,
        ),
        redeemed_at=row.redeemed_at,
        due_on=row.due_on,
        first_filed_by=row.first_filed_by,
        filed_by=row.filed_by,
        first_filed_at=row.first_filed_at,
        filed_at=row.filed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
