"""What does the status list tell of a voucher? Two bits each; the list's form is the offline counter's."""

from enum import IntEnum


class UsableState(IntEnum):
    """Whether a counter without a network may take a voucher, as the county last knew."""

    USABLE = 0
    """Nobody has used it and nothing stops it."""
    USED = 1
    """It was taken as payment."""
    NOT_USABLE = 2
    """Held, voided, run out, stopped with its campaign; or no voucher has this place."""
