"""In which ways can a round choose among those who ask? Pure."""

from enum import StrEnum


class RoundMode(StrEnum):
    """How a round chooses among those who ask."""

    RUSH = "rush"
    """抢券: first come, first served."""
    DRAW = "draw"
    """摇号: everybody enters, chance decides."""
    ROSTER = "roster"
    """定向发放: a list with its document number says who gets what."""
