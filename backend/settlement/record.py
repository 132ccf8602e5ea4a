"""Record what an act means for settlement, in the act's own transaction."""

from collections.abc import Sequence
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.rules import EventState, FinanceEvent, Programme
from backend.settlement.store import events as store


async def open_programme(tx: Transaction, programme: Programme, *, now: Instant) -> None:
    """A campaign's money is proven: settlement knows it from now on."""
    await store.insert_programme(tx, programme, now)


def record_events(tx: Transaction, events: Sequence[FinanceEvent]) -> None:
    """Store the finance events of acts that this transaction stores; one act has one, or the database refuses."""
    store.append_events(tx, events)


async def lock_event(tx: Transaction, event_id: UUID) -> FinanceEvent | None:
    """The finance event of an act, locked until the transaction ends: it is not cleared meanwhile."""
    return await store.lock_event(tx, event_id)


async def cancel_event(tx: Transaction, event: FinanceEvent) -> None:
    """pending → cancelled: the act was undone as a whole before its day was cleared."""
    if event.state is not EventState.PENDING:
        raise ValueError(f"{event.event_id} is {event.state}: what is cleared is corrected, not cancelled")
    await store.set_state(tx, [event.event_id], EventState.CANCELLED)
