"""Do the dossiers hold? The same checkers serve the tests and ``yizhan audit`` on live data."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.settlement.review_event import reviews_told
from backend.trade_in.rules import Dossier, DossierState
from backend.trade_in.store import reads
from backend.vouchers.find_trade_ins import trade_ins
from backend.vouchers.trade_in_views import TradeInSale

PORTION = 500


class AuditTradeIns(Struct, frozen=True):
    """Check every dossier against its sale and what settlement was told."""


class TradeInReport(Struct, frozen=True, kw_only=True):
    """What was found; ``faults`` is empty when every promise holds."""

    dossiers: int
    approved: int
    faults: list[str]


async def audit_trade_ins(tx: Transaction, _asked: AuditTradeIns) -> TradeInReport:
    """Compare; money without an approval is found by settlement's own audit."""
    faults = [f"trade-in: serial number {one} lives twice" for one in await reads.serials_living_twice(tx)]
    told = await reviews_told(tx)
    after: UUID | None = None
    count = approved = 0
    while found := await reads.page_of_all(tx, after, PORTION):
        sales = await trade_ins(tx, {one.redemption_id for one in found})
        for one in found:
            faults += [
                f"trade-in: dossier {one.dossier_id} {words}" for words in _unlike(one, sales.get(one.redemption_id))
            ]
            if one.state in (DossierState.APPROVED, DossierState.REJECTED):
                approved += one.state is DossierState.APPROVED
                if told.pop(one.redemption_id, None) is not (one.state is DossierState.APPROVED):
                    faults.append(f"trade-in: settlement was told otherwise than dossier {one.dossier_id} says")
            elif one.state is DossierState.WITHDRAWN:
                told.pop(one.redemption_id, None)  # Approved, and then given back: what was told stays.
        count += len(found)
        after = found[-1].dossier_id
    faults += [f"trade-in: settlement was told of {event_id}, and no dossier was decided" for event_id in sorted(told)]
    return TradeInReport(dossiers=count, approved=approved, faults=faults[: reads.MOST_TOLD])


def _unlike(dossier: Dossier, sale: TradeInSale | None) -> list[str]:
    if sale is None:
        return ["is of no trade-in sale"]
    found = []
    if dossier.appliance is not sale.trade_in.appliance:
        found.append(f"is of a {dossier.appliance}, its voucher of a {sale.trade_in.appliance}")
    if (dossier.merchant_id, dossier.campaign_id) != (sale.merchant_id, sale.campaign_id):
        found.append("is not of the merchant or the campaign of its sale")
    if dossier.papers.energy_level not in sale.trade_in.energy_levels:
        found.append(f"has an energy label of level {dossier.papers.energy_level}, which its terms do not take")
    return found
