"""What a small county does with shifts and acts of station tablets: by its own rules, once, whatever arrives first.

The rules that decide are the county's (``joining_rules``, ``decide_service_then``); what they are asked, and in which
order, is written here once more. Each rule is a method, so that one can be taken away.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.trust import seconds_of
from backend.stations.joining_rules import Ended, Opened, decide_joining, explained
from backend.stations.rules import Shift as KnownShift
from backend.stations.rules import ShiftState, StationPolicy, Then, decide_service_then
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Body, Cmd, Shift, ShiftAct
from backend.sync.event_rules import SignedEvent, body_of
from backend.sync.log_rules import (
    APPLIED,
    COMMAND_DEP_FAILED,
    COMMAND_UNKNOWN,
    HELD,
    STATION_ACTS,
    TRIED_AGAIN,
    Judged,
)
from backend.sync.review_rules import REJECTED
from backend.sync.station_claim_rules import TYPE
from tests.simulation.offline.county_data import Data, Device
from tests.simulation.offline.settings import HARD

STATION = UUID(int=0x57A)
POLICY = StationPolicy()


def time_of(event: SignedEvent) -> Instant:
    """When it was done, as far as its device's clock is believed."""
    word = event.event.checkpoint.time
    return max(word, min(event.event.t_dev, word + timedelta(seconds=HARD)))


