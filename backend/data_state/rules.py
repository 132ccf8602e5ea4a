"""Which facts are there, and what may they be? Pure."""

from enum import StrEnum


class Fact(StrEnum):
    """The name of a fact."""

    EPOCH = "epoch"
    """How many lives this data has had: 1 from the start, one more with every restore from a backup."""
    SEEDING = "seeding"
    """Only in a demonstration county: ``begun`` or ``done``."""


FIRST_EPOCH = 1
SEEDING_BEGUN, SEEDING_DONE = "begun", "done"
