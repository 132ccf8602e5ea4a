"""How much is one caller served in a little while? Courtesy, so that one busy caller leaves room for the others.

Counted by kind of caller and by account or network address with the generic cell rate algorithm: one instant a caller,
``most`` acts at once and afterwards as many in every ``seconds``. Each process counts in its own memory and, where
there is a Redis, all of them together in one atomic script; either may say no. A Redis that is slow, wiped or gone
leaves the memory's answer. Nothing is granted here: what a rule or the database refuses stays refused, and sign-in
tries and text messages are counted in the database.
"""

import contextlib
import math
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_network
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.instants import elapsed_seconds
from backend.kernel.refusals import GeneralReason
from backend.web.problems import ProblemError

MOST_REMEMBERED = 100_000


class Figure(Struct, frozen=True, kw_only=True):
    """How many writes a kind of caller may send at once, and in every so many seconds afterwards."""

    name: str
    most: int
    seconds: float


PEOPLE = Figure(name="people", most=120, seconds=10)
"""A resident or somebody at a desk: 64 claims at once from one person are answered by the rules, not by a limit."""
COUNTERS = Figure(name="counters", most=600, seconds=10)
"""A till or a station's counter, where one key or one sign-in serves a whole shop."""
STRANGERS = Figure(name="strangers", most=60, seconds=60)
"""Nobody signed in, by network address; villages share one, so it is generous."""
DEVICES = Figure(name="devices", most=3_000, seconds=30)
"""Counters that come back after a day without a network, by network address: a whole county may stand behind one."""
UPLOADS = Figure(name="uploads", most=20, seconds=60)
"""Files, each of which is decoded here."""
JOURNALS = Figure(name="journals", most=2_048, seconds=3_600)
"""What one device sends, in pieces of 16 KiB: 32 MiB at once. Two weeks of a busy station are three."""
JOURNAL_PIECE = 16_384
"""Bytes."""
STOPPED_PIECES = 8
"""As how many each piece counts of a device that is not at work: its journal comes home, and no more than that."""

COUNTER_ROLES = frozenset({Role.MERCHANT, Role.OPERATOR, Role.POS})

SCRIPT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local step, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = tonumber(redis.call('GET', KEYS[1]) or '0')
if due < now then due = now end
if due > now + span then due = now + span end
due = due + step
if due - now > span then return due - now - span end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000))
return 0
"""
"""Microseconds of Redis's own clock. A mark further ahead than a whole span comes from a clock set back: it is cut."""


class Together(Protocol):
    """What all processes remember together: ``shared_memory`` where there is a Redis."""

    async def evaluate(self, script: str, key: str, *arguments: int) -> int | None:
        """Run a script about one key, atomically; ``None`` where nobody answers in time."""

    async def close(self) -> None:
        """Let go of it."""


class Limits:
    """What this process remembers of its callers, and the memory it may share with other processes."""

    def __init__(self, shared: Together | None = None) -> None:
        self._shared = shared
        self._due: dict[str, dict[Hashable, float]] = {}

    def here(self, figure: Figure, who: Hashable, acts: int = 1) -> float:
        """Count an act, or several as one, in this process alone; the seconds to wait, 0 if it may go on."""
        due_of = self._due.get(figure.name)
        if due_of is None:
            due_of = self._due[figure.name] = {}
        now = elapsed_seconds()
        due = max(due_of.get(who, now), now) + acts * figure.seconds / figure.most
        # Sums of floats: the last act of a full burst must not fail by a rounding.
        wait = due - now - figure.seconds
        if wait > 1e-6:
            return wait
        if len(due_of) >= MOST_REMEMBERED and who not in due_of:
            _forget(due_of, now)
        due_of[who] = due
        return 0.0

    async def everywhere(self, figure: Figure, who: UUID | bytes, acts: int = 1) -> float:
        """Count an act, or several as one, in all processes; the seconds to wait, 0 when it may go on."""
        wait = self.here(figure, who, acts)
        if wait or self._shared is None:
            return wait
        key = f"yizhan:limit:{figure.name}:{who.hex if isinstance(who, UUID) else who.hex()}"
        step = math.floor(acts * figure.seconds * 1_000_000 / figure.most)
        told = await self._shared.evaluate(SCRIPT, key, step, math.ceil(figure.seconds * 1_000_000))
        return (told or 0) / 1_000_000

    async def keep(self, figure: Figure, who: UUID | bytes, acts: int = 1) -> None:
        """Count an act, or several as one, or raise the problem that says when to come back."""
        wait = await self.everywhere(figure, who, acts)
        if wait:
            raise ProblemError(GeneralReason.TOO_MANY, retry_after=str(math.ceil(wait)))


def figure_of(roles: frozenset[Role]) -> Figure:
    """The figure for somebody who is signed in."""
    return PEOPLE if roles.isdisjoint(COUNTER_ROLES) else COUNTERS


def stranger(county: County, address: str | None) -> bytes:
    """By what a caller without a session is counted; a keyed hash, so that no address is kept outside the county."""
    network = address or ""
    if ":" in network:
        # One household or phone has a whole /64 of addresses to choose from.
        with contextlib.suppress(ValueError):
            network = str(ip_network((IPv6Address(network.partition("%")[0]), 64), strict=False))
    return county.keys.keyed_hash("limit-address", network)


def _forget(due_of: dict[Hashable, float], now: float) -> None:
    """Make room: callers that owe nothing first, then whoever was remembered longest."""
    for who in [who for who, due in due_of.items() if due <= now]:
        del due_of[who]
    for who in list(due_of)[: max(0, len(due_of) - MOST_REMEMBERED // 2)]:
        del due_of[who]
