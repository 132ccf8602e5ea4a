"""What is told of an event once it is judged, and which part of a journal is looked at again?

Pure; the records of what devices sent.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import Instant
from backend.stations.rules import StationReason
from backend.sync.answer_rules import EventResult, ResultCode
from backend.sync.body_rules import Kind
from backend.sync.event_rules import EventReason
from backend.sync.fault_rules import FOR_REVIEW, Fault
from backend.vouchers.offline_rules import ClaimLabel


class Judged(Struct, frozen=True):
    """What an event came to, as it is stored and told."""

    code: ResultCode
    reason: str | None = None

    def told(self, seq: int) -> EventResult:
        """As the device reads it."""
        return EventResult(seq, self.code, self.reason)


HELD = Judged(ResultCode.HELD_GAP)
APPLIED = Judged(ResultCode.APPLIED)
COMMAND_UNKNOWN = Judged(ResultCode.NEEDS_REVIEW, "command-unknown")
"""An act of a kind that nobody here does yet: kept until somebody does."""
COMMAND_REPEATED = Judged(ResultCode.NEEDS_REVIEW, "id-reused")
"""Another act has this id."""
COMMAND_DEP_FAILED = Judged(ResultCode.NEEDS_REVIEW, "dependency-failed")
"""What it builds on was rejected."""
COMMAND_DEP_MISSING = Judged(ResultCode.NEEDS_REVIEW, "dependency-missing")
"""What it builds on has not come for so long that somebody looks after it; it is done when that comes after all."""
STATION_MISSING = Judged(ResultCode.NEEDS_REVIEW, "device-without-station")
"""Only a station's tablet does this."""
REDEMPTION_UNKNOWN = Judged(ResultCode.NEEDS_REVIEW, "redemption-unknown")
"""The journal tells of a redemption by the county that the county does not have: it was restored since, perhaps."""
NOTHING_TO_VOID = Judged(ResultCode.NONCOMPLIANT, "nothing-to-void")
"""The event that it takes back is none that counted."""
FORKED = Judged(ResultCode.NEEDS_REVIEW, "event-forked")
"""Another event has this number already."""
STATION_ACTS: Final = (Kind.SHIFT.value, Kind.CMD.value)
"""Kinds of what a station's tablet did beside taking vouchers."""
TRIED_AGAIN: Final = (StationReason.SHIFT_ALREADY_OPEN.value, StationReason.DEVICE_BUSY.value)
"""Why a shift's beginning waits for the end of another shift: at each push it is tried again …"""
ACTS_TRIED_AGAIN: Final = (*TRIED_AGAIN, "dependency-missing")
"""… as is an act that waits for another one, until somebody puts it aside."""
ACT_WAITS: Final = timedelta(days=14)
"""So long an act waits for another one before it is somebody's task: as long as a station may be without a network."""
UNCOVERED = Judged(ResultCode.NEEDS_REVIEW, "cover-gone")
"""The claim is right, and what was set apart for it is gone by now: a person decides who bears it."""


class Stored(Struct, frozen=True, kw_only=True):
    """An event of the log."""

    seq: int
    hash: bytes
    data: bytes
    kind: str
    subject_id: UUID | None
    """Under which id a claim is booked, or the id of an act or of a shift."""
    occurred_at: Instant
    recorded_at: Instant
    judged: Judged


class Checkpointed(Struct, frozen=True):
    """A word that the county gave a device."""

    no: int
    time: Instant


class Begun(Struct, frozen=True):
    """An episode of a device: events after number ``after_seq`` draw on what was dealt then."""

    number: int
    after_seq: int
    heard_after: int | None = None
    """The newest event when the device first told that it counts by this episode."""


class LogTotals(Struct, frozen=True, kw_only=True):
    """What the office sees of one device's log."""

    device_id: UUID
    events: int
    waiting: int
    to_review: int
    forks: int
    quarantined_bytes: int


def empty_log(device_id: UUID) -> LogTotals:
    """Of a device that has sent nothing yet."""
    return LogTotals(device_id=device_id, events=0, waiting=0, to_review=0, forks=0, quarantined_bytes=0)


def unread(reason: EventReason) -> Judged:
    """What is told of bytes that nobody here can read."""
    return Judged(ResultCode.NEEDS_REVIEW, reason.value)


def faulty(fault: Fault) -> Judged:
    """What is told of a claim that broke a rule; where an honest device may have, somebody looks at it."""
    code = ResultCode.NEEDS_REVIEW if fault in FOR_REVIEW else ResultCode.NONCOMPLIANT
    return Judged(code, fault.value)


def labelled(label: ClaimLabel | None) -> Judged:
    """What is told of a claim that was settled; without a label it waits for money that would cover it."""
    return UNCOVERED if label is None else Judged(ResultCode(label.value))
