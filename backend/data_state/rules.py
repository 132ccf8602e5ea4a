"""Which facts are there, and what may they be? Pure."""

from datetime import UTC, datetime
from enum import StrEnum

from backend.kernel.instants import Instant


class Fact(StrEnum):
    """The name of a fact."""

    EPOCH = "epoch"
    """Which life of the data this is: 1 from the start, higher with every restore from a backup."""
    SEEDING = "seeding"
    """Only in a demonstration county: ``begun`` or ``done``."""
    BACKUP = "backup"
    """The instant of the last backup that was written and read again."""


FIRST_EPOCH = 1
EPOCHS_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SEEDING_BEGUN, SEEDING_DONE = "begun", "done"


def next_epoch(present: int, *, at: Instant) -> int:
    """Seconds, since nobody restores one county twice in a second; one more where the clock was set back."""
    return max(present + 1, int((at - EPOCHS_BEGIN).total_seconds()))
