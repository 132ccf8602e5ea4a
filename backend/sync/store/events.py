"""SQL of what devices sent and were told."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Kind
from backend.sync.event_tables import checkpoints, episodes, events, forks, quarantine, wanted
from backend.sync.log_rules import ACTS_TRIED_AGAIN, STATION_ACTS, Begun, Checkpointed, Judged, LogTotals, Stored
from backend.sync.take_rules import Fork, KnownLog, Unread

_E = events.c
AT_ONCE = 500
_WAITING = (ResultCode.HELD_GAP.value, ResultCode.NEEDS_REVIEW.value)
"""As the index of what waits has it."""


async def known_log(tx: Transaction, device_id: UUID, ack_seq: int, seqs: Collection[int]) -> KnownLog:
    """What is stored beyond ``ack_seq``, under these numbers, and under the ones before them."""
    second = await tx.execute(select(forks.c.seq, forks.c.hash).where(forks.c.device_id == device_id))
    known: dict[int, set[bytes]] = {}
    for row in second:
        known.setdefault(row.seq, set()).add(bytes(row.hash))
    named = {row.seq for row in await tx.execute(select(wanted.c.seq).where(wanted.c.device_id == device_id))}
    asked = {seq for each in seqs for seq in (each - 1, each) if seq >= 1}
    near = or_(_E.seq > ack_seq, _E.seq.in_(sorted(asked)))
    stored = await tx.execute(select(_E.seq, _E.hash).where(_E.device_id == device_id, near))
    q = quarantine.c
    near = or_(q.seq > ack_seq, q.seq.in_(sorted(asked)))
    unread = await tx.execute(
        select(q.seq, q.sha256).where(q.device_id == device_id, near).order_by(q.recorded_at, q.sha256)
    )
    hashes = {row.seq: bytes(row.hash) for row in stored}
    return KnownLog(
        ack_seq=ack_seq,
        hashes=hashes,
        quarantined={row.seq: bytes(row.sha256) for row in unread if row.seq not in hashes},
        forks=known,
        wanted=named,
        two_journals=bool(known or named),
    )


async def insert_events(tx: Transaction, device_id: UUID, kept: Iterable[Stored]) -> None:
    """Append to the log; the primary key refuses a second event of a number, the hash a second copy of one."""
    rows = [
        {
            "device_id": device_id,
            "seq": one.seq,
            "hash": one.hash,
            "data": one.data,
            "kind": one.kind,
            "subject_id": one.subject_id,
            "occurred_at": one.occurred_at,
            "recorded_at": one.recorded_at,
            "code": one.judged.code.value,
            "reason": one.judged.reason,
        }
        for one in kept
    ]
    if rows:
        tx.append(events, rows)


async def insert_forks(tx: Transaction, device_id: UUID, found: Iterable[Fork], at: Instant) -> None:
    """Keep second events of a number, each once."""
    for one in found:
        key = (forks.c.device_id == device_id, forks.c.seq == one.seq, forks.c.hash == one.signed.hash)
        if (await tx.execute(select(forks.c.seq).where(*key))).first() is None:
            row = {"device_id": device_id, "seq": one.seq, "hash": one.signed.hash, "data": one.data, "recorded_at": at}
            await tx.execute(insert(forks).values(row))


async def insert_unread(tx: Transaction, device_id: UUID, found: Iterable[Unread], at: Instant) -> None:
    """Keep what nobody could read under its number, each once, however often other bytes came between."""
    q = quarantine.c
    for one in found:
        sha256 = hashlib.sha256(one.data).digest()
        key = (q.device_id == device_id, q.seq == one.seq, q.sha256 == sha256)
        if (await tx.execute(select(q.seq).where(*key))).first() is None:
            row = {"device_id": device_id, "seq": one.seq, "sha256": sha256, "size": len(one.data), "data": one.data}
            await tx.execute(insert(quarantine).values(row | {"reason": one.reason.value, "recorded_at": at}))


async def quarantined_bytes(tx: Transaction, device_id: UUID) -> int:
    """How much of this device nobody could read."""
    asked = select(func.coalesce(func.sum(quarantine.c.size), 0)).where(quarantine.c.device_id == device_id)
    return int((await tx.execute(asked)).scalar_one())


def _stored(row: Row[Any]) -> Stored:
    return Stored(
        seq=row.seq,
        hash=bytes(row.hash),
        data=bytes(row.data),
        kind=row.kind,
        subject_id=row.subject_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        judged=Judged(ResultCode(row.code), row.reason),
    )


async def log_up_to(tx: Transaction, device_id: UUID, seq: int, *, after: int = 0) -> list[Stored]:
    """The log from its beginning, or from behind a number, in order."""
    between = (_E.device_id == device_id, _E.seq > after, _E.seq <= seq)
    return [_stored(row) for row in await tx.execute(select(events).where(*between).order_by(_E.seq))]


async def of_numbers(tx: Transaction, device_id: UUID, seqs: Collection[int]) -> list[Stored]:
    """These events of the log."""
    asked = select(events).where(_E.device_id == device_id, _E.seq.in_(sorted(seqs)))
    return [_stored(row) for row in await tx.execute(asked)] if seqs else []


async def first_waiting(tx: Transaction, device_id: UUID, seq: int) -> int | None:
    """The first event up to this number that is not judged yet; acts of a station apart."""
    held = (_E.device_id == device_id, _E.seq <= seq, _E.code.in_(_WAITING), _E.code == ResultCode.HELD_GAP.value)
    asked = select(func.min(_E.seq)).where(*held, _E.kind.not_in(STATION_ACTS))
    found: int | None = (await tx.execute(asked)).scalar_one()
    return found


async def waiting_acts(tx: Transaction, device_id: UUID, seq: int) -> list[Stored]:
    """A station's acts up to this number that are not judged yet, or are tried again, in order."""
    again = _E.reason.in_(ACTS_TRIED_AGAIN)
    mine = (_E.device_id == device_id, _E.seq <= seq, _E.kind.in_(STATION_ACTS), _E.code.in_(_WAITING))
    asked = select(events).where(*mine, or_(_E.code == ResultCode.HELD_GAP.value, again))
    return [_stored(row) for row in await tx.execute(asked.order_by(_E.seq))]


