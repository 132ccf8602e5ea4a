"""What a station's tablet did without a network, beside taking vouchers: shifts and registered claims.

Each event by itself: one that the county cannot do waits for a person with its reason, and delays no other one but
those that name it. The operator and the shift count as they stood; decision 0080.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.stations.join_shift import JoinShift, join_shift
from backend.stations.joining_rules import Ended, Opened
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Cmd, Kind, Shift, ShiftAct
from backend.sync.device_rules import Device
from backend.sync.event_rules import DeviceEvent, SignedEvent, body_of
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.journal_key import journal_key_of
from backend.sync.log_rules import (
    APPLIED,
    COMMAND_DEP_FAILED,
    COMMAND_REPEATED,
    COMMAND_UNKNOWN,
    HELD,
    STATION_MISSING,
    Judged,
    unread,
)
from backend.sync.station_claim_rules import TYPE, Place, StationClaim, open_station_claim
from backend.sync.station_rules import at_of, standing_fault
from backend.sync.store import events
from backend.vouchers.registered_claim import RegisteredClaim, registered_claim


def is_act(signed: SignedEvent) -> bool:
    """Whether this is one of them."""
    return signed.event.kind in (Kind.SHIFT.value, Kind.CMD.value)


class StationActs:
    """The acts of one device, with the county's records of it and its journal so far."""

    def __init__(
        self,
        tx: Transaction,
        device: Device,
        facts: DeviceFacts,
        doubts: Mapping[bytes, Fault],
        log: Sequence[SignedEvent],
        before: Mapping[int, Judged],
        now: Instant,
    ) -> None:
        self._tx, self._device, self._facts = tx, device, facts
        self._doubts, self._log, self._before, self._now = doubts, log, before, now
        self._came_to: dict[UUID, Judged] = {}
        """Acts of this walk, which are not stored yet."""

    async def judge(self, fresh: Sequence[SignedEvent]) -> dict[int, Judged]:
        """What each came to, and what became of others through it."""
        told: dict[int, Judged] = {}
        waiting = list(fresh)
        while waiting:
            for one in waiting:
                told |= await self._judge(one)
            # An act may build on one that stands later in the journal.
            held = [one for one in waiting if told[one.event.seq] == HELD]
            waiting = held if len(held) < len(waiting) else []
        return told

    async def _judge(self, signed: SignedEvent) -> dict[int, Judged]:
        match body_of(signed.event):
            case Shift() as shift:
                return await self._shift(signed, shift)
            case Cmd() as act:
                return {signed.event.seq: await self._act(signed, act)}
            case Refused(reason=reason):
                return {signed.event.seq: unread(reason)}
        raise ValueError(f"{signed.event.kind} is no act of a station")

    async def _shift(self, signed: SignedEvent, body: Shift) -> dict[int, Judged]:
        """What it came to, and what its beginning came to now that its end is known."""
        seq = signed.event.seq
        if self._device.station_id is None:
            return {seq: APPLIED}
        fault = self._fault(signed, body.operator if body.act is ShiftAct.OPEN else None)
        if fault is not None:
            return {seq: _for_review(fault.value)}
        began = self._beginning(signed, body)
        over = self._end(body) if body.act is ShiftAct.OPEN else self._ended(signed, body)
        joined = await join_shift(
            self._tx,
            JoinShift(
                actor=self._actor(body.operator, body.shift),
                shift_id=body.shift,
                station_id=self._device.station_id,
                operator_id=body.operator,
                device_id=self._device.id,
                device_label=self._device.label,
                opened=None if began is None else began[1],
                ended=over,
            ),
            now=self._now,
        )
        if isinstance(joined, Refused):
            return {seq: _for_review(joined.reason.value)}
        # A beginning that had to wait for its end is joined with it.
        waited = began is not None and self._before.get(began[0], HELD) not in (HELD, APPLIED)
        return {began[0]: APPLIED, seq: APPLIED} if began is not None and waited else {seq: APPLIED}

    async def _act(self, signed: SignedEvent, body: Cmd) -> Judged:
        """A command, once all that it builds on was applied."""
        came_to = await self._try(signed, body)
        self._came_to[body.cmd_id] = came_to
        return came_to

    async def _try(self, signed: SignedEvent, body: Cmd) -> Judged:
        if body.type != TYPE:
            return COMMAND_UNKNOWN
        if self._device.station_id is None:
            return STATION_MISSING
        waits = await self._waits(body)
        if waits is not None:
            return waits
        place = Place(self._facts.county, self._device.id, body.cmd_id)
        told = open_station_claim(body.args, place, key=journal_key_of(self._tx.county))
        if isinstance(told, Refused):
            return _for_review(told.reason.value)
        fault = self._fault(signed, told.operator_id)
        return await self._claim(signed.event, body, told) if fault is None else _for_review(fault.value)

    async def _waits(self, body: Cmd) -> Judged | None:
        """Whether it has to wait for others, wherever they were made; ``None`` for no."""
        stored = await events.acts(self._tx, body.deps) if body.deps else {}
        for dep in body.deps:
            known = [self._came_to[dep]] if dep in self._came_to else stored.get(dep, [])
            if any(one.code is ResultCode.NONCOMPLIANT for one in known):
                return COMMAND_DEP_FAILED
            if not any(one == APPLIED for one in known):
                return HELD
        return None

    async def _claim(self, event: DeviceEvent, body: Cmd, told: StationClaim) -> Judged:
        command = RegisteredClaim(
            claim_id=body.cmd_id,
            round_id=told.round_id,
            shift_id=told.shift_id,
            phone=told.phone,
            proof=told.proof,
            proof_number=told.number,
            registered_at=at_of(event, self._facts, self._now),
            actor=self._actor(told.operator_id, told.shift_id, body.cmd_id, told.proof.value),
        )
        no = await registered_claim(self._tx, command, now=self._now)
        if no is None:
            return APPLIED
        return COMMAND_REPEATED if isinstance(no, IdReused) else _for_review(no.value)

    def _fault(self, signed: SignedEvent, operator: UUID | None) -> Fault | None:
        return self._doubts.get(signed.hash) or standing_fault(signed.event, operator, self._facts)

    def _beginning(self, here: SignedEvent, body: Shift) -> tuple[int, Opened] | None:
        """Of this shift in this journal up to here, as far as it can be believed."""
        for seq, signed, told in self._told_of(body, ShiftAct.OPEN):
            if seq <= here.event.seq and self._fault(signed, told.operator) is None:
                return seq, Opened(at_of(signed.event, self._facts, self._now), told.cash_fen)
        return None

    def _end(self, body: Shift) -> Ended | None:
        for _, signed, told in self._told_of(body, ShiftAct.CLOSE):
            if self._fault(signed, None) is None:
                return self._ended(signed, told)
        return None

    def _ended(self, signed: SignedEvent, told: Shift) -> Ended:
        return Ended(at_of(signed.event, self._facts, self._now), told.cash_fen, told.reason)

    def _told_of(self, body: Shift, act: ShiftAct) -> Iterator[tuple[int, SignedEvent, Shift]]:
        for signed in self._log:
            told = body_of(signed.event) if signed.event.kind == Kind.SHIFT.value else None
            if isinstance(told, Shift) and (told.act, told.shift, told.operator) == (act, body.shift, body.operator):
                yield signed.event.seq, signed, told

    def _actor(self, operator: UUID, shift: UUID, request: UUID | None = None, proof: str | None = None) -> Actor:
        return Actor(
            kind=ActorKind.STAFF,
            id=operator,
            role=Role.OPERATOR.value,
            request_id=request,
            device_id=self._device.id,
            shift_id=shift,
            proof=proof,
        )


def _for_review(reason: str) -> Judged:
    return Judged(ResultCode.NEEDS_REVIEW, reason)
