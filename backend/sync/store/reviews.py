"""SQL of what the office looks at of all that devices sent, and of what it decided."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, LargeBinary, Select, and_, insert, literal, or_, select, union_all

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Kind
from backend.sync.event_tables import decisions, events, forks, quarantine
from backend.sync.log_rules import Judged, Stored
from backend.sync.loss_rules import PAYABLE_WORDS
from backend.sync.receipt_tables import receipt_decisions, receipts
from backend.sync.review_rules import ConflictKind, Decision, Place
from backend.sync.store.put_asides import is_put_aside
from backend.sync.store.receipts import is_here

_E = events.c
_OF_CODE = {
    ResultCode.NEEDS_REVIEW: ConflictKind.REVIEW,
    ResultCode.CONFLICT_PAID: ConflictKind.CONFLICT_PAID,
    ResultCode.CONFLICT_UNPAID: ConflictKind.CONFLICT_UNPAID,
}


_ASKED_FOR = (ConflictKind.DECIDED, ConflictKind.UNSPENT)
"""Kinds that are only shown to whoever asks for them."""


class Listed(NamedTuple):
    """One line; ``data`` is the event, or the bytes that nobody could read."""

    kind: ConflictKind
    place: Place
    data: bytes
    code: ResultCode | None
    reason: str | None


async def listed_before(
    tx: Transaction, kind: ConflictKind | None, device_id: UUID | None, before: Place | None, most: int
) -> list[Listed]:
    """What is to be looked at, the newest first; without a kind all but what was decided or broke a limit.

    Whether the vouchers of those are unspent is the caller's to find out.
    """
    wanted = [one for each, one in _parts() if (each not in _ASKED_FOR if kind is None else each is kind)]
    found = union_all(*wanted).subquery()
    asked = select(found)
    if device_id is not None:
        asked = asked.where(found.c.device_id == device_id)
    if before is not None:
        asked = asked.where(_after(found.c, before))
    order = (found.c.recorded_at.desc(), found.c.device_id, found.c.seq, found.c.hash)
    return [_listed(row) for row in await tx.execute(asked.order_by(*order).limit(most))]


def _parts() -> Iterator[tuple[ConflictKind, Select[Any]]]:
    """One question a kind, all with the same columns."""
    f, q, d = forks.c, quarantine.c, decisions.c
    none = literal(None, type_=_E.reason.type)
    for code, kind in _OF_CODE.items():
        told = _line(kind, _E.device_id, _E.seq, _E.hash, _E.data, _E.code, _E.reason, _E.recorded_at)
        yield kind, told.where(_E.code == code.value)
    broke = _line(ConflictKind.UNSPENT, _E.device_id, _E.seq, _E.hash, _E.data, _E.code, _E.reason, _E.recorded_at)
    against = (_E.code == ResultCode.NONCOMPLIANT.value, _E.reason.in_(sorted(PAYABLE_WORDS)))
    yield ConflictKind.UNSPENT, broke.where(*against, _E.kind == Kind.REDEEM.value)
    second = _line(ConflictKind.FORK, f.device_id, f.seq, f.hash, f.data, none, none, f.recorded_at)
    yield ConflictKind.FORK, second
    unread = _line(ConflictKind.UNREADABLE, q.device_id, q.seq, q.sha256, q.data, none, q.reason, q.recorded_at)
    yield ConflictKind.UNREADABLE, unread.where(~is_put_aside())
    r = receipts.c
    brought = _line(
        ConflictKind.RECEIPT, r.device_id, r.seq, r.event_hash, literal(b"", LargeBinary()), none, none, r.brought_at
    ).outerjoin_from(receipts, receipt_decisions, receipt_decisions.c.receipt_id == r.id)
    yield ConflictKind.RECEIPT, brought.where(receipt_decisions.c.id.is_(None), ~is_here())
    decided = _line(
        ConflictKind.DECIDED, _E.device_id, _E.seq, _E.hash, _E.data, _E.code, _E.reason, d.decided_at
    ).join_from(events, decisions, (d.device_id == _E.device_id) & (d.seq == _E.seq))
    yield ConflictKind.DECIDED, decided


def _line(kind: ConflictKind, *columns: Any) -> Select[Any]:
    names = ("device_id", "seq", "hash", "data", "code", "reason", "recorded_at")
    told: list[Any] = [column.label(name) for column, name in zip(columns, names, strict=True)]
    asked: Select[Any] = select(literal(kind.value).label("kind"), *told)
    return asked


def _after(c: Any, place: Place) -> ColumnElement[bool]:
    same = c.recorded_at == place.at
    device = and_(same, c.device_id == place.device_id)
    return or_(
        c.recorded_at < place.at,
        and_(same, c.device_id > place.device_id),
        and_(device, c.seq > place.seq),
        and_(device, c.seq == place.seq, c.hash > place.hash),
    )


def _listed(row: Any) -> Listed:
    return Listed(
        ConflictKind(row.kind),
        Place(row.recorded_at, row.device_id, row.seq, bytes(row.hash)),
        bytes(row.data),
        None if row.code is None else ResultCode(row.code),
        row.reason,
    )


async def near(tx: Transaction, device_id: UUID, first: int, last: int) -> list[Stored]:
    """A stretch of a device's log."""
    asked = select(events).where(_E.device_id == device_id, _E.seq >= first, _E.seq <= last).order_by(_E.seq)
    return [stored(row) for row in await tx.execute(asked)]


