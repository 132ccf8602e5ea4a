"""SQL of listed merchants and their shops. A shop's position lies with places; ``find_merchants.py`` joins the two."""

from collections.abc import Collection, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, Select, case, delete, func, insert, select, type_coerce, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.rules import (
    Exemption,
    Licence,
    LicenceKind,
    Merchant,
    MerchantState,
    Organisation,
    Papers,
    SizeClass,
    Standing,
    Store,
    Trade,
    searched_text,
)
from backend.merchants.tables import licences, listings, merchants, store_closings, stores
from backend.places.premises import columns_of, premises_from

NAMED_AT_ONCE = 1_000
_MAIN = (stores.c.merchant_id == merchants.c.id) & (stores.c.number == 1)
STORE_COLUMNS = [column.label(f"store_{column.name}") for column in stores.c if column.name != "merchant_id"]


def store_from(row: Row[Any]) -> Store:
    """A shop from a row with ``STORE_COLUMNS``."""
    return Store(
        id=row.store_id,
        number=row.store_number,
        name_zh=row.store_name_zh,
        name_en=row.store_name_en,
        premises=premises_from(row._asdict(), "store_"),
    )


def _merchant(row: Row[Any], held: Sequence[Licence]) -> Merchant:
    return Merchant(
        id=row.id,
        papers=Papers(
            name_zh=row.name_zh,
            name_en=row.name_en,
            registered_name=row.registered_name,
            about_zh=row.about_zh,
            about_en=row.about_en,
            trade=Trade(row.trade),
            organisation=Organisation(row.organisation),
            size=SizeClass(row.size),
            credit_code=row.credit_code,
            licences=tuple(held),
            exemption=Exemption(zh=row.exemption_zh, en=row.exemption_en) if row.exemption_zh else None,
            picture=row.picture,
        ),
        main=store_from(row),
        state=MerchantState(row.state),
        state_reason=row.state_reason,
        demonstration=row.demonstration,
        admitted_at=row.admitted_at,
    )


async def insert_merchant(tx: Transaction, merchant: Merchant) -> None:
    """Put a merchant, its licences and its first shop on the list."""
    papers = merchant.papers
    await tx.execute(
        insert(merchants).values(
            id=merchant.id,
            name_zh=papers.name_zh,
            name_en=papers.name_en,
            registered_name=papers.registered_name,
            about_zh=papers.about_zh,
            about_en=papers.about_en,
            trade=papers.trade.value,
            organisation=papers.organisation.value,
            size=papers.size.value,
            credit_code=papers.credit_code,
            exemption_zh=papers.exemption.zh if papers.exemption else None,
            exemption_en=papers.exemption.en if papers.exemption else None,
            picture=papers.picture,
            searched=searched_text(papers, merchant.main.premises),
            state=merchant.state.value,
            state_reason=merchant.state_reason,
            state_since=merchant.admitted_at,
            demonstration=merchant.demonstration,
            admitted_at=merchant.admitted_at,
        )
    )
    await _insert_licences(tx, merchant.id, papers.licences)
    await insert_store(tx, merchant.id, merchant.main, merchant.admitted_at)


async def _insert_licences(tx: Transaction, merchant_id: UUID, held: Sequence[Licence]) -> None:
    if held:
        await tx.execute(
            insert(licences),
            [
                {
                    "merchant_id": merchant_id,
                    "kind": licence.kind.value,
                    "number": licence.number,
                    "valid_until": licence.valid_until,
                }
                for licence in held
            ],
        )


async def replace_papers(
    tx: Transaction, merchant_id: UUID, held: Sequence[Licence], exemption: Exemption | None
) -> None:
    """Other licences, and another exemption, for a locked merchant."""
    await tx.execute(delete(licences).where(licences.c.merchant_id == merchant_id))
    await _insert_licences(tx, merchant_id, held)
    await tx.execute(
        update(merchants)
        .where(merchants.c.id == merchant_id)
        .values(
            exemption_zh=exemption.zh if exemption else None,
            exemption_en=exemption.en if exemption else None,
        )
    )


async def insert_store(tx: Transaction, merchant_id: UUID, store: Store, opened_at: Instant) -> None:
    """Open a shop."""
    await tx.execute(
        insert(stores).values(
            id=store.id,
            merchant_id=merchant_id,
            number=store.number,
            name_zh=store.name_zh,
            name_en=store.name_en,
            opened_at=opened_at,
            **columns_of(store.premises),
        )
    )


def _chosen() -> Select[Any]:
    return select(merchants, *STORE_COLUMNS).join(stores, _MAIN)


async def merchant(tx: Transaction, merchant_id: UUID) -> Merchant | None:
    """One merchant with its first shop."""
    row = (await tx.execute(_chosen().where(merchants.c.id == merchant_id))).first()
    return None if row is None else _merchant(row, (await _licences(tx, [merchant_id])).get(merchant_id, []))


