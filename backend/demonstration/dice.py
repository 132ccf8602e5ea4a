"""How does an invented county come out the same on every machine, under every Python?

``random`` promises stable sequences only for ``random()``; these draws are SHA-256 of a name and a count, so they are
stable for ever and two names never disturb each other. Nothing here is secret or unpredictable, and nothing here may
ever be used where that matters.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """An endless row of draws that belongs to one name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, ``limit`` (at most 2**32, which keeps the skew invisible)."""
        self._count += 1
        digest = sha256(f"{self._name}#{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def between(self, least: float, most: float) -> float:
        """A number in [least, most)."""
        return least + (most - least) * self.below(1 << 32) / (1 << 32)

    def chance(self, per_mille: int) -> bool:
        """True in so many of a thousand draws."""
        return self.below(1000) < per_mille

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each equally often."""
        return choices[self.below(len(choices))]

    def pick_weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, as often as its weight says."""
        left = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        raise AssertionError("a draw below the sum of the weights always lands on a choice")
