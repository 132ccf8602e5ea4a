"""May a shift that a tablet kept without a network be joined with what the county knows of it?

Pure. The journal tells when a shift began and ended and what was counted; the county may know it already, because it
was opened or closed while there was a network. Whatever arrives first, the same shift comes of it.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.kernel.signed_texts import storable
from backend.stations.rules import Shift, ShiftState, StationReason

NO_REASON = "终端未写原因 / the tablet gave no reason"
LONGEST_REASON = 200


class JoinReason(Reason):
    """Why what a tablet tells of a shift cannot be joined with what the county knows of it."""

    DIFFERS = "shift-differs", 409, "同一编号是另一个班次", "The same id is another shift"
    COUNTED_OTHERWISE = (
        "shift-counted-otherwise",
        409,
        "这个班次已按另一个现金数交班",
        "The shift is closed already, with another sum of cash",
    )


class Opened(Struct, frozen=True):
    """What a journal tells of a shift's beginning."""

    at: datetime
    cash_fen: int


class Ended(Struct, frozen=True):
    """What it tells of its end."""

    at: datetime
    cash_fen: int
    reason: str | None


def decide_joining(
    known: Shift | None,
    *,
    station_id: UUID,
    operator_id: UUID,
    opened: Opened | None,
    ended: Ended | None,
    own_open: bool,
    device_open: bool,
) -> Refused[StationReason] | Refused[JoinReason] | None:
    """May it be joined? ``None`` for yes. A shift that is over disturbs no other one, whenever it becomes known."""
    if known is None:
        if opened is None:
            return Refused(StationReason.SHIFT_UNKNOWN)
        if ended is None and own_open:
            return Refused(StationReason.SHIFT_ALREADY_OPEN)
        return Refused(StationReason.DEVICE_BUSY) if ended is None and device_open else None
    if (known.station_id, known.operator_id) != (station_id, operator_id):
        return Refused(JoinReason.DIFFERS)
    if opened is not None and opened.cash_fen != known.opening_cash_fen:
        return Refused(JoinReason.DIFFERS)
    if ended is not None and known.state is ShiftState.CLOSED and known.closing_cash_fen != ended.cash_fen:
        return Refused(JoinReason.COUNTED_OTHERWISE)
    return None


def explained(ended: Ended, opening_cash_fen: int) -> str | None:
    """The reason as it is kept beside a difference; what happened is not refused for want of one."""
    told = storable((ended.reason or "").strip(), LONGEST_REASON)
    return told or (NO_REASON if ended.cash_fen != opening_cash_fen else None)