async def after(tx: Transaction, device_id: UUID, seq: int, kind: str) -> list[Stored]:
    """What of a kind stands in a device's log after a number."""
    asked = select(events).where(_E.device_id == device_id, _E.seq > seq, _E.kind == kind).order_by(_E.seq)
    return [stored(row) for row in await tx.execute(asked)]


async def of_claims(tx: Transaction, claim_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, Stored]]:
    """(device, event) by the id under which its claim is booked."""
    asked = select(events).where(_E.subject_id.in_(sorted(claim_ids)), _E.kind == Kind.REDEEM.value)
    rows = await tx.execute(asked)
    return {row.subject_id: (row.device_id, stored(row)) for row in rows}


def stored(row: Any) -> Stored:
    """An event of the log."""
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


class Second(NamedTuple):
    """A second event of a number."""

    data: bytes
    recorded_at: Instant


class Unreadable(NamedTuple):
    """Bytes that nobody could read, under the number that they came with."""

    size: int
    reason: str
    recorded_at: Instant


async def seconds_of(tx: Transaction, device_id: UUID, seq: int) -> list[Second]:
    """Second events of a number."""
    f = forks.c
    asked = select(f.data, f.recorded_at).where(f.device_id == device_id, f.seq == seq)
    rows = await tx.execute(asked.order_by(f.recorded_at, f.hash))
    return [Second(bytes(row.data), row.recorded_at) for row in rows]


async def unreadable_of(tx: Transaction, device_id: UUID, seq: int) -> list[Unreadable]:
    """What came under a number and nobody could read."""
    q = quarantine.c
    asked = select(q.size, q.reason, q.recorded_at).where(q.device_id == device_id, q.seq == seq)
    rows = await tx.execute(asked.order_by(q.recorded_at, q.sha256))
    return [Unreadable(row.size, row.reason, row.recorded_at) for row in rows]


async def insert_decision(tx: Transaction, decision: Decision) -> None:
    """Somebody decided; what waits once more since, for its cover, is decided again."""
    row = msgspec.structs.asdict(decision) | {"id": decision.decision_id, "code": decision.code.value}
    del row["decision_id"]
    await tx.execute(insert(decisions).values(row))


async def decision_of(tx: Transaction, device_id: UUID, seq: int) -> Decision | None:
    """What was decided about an event; the newest decision, where there is more than one."""
    d = decisions.c
    asked = select(decisions).where(d.device_id == device_id, d.seq == seq).order_by(d.decided_at.desc(), d.id.desc())
    row = (await tx.execute(asked.limit(1))).first()
    return None if row is None else _decision(row)


async def decided_since(tx: Transaction, device_id: UUID, since: Instant, most: int) -> Sequence[int]:
    """Numbers of a device's events about which somebody decided since then, the newest decision first."""
    d = decisions.c
    asked = select(d.seq).where(d.device_id == device_id, d.decided_at >= since).order_by(d.decided_at.desc(), d.seq)
    return [row.seq for row in await tx.execute(asked.limit(most))]


def _decision(row: Any) -> Decision:
    told = row._asdict()
    return Decision(decision_id=told.pop("id"), **(told | {"code": ResultCode(row.code)}))
