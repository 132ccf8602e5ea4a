"""Who hands a real county's SMS to its vendor? Every process that serves the county, each message taken by one of them.

Beside the other background work and not in it: a vendor that is slow must not keep a round from opening at ten. A
county without an adapter gives up what it cannot send, so that no phone is kept longer than its message is worth.
"""

import asyncio
import contextlib
import logging

from backend.database.county import County
from backend.database.transaction import DatabaseGone, inquire, transact
from backend.database.trouble import Trouble
from backend.kernel.instants import Instant
from backend.notifications.outgoing import SmsSender, check_sender, give_up_waiting, send_waiting, something_waits

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.5


class Delivery:
    """The SMS of one county, as far as this process sends them."""

    def __init__(self, county: County, sender: SmsSender | None) -> None:
        """Raises ``RealSenderRefused`` for a demonstration county with a sender."""
        check_sender(county, sender)
        self.county = county
        self.sender = sender
        self._task: asyncio.Task[None] | None = None
        self._trouble = Trouble(log, f"sending SMS of {county.code}")

    def start(self) -> None:
        """Begin; a demonstration county has nothing to send."""
        if not self.county.demonstration:
            self._task = asyncio.create_task(self._run(), name=f"SMS {self.county.code}")

    async def stop(self) -> None:
        """End at once; what was being handed over is sent again, under the same id, by whoever comes next."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def round(self, at: Instant) -> int:
        """Send, or give up, what waits as of ``at``; how many were sent."""
        if not await inquire(self.county, something_waits, at):
            return 0
        if self.sender is None:
            await transact(self.county, give_up_waiting, None, now=at)
            return 0
        return await send_waiting(self.county, self.sender, at=at, failed=self._not_taken)

    def _not_taken(self, error: Exception) -> None:
        self._trouble.waits(error)

    async def _run(self) -> None:
        while True:
            try:
                if await self.round(self.county.clock()):
                    self._trouble.over()
            except DatabaseGone as gone:
                self._trouble.waits(f"the database is away: {gone}")
            except Exception as bug:
                self._trouble.failed(bug)
            await asyncio.sleep(ROUND_SECONDS)
