"""SQL of bytes that nobody could read and that somebody in the office put aside."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.event_tables import put_asides, quarantine
from backend.sync.review_rules import REJECTED, Decision

_P, _Q = put_asides.c, quarantine.c


def is_put_aside() -> ColumnElement[bool]:
    """Whether somebody saw to the bytes of a row of the quarantine."""
    return (
        select(_P.seq)
        .where(_P.device_id == _Q.device_id, _P.seq == _Q.seq, _P.sha256 == _Q.sha256)
        .correlate(quarantine)
        .exists()
    )


async def waiting_at(tx: Transaction, device_id: UUID, seq: int) -> list[bytes]:
    """The SHA-256 of each that nobody saw to under a number."""
    asked = select(_Q.sha256).where(_Q.device_id == device_id, _Q.seq == seq, ~is_put_aside())
    return [bytes(row.sha256) for row in await tx.execute(asked.order_by(_Q.sha256))]


async def insert(tx: Transaction, decision: Decision, sha256s: Iterable[bytes]) -> None:
    """One decision about all of these."""
    told: dict[str, Any] = {
        "device_id": decision.device_id,
        "seq": decision.seq,
        "decision_id": decision.decision_id,
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
    }
    tx.append(put_asides, [told | {"sha256": sha256} for sha256 in sha256s])


async def decision_at(tx: Transaction, device_id: UUID, seq: int) -> Decision | None:
    """The newest about a number's bytes; ``None`` where there is none, or some of them still wait."""
    if await waiting_at(tx, device_id, seq):
        return None
    asked = select(put_asides).where(_P.device_id == device_id, _P.seq == seq)
    row = (await tx.execute(asked.order_by(_P.decided_at.desc()).limit(1))).first()
    if row is None:
        return None
    return Decision(
        decision_id=row.decision_id,
        device_id=row.device_id,
        seq=row.seq,
        accepted=False,
        code=REJECTED.code,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


async def decided_since(tx: Transaction, device_id: UUID, since: Instant, most: int) -> Sequence[int]:
    """Numbers about whose bytes somebody decided since then, the newest decision first."""
    asked = select(_P.seq, _P.decided_at).where(_P.device_id == device_id, _P.decided_at >= since).distinct()
    rows = await tx.execute(asked.order_by(_P.decided_at.desc(), _P.seq).limit(most))
    return [row.seq for row in rows]
