"""What do the events up to a number count for, now that nothing is missing before them?

In the order of their numbers, each once: claims are judged by the whole journal (``compliance_rules``) and settled with
the voucher's money or the device's allowance; what a device took back is given back; everything else is on record. A
later claim may change what an earlier one of another device is called, never whether its merchant is paid for it.
A journal without doubts is walked on from where it was left (``walk_rules``), any other from its beginning. A station's
acts take no room from claims, so one that waits keeps no walk at its place.
"""

from collections.abc import Sequence

from msgspec import Struct, structs

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.sync.body_rules import Redeem, Void
from backend.sync.compliance_rules import Judgement, judgement
from backend.sync.device_rules import Device
from backend.sync.event_rules import SignedEvent, body_of, read_event
from backend.sync.fact_rules import DeviceFacts
from backend.sync.gather_facts import Journal, gather_facts
from backend.sync.log_rules import HELD, Judged, Stored
from backend.sync.settle_log import Settling
from backend.sync.station_acts import StationActs, is_act
from backend.sync.store import events, journals, walks
from backend.sync.walk_rules import Walked


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
    device = command.device
    first = await events.first_waiting(tx, device.id, command.ack_seq)
    waiting = await events.waiting_acts(tx, device.id, command.ack_seq)
    if first is None and not waiting and not command.forked:
        return {}
    single = not command.forked and await walks.is_single(tx, device.id, command.ack_seq)
    acts = [_signed(one) for one in waiting]
    found = await _from_there(tx, command, first, acts) if single else None
    found = found or await _from_the_beginning(tx, command, single=single)
    judging = Settling(tx, device, found.facts, found.judgement, now)
    results = await judging.judge(found.fresh)
    station = StationActs(tx, device, found.facts, found.judgement.doubts, command.ack_seq, now)
    results |= await station.judge([(one, stored.judged) for one, stored in zip(acts, waiting, strict=True)])
    if found.second:
        # What could not be told before may be told now: which claim an event of either journal took back.
        results |= await judging.take_back([one for one in found.signed if one.event.seq not in results])
        await judging.take_back(found.second)
    await events.judge(tx, device.id, results)
    await events.relabel(tx, judging.relabelled)
    return results


class _Found(Struct, frozen=True, kw_only=True):
    """The judged events in order, with what each was before."""

    signed: list[SignedEvent]
    before: dict[int, Judged]
    second: list[SignedEvent] = []
    facts: DeviceFacts
    judgement: Judgement

    @property
    def fresh(self) -> list[SignedEvent]:
        """Those that were not judged before; a station's acts apart."""
        return [one for one in self.signed if self.before[one.event.seq] == HELD and not is_act(one)]


async def _from_there(
    tx: Transaction, command: JudgeLog, first: int | None, acts: Sequence[SignedEvent]
) -> _Found | None:
    """Judged from where the last walk ended; ``None`` where only the whole journal can tell."""
    device = command.device
    walked = await walks.walked(tx, device.id)
    if walked is None or (first is not None and first <= walked.seq):
        return None
    log = await events.log_up_to(tx, device.id, command.ack_seq, after=walked.seq)
    signed = [_signed(one) for one in log]
    facts = await gather_facts(tx, Journal(device, signed, acts))
    walked = await _reminded(tx, device, walked, signed, facts)
    judged = judgement(signed, facts, walked=walked)
    if judged.doubt is not None:
        return None
    await walks.keep(tx, device.id, judged.end, judged.tallies.values(), after=walked.seq)
    return _Found(signed=signed, before={one.seq: one.judged for one in log}, facts=facts, judgement=judged)


async def _reminded(
    tx: Transaction, device: Device, walked: Walked, signed: Sequence[SignedEvent], facts: DeviceFacts
) -> Walked:
    """With all that these events may ask of what stands before them."""
    bodies = [body_of(one.event) for one in signed]
    vouchers = {body.voucher for body in bodies if isinstance(body, Redeem)}
    voided = {body.seq for body in bodies if isinstance(body, Void) and 1 <= body.seq <= walked.seq}
    drawn_on = {episode.number for one in signed if (episode := facts.episode_of(one.event.seq)) is not None} | {0}
    days = {business_day(at) for at in [walked.mark, *(one.event.t_dev for one in signed)]}
    days |= {business_day(one.event.checkpoint.time) for one in signed}
    sums = await walks.sums_of(tx, device.id, drawn_on)
    targets = [_signed(one) for one in await events.of_numbers(tx, device.id, voided)]
    return structs.replace(
        walked,
        vouchers=await walks.taken_of(tx, device.id, vouchers),
        episodes={
            episode: (
                sum(fen for (of, _), (fen, _) in sums.items() if of == episode),
                sum(claims for (of, _), (_, claims) in sums.items() if of == episode),
            )
            for episode in drawn_on
        },
        campaigns={key: fen for key, (fen, _) in sums.items()},
        days=await walks.days_of(tx, device.id, days),
        counters=await walks.counters_of(tx, device.id, vouchers),
        targets=walks.targets_of(targets, await walks.tallies_of(tx, device.id, voided)),
    )


async def _from_the_beginning(tx: Transaction, command: JudgeLog, *, single: bool) -> _Found:
    device = command.device
    log = await events.log_up_to(tx, device.id, command.ack_seq)
    signed = {one.seq: _signed(one) for one in log}
    second = await journals.forked(tx, device.id, command.ack_seq)
    facts = await gather_facts(tx, Journal(device, list(signed.values()), second))
    proven = {one.hash for one in log if one.judged != HELD}
    lost = await events.unread_numbers(tx, device.id, command.ack_seq)
    judged = judgement([*signed.values(), *second], facts, proven=proven, unread=lost - signed.keys())
    await walks.forget(tx, device.id)
    if single and judged.doubt is None:
        await walks.keep(tx, device.id, judged.end, judged.tallies.values(), after=0)
    before = {one.seq: one.judged for one in log}
    return _Found(signed=list(signed.values()), before=before, second=second, facts=facts, judgement=judged)


def _signed(stored: Stored) -> SignedEvent:
    read = read_event(stored.data)
    if isinstance(read, Refused):
        raise RuntimeError(f"event {stored.hash.hex()} was read when it was stored")
    return read
