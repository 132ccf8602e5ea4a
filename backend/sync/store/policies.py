"""SQL of the offline counter's policies."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.device_tables import policies
from backend.sync.draft_rules import Policy
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits

MOST_NUMBER = 2**31 - 1
"""What the column holds on both databases; a caller or an event may name any number."""


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _columns(limits: OfflineLimits) -> dict[str, int]:
    told = {
        "scan_fen": limits.scan_fen,
        "challenge_fen": limits.challenge_fen,
        "holder_day_fen": limits.holder_day_fen,
        "skew_s": _seconds(limits.skew),
        "soft_bp": limits.soft_bp,
        "probe_bp": limits.probe_bp,
        "close_extra_s": _seconds(limits.close_extra),
    }
    for of, one in (("merchant", limits.merchant), ("station", limits.station)):
        told |= {f"{of}_soft_s": _seconds(one.soft), f"{of}_hard_s": _seconds(one.hard)}
        told |= {f"{of}_cap_fen": one.cap_fen, f"{of}_claims": one.claims}
    return told


def _limits(row: Row[Any]) -> OfflineLimits:
    def of(kind: str) -> EpisodeLimits:
        return EpisodeLimits(
            soft=timedelta(seconds=getattr(row, f"{kind}_soft_s")),
            hard=timedelta(seconds=getattr(row, f"{kind}_hard_s")),
            cap_fen=getattr(row, f"{kind}_cap_fen"),
            claims=getattr(row, f"{kind}_claims"),
        )

    return OfflineLimits(
        scan_fen=row.scan_fen,
        challenge_fen=row.challenge_fen,
        holder_day_fen=row.holder_day_fen,
        skew=timedelta(seconds=row.skew_s),
        soft_bp=row.soft_bp,
        probe_bp=row.probe_bp,
        close_extra=timedelta(seconds=row.close_extra_s),
        merchant=of("merchant"),
        station=of("station"),
    )


def _policy(row: Row[Any]) -> Policy:
    return Policy(
        number=row.number,
        policy_id=row.policy_id,
        limits=_limits(row),
        note=row.note,
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        document_no=row.document_no,
        enforced_by=row.enforced_by,
        in_force_at=row.in_force_at,
    )


async def insert_policy(
    tx: Transaction, policy_id: UUID, limits: OfflineLimits, note: str, drafted_by: UUID, at: Instant
) -> int:
    """A draft under the next number; two that are drafted at once are tried again."""
    number = int((await tx.execute(select(func.coalesce(func.max(policies.c.number), 0)))).scalar_one()) + 1
    row = {"number": number, "policy_id": policy_id, "note": note, "drafted_by": drafted_by, "drafted_at": at}
    await tx.execute(insert(policies).values(row | _columns(limits)))
    return number


async def lock_policy(tx: Transaction, number: int) -> Policy | None:
    """One policy, which nobody else can put in force before this transaction ends."""
    row = (await tx.execute(select(policies).where(policies.c.number == number).with_for_update())).first()
    return None if row is None else _policy(row)


async def enforce(tx: Transaction, number: int, by: UUID, document_no: str, at: Instant) -> None:
    """Put a locked policy in force."""
    told = {"enforced_by": by, "document_no": document_no, "in_force_at": at}
    await tx.execute(update(policies).where(policies.c.number == number).values(told))


async def in_force(tx: Transaction) -> Policy | None:
    """The policy that holds now: the highest number that was put in force."""
    asked = select(policies).where(policies.c.in_force_at.is_not(None)).order_by(policies.c.number.desc()).limit(1)
    row = (await tx.execute(asked)).first()
    return None if row is None else _policy(row)


async def policy(tx: Transaction, number: int) -> Policy | None:
    """One policy, in force or not; an event may name a number that is larger than any column."""
    if number > MOST_NUMBER:
        return None
    row = (await tx.execute(select(policies).where(policies.c.number == number))).first()
    return None if row is None else _policy(row)


async def policies_before(tx: Transaction, before: int | None, most: int) -> list[Policy]:
    """Policies and drafts, the newest first."""
    asked = select(policies).order_by(policies.c.number.desc()).limit(most)
    if before is not None:
        asked = asked.where(policies.c.number < before)
    return [_policy(row) for row in await tx.execute(asked)]
