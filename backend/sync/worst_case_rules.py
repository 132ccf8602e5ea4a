"""What can a policy cost at most, if everything goes wrong at once?

The figures that whoever puts a policy in force is shown before it is saved. They bound what the county pays beyond the
vouchers' own money: people who work together at many counters, and copies of a holder's screen or card. Pure.
"""

from msgspec import Struct

from backend.sync.limits_rules import OfflineLimits


class Counters(Struct, frozen=True, kw_only=True):
    """Who may take vouchers without a network; figures from 0."""

    merchants: int
    """Merchants with at least one such device, the shops of stations among them."""
    merchant_devices: int
    """Devices of merchants, their own tills among them."""
    station_devices: int


class WorstCase(Struct, frozen=True, kw_only=True):
    """The bounds in fen."""

    county_fen: int
    """In all: caps that are dealt and what was charged never exceed the pools."""
    at_once_fen: int
    """While every device is used up to its cap and none has been in touch."""
    voucher_fen: int
    """By one voucher that is taken by every merchant."""
    holder_day_fen: int
    """By one holder on one business day, at every counter."""
    paper_fen: int
    """By one paper card's voucher: taken at its home device offline and elsewhere online."""


def worst_case(limits: OfflineLimits, *, counters: Counters, pool_fen: int, face_fen: int) -> WorstCase:
    """The bounds of a policy over the pools of all campaigns together; ``face_fen`` is the largest face that runs.

    Raises ``ValueError`` for negative figures.
    """
    devices = counters.merchant_devices + counters.station_devices
    if min(counters.merchants, counters.merchant_devices, counters.station_devices, pool_fen, face_fen) < 0:
        raise ValueError("counters, pools and faces are from 0 on")
    caps_fen = counters.merchant_devices * limits.merchant.cap_fen + counters.station_devices * limits.station.cap_fen
    # A single claim is also bounded by what a counter believes offline and takes from one holder on one day.
    claim_fen = min(face_fen, limits.challenge_fen, limits.holder_day_fen)
    return WorstCase(
        county_fen=pool_fen,
        at_once_fen=min(pool_fen, caps_fen),
        voucher_fen=min(pool_fen, max(0, counters.merchants - 1) * claim_fen),
        holder_day_fen=min(pool_fen, devices * limits.holder_day_fen),
        paper_fen=min(pool_fen, face_fen, limits.holder_day_fen),
    )
