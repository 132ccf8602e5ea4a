"""A shift that a tablet opened or closed without a network becomes a shift of the county: by its id, once."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import command_hash
from backend.stations.events import ShiftClosed, ShiftOpened
from backend.stations.joining_rules import Ended, JoinReason, Opened, decide_joining, explained
from backend.stations.rules import Shift, ShiftState, StationReason
from backend.stations.store import shifts


class JoinShift(Struct, frozen=True, kw_only=True):
    """What a tablet's journal tells of a shift, in instants that the county believes."""

    actor: Actor
    shift_id: UUID
    station_id: UUID
    operator_id: UUID
    device_id: UUID
    device_label: str
    opened: Opened | None
    """``None`` where the journal only tells of the end: it was opened while there was a network."""
    ended: Ended | None


NotJoined = Refused[StationReason] | Refused[JoinReason]


async def join_shift(tx: Transaction, command: JoinShift, *, now: Instant) -> Shift | NotJoined:
    """The shift as it stands now. The same again changes nothing; a refusal stores nothing."""
    known = await shifts.lock_shift(tx, command.shift_id)
    device_key = device_key_of(tx, command.device_id)
    refused = decide_joining(
        known,
        station_id=command.station_id,
        operator_id=command.operator_id,
        opened=command.opened,
        ended=command.ended,
        own_open=await shifts.open_shift_of(tx, command.operator_id) is not None,
        device_open=await shifts.has_open_shift(tx, device_key),
    )
    if refused is not None:
        return refused
    if known is None:
        return await _insert(tx, command, device_key, now)
    if command.ended is None or known.state is ShiftState.CLOSED:
        return known
    closed = _closed(known, command.ended)
    await shifts.close_shift(
        tx,
        known.id,
        cash_fen=command.ended.cash_fen,
        expected_fen=known.opening_cash_fen,
        reason=closed.difference_reason,
        at=command.ended.at,
    )
    await _tell_closed(tx, command, closed, now)
    return closed


def device_key_of(tx: Transaction, device_id: UUID) -> bytes:
    """What stands for an enrolled tablet where shifts and helped claims are counted by device."""
    return tx.county.keys.keyed_hash("station-device", f"device/{device_id}")


async def _insert(tx: Transaction, command: JoinShift, device_key: bytes, now: Instant) -> Shift | NotJoined:
    assert command.opened is not None, "decided by the rules"
    hashed = command_hash(("shift.join", command.operator_id, command.station_id, command.opened.cash_fen))
    if await earlier_answer(tx, command.shift_id, hashed) is not None:
        return Refused(JoinReason.DIFFERS)  # The id names another act of somebody.
    shift = Shift(
        id=command.shift_id,
        station_id=command.station_id,
        operator_id=command.operator_id,
        device_key=device_key,
        device_label=command.device_label,
        state=ShiftState.OPEN,
        opened_at=command.opened.at,
        opening_cash_fen=command.opened.cash_fen,
    )
    if command.ended is not None:
        shift = _closed(shift, command.ended)
    await shifts.insert_shift(tx, shift)
    detail = f"station {shift.station_id}, cash {shift.opening_cash_fen} fen, away {shift.opened_at}"
    subject = ("shift", shift.id)
    await record(tx, new_entry(now, command.actor, "shifts.open", subject, to_state=ShiftState.OPEN, detail=detail))
    event = ShiftOpened(
        event_id=new_id(),
        occurred_at=shift.opened_at,
        shift_id=shift.id,
        station_id=shift.station_id,
        operator_id=shift.operator_id,
    )
    await publish(tx, event, now=now)
    if command.ended is not None:
        await _tell_closed(tx, command, shift, now)
    await remember_answer(tx, command.shift_id, hashed, shift.id, now=now)
    return shift


def _closed(shift: Shift, ended: Ended) -> Shift:
    return replace(
        shift,
        state=ShiftState.CLOSED,
        closed_at=max(ended.at, shift.opened_at),
        closing_cash_fen=ended.cash_fen,
        expected_cash_fen=shift.opening_cash_fen,
        difference_reason=explained(ended, shift.opening_cash_fen),
    )


async def _tell_closed(tx: Transaction, command: JoinShift, shift: Shift, now: Instant) -> None:
    assert shift.closing_cash_fen is not None, "it was counted"
    assert shift.closed_at is not None, "it is over"
    difference_fen = shift.closing_cash_fen - shift.opening_cash_fen
    entry = new_entry(
        now,
        command.actor,
        "shifts.close",
        ("shift", shift.id),
        from_state=ShiftState.OPEN,
        to_state=ShiftState.CLOSED,
        words=shift.difference_reason,
        detail=f"cash {shift.closing_cash_fen} fen, difference {difference_fen} fen, away {shift.closed_at}",
    )
    await record(tx, entry)
    event = ShiftClosed(
        event_id=new_id(),
        occurred_at=shift.closed_at,
        shift_id=shift.id,
        station_id=shift.station_id,
        operator_id=shift.operator_id,
        difference_fen=difference_fen,
    )
    await publish(tx, event, now=now)
