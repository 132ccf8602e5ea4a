"""Under which shift does this operator serve? Asked inside the transaction of whatever the operator does."""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.stations.rules import Shift, StationReason, Then, decide_service, decide_service_then
from backend.stations.store import counters, shifts


async def shift_for(
    tx: Transaction, shift_id: UUID, operator_id: UUID, *, now: Instant
) -> Shift | Refused[StationReason]:
    """The operator's own open shift; nobody can close it before this transaction ends."""
    shift = await shifts.lock_shift_open(tx, shift_id)
    _, policy = await counters.policy(tx)
    return decide_service(shift, operator_id=operator_id, policy=policy, at=now)


async def shift_then(
    tx: Transaction, shift_id: UUID, operator_id: UUID, *, then: Then
) -> Shift | Refused[StationReason]:
    """The operator's own shift as it stood then, for what was registered under it without a network; held likewise."""
    shift = await shifts.lock_shift_open(tx, shift_id)
    _, policy = await counters.policy(tx)
    return decide_service_then(shift, operator_id=operator_id, policy=policy, then=then)
