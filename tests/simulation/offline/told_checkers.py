"""Did what the county told of an event only move forward? The part of I8 that is about results.

What is final stays, but for what the protocol lets change: labels follow the order by content, a task is seen to, a
second journal throws doubt on all that follows it, and what is taken back gives its room to others.
"""

from collections.abc import Iterator
from itertools import pairwise

from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Void
from backend.sync.event_rules import SignedEvent
from backend.sync.log_rules import COMMAND_UNKNOWN, TRIED_AGAIN
from tests.simulation.offline.county import County
from tests.simulation.offline.county_data import Device
from tests.simulation.offline.world import Result, World

LABELS = {str(code) for code in (ResultCode.APPLIED, ResultCode.CONFLICT_PAID, ResultCode.CONFLICT_UNPAID)}
FINAL = LABELS | {str(ResultCode.NONCOMPLIANT), str(ResultCode.NEEDS_REVIEW)}
TASKS = {*TRIED_AGAIN, COMMAND_UNKNOWN.reason}
"""Reasons of what is looked at again, or that somebody in the office decides."""


def only_forward(world: World) -> Iterator[str]:
    """I8: what an event came to stays, as far as the protocol does not let it change, until the end of this life."""
    county = world.county
    codes = county.codes()
    for (epoch, device_id, seq, hashed), told in world.diary.told.items():
        device = county.data.devices[device_id]
        event = device.events.get(seq)
        if epoch != county.epoch or event is None or event.hash != hashed:
            continue
        code, reason = county.result(device, seq, codes)
        for before, after in pairwise([*told, (str(code), reason)]):
            if before != after and not _may_become(county, device, event, before, after):
                yield f"I8 event {seq} was told to be {_words(before)}, and then {_words(after)}"


def _may_become(county: County, device: Device, event: SignedEvent, before: Result, after: Result) -> bool:
    if before[0] not in FINAL:
        return True
    if before[0] in LABELS and after[0] in LABELS:
        return True
    if before[0] == ResultCode.NEEDS_REVIEW and before[1] in TASKS and after[0] in FINAL:
        return True
    if after == (ResultCode.NEEDS_REVIEW, "two-journals"):
        return event.event.seq >= device.forked_from
    if after == (ResultCode.NONCOMPLIANT, "device-revoked"):
        revoked_at = device.revoked_at
        return revoked_at is not None and seconds_of(event.event.checkpoint.time) >= revoked_at
    is_claim = {before[0], after[0]} <= LABELS | {ResultCode.NONCOMPLIANT}
    return is_claim and _took_something_back(county, device)


def _took_something_back(county: County, device: Device) -> bool:
    return any(isinstance(county.body(one), Void) for one in [*device.events.values(), *device.forks.values()])


def _words(result: Result) -> str:
    return " ".join(word for word in result if word)
