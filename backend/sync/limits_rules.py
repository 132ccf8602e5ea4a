"""How much may a counter accept without a network, and for how long?

Pure; a policy's form on the wire and its rows are elsewhere. Defaults: the draft of the offline counter.
"""

from datetime import timedelta

from msgspec import Struct


class EpisodeLimits(Struct, frozen=True, kw_only=True):
    """What one device may accept from one full acknowledgement by the county to the next."""

    soft: timedelta
    """After so long the device tries the network before each claim."""
    hard: timedelta
    """After so long it accepts nothing more."""
    cap_fen: int
    claims: int


class OfflineLimits(Struct, frozen=True, kw_only=True):
    """The limits of one policy; amounts in fen of what a voucher gives, parts in basis points."""

    scan_fen: int = 50_00
    """The most that a code on a screen alone is believed for."""
    challenge_fen: int = 100_00
    """The most that the answer to a challenge is believed for; more is for the county alone."""
    holder_day_fen: int = 100_00
    """The most that one device takes from one holder on one business day."""
    skew: timedelta = timedelta(seconds=120)
    """How far the phone's clock and the device's may stand apart."""
    soft_bp: int = 6_000
    """From this part of a cap on the device tries the network before each claim."""
    probe_bp: int = 1_000
    """In this part of all claims it tries the network anyway."""
    close_extra: timedelta = timedelta(days=7)
    """How much longer than the longest hard limit a voucher's label stays open after its last offline expiry."""
    merchant: EpisodeLimits = EpisodeLimits(
        soft=timedelta(hours=12), hard=timedelta(hours=72), cap_fen=2_000_00, claims=40
    )
    station: EpisodeLimits = EpisodeLimits(
        soft=timedelta(hours=12), hard=timedelta(days=14), cap_fen=10_000_00, claims=300
    )

    @property
    def longest(self) -> timedelta:
        """The longest time that any device accepts without a network."""
        return max(self.merchant.hard, self.station.hard)
