"""What is wrong in a paper, where, and how is it mended? Said in the words of whoever has the file open."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

MOST_FAULTS: Final = 100
"""Whoever has mended a hundred cells asks again; a page of ten thousand faults helps nobody."""


class Fault(Struct, frozen=True):
    """One thing to mend. ``row`` counts from 1 as a spreadsheet does (0: the file itself); ``column`` is its title."""

    row: int
    column: str
    zh: str
    en: str


class Faulty(Struct, frozen=True):
    """No: nothing was written, nothing was taken."""

    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "Faulty":
        """The first ``MOST_FAULTS``, from top to bottom."""
        return cls(tuple(sorted(faults, key=lambda fault: fault.row))[:MOST_FAULTS])
