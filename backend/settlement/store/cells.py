"""SQL of the places that counters told: written with the redemption, read once at its clearing, and gone."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import delete, select

from backend.database.transaction import Transaction
from backend.settlement.rules import CounterCell
from backend.settlement.tables import counter_cells


def append(tx: Transaction, cells: Sequence[CounterCell]) -> None:
    """Sent with what else the transaction appends."""
    tx.append(counter_cells, [asdict(one) for one in cells])


async def of_merchants(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, str]:
    """Cells of these merchants by redemption; those of days that are not cleared yet are among them."""
    asked = select(counter_cells.c.event_id, counter_cells.c.cell).where(counter_cells.c.merchant_id.in_(merchant_ids))
    return {row.event_id: row.cell for row in await tx.execute(asked)}


async def drop_before(tx: Transaction, day: date) -> None:
    """Forget the places of the days before."""
    await tx.execute(delete(counter_cells).where(counter_cells.c.business_day < day))
