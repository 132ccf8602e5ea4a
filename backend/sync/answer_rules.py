"""What is a device told about what it sent?

The answer ``XS1`` travels over the county's own TLS and is not signed: it moves no value, and a device forgets nothing
on its word alone that no backup has. Specification: ``fixtures/protocols/batch/SPEC.md``, B12 to B18; twins:
``pwa/src/offline/push.ts``, ``merchant_tools/pushes.py``.
"""

import re
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of, uint
from backend.sync.event_rules import Checkpoint
from backend.sync.push_rules import MOST_EVENTS

KIND: Final = "XS1"
_LIMIT = 2**32
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")
_LONGEST_WORD = 64


class AnswerReason(Reason):
    """Why a device does not take an answer; it then sends again. One line and one vector each."""

    UNREADABLE = "answer-unreadable", 409, "回执无法识别", "The answer is damaged"
    VERSION = "answer-version-unsupported", 409, "回执版本较新，请更新本机", "The answer is newer than this program"
    MALFORMED = "answer-malformed", 409, "回执内容不对", "The answer's content is not well formed"
    WRONG_COUNTY = "answer-wrong-county", 409, "回执属于别的县", "The answer is another county's"
    WRONG_DEVICE = "answer-wrong-device", 409, "回执属于别的设备", "The answer is for another device"


class ResultCode(StrEnum):
    """What an event came to."""

    APPLIED = "applied"  # It counts as it was meant.
    DUPLICATE = "duplicate"  # The county has this event already; what it came to stands.
    CONFLICT_PAID = "conflict_paid"  # The voucher was used elsewhere too; the pool pays this merchant.
    CONFLICT_UNPAID = "conflict_unpaid"  # This merchant had a claim on the voucher already; one is paid.
    NONCOMPLIANT = "noncompliant"  # It broke a rule that the device knew; the reason says which.
    HELD_GAP = "held_gap"  # An event before it is missing; it waits.
    NEEDS_REVIEW = "needs_review"  # Somebody in the office looks at it; the reason says why.


REASONED: Final = frozenset({ResultCode.NONCOMPLIANT, ResultCode.NEEDS_REVIEW})
"""Codes that come with a reason; no other does."""


class EventResult(Struct, frozen=True):
    """What the event of this number came to."""

    seq: int
    code: ResultCode
    reason: str | None


class Answer(Struct, frozen=True, kw_only=True):
    """What the county says to a push."""

    county: str
    device: UUID
    epoch: int
    """Grows with every restore of the county from a backup."""
    ack_seq: int
    """Every event up to this number is stored and committed."""
    durable_seq: int
    """Every event up to this number is in a verified backup too."""
    results: tuple[EventResult, ...]
    need_from: int | None
    """The number to send again from."""
    server_time: Instant
    checkpoint: Checkpoint
    policy: int
    status_version: int


def write_answer(answer: Answer) -> bytes:
    """The answer as it is sent. Raises ``ValueError`` for one that no device would take."""
    results: list[CborValue] = [[result.seq, str(result.code), result.reason] for result in answer.results]
    checkpoint: CborValue = [answer.checkpoint.no, seconds_of(answer.checkpoint.time)]
    items: list[CborValue] = [KIND, county_number(answer.county), answer.device.bytes, answer.epoch, answer.ack_seq]
    items += [answer.durable_seq, results, answer.need_from, seconds_of(answer.server_time), checkpoint]
    items += [answer.policy, answer.status_version]
    data = cbor.encode(items)
    read = read_answer(data, county=answer.county, device=answer.device)
    if isinstance(read, Refused):
        raise ValueError(read.detail or read.reason.value)
    return data


def read_answer(data: bytes, *, county: str, device: UUID) -> Answer | Refused[AnswerReason]:
    """The answer to this device, or the first reason why it is none."""
    try:
        value = cbor.decode(data)
    except cbor.CborProblem as problem:
        return Refused(AnswerReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(AnswerReason.VERSION)
    try:
        answer = _answer_of(value)
    except ValueError as problem:
        return Refused(AnswerReason.MALFORMED, str(problem))
    if answer.county != county:
        return Refused(AnswerReason.WRONG_COUNTY)
    if answer.device != device:
        return Refused(AnswerReason.WRONG_DEVICE)
    return answer


def _answer_of(value: CborValue) -> Answer:
    match value:
        case ["XS1", county, bytes(device), epoch, ack, durable, [*results], need, at, [no, time], policy, status]:
            if len(device) != 16 or len(results) > MOST_EVENTS:
                raise ValueError("a device has 16 bytes, and at most 200 results are told at once")
            if uint(durable, _LIMIT) > uint(ack, _LIMIT):
                raise ValueError("what is in a backup is stored")
            if need is not None and uint(need, _LIMIT) == 0:
                raise ValueError("numbers begin at 1")
            told = tuple(map(_result_of, results))
            if any(one.seq >= other.seq for one, other in pairwise(told)):
                raise ValueError("results stand in the order of their numbers, each once")
            return Answer(
                county=county_text(county),
                device=UUID(bytes=device),
                epoch=uint(epoch, _LIMIT),
                ack_seq=uint(ack, _LIMIT),
                durable_seq=uint(durable, _LIMIT),
                results=told,
                need_from=None if need is None else uint(need, _LIMIT),
                server_time=instant_of(at),
                checkpoint=Checkpoint(uint(no, _LIMIT), instant_of(time)),
                policy=uint(policy, _LIMIT),
                status_version=uint(status, _LIMIT),
            )
    raise ValueError("not the twelve items of an answer")


def _result_of(value: CborValue) -> EventResult:
    match value:
        case [seq, str(code), reason] if uint(seq, _LIMIT) > 0:
            return EventResult(uint(seq, _LIMIT), ResultCode(code), _word(ResultCode(code), reason))
    raise ValueError("a result is [number from 1, code, reason or null]")


def _word(code: ResultCode, reason: CborValue) -> str | None:
    if reason is None and code not in REASONED:
        return None
    if isinstance(reason, str) and code in REASONED and len(reason) <= _LONGEST_WORD and _WORD.fullmatch(reason):
        return reason
    raise ValueError("noncompliant and needs_review have a reason in kebab-case, and nothing else has one")
