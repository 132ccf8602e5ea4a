"""How is a fault told that lasts? When it begins, at growing intervals while it goes on, and when it is over.

Work that is tried several times a second would otherwise fill the log, and in the end the disk, with one sentence.
"""

import logging
from collections.abc import Callable

from backend.kernel.faults import told_fault, traced_fault
from backend.kernel.instants import elapsed_seconds

FIRST_AGAIN_SECONDS = 10.0
MOST_SECONDS_BETWEEN = 600.0
QUIET_SECONDS = 60.0
"""A trouble of which nothing was heard for so long is over, and the next one is new."""

_Place = tuple[type[BaseException], str, int]


class Trouble:
    """What keeps one kind of work from being done, as a person reads of it in the log."""

    def __init__(
        self,
        log: logging.Logger,
        work: str,
        *,
        level: int = logging.WARNING,
        elapsed: Callable[[], float] = elapsed_seconds,
    ) -> None:
        """``work`` is the subject of every sentence: ``background work of 511527``."""
        self._log = log
        self._work = work
        self._level = level
        self._elapsed = elapsed
        self._since: float | None = None
        self._last = 0.0
        self._again_at = 0.0
        self._pause = FIRST_AGAIN_SECONDS
        self._times = 0
        self._bugs: set[_Place] = set()

    def waits(self, why: object) -> None:
        """The work could not be done, through nobody's mistake: something that it needs is away."""
        if self._is_told_now():
            self._log.log(self._level, "%s waits%s: %s", self._work, self._how_long(), why)

    def failed(self, bug: Exception) -> None:
        """The work ended in a fault of ours. Where it happened is told in full once, however often it happens."""
        told_now = self._is_told_now()
        place = _place(bug)
        if place not in self._bugs:
            self._bugs.add(place)
            self._log.error("%s failed%s: %s", self._work, self._how_long(), traced_fault(bug))
        elif told_now:
            self._log.error("%s failed%s: %s", self._work, self._how_long(), told_fault(bug))

    def over(self) -> None:
        """The work was done."""
        if self._since is None:
            return
        tries, seconds = self._times, self._elapsed() - self._since
        self._log.log(self._level, "%s goes on after %d tries in %.0f s", self._work, tries, seconds)
        self._forget()

    def _is_told_now(self) -> bool:
        now = self._elapsed()
        if self._since is not None and now - self._last > QUIET_SECONDS:
            self._forget()
        self._last = now
        self._times += 1
        if self._since is None:
            self._since, self._again_at = now, now + self._pause
            return True
        if now < self._again_at:
            return False
        self._pause = min(2 * self._pause, MOST_SECONDS_BETWEEN)
        self._again_at = now + self._pause
        return True

    def _forget(self) -> None:
        self._since, self._pause, self._times = None, FIRST_AGAIN_SECONDS, 0
        self._bugs.clear()

    def _how_long(self) -> str:
        if self._since is None or self._times == 1:
            return ""
        return f", {self._times} times in {self._elapsed() - self._since:.0f} s"


def _place(bug: BaseException) -> _Place:
    last = bug.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return type(bug), last.tb_frame.f_code.co_filename if last else "", last.tb_lineno if last else 0
