"""What has not been told or done yet, and what does not get done however often it is tried?"""

from collections.abc import Sequence

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import STUCK_TRIES, Stuck


class Backlog(Struct, frozen=True, kw_only=True):
    """Events and timed work that wait, with the oldest of each; what is stuck is tried on, at most an hour apart."""

    waiting_events: int
    oldest_event_at: Instant | None
    late_work: int
    oldest_work_at: Instant | None
    stuck_deliveries: list[Stuck]
    stuck_work: list[Stuck]

    @property
    def faults(self) -> list[str]:
        """What is stuck, in words for whoever has to mend it."""
        return [
            *(f"consumer {one.name} keeps failing on {one.count} events: {one.fault}" for one in self.stuck_deliveries),
            *(f"timed work {one.name} keeps failing, {one.count} pieces: {one.fault}" for one in self.stuck_work),
        ]


class AskBacklog(Struct, frozen=True):
    """As of an instant; of events, those that somebody listens to."""

    heard: Sequence[str]
    at: Instant


async def backlog(tx: Transaction, asked: AskBacklog) -> Backlog:
    """Count; an index holds what waits, and nothing else is read."""
    waiting, oldest_event_at = await store.waiting_since(tx, asked.heard)
    late, oldest_work_at = await store.late_since(tx, asked.at)
    return Backlog(
        waiting_events=waiting,
        oldest_event_at=oldest_event_at,
        late_work=late,
        oldest_work_at=oldest_work_at,
        stuck_deliveries=await store.stuck_deliveries(tx, STUCK_TRIES),
        stuck_work=await store.stuck_work(tx, STUCK_TRIES),
    )
