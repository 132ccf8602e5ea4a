"""Whose turn is it to write into a county's SQLite file? One at a time in this process, in the order they came.

Queueing here is fair and quick; the busy timeout, which is all there is between processes, is neither.
"""

import asyncio
from types import TracebackType
from typing import Literal

MOST_WAIT_SECONDS = 15.0
"""As long as on PostgreSQL for a connection: whoever waits longer is told to come back."""
HELD = "database is locked"
"""How SQLite says that another program has held the file through the whole busy timeout."""


class WriterQueue(asyncio.Lock):
    """A lock for which nobody waits for ever.

    When one turn ends because another program holds the file, everybody who waited behind it is told the same: else
    each in turn would wait for it anew, as often as there are people.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held = 0

    async def acquire(self) -> Literal[True]:
        """Wait for the turn; raises ``TimeoutError``."""
        held = self._held
        try:
            async with asyncio.timeout(MOST_WAIT_SECONDS):
                await super().acquire()
        except TimeoutError:
            raise TimeoutError(f"no turn to write within {MOST_WAIT_SECONDS:g} s") from None
        if self._held != held:
            self.release()
            raise TimeoutError(HELD)
        return True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the turn; ``error`` is how it ended."""
        if error is not None and HELD in str(error):
            self._held += 1
        await super().__aexit__(kind, error, trace)
