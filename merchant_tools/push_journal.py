"""How does a till's journal reach the county over a bad line?

Nothing is dropped for what a line or a server says: without a good answer the same is sent again, later and less often.
A push that the county will not take as a whole (400, 401, 413) is tried with fewer events, at last with one, and then
left for a person, while the journal stays as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
        return self._told("POST", PATH, data, {"content-type": CBOR, "accept": CBOR})

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


def push_once(till: Till, line: Line, read: Callable[[], Reading], most: int = MOST_EVENTS) -> bool:
    """Send once and take the answer; whether there is more to send. Raises ``NoAnswer`` or ``NotTakenAsWhole``."""
    asked = read()
    try:
        return till.take(line.ask(till.push(most)), asked=asked, now=read())
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
    failures, most, more = 0, MOST_EVENTS, True
    while more:
        before = till.kept.standing.ack
        try:
            more = push_once(till, line, read, most)
            # An answer that acknowledges nothing new is no progress: without this line it would be asked for ever.
            failures = 0 if till.kept.standing.ack != before else failures + more
        except NotTakenAsWhole:
            if most == 1:
                raise
            most //= 2
        except NoAnswer:
            failures += 1
        if failures == tries:
            return False
        if failures:
            rest(wait_after(failures - 1, die()))
    return True
