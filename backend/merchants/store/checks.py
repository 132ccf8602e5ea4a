"""SQL of the audit: every listing with its application, and every step that led to one."""

from uuid import UUID

from sqlalchemy import and_, func, or_, select

from backend.database.transaction import Transaction
from backend.merchants.audit_views import ListedFacts
from backend.merchants.call_rules import ApplicationState, ObjectionState, StepTaken
from backend.merchants.store.applications import steps_of
from backend.merchants.tables import applications, listings, objections


async def listings_with_facts(tx: Transaction) -> list[ListedFacts]:
    """Every listing there ever was."""
    a, x, o = applications.c, listings.c, objections.c
    late = or_(o.state != ObjectionState.DISMISSED.value, o.decided_at > x.listed_at)
    standing = (
        select(func.count()).where(and_(o.application_id == x.application_id, late)).correlate(listings)
    ).scalar_subquery()
    asked = select(
        listings,
        a.state,
        a.objections_until,
        a.call_id.label("of_call"),
        a.merchant_id.label("of"),
        standing.label("left"),
    )
    rows = await tx.execute(asked.join(applications, a.id == x.application_id).order_by(x.application_id))
    return [
        ListedFacts(
            application_id=row.application_id,
            call_id=row.call_id,
            merchant_id=row.merchant_id,
            listed_at=row.listed_at,
            state=ApplicationState(row.state),
            same=(row.of_call, row.of) == (row.call_id, row.merchant_id),
            objections_until=row.objections_until,
            open_or_upheld=row.left,
        )
        for row in rows
    ]


async def steps_of_listed(tx: Transaction, application_ids: list[UUID]) -> dict[UUID, list[StepTaken]]:
    """The steps of listed applications, a few hundred at a time."""
    found: dict[UUID, list[StepTaken]] = {}
    for begin in range(0, len(application_ids), 500):
        found |= await steps_of(tx, application_ids[begin : begin + 500])
    return found


async def listed_without_list(tx: Transaction) -> list[UUID]:
    """Applications that say they are listed and never were."""
    a = applications.c
    known = select(listings.c.application_id)
    asked = select(a.id).where(a.state == ApplicationState.LISTED.value, a.id.not_in(known)).order_by(a.id)
    return list((await tx.execute(asked)).scalars())
