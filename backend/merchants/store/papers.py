"""SQL of papers that were handed in, of licences that end, and of suspensions for want of them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Row, insert, literal, select, tuple_, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.call_rules import AttachedFile
from backend.merchants.paper_rules import EndingLicence, Renewal, RenewalState, WarningDue
from backend.merchants.rules import Exemption, Licence, LicenceKind, MerchantState
from backend.merchants.tables import licences, merchants, paper_suspensions, paper_warnings, renewals


class _Papers(Struct, frozen=True, kw_only=True):
    """What a row's JSON holds."""

    licences: tuple[Licence, ...]
    exemption: Exemption | None
    files: tuple[AttachedFile, ...]


def _renewal(row: Row[Any]) -> Renewal:
    told = msgspec.json.decode(row.papers, type=_Papers)
    return Renewal(
        id=row.id,
        merchant_id=row.merchant_id,
        licences=told.licences,
        exemption=told.exemption,
        files=told.files,
        state=RenewalState(row.state),
        submitted_by=row.submitted_by,
        submitted_role=row.submitted_role,
        submitted_at=row.submitted_at,
        decided_by=row.decided_by,
        deputy_for=row.deputy_for,
        decided_at=row.decided_at,
        note=row.note,
    )


async def insert_renewal(tx: Transaction, new: Renewal) -> None:
    """Keep papers that were handed in."""
    told = _Papers(licences=new.licences, exemption=new.exemption, files=new.files)
    await tx.execute(
        insert(renewals).values(
            id=new.id,
            merchant_id=new.merchant_id,
            papers=msgspec.json.encode(told).decode(),
            state=new.state.value,
            submitted_by=new.submitted_by,
            submitted_role=new.submitted_role,
            submitted_at=new.submitted_at,
        )
    )


async def renewal(tx: Transaction, renewal_id: UUID) -> Renewal | None:
    """One set of papers that were handed in."""
    row = (await tx.execute(select(renewals).where(renewals.c.id == renewal_id))).first()
    return None if row is None else _renewal(row)


async def has_waiting(tx: Transaction, merchant_id: UUID) -> bool:
    """Whether a merchant's new papers wait to be verified."""
    r = renewals.c
    row = await tx.execute(select(r.id).where(r.merchant_id == merchant_id, r.state == RenewalState.SUBMITTED.value))
    return row.first() is not None


async def renewals_before(
    tx: Transaction,
    *,
    state: RenewalState | None = None,
    merchant_id: UUID | None = None,
    before: tuple[Instant, UUID] | None = None,
    most: int,
) -> list[Renewal]:
    """Papers that were handed in, the newest first."""
    r = renewals.c
    asked = select(renewals).order_by(r.submitted_at.desc(), r.id.desc()).limit(most)
    if state is not None:
        asked = asked.where(r.state == state.value)
    if merchant_id is not None:
        asked = asked.where(r.merchant_id == merchant_id)
    if before is not None:
        at, renewal_id = before
        asked = asked.where((r.submitted_at < at) | ((r.submitted_at == at) & (r.id < renewal_id)))
    return [_renewal(row) for row in await tx.execute(asked)]


async def decide_renewal(
    tx: Transaction,
    renewal_id: UUID,
    to: RenewalState,
    *,
    by: UUID,
    deputy_for: UUID | None,
    note: str | None,
    at: Instant,
) -> None:
    """Decide on papers whose merchant is locked."""
    await tx.execute(
        update(renewals)
        .where(renewals.c.id == renewal_id)
        .values(state=to.value, decided_by=by, deputy_for=deputy_for, note=note, decided_at=at)
    )


async def ending_licences(
    tx: Transaction, *, until: date, after: tuple[date, UUID, str, str] | None = None, most: int | None = None
) -> list[EndingLicence]:
    """Licences, of merchants that have not left, whose last day is at most ``until``; the first to end first."""
    asked = (
        select(
            licences.c.merchant_id,
            licences.c.kind,
            licences.c.number,
            licences.c.valid_until,
            merchants.c.name_zh,
            merchants.c.name_en,
        )
        .join(merchants, merchants.c.id == licences.c.merchant_id)
        .where(licences.c.valid_until <= until, merchants.c.state != MerchantState.ENDED.value)
        .order_by(licences.c.valid_until, licences.c.merchant_id, licences.c.kind, licences.c.number)
    )
    if after is not None:
        columns = (licences.c.valid_until, licences.c.merchant_id, licences.c.kind, licences.c.number)
        last = (literal(value, column.type) for value, column in zip(after, columns, strict=True))
        asked = asked.where(tuple_(*columns) > tuple_(*last))
    if most is not None:
        asked = asked.limit(most)
    return [
        EndingLicence(
            merchant_id=row.merchant_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=LicenceKind(row.kind),
            number=row.number,
            valid_until=row.valid_until,
        )
        for row in await tx.execute(asked)
    ]


async def is_told(tx: Transaction, warning: WarningDue) -> bool:
    """Whether a merchant was told of this already."""
    w, licence = paper_warnings.c, warning.licence
    row = await tx.execute(
        select(w.days).where(
            w.merchant_id == licence.merchant_id,
            w.kind == licence.kind.value,
            w.number == licence.number,
            w.valid_until == licence.valid_until,
            w.days == warning.days,
        )
    )
    return row.first() is not None


async def note_told(tx: Transaction, warning: WarningDue, at: Instant) -> None:
    """Keep that a merchant was told, once."""
    licence = warning.licence
    await tx.execute(
        insert(paper_warnings).values(
            merchant_id=licence.merchant_id,
            kind=licence.kind.value,
            number=licence.number,
            valid_until=licence.valid_until,
            days=warning.days,
            told_at=at,
        )
    )


async def note_suspension(tx: Transaction, merchant_id: UUID, at: Instant) -> None:
    """Keep that a merchant is suspended for want of papers, and for nothing else."""
    await tx.execute(insert(paper_suspensions).values(merchant_id=merchant_id, since=at))


async def lift_suspension(tx: Transaction, merchant_id: UUID, at: Instant) -> bool:
    """Whether the merchant was suspended for want of papers; it is not any more."""
    s = paper_suspensions.c
    done = await tx.execute(
        update(paper_suspensions).where(s.merchant_id == merchant_id, s.lifted_at.is_(None)).values(lifted_at=at)
    )
    return bool(done.rowcount)
