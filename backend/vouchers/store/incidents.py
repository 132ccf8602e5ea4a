"""SQL of corrections."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert as insert_into
from sqlalchemy import select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.incident_rules import Incident, IncidentState
from backend.vouchers.tables import incidents


async def insert(tx: Transaction, incident: Incident) -> None:
    """A proposed correction; the database keeps it to one per redemption."""
    await tx.execute(
        insert_into(incidents).values(
            id=incident.incident_id,
            redemption_id=incident.redemption_id,
            state=str(incident.state),
            reason=incident.reason,
            document_no=incident.document_no,
            proposed_by=incident.proposed_by,
            proposed_at=incident.proposed_at,
        )
    )


async def is_proposed(tx: Transaction, redemption_id: UUID) -> bool:
    """Whether a correction of it waits for its second signature."""
    found = select(incidents.c.id).where(
        incidents.c.redemption_id == redemption_id, incidents.c.state == str(IncidentState.PROPOSED)
    )
    return (await tx.execute(found)).first() is not None


async def redemption_of(tx: Transaction, incident_id: UUID) -> UUID | None:
    """Whose redemption it corrects, so that it can be locked before it."""
    return (await tx.execute(select(incidents.c.redemption_id).where(incidents.c.id == incident_id))).scalar()


async def lock(tx: Transaction, incident_id: UUID) -> Incident | None:
    """One correction, locked."""
    row = (await tx.execute(select(incidents).where(incidents.c.id == incident_id).with_for_update())).first()
    return _incident(row) if row else None


async def decide(tx: Transaction, incident_id: UUID, state: IncidentState, by: UUID, at: Instant) -> None:
    """Who decided it, and when."""
    decided = {"state": str(state), "decided_by": by, "decided_at": at}
    await tx.execute(update(incidents).where(incidents.c.id == incident_id).values(decided))


async def find(tx: Transaction, *, state: IncidentState | None, after: UUID | None, most: int) -> list[Incident]:
    """Corrections, by id."""
    asked = select(incidents)
    if state is not None:
        asked = asked.where(incidents.c.state == str(state))
    if after is not None:
        asked = asked.where(incidents.c.id > after)
    return [_incident(row) for row in await tx.execute(asked.order_by(incidents.c.id).limit(most))]


def _incident(row: Any) -> Incident:
    return Incident(
        incident_id=row.id,
        redemption_id=row.redemption_id,
        state=IncidentState(row.state),
        reason=row.reason,
        document_no=row.document_no,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
