"""Which corrections are there?"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.incident_rules import Incident, IncidentState
from backend.vouchers.store import incidents


class FindIncidents(Struct, frozen=True, kw_only=True):
    """Corrections in a state, or all."""

    state: IncidentState | None = None
    after: UUID | None = None
    most: int = 51


async def find_incidents(tx: Transaction, asked: FindIncidents) -> list[Incident]:
    """Oldest first."""
    return await incidents.find(tx, state=asked.state, after=asked.after, most=asked.most)
