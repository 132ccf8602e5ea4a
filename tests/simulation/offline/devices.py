"""Tills that can lose power: the real program on a disk that knows what is safe on it and what is not."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from merchant_tools.pushes import read_answer
from merchant_tools.till import Reading, Till
from merchant_tools.till_rules import TillRules
from merchant_tools.till_state import Allowance, Briefing, Change, Kept, Standing, changed
from tests.protocols.known_keys import COUNTY
from tests.simulation.offline.county_data import PowerCut, StandIn
from tests.simulation.offline.settings import TOLD


@dataclass
class Disk:
    """A disk and the computer's power. ``fails_at`` counts the steps until the power is cut."""

    safe: Kept = field(default_factory=lambda: Kept(Standing()))
    sentinel: tuple[UUID, int] | None = None
    fails_at: int = -1
    is_lazy: bool = False
    """Says "written" before it is: what SQLite without ``synchronous`` or a relaxed IndexedDB does."""
    cached: Kept | None = None

    def _step(self) -> None:
        if self.fails_at == 0:
            self.fails_at = -1
            raise PowerCut
        self.fails_at -= 1 if self.fails_at > 0 else 0

    def load(self) -> Kept:
        """What is safe, and while the power holds also what is not."""
        return self.cached or self.safe

    def write(self, change: Change) -> None:
        """One step of which all or nothing outlives a cut; the cut may come before or after it."""
        self._step()
        now = changed(self.load(), change)
        if self.is_lazy:
            self.cached = now
        else:
            self.safe = now
        self._step()

    def recall(self) -> tuple[UUID, int] | None:
        """The sentinel."""
        return self.sentinel

    def remember(self, device: UUID, seq: int) -> None:
        """The sentinel is small and apart; a cut may come before it too."""
        self._step()
        self.sentinel = device, seq

    def lose_power(self) -> None:
        """What was only cached is gone."""
        self.cached = None
        self.fails_at = -1


@dataclass
class Shop:
    """A till in its shop. Its clock may show anything; its program may be off."""

    id: UUID
    key: StandIn
    merchant: str
    rules: TillRules
    disk: Disk = field(default_factory=Disk)
    skew: int = 0
    started: int = 0
    is_gone: bool = False
    """Its journal was lost; a new device took its place."""
    is_older: bool = False
    """Its disk was replaced by an older image at some time."""
    is_station: bool = False
    """A station's tablet: shifts and acts too."""
    shift: tuple[UUID, UUID] | None = None
    """Which one is open there, and whose it is."""
    told: Briefing = TOLD
    till: Till | None = None

    def reading(self, now: int) -> Reading:
        """What its two clocks show."""
        return Reading(max(0, now + self.skew), now - self.started)

    def on(self, now: int) -> Till:
        """The running program; it is started when it was off."""
        if self.till is None:
            self.started = now
            self.till = Till(
                COUNTY,
                self.id,
                self.key,
                keeping=self.disk,
                remembering=self.disk,
                briefing=self.told,
                rules=self.rules,
            )
        return self.till

    def off(self) -> None:
        """The program ends without a word."""
        self.till = None
        self.disk.lose_power()

    def hear(self, answer: bytes, allowance: Allowance, asked: Reading, now: int, brought: Collection[int] = ()) -> int:
        """Take an answer and the allowance that came beside it; the epoch that it told. Briefings are kept on disk."""
        till = self.on(now)
        till.take(answer, asked=asked, now=self.reading(now), brought=brought)
        till.brief(replace(till.briefing, allowance=allowance))
        self.told = till.briefing
        return read_answer(answer, county=COUNTY, device=self.id).epoch

    def pull(self, status: tuple[int, int, frozenset[int]], now: int) -> None:
        """Take the status list, unless it is the one that is known: same epoch, same version."""
        epoch, version, unusable = status
        till = self.on(now)
        if (till.briefing.status_epoch, till.briefing.status_version) != (epoch, version):
            till.brief(replace(till.briefing, status_epoch=epoch, status_version=version, unusable=unusable))
            self.told = till.briefing


def new_shop(dice: random.Random, merchant: str, rules: TillRules, *, is_lazy: bool, is_station: bool) -> Shop:
    """A till that was never connected."""
    id_ = UUID(int=dice.getrandbits(128), version=4)
    return Shop(id_, StandIn(id_.bytes), merchant, rules, Disk(is_lazy=is_lazy), is_station=is_station)