async def arrived_at(tx: Transaction, device_id: UUID, seq: int) -> Instant | None:
    """When everything up to this number was here, so that it was judged for the first time."""
    mine = (_E.device_id == device_id, _E.seq <= seq)
    found: Instant | None = (await tx.execute(select(func.max(_E.recorded_at)).where(*mine))).scalar_one()
    return found


async def of_shift(tx: Transaction, device_id: UUID, shift_id: UUID, seq: int) -> list[Stored]:
    """What a device tells of a shift up to this number, in order."""
    mine = (_E.device_id == device_id, _E.seq <= seq, _E.subject_id == shift_id, _E.kind == Kind.SHIFT.value)
    return [_stored(row) for row in await tx.execute(select(events).where(*mine).order_by(_E.seq))]


async def results_of(tx: Transaction, device_id: UUID, seqs: Collection[int]) -> dict[int, Judged]:
    """What these events came to; of what nobody could read, why."""
    wanted = sorted(seqs)
    rows = await tx.execute(select(_E.seq, _E.code, _E.reason).where(_E.device_id == device_id, _E.seq.in_(wanted)))
    told = {row.seq: Judged(ResultCode(row.code), row.reason) for row in rows}
    q = quarantine.c
    unread = await tx.execute(select(q.seq, q.reason).where(q.device_id == device_id, q.seq.in_(wanted)))
    return {row.seq: Judged(ResultCode.NEEDS_REVIEW, row.reason) for row in unread} | told


async def unread_numbers(tx: Transaction, device_id: UUID, seq: int) -> set[int]:
    """The numbers up to this one under which something came that nobody could read."""
    q = quarantine.c
    rows = await tx.execute(select(q.seq).where(q.device_id == device_id, q.seq <= seq).distinct())
    return {row.seq for row in rows}


async def judge(tx: Transaction, device_id: UUID, results: Mapping[int, Judged]) -> None:
    """What events came to from now on."""
    alike: dict[Judged, list[int]] = {}
    for seq, judged in results.items():
        alike.setdefault(judged, []).append(seq)
    for judged, seqs in alike.items():
        told = {"code": judged.code.value, "reason": judged.reason}
        for first in range(0, len(seqs), AT_ONCE):
            some = _E.seq.in_(seqs[first : first + AT_ONCE])
            await tx.execute(update(events).where(_E.device_id == device_id, some).values(told))


async def relabel(tx: Transaction, results: Mapping[UUID, Judged]) -> None:
    """What claims of any device came to, by the ids under which they are booked."""
    for booked, judged in results.items():
        told = {"code": judged.code.value, "reason": judged.reason}
        await tx.execute(update(events).where(_E.subject_id == booked, _E.kind == Kind.REDEEM.value).values(told))


async def acts(tx: Transaction, cmd_ids: Collection[UUID]) -> dict[UUID, list[Judged]]:
    """What acts of any device came to, by their ids; one that never arrived is left out."""
    asked = select(_E.subject_id, _E.code, _E.reason).where(
        _E.subject_id.in_(sorted(cmd_ids)), _E.kind == Kind.CMD.value
    )
    found: dict[UUID, list[Judged]] = {}
    for row in await tx.execute(asked):
        found.setdefault(row.subject_id, []).append(Judged(ResultCode(row.code), row.reason))
    return found


async def give_checkpoint(tx: Transaction, device_id: UUID, at: Instant) -> Checkpointed:
    """The county's next word to a locked device."""
    c = checkpoints.c
    last = (await tx.execute(select(func.coalesce(func.max(c.no), 0)).where(c.device_id == device_id))).scalar_one()
    given = Checkpointed(int(last) + 1, at)
    await tx.execute(insert(checkpoints).values(device_id=device_id, no=given.no, time=given.time))
    return given


