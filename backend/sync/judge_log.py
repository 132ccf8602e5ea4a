"""What do the events up to a number count for, now that nothing is missing before them?

In the order of their numbers, each once: claims are judged by the whole journal (``compliance_rules``) and settled with
the voucher's money or the device's allowance; what a device took back is given back; everything else is on record. A
later claim may change what an earlier one of another device is called, never whether its merchant is paid for it.
"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.compliance_rules import judgement
from backend.sync.device_rules import Device
from backend.sync.event_rules import SignedEvent, read_event
from backend.sync.gather_facts import Journal, gather_facts
from backend.sync.log_rules import HELD, Judged, Stored
from backend.sync.settle_log import Settling
from backend.sync.store import events, journals


class JudgeLog(Struct, frozen=True, kw_only=True):
    """The events up to ``ack_seq`` of a locked device that are not judged yet.

    Most are new; one that takes the place of what nobody could read may stand before others that were judged.
    """

    device: Device
    ack_seq: int
    forked: bool = False
    """Whether second events of a number came with this push: they may take something back."""


async def judge_log(tx: Transaction, command: JudgeLog, *, now: Instant) -> dict[int, Judged]:
    """What each came to; stored, with everything that follows from it."""
    if not command.forked and not await events.waits(tx, command.device.id, command.ack_seq):
        return {}
    log = await events.log_up_to(tx, command.device.id, command.ack_seq)
    fresh = [one for one in log if one.judged == HELD]
    signed = {one.seq: _signed(one) for one in log}
    second = await journals.forked(tx, command.device.id, command.ack_seq)
    facts = await gather_facts(tx, Journal(command.device, list(signed.values())))
    proven = {one.hash for one in log if one.judged != HELD}
    lost = await events.unread_numbers(tx, command.device.id, command.ack_seq)
    judged = judgement([*signed.values(), *second], facts, proven=proven, unread=lost - signed.keys())
    judging = Settling(tx, command.device, facts, judged, now)
    results = await judging.judge([signed[one.seq] for one in fresh])
    if second:
        # What could not be told before may be told now: which claim an event of either journal took back.
        results |= await judging.take_back([one for one in signed.values() if one.event.seq not in results])
        await judging.take_back(second)
    await events.judge(tx, command.device.id, results)
    await events.relabel(tx, judging.relabelled)
    return results


def _signed(stored: Stored) -> SignedEvent:
    read = read_event(stored.data)
    if isinstance(read, Refused):
        raise RuntimeError(f"event {stored.hash.hex()} was read when it was stored")
    return read
