"""Who does the work that nobody waits for? One worker per county at a time: relay, timed work, the audit chain.

Runs inside ``serve``. The worker that holds the county's lease does a round several times a second; when it dies
another takes over within the lease. After a fault the next round comes all the same; one that
lasts is told now and then.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backend.audit_trail.chain import MOST_IN_BLOCK, Chain, chain, unlinked
from backend.database.county import County
from backend.database.transaction import DatabaseGone, Transaction, Verb, inquire, transact
from backend.database.trouble import Trouble
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, elapsed_seconds, processor_seconds
from backend.outbox.backlog import AskBacklog, backlog
from backend.outbox.due import DueVerb, run_due
from backend.outbox.lease import TakeLease, take_lease
from backend.outbox.relay import Consumer, by_event_name, deliver_events
from backend.outbox.rules import Stuck
from backend.web.status import Figure

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.4
LEASE_EVERY_SECONDS = 5.0
MOST_BLOCKS = 8
"""Blocks in a round: more entries a second than a rush can write, in portions that nobody notices."""
RUSH_SHARE = 0.6
"""Of a processor: a process that computes more than that is in a rush, and telling waits until it is over …"""
MOST_UNTOLD_SECONDS = 10.0
"""… but no longer than this between two turns."""
LOOK_EVERY_SECONDS = 2.0
LOOK_SHARE = 50
"""A look may take one fiftieth of the time: after a long one the next waits that much longer …"""
MOST_UNSEEN_SECONDS = 5.0
"""… but no longer than this."""
LEASE = "background"
FIGURES_SECONDS = 1.0

Look = Callable[[County, Instant], Awaitable[int]]
"""Looks at the county and does what it finds to do; returns how much that was."""


class Background:
    """The background work of one county in this process."""

    def __init__(
        self,
        county: County,
        consumers: Sequence[Consumer[Any]],
        due_verbs: Mapping[str, DueVerb],
        first: Sequence[Verb[None, None]] = (),
        looks: Sequence[Look] = (),
    ) -> None:
        """``first`` plans what comes back every night; it is run when this worker first holds the lease."""
        self.county = county
        self.first = list(first)
        self.consumers = by_event_name(consumers)
        self.due_verbs = dict(due_verbs)
        self.looks = tuple(looks)
        self._look_at = -LOOK_EVERY_SECONDS
        self.holder = new_id()
        self._task: asyncio.Task[None] | None = None
        self._computed, self._looked_at, self._told_at = processor_seconds(), elapsed_seconds(), elapsed_seconds()
        self._figures: tuple[float, list[Figure]] | None = None
        self._trouble = Trouble(log, f"background work of {county.code}")
        self._look_trouble = Trouble(log, f"looking at {county.code}")

    def start(self) -> None:
        """Begin; call once, inside the running loop."""
        self._task = asyncio.create_task(self._run(), name=f"background {self.county.code}")

    async def stop(self) -> None:
        """End at once: what is under way is undone on PostgreSQL and stored to its end on SQLite."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def link_rest(self) -> None:
        """Link what was written since the last round: a county that stands still must not seem to neglect its chain."""
        try:
            while await transact(self.county, chain, Chain()):
                pass
        except DatabaseGone as gone:
            self._trouble.waits(f"the database is away: {gone}")
        except Exception as bug:
            self._trouble.failed(bug)

    async def figures(self) -> list[Figure]:
        """What is left to do, for monitoring; counted at most once a second, however many ask."""
        asked_at = elapsed_seconds()
        if self._figures is None or asked_at - self._figures[0] >= FIGURES_SECONDS:
            asked = AskBacklog(tuple(self.consumers), self.county.clock())
            self._figures = (asked_at, await inquire(self.county, left_to_do, asked))
        return self._figures[1]

    async def _run(self) -> None:
        leased_at = -LEASE_EVERY_SECONDS
        holding = False
        while True:
            try:
                if elapsed_seconds() - leased_at >= LEASE_EVERY_SECONDS:
                    holding = await transact(self.county, take_lease, TakeLease(LEASE, self.holder))
                    leased_at = elapsed_seconds()
                if holding:
                    while self.first:
                        await transact(self.county, self.first[0], None)
                        del self.first[0]
                    await self.round(
                        self.county.clock(), tell=self._may_tell(), look=elapsed_seconds() >= self._look_at
                    )
                self._trouble.over()
            except DatabaseGone as gone:
                self._trouble.waits(f"the database is away: {gone}")
            except Exception as bug:
                self._trouble.failed(bug)
            await asyncio.sleep(ROUND_SECONDS)

    def _may_tell(self) -> bool:
        """Whether there is time for consumers: in a rush they cost a sixth of the claims, and can wait for its end."""
        computed, elapsed = processor_seconds(), elapsed_seconds()
        share = (computed - self._computed) / max(elapsed - self._looked_at, 1e-6)
        self._computed, self._looked_at = computed, elapsed
        if share > RUSH_SHARE and elapsed - self._told_at < MOST_UNTOLD_SECONDS:
            return False
        self._told_at = elapsed
        return True

    async def round(self, at: Instant, *, tell: bool = True, look: bool = True) -> int:
        """One round as of ``at``; returns how much was done, so that a caller can repeat until nothing is left."""
        # Nobody may wait for a consumer: rounds open, and acts are chained, before anything is told.
        done = 0
        for _ in range(MOST_BLOCKS):
            linked = await transact(self.county, chain, Chain(), now=at)
            done += linked
            if linked < MOST_IN_BLOCK:
                break
        done += await run_due(self.county, self.due_verbs, at)
        done += await self._look(at) if look else 0
        return done + (await deliver_events(self.county, self.consumers, at) if tell else 0)

    async def _look(self, at: Instant) -> int:
        """A look that fails is told, and keeps nobody from being told what happened."""
        begun, done = elapsed_seconds(), 0
        try:
            for look in self.looks:
                done += await look(self.county, at)
            self._look_trouble.over()
        except DatabaseGone:
            raise
        except Exception as bug:
            self._look_trouble.failed(bug)
        now = elapsed_seconds()
        self._look_at = now + min(max(LOOK_EVERY_SECONDS, (now - begun) * LOOK_SHARE), MOST_UNSEEN_SECONDS)
        return done


async def left_to_do(tx: Transaction, asked: AskBacklog) -> list[Figure]:
    """What waits and since how many seconds, and what keeps failing."""
    waiting = await backlog(tx, asked)
    entries, since = await unlinked(tx)

    def age(oldest: Instant | None) -> int:
        return 0 if oldest is None else max(0, int((asked.at - oldest).total_seconds()))

    return [
        Figure("trail_unlinked_entries", "Entries of the audit trail outside its chain.", entries),
        Figure("trail_unlinked_seconds", "Age of the oldest of them; more than 10 is a fault.", age(since)),
        Figure("events_waiting", "Events that somebody has not been given yet.", waiting.waiting_events),
        Figure("events_waiting_seconds", "Age of the oldest of them.", age(waiting.oldest_event_at)),
        Figure("deliveries_stuck", "Deliveries that have failed 8 times or more.", _sum(waiting.stuck_deliveries)),
        Figure("work_late", "Timed work that is due and not done.", waiting.late_work),
        Figure("work_late_seconds", "How long ago the first of it was due.", age(waiting.oldest_work_at)),
        Figure("work_stuck", "Timed work that has failed 8 times or more.", _sum(waiting.stuck_work)),
    ]


def _sum(stuck: Sequence[Stuck]) -> int:
    return sum(one.count for one in stuck)
