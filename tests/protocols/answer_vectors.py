"""Vectors of the answer to a push, in ``fixtures/protocols/batch``, and every reason against one."""

from collections.abc import Iterator
from typing import Any

from msgspec import structs

from backend.kernel import cbor
from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import REASONED, Answer, AnswerReason, EventResult, ResultCode, write_answer
from backend.sync.event_rules import Checkpoint
from tests.protocols.known_keys import AT, COUNTY, DAY, DEVICE, OTHER_COUNTY, OTHER_DEVICE, SECOND

Vector = dict[str, Any]
ANSWER_CASE_OF = {reason: f"B{number}" for number, reason in enumerate(AnswerReason, 14)}


def answer(*results: EventResult, **changes: Any) -> Answer:
    """An answer to the device whose journal has nine events."""
    given: dict[str, Any] = {"county": COUNTY, "device": DEVICE, "epoch": 1, "ack_seq": 9, "durable_seq": 4}
    given |= {"results": results, "need_from": None, "server_time": AT + SECOND, "checkpoint": Checkpoint(13, AT)}
    return Answer(**(given | {"policy": 4, "status_version": 901} | changes))


def _result(code: ResultCode, seq: int = 1) -> EventResult:
    return EventResult(seq, code, "chain-broken" if code in REASONED else None)


def answers() -> Iterator[Vector]:
    every = [_result(code, seq) for seq, code in enumerate(ResultCode, 1)]
    given = {
        "nothing new": answer(),
        "before the first event": answer(ack_seq=0, durable_seq=0),
        **{f"an event that is {code}": answer(_result(code)) for code in ResultCode},
        "every code at once": answer(*every),
        "two hundred results": answer(*(_result(ResultCode.APPLIED, seq) for seq in range(1, 201)), ack_seq=200),
        "a reason of 64 signs": answer(EventResult(1, ResultCode.NONCOMPLIANT, "a-" * 31 + "bc")),
        "without a backup": answer(durable_seq=0),
        "all in a backup": answer(durable_seq=9),
        "the third event is missing": answer(_result(ResultCode.HELD_GAP, 4), ack_seq=2, durable_seq=2, need_from=3),
        "after a restore: all of it again": answer(epoch=2, ack_seq=0, durable_seq=0, need_from=1),
        "the 255th": answer(ack_seq=255, status_version=255),
        "the 256th": answer(ack_seq=256, status_version=256),
        "the 65 535th": answer(ack_seq=65_535, status_version=65_535),
        "the largest numbers": answer(
            **dict.fromkeys(("epoch", "ack_seq", "durable_seq", "need_from", "policy", "status_version"), 2**32 - 1)
        ),
    }
    for why, one in given.items():
        yield _told(why, one)


def _told(why: str, given: Answer) -> Vector:
    expect = {
        "epoch": given.epoch,
        "ack_seq": given.ack_seq,
        "durable_seq": given.durable_seq,
        "results": [{"seq": one.seq, "code": one.code.value, "reason": one.reason} for one in given.results],
        "need_from": given.need_from,
        "server_time": seconds_of(given.server_time),
        "checkpoint": {"no": given.checkpoint.no, "time": seconds_of(given.checkpoint.time)},
        "policy": given.policy,
        "status_version": given.status_version,
    }
    return {"op": "answer", "case": "B13", "why": why, "data": write_answer(given).hex(), "expect": expect}


def _answer_refused(reason: AnswerReason, why: str, data: bytes) -> Vector:
    case = ANSWER_CASE_OF[reason]
    return {"op": "answer-refused", "case": case, "why": why, "data": data.hex(), "reason": reason.value}


def answers_refused() -> Iterator[Vector]:
    good = write_answer(answer(_result(ResultCode.APPLIED)))
    value = cbor.decode(good)
    assert isinstance(value, list)
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed": b"\x98\x0c" + good[1:],
        "JSON": b'{"epoch": 1}',
    }.items():
        yield _answer_refused(AnswerReason.UNREADABLE, why, data)
    yield _answer_refused(AnswerReason.VERSION, "the next version", cbor.encode(["XS2", *value[1:]]))
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county of five figures": (1, 51152),
        "a device of 15 bytes": (2, bytes(15)),
        "a negative epoch": (3, -1),
        "more in a backup than stored": (5, 10),
        "results that are null": (6, None),
        "a result without a reason's place": (6, [[1, "applied"]]),
        "a result of nothing": (6, [[0, "applied", None]]),
        "a code of tomorrow": (6, [[1, "postponed", None]]),
        "a code in capitals": (6, [[1, "APPLIED", None]]),
        "a code that is a number": (6, [[1, 1, None]]),
        "a reason where none belongs": (6, [[1, "applied", "chain-broken"]]),
        "noncompliant without a reason": (6, [[1, "noncompliant", None]]),
        "a review without a reason": (6, [[1, "needs_review", None]]),
        "an empty reason": (6, [[1, "noncompliant", ""]]),
        "a reason that is a sentence": (6, [[1, "noncompliant", "Chain broken"]]),
        "a reason with a line end": (6, [[1, "noncompliant", "chain\n"]]),
        "a reason of 65 signs": (6, [[1, "noncompliant", "a" * 65]]),
        "results backwards": (6, [[2, "applied", None], [1, "applied", None]]),
        "a result twice": (6, [[1, "applied", None], [1, "applied", None]]),
        "two hundred and one results": (6, [[seq, "applied", None] for seq in range(1, 202)]),
        "to send again from nothing": (7, 0),
        "a time as text": (8, "10:00"),
        "a checkpoint alone": (9, [13]),
        "a policy that is true": (10, True),
        "a status version of 33 bits": (11, 2**32),
    }
    values: dict[str, cbor.CborValue] = {"eleven items": value[:-1], "thirteen items": [*value, 0], "a map": {0: "XS1"}}
    values |= {why: [*value[:place], one, *value[place + 1 :]] for why, (place, one) in places.items()}
    for why, spoilt in values.items():
        yield _answer_refused(AnswerReason.MALFORMED, why, cbor.encode(spoilt))
    other = structs.replace(answer(), county=OTHER_COUNTY, server_time=AT + DAY)
    yield _answer_refused(AnswerReason.WRONG_COUNTY, "another county's", write_answer(other))
    his = structs.replace(answer(), device=OTHER_DEVICE)
    yield _answer_refused(AnswerReason.WRONG_DEVICE, "another device's", write_answer(his))
