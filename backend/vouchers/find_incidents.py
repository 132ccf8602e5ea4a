"""Which corrections are there?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.merchants.find_merchants import merchant_names
from backend.vouchers.incident_rules import Incident, IncidentState
from backend.vouchers.refund_rules import RedemptionRecord
from backend.vouchers.store import incidents, reads


class FindIncidents(Struct, frozen=True, kw_only=True):
    """Corrections in a state, or all."""

    state: IncidentState | None = None
    after: UUID | None = None
    most: int = 51


class FoundIncident(Struct, frozen=True, kw_only=True):
    """A correction with the redemption it is about, and the names of those who had a hand in it."""

    incident: Incident
    redemption: RedemptionRecord
    merchant_zh: str
    merchant_en: str
    proposer: str
    decider: str | None


async def find_incidents(tx: Transaction, asked: FindIncidents) -> list[FoundIncident]:
    """Oldest first."""
    found = await incidents.find(tx, state=asked.state, after=asked.after, most=asked.most)
    of = await reads.redemptions_by_id(tx, {incident.redemption_id for incident in found})
    merchants = await merchant_names(tx, {record.merchant_id for record in of.values()})
    hands = {incident.proposed_by for incident in found} | {one.decided_by for one in found if one.decided_by}
    people = await staff_names(tx, frozenset(hands))
    return [
        FoundIncident(
            incident=incident,
            redemption=of[incident.redemption_id],
            merchant_zh=merchants[of[incident.redemption_id].merchant_id][0],
            merchant_en=merchants[of[incident.redemption_id].merchant_id][1],
            proposer=people.get(incident.proposed_by, ""),
            decider=people.get(incident.decided_by, "") if incident.decided_by else None,
        )
        for incident in found
    ]
