"""An operator counts the cash and ends the shift; the office can do it for somebody who cannot."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash
from backend.stations.events import ShiftClosed as ShiftClosedEvent
from backend.stations.rules import Closing, Shift, ShiftState, StationReason, decide_close
from backend.stations.store import shifts


class CloseShift(Struct, frozen=True, kw_only=True):
    """End a shift with the cash counted; ``close_id`` names the act.

    ``operator_id`` is whose shift it must be; ``None`` is the office, which must give a reason.
    """

    actor: Actor
    close_id: UUID
    shift_id: UUID
    operator_id: UUID | None
    cash_fen: int
    reason: str | None = None


class ShiftClosed(Struct, frozen=True, kw_only=True, tag="shift-closed"):
    """The shift is over; a positive difference is too much cash. ``again`` marks a repeated request's answer."""

    shift_id: UUID
    closed_at: datetime
    cash_fen: int
    expected_cash_fen: int
    difference_fen: int
    again: bool = False


NotClosed = Refused[StationReason] | Refused[GeneralReason]
_KEPT: Any = ShiftClosed | Refused[StationReason]
"""What is kept under an id, as msgspec reads it back."""


async def close_shift(tx: Transaction, command: CloseShift, *, now: Instant) -> ShiftClosed | NotClosed | IdReused:
    """Close the shift once. A missing reason for a difference binds no id, so that it can be added and sent again."""
    hashed = command_hash(("shift.close", command.operator_id, command.shift_id, command.cash_fen, command.reason))
    earlier = await earlier_answer(tx, command.close_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return _again(earlier.decoded(_KEPT))
    shift = await shifts.lock_shift(tx, command.shift_id)
    if shift is None or command.operator_id not in (None, shift.operator_id):
        return Refused(GeneralReason.NOT_FOUND)
    decided = decide_close(shift, cash_fen=command.cash_fen, reason=command.reason)
    if isinstance(decided, Refused):
        if decided.reason is not StationReason.CASH_DIFFERS:
            await remember_answer(tx, command.close_id, hashed, decided, now=now)
        return decided
    closed = ShiftClosed(
        shift_id=shift.id,
        closed_at=now,
        cash_fen=command.cash_fen,
        expected_cash_fen=decided.expected_cash_fen,
        difference_fen=decided.difference_fen,
    )
    await _close(tx, command, shift, decided, now)
    await remember_answer(tx, command.close_id, hashed, closed, now=now)
    return closed


async def _close(tx: Transaction, command: CloseShift, shift: Shift, closing: Closing, now: Instant) -> None:
    await shifts.close_shift(
        tx,
        shift.id,
        cash_fen=command.cash_fen,
        expected_fen=closing.expected_cash_fen,
        reason=command.reason,
        at=now,
    )
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "shifts.close",
            ("shift", shift.id),
            from_state=shift.state,
            to_state=ShiftState.CLOSED,
            words=command.reason,
            detail=f"cash {command.cash_fen} fen, difference {closing.difference_fen} fen",
        ),
    )
    event = ShiftClosedEvent(
        event_id=new_id(),
        occurred_at=now,
        shift_id=shift.id,
        station_id=shift.station_id,
        operator_id=shift.operator_id,
        difference_fen=closing.difference_fen,
    )
    await publish(tx, event, now=now)


def _again(earlier: ShiftClosed | Refused[StationReason]) -> ShiftClosed | Refused[StationReason]:
    return msgspec.structs.replace(earlier, again=True) if isinstance(earlier, ShiftClosed) else earlier
