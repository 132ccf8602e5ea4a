"""How does a till's journal reach the county over a bad line?

Nothing is dropped for what a line or a server says: without a good answer the same is sent again, later and less often.
A push that the county will not take as a whole (400, 401, 413) is tried with fewer events, at last with one, and then
left for a person, while the journal stays as it is.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

from merchant_tools.clock import wait
from merchant_tools.pushes import MOST_EVENTS
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Reading, Till
from merchant_tools.till_rules import wait_after

PATH = "/api/v1/sync/push"
CBOR = "application/cbor"
NOT_TAKEN = frozenset({400, 401, 403, 413})
VERSION = "till 0.1.0"
"""What the office reads of a till's program; the number is the package's, by a test."""
LONGEST_ANSWER = 4_300_000
"""Bytes of the longest one, a status list."""


class NoAnswer(Exception):
    """The line broke, or the county cannot answer now. Perhaps it has what was sent; it does no harm twice."""


class NotTakenAsWhole(Exception):
    """The county refuses this push with a status and a body that says why; nothing of it is stored there."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"{status} {told}")
        self.status = status


class Line(Protocol):
    """The way to the county."""

    def ask(self, data: bytes) -> bytes:
        """The answer to a push. Raises ``NoAnswer`` or ``NotTakenAsWhole``."""
        ...


@dataclass(frozen=True)
class HttpLine:
    """The county's own address, ``https`` but on one's own machine; one connection for each push."""

    address: str
    seconds: float = 30.0

    def ask(self, data: bytes) -> bytes:
        """The answer to a push. Raises ``NoAnswer`` or ``NotTakenAsWhole``."""
        headers = {"content-type": CBOR, "accept": CBOR, "content-encoding": "gzip", "x-yizhan-version": VERSION}
        return self._told("POST", PATH, gzip.compress(data, mtime=0), headers)

    def read(self, address: str, authorization: str) -> bytes:
        """What stands at an address of the county. Raises ``NoAnswer`` or ``NotTakenAsWhole``."""
        return self._told("GET", address, None, {"authorization": authorization, "accept": CBOR})

    def _told(self, method: str, address: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        told = urlsplit(self.address)
        kind = HTTPSConnection if told.scheme == "https" else HTTPConnection
        connection = kind(told.netloc, timeout=self.seconds)
        try:
            connection.request(method, address, data, headers)
            answer = connection.getresponse()
            body = answer.read(LONGEST_ANSWER)
        except (OSError, HTTPException) as problem:
            raise NoAnswer(str(problem)) from problem
        finally:
            connection.close()
        if answer.status in NOT_TAKEN:
            raise NotTakenAsWhole(answer.status, body[:200].decode(errors="replace"))
        if answer.status != 200:
            raise NoAnswer(f"status {answer.status}")
        return body


@dataclass(frozen=True)
class Pace:
    """How many events are sent at once, by what got through. A line that lets little through is asked for little.

    ``unsure``: events went out and nobody answered. Perhaps they came through all the same, so a push without events
    asks what the county has: that costs little, and events go once.
    """

    most: int = MOST_EVENTS
    ceiling: int = MOST_EVENTS
    unsure: bool = False

    @property
    def next_most(self) -> int:
        """How many events the next push holds at most; 0 for a question."""
        return 0 if self.unsure else self.most

    def answered(self, asked: int, *, moved: bool) -> "Pace":
        """The county took a push of at most so many events, or was asked and had got what was sent before."""
        most = min(self.most * 2, self.ceiling) if asked or moved else self.most
        return replace(self, most=most, unsure=False)

    def refused(self) -> "Pace":
        """The county says no to so many; smaller pushes only, from now on."""
        half = max(1, self.most // 2)
        return Pace(most=half, ceiling=half)

    def lost(self, asked: int) -> "Pace":
        """Nobody answered. A question that was lost says nothing of how much the line lets through."""
        return replace(self, most=max(1, self.most // 2) if asked else self.most, unsure=True)


def push_once(till: Till, line: Line, read: Callable[[], Reading], most: int = MOST_EVENTS) -> bool:
    """Send once and take the answer; whether there is more to send. Raises ``NoAnswer`` or ``NotTakenAsWhole``."""
    asked = read()
    try:
        brought = till.to_send(most)
        return till.take(line.ask(till.push(most)), asked=asked, now=read(), brought=brought)
    except NotOurForm as problem:
        raise NoAnswer(problem.reason) from problem


def push_journal(
    till: Till,
    line: Line,
    read: Callable[[], Reading],
    die: Callable[[], float],
    *,
    tries: int = 10,
    rest: Callable[[float], None] = wait,
) -> bool:
    """Send until nothing is left; after so many tries in vain the rest stays for the next time. Whether all was sent.

    Raises ``NotTakenAsWhole`` when even a single event is refused.
    """
    failures, pace, more = 0, Pace(), True
    while more:
        before, asked = till.kept.standing.ack, pace.next_most
        try:
            more = push_once(till, line, read, asked)
            moved = till.kept.standing.ack != before
            pace = pace.answered(asked, moved=moved)
            if moved:
                failures = 0
            elif asked:
                # An answer that acknowledges nothing new is no progress: without this line it would be asked for ever.
                failures += more
            else:
                continue
        except NotTakenAsWhole:
            if pace.most == 1:
                raise
            pace = pace.refused()
        except NoAnswer:
            failures, pace = failures + 1, pace.lost(asked)
        if failures == tries:
            return False
        if failures:
            rest(wait_after(failures - 1, die()))
    return True