async def names_of(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """The Chinese and the English name of each."""
    m = merchants.c
    rows = await tx.execute(select(m.id, m.name_zh, m.name_en).where(m.id.in_(list(merchant_ids))))
    return {row.id: (row.name_zh, row.name_en) for row in rows}


async def participants(tx: Transaction, merchant_ids: Collection[UUID]) -> list[tuple[UUID, str, str, str, str, str]]:
    """What identifies each of these merchants, by id."""
    m = merchants.c
    found: list[tuple[UUID, str, str, str, str, str]] = []
    ordered = sorted(merchant_ids)
    for start in range(0, len(ordered), NAMED_AT_ONCE):
        named = m.id.in_(ordered[start : start + NAMED_AT_ONCE])
        columns = (m.id, m.name_zh, m.registered_name, m.credit_code, m.trade, m.state)
        found += [tuple(row) for row in await tx.execute(select(*columns).where(named).order_by(m.id))]
    return found


async def merchants_after(
    tx: Transaction,
    *,
    states: Sequence[MerchantState],
    trade: Trade | None,
    town_code: str | None,
    text: str | None,
    after: tuple[Instant, UUID] | None,
    most: int,
) -> list[Merchant]:
    """Merchants in the order of their admission."""
    found = _chosen().where(merchants.c.state.in_([state.value for state in states]))
    if trade is not None:
        found = found.where(merchants.c.trade == trade.value)
    if town_code is not None:
        found = found.where(stores.c.town_code == town_code)
    if text:
        found = found.where(merchants.c.searched.contains(text.casefold(), autoescape=True))
    if after is not None:
        at, merchant_id = after
        found = found.where(
            (merchants.c.admitted_at > at) | ((merchants.c.admitted_at == at) & (merchants.c.id > merchant_id))
        )
    rows = list(await tx.execute(found.order_by(merchants.c.admitted_at, merchants.c.id).limit(most)))
    held = await _licences(tx, [row.id for row in rows])
    return [_merchant(row, held.get(row.id, [])) for row in rows]


async def _licences(tx: Transaction, merchant_ids: Sequence[UUID]) -> dict[UUID, list[Licence]]:
    rows = await tx.execute(
        select(licences).where(licences.c.merchant_id.in_(merchant_ids)).order_by(licences.c.kind, licences.c.number)
    )
    held: dict[UUID, list[Licence]] = {}
    for row in rows:
        licence = Licence(kind=LicenceKind(row.kind), number=row.number, valid_until=row.valid_until)
        held.setdefault(row.merchant_id, []).append(licence)
    return held


async def stores_of(tx: Transaction, merchant_id: UUID) -> list[Store]:
    """Every open shop of a merchant, the first one first."""
    rows = await tx.execute(
        select(*STORE_COLUMNS)
        .outerjoin(store_closings, store_closings.c.store_id == stores.c.id)
        .where(stores.c.merchant_id == merchant_id, store_closings.c.store_id.is_(None))
        .order_by(stores.c.number)
    )
    return [store_from(row) for row in rows]


async def store_of(tx: Transaction, merchant_id: UUID, store_id: UUID) -> tuple[int, str, bool] | None:
    """Number and name of a shop of this merchant, and whether it is closed; nobody closes it before the end."""
    row = (
        await tx.execute(
            select(stores.c.number, stores.c.name_zh)
            .where(stores.c.id == store_id, stores.c.merchant_id == merchant_id)
            .with_for_update()
        )
    ).first()
    if row is None:
        return None
    closed = await tx.execute(select(store_closings.c.store_id).where(store_closings.c.store_id == store_id))
    return row.number, row.name_zh, closed.first() is not None


async def close_store(tx: Transaction, store_id: UUID, by: UUID | None, at: Instant) -> None:
    """Close a locked shop."""
    await tx.execute(insert(store_closings).values(store_id=store_id, closed_at=at, closed_by=by))


async def hours_of(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, list[tuple[time, time]]]:
    """(opens, closes) of the shops of these merchants."""
    found: dict[UUID, list[tuple[time, time]]] = {}
    asked = select(stores.c.merchant_id, stores.c.opens, stores.c.closes).where(stores.c.merchant_id.in_(merchant_ids))
    for row in await tx.execute(asked.order_by(stores.c.merchant_id, stores.c.number)):
        found.setdefault(row.merchant_id, []).append((_clock(row.opens), _clock(row.closes)))
    return found


async def shops_of(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Every shop that these merchants have or had."""
    found: dict[UUID, list[UUID]] = {}
    asked = select(stores.c.merchant_id, stores.c.id).where(stores.c.merchant_id.in_(merchant_ids))
    for row in await tx.execute(asked.order_by(stores.c.merchant_id, stores.c.number)):
        found.setdefault(row.merchant_id, []).append(row.id)
    return found


def _clock(text: str) -> time:
    """24:00 is written by shops that close at midnight or never; no clock shows it."""
    return time.max if text == "24:00" else time.fromisoformat(text)


async def lock_state(tx: Transaction, merchant_id: UUID) -> MerchantState | None:
    """The merchant's state, which nobody else can move before this transaction ends."""
    row = (await tx.execute(select(merchants.c.state).where(merchants.c.id == merchant_id).with_for_update())).first()
    return None if row is None else MerchantState(row.state)


async def move_state(tx: Transaction, merchant_id: UUID, to: MerchantState, reason: str, at: Instant) -> None:
    """Move a locked merchant."""
    await tx.execute(
        update(merchants)
        .where(merchants.c.id == merchant_id)
        .values(state=to.value, state_reason=reason, state_since=at)
    )


async def is_shop(tx: Transaction, store_id: UUID) -> bool:
    """Whether a shop has this id."""
    return (await tx.execute(select(stores.c.id).where(stores.c.id == store_id))).first() is not None


async def is_listed(tx: Transaction, credit_code: str) -> bool:
    """Whether a merchant that has not left has this credit code."""
    row = await tx.execute(
        select(merchants.c.id).where(
            merchants.c.credit_code == credit_code, merchants.c.state != MerchantState.ENDED.value
        )
    )
    return row.first() is not None


async def listed_codes(tx: Transaction, credit_codes: Collection[str]) -> dict[str, UUID]:
    """Which of these codes a merchant has that has not left."""
    m = merchants.c
    asked = select(m.credit_code, m.id).where(m.credit_code.in_(list(credit_codes)))
    rows = await tx.execute(asked.where(m.state != MerchantState.ENDED.value))
    return {row.credit_code: row.id for row in rows}


async def count_papers(tx: Transaction, today: date, soon: date) -> tuple[int, int, int]:
    """Merchants that take part; of those, with a licence that ended before today, and before ``soon``."""
    m = merchants.c
    taking_part = m.state == MerchantState.ADMITTED.value
    counted = [(await tx.execute(select(func.count()).select_from(merchants).where(taking_part))).scalar_one()]
    for day in (today, soon):
        held = select(licences.c.merchant_id).where(licences.c.valid_until < day)
        asked = select(func.count()).select_from(merchants).where(taking_part, m.id.in_(held))
        counted.append((await tx.execute(asked)).scalar_one())
    return int(counted[0]), int(counted[1]), int(counted[2])


async def next_store_number(tx: Transaction, merchant_id: UUID) -> int:
    """The number of a locked merchant's next shop."""
    highest = await tx.execute(select(func.max(stores.c.number)).where(stores.c.merchant_id == merchant_id))
    return int(highest.scalar_one()) + 1


async def standing(tx: Transaction, merchant_id: UUID) -> Standing | None:
    """What the counter needs to know of one merchant."""
    return (await standings(tx, [merchant_id])).get(merchant_id)


async def standings(tx: Transaction, merchant_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """What counters need to know, in two statements by keys."""
    rows = await tx.execute(
        select(merchants.c.id, merchants.c.state, merchants.c.trade, merchants.c.name_zh, stores.c.town_code)
        .join(stores, _MAIN)
        .where(merchants.c.id.in_(merchant_ids))
    )
    lists = await lists_of(tx, merchant_ids)
    return {
        row.id: Standing(
            merchant_id=row.id,
            state=MerchantState(row.state),
            trade=Trade(row.trade),
            town_code=row.town_code,
            name_zh=row.name_zh,
            lists=frozenset(lists.get(row.id, ())),
        )
        for row in rows
    }


async def lists_of(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The calls on whose lists these merchants stand."""
    rows = await tx.execute(
        select(listings.c.merchant_id, listings.c.call_id).where(
            listings.c.merchant_id.in_(merchant_ids), listings.c.ended_at.is_(None)
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.merchant_id, []).append(row.call_id)
    return found


async def times_on_lists(tx: Transaction, merchant_id: UUID) -> list[tuple[UUID, Instant, Instant | None]]:
    """(call, from, until) of every time that a merchant stood on a list."""
    asked = select(listings.c.call_id, listings.c.listed_at, listings.c.ended_at)
    rows = await tx.execute(asked.where(listings.c.merchant_id == merchant_id))
    return [(row.call_id, row.listed_at, row.ended_at) for row in rows]


async def admitted_at(tx: Transaction, merchant_id: UUID) -> Instant | None:
    """Since when it is a merchant."""
    return (await tx.execute(select(merchants.c.admitted_at).where(merchants.c.id == merchant_id))).scalar()


async def standings_mark(tx: Transaction) -> tuple[Any, ...]:
    """A value that every committed change of any standing moves, in one statement.

    How many stand how, and since when altogether; how many were ever put on lists, and how many taken off again.
    """
    m = merchants.c
    since = func.extract("epoch", m.state_since) if tx.county.on_postgresql else type_coerce(m.state_since, BigInteger)
    admitted = func.sum(case((m.state == MerchantState.ADMITTED.value, 1), else_=0))
    listed = select(func.count()).select_from(listings).scalar_subquery()
    left = select(func.count(listings.c.ended_at)).scalar_subquery()
    asked = select(func.count(), admitted, func.max(m.state_since), func.sum(since % 1_000_003), listed, left)
    return tuple((await tx.execute(asked.select_from(merchants))).one())
