"""SQL of calls for merchants, their versions, and the lists that come of them."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.call_rules import Call, CallRules, CallVersion
from backend.merchants.list_views import Listed, Publicised
from backend.merchants.rules import MerchantState, SizeClass, Trade
from backend.merchants.store.applications import dossier_of
from backend.merchants.tables import applications, call_versions, calls, listings, merchants, stores


async def insert_call(tx: Transaction, call_id: UUID, rules: CallRules, by: UUID | None, at: Instant) -> None:
    """Publish a call; its first version counts at once."""
    await tx.execute(insert(calls).values(id=call_id, published_at=at))
    await insert_version(tx, call_id, CallVersion(version=1, rules=rules, published_at=at, effective_at=at), by)


async def insert_version(tx: Transaction, call_id: UUID, version: CallVersion, by: UUID | None) -> None:
    """Publish a version."""
    await tx.execute(
        insert(call_versions).values(
            call_id=call_id,
            version=version.version,
            rules=msgspec.json.encode(version.rules).decode(),
            published_at=version.published_at,
            effective_at=version.effective_at,
            made_by=by,
        )
    )


def _version(row: Row[Any]) -> CallVersion:
    return CallVersion(
        version=row.version,
        rules=msgspec.json.decode(row.rules, type=CallRules),
        published_at=row.published_at,
        effective_at=row.effective_at,
    )


async def lock_call(tx: Transaction, call_id: UUID) -> Call | None:
    """A call whose rules nobody changes before this transaction ends."""
    await tx.execute(select(calls.c.id).where(calls.c.id == call_id).with_for_update())
    return (await _calls(tx, [call_id])).get(call_id)


async def call(tx: Transaction, call_id: UUID) -> Call | None:
    """One call with all versions of its rules."""
    return (await _calls(tx, [call_id])).get(call_id)


async def _calls(tx: Transaction, call_ids: Collection[UUID]) -> dict[UUID, Call]:
    versions: dict[UUID, list[CallVersion]] = {}
    asked = select(call_versions).where(call_versions.c.call_id.in_(list(call_ids)))
    for row in await tx.execute(asked.order_by(call_versions.c.call_id, call_versions.c.version)):
        versions.setdefault(row.call_id, []).append(_version(row))
    return {call_id: Call(id=call_id, versions=tuple(found)) for call_id, found in versions.items()}


async def calls_before(tx: Transaction, *, before: tuple[Instant, UUID] | None, most: int) -> list[Call]:
    """Calls, the newest first."""
    asked = select(calls.c.id).order_by(calls.c.published_at.desc(), calls.c.id.desc()).limit(most)
    if before is not None:
        at, call_id = before
        older = (calls.c.published_at < at) | ((calls.c.published_at == at) & (calls.c.id < call_id))
        asked = asked.where(older)
    ids = list((await tx.execute(asked)).scalars())
    found = await _calls(tx, ids)
    return [found[call_id] for call_id in ids]


async def known_calls(tx: Transaction, call_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these ids are calls."""
    return set((await tx.execute(select(calls.c.id).where(calls.c.id.in_(list(call_ids))))).scalars())


async def insert_listing(tx: Transaction, application_id: UUID, call_id: UUID, merchant_id: UUID, at: Instant) -> None:
    """Put a merchant on the list of a call."""
    await tx.execute(
        insert(listings).values(application_id=application_id, call_id=call_id, merchant_id=merchant_id, listed_at=at)
    )


async def is_on_list(tx: Transaction, call_id: UUID, merchant_id: UUID) -> bool:
    """Whether a merchant is on the list of a call now."""
    row = await tx.execute(
        select(listings.c.application_id).where(
            listings.c.call_id == call_id, listings.c.merchant_id == merchant_id, listings.c.ended_at.is_(None)
        )
    )
    return row.first() is not None


async def lists_of(tx: Transaction, merchant_id: UUID) -> list[tuple[Call, Instant]]:
    """The lists a merchant is on now, each with when it came on it; the first listed first."""
    asked = (
        select(listings.c.call_id, listings.c.listed_at)
        .where(listings.c.merchant_id == merchant_id, listings.c.ended_at.is_(None))
        .order_by(listings.c.listed_at, listings.c.application_id)
    )
    rows = (await tx.execute(asked)).all()
    found = await _calls(tx, [row.call_id for row in rows])
    return [(found[row.call_id], row.listed_at) for row in rows]


async def end_listing(tx: Transaction, call_id: UUID, merchant_id: UUID, at: Instant) -> bool:
    """Take a merchant off a list; ``False`` where it is on none."""
    done = await tx.execute(
        update(listings)
        .where(listings.c.call_id == call_id, listings.c.merchant_id == merchant_id, listings.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    return bool(done.rowcount == 1)


async def list_after(tx: Transaction, call_id: UUID, *, after: tuple[Instant, UUID] | None, most: int) -> list[Listed]:
    """The merchants on a list now, the first listed first."""
    main = (stores.c.merchant_id == merchants.c.id) & (stores.c.number == 1)
    asked = (
        select(
            listings.c.application_id,
            listings.c.listed_at,
            merchants.c.id.label("merchant_id"),
            merchants.c.name_zh,
            merchants.c.name_en,
            merchants.c.registered_name,
            merchants.c.credit_code,
            merchants.c.trade,
            merchants.c.size,
            merchants.c.state,
            stores.c.town_code,
        )
        .join(merchants, merchants.c.id == listings.c.merchant_id)
        .join(stores, main)
        .where(listings.c.call_id == call_id, listings.c.ended_at.is_(None))
        .order_by(listings.c.listed_at, listings.c.application_id)
        .limit(most)
    )
    if after is not None:
        at, application_id = after
        later = (listings.c.listed_at > at) | (
            (listings.c.listed_at == at) & (listings.c.application_id > application_id)
        )
        asked = asked.where(later)
    return [
        Listed(
            application_id=row.application_id,
            merchant_id=row.merchant_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            registered_name=row.registered_name,
            credit_code=row.credit_code,
            trade=Trade(row.trade),
            size=SizeClass(row.size),
            town_code=row.town_code,
            state=MerchantState(row.state),
            listed_at=row.listed_at,
        )
        for row in await tx.execute(asked)
    ]


async def publicised_of(
    tx: Transaction, call_id: UUID, *, after: tuple[Instant, UUID] | None, most: int
) -> list[Publicised]:
    """Applications that are publicised and not decided yet; the first published first."""
    a = applications.c
    asked = select(applications).where(a.call_id == call_id, a.state == "publicised")
    if after is not None:
        at, application_id = after
        asked = asked.where((a.objections_from > at) | ((a.objections_from == at) & (a.id > application_id)))
    rows = await tx.execute(asked.order_by(a.objections_from, a.id).limit(most))
    return [_publicised(row) for row in rows]


def _publicised(row: Row[Any]) -> Publicised:
    told = dossier_of(row.dossier)
    return Publicised(
        application_id=row.id,
        name_zh=told.papers.name_zh,
        name_en=told.papers.name_en,
        registered_name=told.papers.registered_name,
        credit_code=told.papers.credit_code,
        trade=told.papers.trade,
        size=told.papers.size,
        town_code=told.premises.town_code,
        objections_from=row.objections_from,
        objections_until=row.objections_until,
    )
