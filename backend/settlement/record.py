"""Record what an act means for settlement, in the act's own transaction."""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.papers.matching import settled_number
from backend.settlement.rules import ACQUIRER_ORDER, CounterCell, EventState, FinanceEvent, Programme
from backend.settlement.store import cells
from backend.settlement.store import events as store


async def open_programme(tx: Transaction, programme: Programme, *, now: Instant) -> None:
    """A campaign's money is proven: settlement knows it from now on."""
    await store.insert_programme(tx, programme, now)


def record_events(tx: Transaction, events: Sequence[FinanceEvent]) -> None:
    """Store the finance events of acts that this transaction stores; one act has one, or the database refuses.

    An order's number is kept as it is compared; as the till wrote it, it stands with the redemption.
    """
    store.append_events(tx, [_settled(event) for event in events])


def record_cells(tx: Transaction, told: Sequence[CounterCell]) -> None:
    """Where counters said that they stood; most say nothing, and nothing is stored."""
    if told:
        cells.append(tx, told)


def _settled(event: FinanceEvent) -> FinanceEvent:
    if event.evidence_kind != ACQUIRER_ORDER or event.evidence_value is None:
        return event
    return replace(event, evidence_value=settled_number(event.evidence_value))


async def lock_event(tx: Transaction, event_id: UUID) -> FinanceEvent | None:
    """The finance event of an act, locked until the transaction ends: it is not cleared meanwhile."""
    return await store.lock_event(tx, event_id)


async def cancel_event(tx: Transaction, event: FinanceEvent) -> None:
    """pending → cancelled: the act was undone as a whole before its day was cleared."""
    if event.state is not EventState.PENDING:
        raise ValueError(f"{event.event_id} is {event.state}: what is cleared is corrected, not cancelled")
    await store.set_state(tx, [event.event_id], EventState.CANCELLED)
