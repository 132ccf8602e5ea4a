"""A sale was given back as a whole: its dossier is withdrawn, and its serial number and invoice are free again."""

from collections.abc import Sequence

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant
from backend.outbox.relay import Consumer
from backend.trade_in.rules import LIVE, DossierState
from backend.trade_in.store import dossiers as store
from backend.trade_in.store.reads import filed_among
from backend.vouchers.events import RedemptionRolledBack
from backend.vouchers.find_trade_ins import lock_trade_in


async def withdraw_undone(tx: Transaction, events: Sequence[RedemptionRolledBack], now: Instant) -> None:
    """Whatever else was refunded of a sale leaves its dossier as it is; a rejected one stays rejected."""
    # Whoever files holds the redemption meanwhile: what was filed before it went back is seen here.
    for redemption_id in sorted(await filed_among(tx, {event.redemption_id for event in events})):
        sale = await lock_trade_in(tx, redemption_id)
        dossier = await store.standing_of(tx, redemption_id) if sale is not None and sale.undone else None
        if dossier is None or dossier.state not in LIVE:
            continue
        await store.decide(tx, dossier, DossierState.WITHDRAWN, None, None, now)
        await store.drop_unheld(tx, dossier.papers.invoice_no)
        entry = new_entry(
            now,
            SYSTEM,
            "trade-in.withdraw",
            ("redemption", redemption_id),
            from_state=dossier.state,
            to_state=DossierState.WITHDRAWN,
            detail=f"dossier {dossier.dossier_id}",
        )
        await record(tx, entry)


TRADE_IN_CONSUMERS = (Consumer("trade-in-withdraw-undone", RedemptionRolledBack, withdraw_undone),)
