"""What is told of a status list that was made: frozen records, no behaviour. Pure."""

from msgspec import Struct

from backend.kernel.instants import Instant


class MadeList(Struct, frozen=True, kw_only=True):
    """A status list without its states. ``places`` is its count, ``sha256`` is over the packed states."""

    version: int
    made_at: Instant
    true_at: Instant
    """The last instant at which the county looked and found it still true."""
    places: int
    sha256: bytes