async def checkpoints_of(tx: Transaction, device_id: UUID, named: Collection[int]) -> dict[int, Instant]:
    """The words of these numbers that the device was given, and every one since the oldest of them.

    What is older counts for nothing that names only these: a device gathers some hundred words a day for years.
    """
    c, known = checkpoints.c, sorted(named)
    mine = select(c.no, c.time).where(c.device_id == device_id)
    found: dict[int, Instant] = {}
    for first in range(0, len(known), AT_ONCE):
        found |= {row.no: row.time for row in await tx.execute(mine.where(c.no.in_(known[first : first + AT_ONCE])))}
    if found:
        found |= {row.no: row.time for row in await tx.execute(mine.where(c.no > min(found)))}
    return found


async def last_checkpoint(tx: Transaction, device_id: UUID) -> Instant | None:
    """When the device was given its last word; ``None`` for one that never was."""
    c = checkpoints.c
    asked = select(c.time).where(c.device_id == device_id).order_by(c.no.desc()).limit(1)
    found: Instant | None = (await tx.execute(asked)).scalar_one_or_none()
    return found


async def insert_episode(tx: Transaction, device_id: UUID, begun: Begun, at: Instant) -> None:
    """An episode began after this number."""
    row = {"device_id": device_id, "number": begun.number, "after_seq": begun.after_seq, "began_at": at}
    await tx.execute(insert(episodes).values(row))


async def episodes_of(tx: Transaction, device_id: UUID, first: int = 1) -> list[Begun]:
    """The episodes that events from number ``first`` on belong to, in order; of two after one event the newer.

    A device that is idle begins many in which nothing is taken.
    """
    e = episodes.c
    begun = select(func.max(e.after_seq)).where(e.device_id == device_id, e.after_seq < first).scalar_subquery()
    mine = (e.device_id == device_id, e.after_seq >= func.coalesce(begun, 0))
    newest = select(func.max(e.number)).where(*mine).group_by(e.after_seq)
    asked = select(e.number, e.after_seq, e.heard_after).where(e.device_id == device_id, e.number.in_(newest))
    return [Begun(row.number, row.after_seq, row.heard_after) for row in await tx.execute(asked.order_by(e.number))]


async def hear_episode(tx: Transaction, device_id: UUID, number: int, head_seq: int) -> bool:
    """The device counts by this episode from this event on; ``False`` where that is known already."""
    e = episodes.c
    fresh = (e.device_id == device_id, e.number == number, e.heard_after.is_(None))
    return (await tx.execute(update(episodes).where(*fresh).values(heard_after=head_seq))).rowcount > 0


async def totals(tx: Transaction, device_ids: Collection[UUID]) -> dict[UUID, LogTotals]:
    """What the office sees of these devices' logs; one that sent nothing yet is left out."""
    wanted = sorted(device_ids)

    def count(code: ResultCode) -> Any:
        return func.count().filter(_E.code == code.value)

    asked = select(
        _E.device_id,
        func.count().label("all"),
        count(ResultCode.HELD_GAP).label("waiting"),
        count(ResultCode.NEEDS_REVIEW).label("to_review"),
    )
    counted = await tx.execute(asked.where(_E.device_id.in_(wanted)).group_by(_E.device_id))
    logs = {row.device_id: row for row in counted}
    f, q = forks.c, quarantine.c
    twice = select(f.device_id, func.count()).where(f.device_id.in_(wanted)).group_by(f.device_id)
    second = {row[0]: row[1] for row in await tx.execute(twice)}
    kept = select(q.device_id, func.sum(q.size)).where(q.device_id.in_(wanted)).group_by(q.device_id)
    unread = {row[0]: row[1] for row in await tx.execute(kept)}
    return {
        device_id: LogTotals(
            device_id=device_id,
            events=int(logs[device_id][1]) if device_id in logs else 0,
            waiting=int(logs[device_id].waiting) if device_id in logs else 0,
            to_review=int(logs[device_id].to_review) if device_id in logs else 0,
            forks=int(second.get(device_id, 0)),
            quarantined_bytes=int(unread.get(device_id, 0)),
        )
        for device_id in {*logs, *second, *unread}
    }


async def stored_before(tx: Transaction, device_id: UUID, at: Instant) -> int:
    """The number up to which everything of this device was stored before an instant."""
    q = quarantine.c
    firsts = [
        (await tx.execute(select(func.min(_E.seq)).where(_E.device_id == device_id, _E.recorded_at >= at))).scalar(),
        (await tx.execute(select(func.min(q.seq)).where(q.device_id == device_id, q.recorded_at >= at))).scalar(),
    ]
    later = [int(seq) for seq in firsts if seq is not None]
    if later:
        return min(later) - 1
    return int(
        (await tx.execute(select(func.coalesce(func.max(_E.seq), 0)).where(_E.device_id == device_id))).scalar_one()
    )