class StationActs:
    """The acts of every station's tablet, with all the rules."""

    def __init__(self) -> None:
        self._bodies: dict[bytes, Body | None] = {}
        self._acts: dict[UUID, tuple[Device, list[SignedEvent]]] = {}

    def judge(self, data: Data, device_id: UUID) -> bool:
        """Whether anything came to something else than before."""
        device = data.devices[device_id]
        if not device.is_station:
            return False
        left = [event for event in self.acts_of(device) if self.is_waiting(data.acts.get(event.hash, HELD))]
        before = {event.hash: data.acts.get(event.hash) for event in left}
        while left:
            for event in left:
                data.acts[event.hash] = self._judged(data, device, event)
            waits = [event for event in left if self.is_waiting(data.acts[event.hash])]
            left = waits if len(waits) < len(left) else []
        return any(data.acts[hashed] != was for hashed, was in before.items())

    def judge_all(self, data: Data) -> None:
        """Every tablet has asked as often as there is anything to hear."""
        while any(self.judge(data, device_id) for device_id in data.devices):
            pass

    def acts_of(self, device: Device) -> list[SignedEvent]:
        """As far as nothing is missing, in the order of their numbers."""
        known = self._acts.get(device.id)
        if known is None or known[0] is not device:
            whole = [device.events[seq] for seq in range(1, device.ack + 1)]
            acts = [event for event in whole if device.is_station and event.event.kind in STATION_ACTS]
            known = self._acts[device.id] = device, acts
        return known[1]

    def is_waiting(self, judged: Judged) -> bool:
        """Whether it is looked at again."""
        return judged == HELD or self.is_tried_again(judged)

    def is_tried_again(self, judged: Judged) -> bool:
        """A beginning waits for the end of another shift."""
        return judged.code is ResultCode.NEEDS_REVIEW and judged.reason in TRIED_AGAIN

    def doubt(self, device: Device, event: SignedEvent) -> str | None:
        """Why it is not believed."""
        if event.event.seq >= device.forked_from:
            return "chain-forked"
        known = device.revoked_at is not None and seconds_of(event.event.checkpoint.time) >= device.revoked_at
        return "device-not-active" if known else None

    def body(self, event: SignedEvent) -> Body | None:
        """What it says; remembered."""
        if event.hash not in self._bodies:
            read = body_of(event.event)
            self._bodies[event.hash] = None if isinstance(read, Refused) else read
        return self._bodies[event.hash]

    def _judged(self, data: Data, device: Device, event: SignedEvent) -> Judged:
        doubt, body = self.doubt(device, event), self.body(event)
        if isinstance(body, Cmd) and body.type != TYPE:
            return REJECTED if event.hash in data.rejected else COMMAND_UNKNOWN
        if doubt is not None:
            return Judged(ResultCode.NEEDS_REVIEW, doubt)
        if isinstance(body, Cmd):
            return self._act(data, device, event, body)
        assert isinstance(body, Shift)
        return self._shift(data, device, event, body)

    # Shifts.

    def told_of(self, device: Device, shift: UUID, act: ShiftAct) -> Iterator[tuple[SignedEvent, Shift]]:
        """What a journal tells of a shift, as far as it is believed."""
        for event in self.acts_of(device):
            body = self.body(event)
            if isinstance(body, Shift) and (body.shift, body.act) == (shift, act) and not self.doubt(device, event):
                yield event, body

    def _shift(self, data: Data, device: Device, event: SignedEvent, body: Shift) -> Judged:
        began = next(self.told_of(device, body.shift, ShiftAct.OPEN), None)
        over = next(self.told_of(device, body.shift, ShiftAct.CLOSE), None)
        opened = None if began is None else Opened(time_of(began[0]), began[1].cash_fen)
        ended = None if over is None else Ended(time_of(over[0]), over[1].cash_fen, over[1].reason)
        known = data.shifts.get(body.shift)
        live = [one for one in data.shifts.values() if one.state is ShiftState.OPEN]
        refused = decide_joining(
            known,
            station_id=STATION,
            operator_id=body.operator,
            opened=opened,
            ended=ended,
            own_open=any(one.operator_id == body.operator for one in live),
            device_open=any(one.device_key == device.id.bytes for one in live),
        )
        if refused is not None:
            return Judged(ResultCode.NEEDS_REVIEW, refused.reason.value)
        self.join(data, device, body, opened, ended)
        if began is not None:
            data.acts[began[0].hash] = APPLIED
        return APPLIED

    def join(self, data: Data, device: Device, body: Shift, opened: Opened | None, ended: Ended | None) -> None:
        """It becomes the county's; the same again changes nothing."""
        known = data.shifts.get(body.shift)
        if known is None:
            assert opened is not None, "decided by the rules"
            data.joined[body.shift] += 1
            known = KnownShift(
                id=body.shift,
                station_id=STATION,
                operator_id=body.operator,
                device_key=device.id.bytes,
                device_label="",
                state=ShiftState.OPEN,
                opened_at=opened.at,
                opening_cash_fen=opened.cash_fen,
            )
        if ended is not None and known.state is ShiftState.OPEN:
            known = replace(
                known,
                state=ShiftState.CLOSED,
                closed_at=max(ended.at, known.opened_at),
                closing_cash_fen=ended.cash_fen,
                difference_reason=explained(ended, known.opening_cash_fen),
            )
        data.shifts[body.shift] = known

    # Acts.

    def _act(self, data: Data, device: Device, event: SignedEvent, body: Cmd) -> Judged:
        waits = self.waits(data, device, event, body)
        if waits is not None:
            return waits
        shift = UUID(bytes=body.args)
        if self.waits_for_shift(data, device, shift):
            return HELD
        if self.is_done(data, body.cmd_id):
            return APPLIED
        (operator,) = {told.operator for _, told in self.told_of(device, shift, ShiftAct.OPEN)} or {UUID(int=0)}
        then = self.then(device, event, shift)
        served = decide_service_then(data.shifts.get(shift), operator_id=operator, policy=POLICY, then=then)
        if isinstance(served, Refused):
            return Judged(ResultCode.NEEDS_REVIEW, served.reason.value)
        data.done[body.cmd_id] += 1
        return APPLIED

    def then(self, device: Device, event: SignedEvent, shift: UUID) -> Then:
        """When it was done: in one journal the numbers tell what came before what, not a clock."""
        began = next(self.told_of(device, shift, ShiftAct.OPEN), None)
        over = next(self.told_of(device, shift, ShiftAct.CLOSE), None)
        at, was_open = time_of(event), None if over is None else event.event.seq < over[0].event.seq
        return Then(at if began is None else max(at, time_of(began[0])), was_open)

    def waits(self, data: Data, device: Device, event: SignedEvent, body: Cmd) -> Judged | None:
        """Only for what it names, wherever that was made; ``None`` for nothing."""
        for dep in body.deps:
            known = [data.acts.get(one.hash, HELD) for one in self.named(data, dep)]
            if APPLIED in known:
                continue
            return COMMAND_DEP_FAILED if REJECTED in known else HELD
        return None

    def named(self, data: Data, cmd_id: UUID) -> Iterator[SignedEvent]:
        """The acts of this id."""
        for device in data.devices.values():
            for event in self.acts_of(device):
                body = self.body(event)
                if isinstance(body, Cmd) and body.cmd_id == cmd_id:
                    yield event

    def waits_for_shift(self, data: Data, device: Device, shift: UUID) -> bool:
        """Whether the shift that it was done in waits for the end of another one."""
        told = self.told_of(device, shift, ShiftAct.OPEN)
        return any(self.is_tried_again(data.acts.get(event.hash, HELD)) for event, _ in told)

    def is_done(self, data: Data, cmd_id: UUID) -> bool:
        """Whether an act of this id was done before."""
        return cmd_id in data.done
