"""SQL of how far journals were judged."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.sync.event_rules import SignedEvent
from backend.sync.event_tables import events, forks, quarantine
from backend.sync.walk_rules import Room, Tally, TallyState, Target, Walked
from backend.sync.walk_tables import tallies, walks

_T = tallies.c
AT_ONCE = 500


async def walked(tx: Transaction, device_id: UUID) -> Walked | None:
    """Where the walk along a device's journal ended, and nothing of what it counted."""
    row = (await tx.execute(select(walks).where(walks.c.device_id == device_id))).first()
    return None if row is None else Walked(seq=row.seq, hash=bytes(row.hash), word=row.word, mark=row.mark)


async def is_single(tx: Transaction, device_id: UUID, seq: int) -> bool:
    """Whether everything up to this number came, could be read, and came once."""
    second = select(forks.c.seq).where(forks.c.device_id == device_id, forks.c.seq <= seq).limit(1)
    q, e = quarantine.c, events.c
    # What could be read later took the place of what could not: nothing is missing there any more.
    unread = (
        select(q.seq)
        .outerjoin(events, (e.device_id == q.device_id) & (e.seq == q.seq))
        .where(q.device_id == device_id, q.seq <= seq, e.seq.is_(None))
        .limit(1)
    )
    return all([(await tx.execute(asked)).first() is None for asked in (second, unread)])


async def taken_of(tx: Transaction, device_id: UUID, vouchers: Collection[UUID]) -> frozenset[UUID]:
    """Which of these vouchers the device took and did not take back."""
    taken = _T.state.in_((TallyState.COUNTED.value, TallyState.ONLINE.value))
    return frozenset([row.voucher for row in await _of_vouchers(tx, device_id, vouchers, taken)])


async def counters_of(tx: Transaction, device_id: UUID, vouchers: Collection[UUID]) -> dict[tuple[bytes, bytes], int]:
    """The highest counter by (voucher, holder)."""
    found: dict[tuple[bytes, bytes], int] = {}
    for row in await _of_vouchers(tx, device_id, vouchers, _T.counter.is_not(None)):
        key = (row.voucher.bytes, bytes(row.holder))
        found[key] = max(found.get(key, -1), row.counter)
    return found


async def _of_vouchers(
    tx: Transaction, device_id: UUID, vouchers: Collection[UUID], which: ColumnElement[bool]
) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    wanted = sorted(vouchers)
    for first in range(0, len(wanted), AT_ONCE):
        some = _T.voucher.in_(wanted[first : first + AT_ONCE])
        found += await tx.execute(select(tallies).where(_T.device_id == device_id, some, which))
    return found


async def sums_of(
    tx: Transaction, device_id: UUID, episodes: Collection[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """(fen, claims) that count by (episode, campaign)."""
    asked = (
        select(_T.episode, _T.campaign, func.sum(_T.fen), func.count())
        .where(_T.device_id == device_id, _T.episode.in_(sorted(episodes)), _T.state == TallyState.COUNTED.value)
        .group_by(_T.episode, _T.campaign)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in await tx.execute(asked)}


async def days_of(tx: Transaction, device_id: UUID, days: Collection[date]) -> dict[tuple[bytes, date], int]:
    """Fen that count by (holder, day)."""
    asked = (
        select(_T.holder, _T.day, func.sum(_T.fen))
        .where(_T.device_id == device_id, _T.day.in_(sorted(days)), _T.state == TallyState.COUNTED.value)
        .group_by(_T.holder, _T.day)
    )
    return {(bytes(row[0]), row[1]): int(row[2]) for row in await tx.execute(asked)}


async def tallies_of(tx: Transaction, device_id: UUID, seqs: Collection[int]) -> dict[int, Tally]:
    """What these events were counted as."""
    asked = select(tallies).where(_T.device_id == device_id, _T.seq.in_(sorted(seqs)))
    return {row.seq: _tally(row) for row in await tx.execute(asked)} if seqs else {}


def _tally(row: Row[Any]) -> Tally:
    room = None
    if row.episode is not None:
        room = Room(row.episode, row.campaign, bytes(row.holder), row.day)
    return Tally(
        seq=row.seq,
        voucher=row.voucher,
        state=TallyState(row.state),
        fen=row.fen,
        room=room,
        holder=None if row.holder is None else bytes(row.holder),
        counter=row.counter,
    )


def targets_of(signed: Iterable[SignedEvent], found: Mapping[int, Tally]) -> dict[int, Target]:
    """Events beside what they were counted as, by number."""
    return {one.event.seq: Target(one, found.get(one.event.seq)) for one in signed}


async def keep(tx: Transaction, device_id: UUID, end: Walked, found: Collection[Tally], *, after: int) -> None:
    """A walk that began behind number ``after`` ended here; what it took back of before it is told anew."""
    for one in found:
        if one.seq <= after:
            mine = (_T.device_id == device_id, _T.seq == one.seq)
            await tx.execute(update(tallies).where(*mine).values(state=one.state.value))
    tx.append(tallies, [_row(device_id, one) for one in found if one.seq > after])
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = {"seq": end.seq, "hash": end.hash, "word": end.word, "mark": end.mark}
    put = make(walks).values(row | {"device_id": device_id})
    await tx.execute(put.on_conflict_do_update(index_elements=["device_id"], set_=row))


async def forget(tx: Transaction, device_id: UUID) -> None:
    """The next walk begins at the beginning."""
    await tx.execute(delete(walks).where(walks.c.device_id == device_id))
    await tx.execute(delete(tallies).where(_T.device_id == device_id))


def _row(device_id: UUID, one: Tally) -> dict[str, Any]:
    room = one.room
    return {
        "device_id": device_id,
        "seq": one.seq,
        "voucher": one.voucher,
        "state": one.state.value,
        "fen": one.fen,
        "episode": None if room is None else room.episode,
        "campaign": None if room is None else room.campaign,
        "day": None if room is None else room.day,
        "holder": one.holder if room is None else room.holder,
        "counter": one.counter,
    }


async def astray(tx: Transaction) -> list[UUID]:
    """Devices whose walk ended at another event than the one of that number."""
    e = events.c
    asked = (
        select(walks.c.device_id)
        .outerjoin(events, (e.device_id == walks.c.device_id) & (e.seq == walks.c.seq))
        .where(e.hash.is_(None) | (e.hash != walks.c.hash))
    )
    return [row.device_id for row in await tx.execute(asked.order_by(walks.c.device_id))]
