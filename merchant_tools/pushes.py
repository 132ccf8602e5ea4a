"""Is this what a till sends to the county, and what did the county say to it?

Written from ``fixtures/protocols/batch/SPEC.md`` alone. Events inside are bytes, which ``merchant_tools/events.py``
opens.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from merchant_tools.signed import LATEST_SECOND, NotOurForm, is_county, is_signed_by, is_uint, read_cbor

LONGEST_PUSH = 1_048_576
LONGEST_EVENT = 66_560
MOST_EVENTS = 200
PLAIN_CODES = {"applied", "duplicate", "conflict_paid", "conflict_unpaid", "held_gap"}
REASONED_CODES = {"noncompliant", "needs_review"}
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True)
class Push:
    """What a device sends: its newest event, some of its events by number, what it remembers outside its journal.

    ``episode`` is the one of the allowance by which it counts; 0 for none.
    """

    county: str
    device: UUID
    head: tuple[int, bytes]
    events: tuple[tuple[int, bytes], ...]
    sentinel: tuple[UUID, int] | None
    episode: int


@dataclass(frozen=True)
class Answer:
    """What the county says; results are (number, code, reason). Seconds since 1970."""

    county: str
    device: UUID
    epoch: int
    ack_seq: int
    durable_seq: int
    results: tuple[tuple[int, str, str | None], ...]
    need_from: int | None
    server_time: int
    checkpoint: tuple[int, int]
    policy: int
    status_version: int


def check_push(data: bytes, *, county: str, devices: Mapping[UUID, bytes]) -> Push:
    """The push, if its device (a compressed point) signed all of it. Raises ``NotOurForm``."""
    if len(data) > LONGEST_PUSH:
        raise NotOurForm("push-too-large")
    try:
        content, signature = read_cbor(data)
        items = read_cbor(content)
    except (TypeError, ValueError):
        raise NotOurForm("push-unreadable") from None
    if not isinstance(signature, bytes) or len(signature) != 64:
        raise NotOurForm("push-unreadable")
    _same_version(items, "XB1", "push")
    push = _push_of(items)
    if push.county != county:
        raise NotOurForm("push-wrong-county")
    if push.device not in devices:
        raise NotOurForm("push-device-unknown")
    if not is_signed_by(devices[push.device], signature, content):
        raise NotOurForm("push-forged")
    return push


def read_answer(data: bytes, *, county: str, device: UUID) -> Answer:
    """The county's answer to this device. Raises ``NotOurForm`` with the first reason of the specification."""
    try:
        items = read_cbor(data)
    except NotOurForm:
        raise NotOurForm("answer-unreadable") from None
    _same_version(items, "XS1", "answer")
    answer = _answer_of(items)
    if answer.county != county:
        raise NotOurForm("answer-wrong-county")
    if answer.device != device:
        raise NotOurForm("answer-wrong-device")
    return answer


def _same_version(items: Any, kind: str, name: str) -> None:
    if isinstance(items, list) and items and isinstance(items[0], str) and items[0] != kind:
        raise NotOurForm(f"{name}-version-unsupported")


def _push_of(items: Any) -> Push:
    match items:
        case ["XB1", county, device, [seq, place], list(events), sentinel, episode]:
            if len(events) > MOST_EVENTS:
                raise NotOurForm("push-too-large")
            head = is_uint(seq) and isinstance(place, bytes) and len(place) == 32 and (seq > 0 or place == bytes(32))
            told = is_county(county) and _is_id(device) and is_uint(episode)
            numbered = _lengthened(events)
            if head and told and numbered is not None and _are_events(numbered, seq) and _is_sentinel(sentinel):
                remembered = None if sentinel is None else (UUID(bytes=sentinel[0]), sentinel[1])
                return Push(str(county), UUID(bytes=device), (seq, place), numbered, remembered, episode)
        case ["XB1", _, _, _, list(events), _, _] if len(events) > MOST_EVENTS:
            raise NotOurForm("push-too-large")
    raise NotOurForm("push-malformed")


def _lengthened(events: list[Any]) -> tuple[tuple[int, bytes], ...] | None:
    """Every event whole: a short one stands around the name of the one before it (B19)."""
    found: list[tuple[int, bytes]] = []
    for event in events:
        match event:
            case [seq, bytes(data)] if is_uint(seq):
                found.append((seq, data))
            case [seq, bytes(left), bytes(right)] if is_uint(seq) and found and seq == found[-1][0] + 1:
                named = name_of(found[-1][1])
                if named is None:
                    return None
                found.append((seq, left + named + right))
            case _:
                return None
    return tuple(found)


def shortened(events: Sequence[tuple[int, bytes]]) -> list[list[Any]]:
    """The same events without the names that can be worked out again."""
    items: list[list[Any]] = []
    for nth, (seq, data) in enumerate(events):
        named = name_of(events[nth - 1][1]) if nth and events[nth - 1][0] + 1 == seq else None
        left, there, right = data.partition(named) if named else (data, b"", b"")
        items.append([seq, left, right] if there else [seq, data])
    return items


def name_of(data: bytes) -> bytes | None:
    """By which the next event names this one; ``None`` for bytes that are no event's."""
    try:
        match read_cbor(data):
            case [bytes(content), bytes()]:
                return hashlib.sha256(content).digest()
    except NotOurForm:
        return None
    return None


def _are_events(events: Sequence[tuple[int, bytes]], head: int) -> bool:
    sizes = all(0 < seq <= head and 1 <= len(data) <= LONGEST_EVENT for seq, data in events)
    return sizes and all(one[0] < other[0] for one, other in pairwise(events))


def _is_sentinel(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and len(value) == 2 and _is_id(value[0]) and is_uint(value[1])


def _answer_of(items: Any) -> Answer:
    match items:
        case ["XS1", county, device, epoch, ack, durable, list(results), need, at, [no, time], policy, status]:
            numbers = all(map(is_uint, (epoch, ack, durable, no, policy, status))) and durable <= ack
            instants = is_uint(at, LATEST_SECOND) and is_uint(time, LATEST_SECOND)
            asked = need is None or (is_uint(need) and need > 0)
            if numbers and instants and asked and is_county(county) and _is_id(device) and _are_results(results):
                told = tuple((seq, code, reason) for seq, code, reason in results)
                start = (str(county), UUID(bytes=device), epoch, ack, durable, told, need)
                return Answer(*start, at, (no, time), policy, status)
    raise NotOurForm("answer-malformed")


def _are_results(results: list[Any]) -> bool:
    if len(results) > MOST_EVENTS or not all(map(_is_result, results)):
        return False
    return all(one[0] < other[0] for one, other in pairwise(results))


def _is_result(value: Any) -> bool:
    match value:
        case [seq, str(code), None]:
            return is_uint(seq) and seq > 0 and code in PLAIN_CODES
        case [seq, str(code), str(reason)]:
            word = len(reason) <= 64 and _WORD.fullmatch(reason) is not None
            return is_uint(seq) and seq > 0 and code in REASONED_CODES and word
    return False


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 16
