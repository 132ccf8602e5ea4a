"""What a station's tablet did without a network, beside taking vouchers: shifts and registered claims.

Each event by itself: one that the county cannot do waits for a person with its reason, and delays no other one but
those that name it. The operator and the shift count as they stood; decision 0080.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct, structs

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.stations.join_shift import JoinShift, join_shift
from backend.stations.joining_rules import Ended, Opened
from backend.stations.rules import Then
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Cmd, Kind, Shift, ShiftAct
from backend.sync.device_rules import Device
from backend.sync.event_rules import SignedEvent, body_of, read_event
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.journal_key import journal_key_of
from backend.sync.log_rules import (
    ACT_WAITS,
    APPLIED,
    COMMAND_DEP_FAILED,
    COMMAND_DEP_MISSING,
    COMMAND_REPEATED,
    COMMAND_UNKNOWN,
    HELD,
    STATION_MISSING,
    TRIED_AGAIN,
    Judged,
    Stored,
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
    """The acts of one device up to a number, with the county's records of it and what a walk found doubtful."""

    def __init__(
        self,
        tx: Transaction,
        device: Device,
        facts: DeviceFacts,
        doubts: Mapping[bytes, Fault],
        ack_seq: int,
        now: Instant,
    ) -> None:
        self._tx, self._device, self._facts = tx, device, facts
        self._doubts, self._ack_seq, self._now = doubts, ack_seq, now
        self._shifts: dict[UUID, list[_ToldOf]] = {}
        self._told: dict[int, Judged] = {}
        """Of this walk, which are not stored yet, by number …"""
        self._came_to: dict[UUID, dict[int, Judged]] = {}
        """… and by the id of the act."""

    async def judge(self, waiting: Sequence[tuple[SignedEvent, Judged]]) -> dict[int, Judged]:
        """What each came to beside what it was before, and what became of others through it."""
        before = {signed.event.seq: judged for signed, judged in waiting}
        left = [signed for signed, _ in waiting]
        while left:
            for one in left:
                self._told |= await self._judge(one)
            # An act may build on one that stands later in the journal, a shift wait for the end of another one there.
            waits = [one for one in left if _waits_on(self._told[one.event.seq])]
            left = waits if len(waits) < len(left) else []
        return {seq: judged for seq, judged in self._told.items() if judged != before.get(seq)}

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
        began = await self._beginning(body, up_to=seq)
        over = (await self._end(body))[1] if body.act is ShiftAct.OPEN else await self._ended(signed, body)
        joined = await join_shift(
            self._tx,
            JoinShift(
                actor=self._actor(body.operator, body.shift),
                shift_id=body.shift,
                station_id=self._device.station_id,
                operator_id=body.operator,
                device_id=self._device.id,
                device_label=self._device.label,
                opened=None if began is None else began.opened,
                ended=over,
            ),
            now=self._now,
        )
        if isinstance(joined, Refused):
            return {seq: _for_review(joined.reason.value)}
        # A beginning that had to wait for its end is joined with it.
        waited = began is not None and began.judged != APPLIED
        return {began.seq: APPLIED, seq: APPLIED} if began is not None and waited else {seq: APPLIED}

    async def _act(self, signed: SignedEvent, body: Cmd) -> Judged:
        """A command, once all that it builds on was applied."""
        came_to = await self._try(signed, body)
        self._came_to.setdefault(body.cmd_id, {})[signed.event.seq] = came_to
        return came_to

    async def _try(self, signed: SignedEvent, body: Cmd) -> Judged:
        if body.type != TYPE:
            return COMMAND_UNKNOWN
        if self._device.station_id is None:
            return STATION_MISSING
        if signed.hash in self._doubts:
            return _for_review(self._doubts[signed.hash].value)
        waits = await self._waits(body)
        if waits is not None:
            return await self._overdue(signed) if waits == HELD else waits
        place = Place(self._facts.county, self._device.id, body.cmd_id)
        told = open_station_claim(body.args, place, key=journal_key_of(self._tx.county))
        if isinstance(told, Refused):
            return _for_review(told.reason.value)
        fault = self._fault(signed, told.operator_id)
        if fault is not None:
            return _for_review(fault.value)
        # In a shift that waits for the end of another one nobody can be served yet.
        if any(_is_tried_again(one.judged) for one in await self._told_of(told.shift_id)):
            return HELD
        return await self._claim(body, told, await self._then(signed, told))

    async def _then(self, signed: SignedEvent, told: StationClaim) -> Then:
        """When it was registered: in one journal the numbers tell what came before what, not a clock."""
        asked = Shift(ShiftAct.OPEN, told.shift_id, told.operator_id, 0)
        began = await self._beginning(asked, up_to=signed.event.seq)
        ended_by, _ = await self._end(asked)
        at = await self._at(signed)
        was_open = None if ended_by is None else signed.event.seq < ended_by
        return Then(at if began is None else max(at, began.opened.at), was_open)

    async def _overdue(self, signed: SignedEvent) -> Judged:
        """It waits on; after a time somebody is told to see where what it builds on has got to."""
        came = await events.arrived_at(self._tx, self._device.id, signed.event.seq)
        return HELD if came is None or self._now < came + ACT_WAITS else COMMAND_DEP_MISSING

    async def _waits(self, body: Cmd) -> Judged | None:
        """Whether it has to wait for others, wherever they were made; ``None`` for no."""
        stored = await events.acts(self._tx, body.deps) if body.deps else {}
        for dep in body.deps:
            known = [*self._came_to.get(dep, {}).values(), *stored.get(dep, [])]
            if APPLIED in known:
                continue
            if any(one.code is ResultCode.NONCOMPLIANT for one in known):
                return COMMAND_DEP_FAILED
            return HELD
        return None

    async def _claim(self, body: Cmd, told: StationClaim, then: Then) -> Judged:
        command = RegisteredClaim(
            claim_id=body.cmd_id,
            round_id=told.round_id,
            shift_id=told.shift_id,
            phone=told.phone,
            proof=told.proof,
            proof_number=told.number,
            then=then,
            actor=self._actor(told.operator_id, told.shift_id, body.cmd_id, told.proof.value),
        )
        no = await registered_claim(self._tx, command, now=self._now)
        if no is None:
            return APPLIED
        return COMMAND_REPEATED if isinstance(no, IdReused) else _for_review(no.value)

    def _fault(self, signed: SignedEvent, operator: UUID | None) -> Fault | None:
        return self._doubts.get(signed.hash) or standing_fault(signed.event, operator, self._facts)

    async def _beginning(self, body: Shift, *, up_to: int) -> "_Began | None":
        """Of this shift in this journal up to a number, as far as it can be believed."""
        for told in await self._told_of(body.shift):
            if told.signed.event.seq <= up_to and self._believes(told, ShiftAct.OPEN, body.operator):
                at = await self._at(told.signed)
                return _Began(told.signed.event.seq, Opened(at, told.body.cash_fen), told.judged)
        return None

    async def _end(self, body: Shift) -> tuple[int, Ended] | tuple[None, None]:
        """Its number, and what it tells."""
        for told in await self._told_of(body.shift):
            if self._believes(told, ShiftAct.CLOSE, body.operator):
                return told.signed.event.seq, await self._ended(told.signed, told.body)
        return None, None

    def _believes(self, told: "_ToldOf", act: ShiftAct, operator: UUID) -> bool:
        if (told.body.act, told.body.operator) != (act, operator) or told.judged.code is ResultCode.NONCOMPLIANT:
            return False
        doubted = told.judged.reason == Fault.CHECKPOINT_WENT_BACK.value
        return not doubted and self._fault(told.signed, operator if act is ShiftAct.OPEN else None) is None

    async def _ended(self, signed: SignedEvent, told: Shift) -> Ended:
        return Ended(await self._at(signed), told.cash_fen, told.reason)

    async def _at(self, signed: SignedEvent) -> Instant:
        """Not later than it was judged for the first time, also where it had to wait for something since."""
        seq, at = signed.event.seq, self._now
        if seq <= self._device.ack_seq:
            at = min(at, await events.arrived_at(self._tx, self._device.id, seq) or at)
        return at_of(signed.event, self._facts, at)

    async def _told_of(self, shift_id: UUID) -> list["_ToldOf"]:
        """What this journal tells of a shift, with what it came to so far."""
        if shift_id not in self._shifts:
            stored = await events.of_shift(self._tx, self._device.id, shift_id, self._ack_seq)
            self._shifts[shift_id] = [told for one in stored if (told := _read(one)) is not None]
        return [
            structs.replace(told, judged=self._told.get(told.signed.event.seq, told.judged))
            for told in self._shifts[shift_id]
        ]

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


class _ToldOf(Struct, frozen=True):
    """An event of a shift."""

    signed: SignedEvent
    body: Shift
    judged: Judged


class _Began(Struct, frozen=True):
    """A shift's beginning, by its number."""

    seq: int
    opened: Opened
    judged: Judged


def _read(stored: Stored) -> _ToldOf | None:
    signed = read_event(stored.data)
    body = signed if isinstance(signed, Refused) else body_of(signed.event)
    if isinstance(signed, Refused) or not isinstance(body, Shift):
        return None
    return _ToldOf(signed, body, stored.judged)


def _is_tried_again(judged: Judged) -> bool:
    return judged.code is ResultCode.NEEDS_REVIEW and judged.reason in TRIED_AGAIN


def _waits_on(judged: Judged) -> bool:
    return judged in (HELD, COMMAND_DEP_MISSING) or _is_tried_again(judged)


def _for_review(reason: str) -> Judged:
    return Judged(ResultCode.NEEDS_REVIEW, reason)
