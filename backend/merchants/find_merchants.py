"""Which merchants are there, and what is this one?"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.rules import Merchant, MerchantState, Store, Trade
from backend.merchants.store import listed as store
from backend.places.find_nearby import FindPositions, find_positions
from backend.places.rules import SubjectKind


class FindMerchants(Struct, frozen=True, kw_only=True):
    """Merchants of some states by trade, town and words; ``after`` continues an earlier page."""

    states: tuple[MerchantState, ...] = (MerchantState.ADMITTED,)
    trade: Trade | None = None
    town_code: str | None = None
    text: str | None = None
    after: tuple[Instant, UUID] | None = None
    most: int = 50


async def find_merchants(tx: Transaction, asked: FindMerchants) -> list[Merchant]:
    """The first admitted first: an order nobody can buy."""
    found = await store.merchants_after(
        tx,
        states=asked.states,
        trade=asked.trade,
        town_code=asked.town_code,
        text=asked.text,
        after=asked.after,
        most=asked.most,
    )
    located = await _with_positions(tx, [merchant.main for merchant in found])
    return [msgspec.structs.replace(merchant, main=main) for merchant, main in zip(found, located, strict=True)]


async def find_merchant(tx: Transaction, merchant_id: UUID) -> Merchant | None:
    """One merchant, whatever its state, with its first shop."""
    found = await store.merchant(tx, merchant_id)
    if found is None:
        return None
    return msgspec.structs.replace(found, main=(await _with_positions(tx, [found.main]))[0])


async def merchant_names(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """What merchants are called in Chinese and in English, whatever their state: lists of other slices name them."""
    return await store.names_of(tx, merchant_ids)


async def listed_codes(tx: Transaction, credit_codes: Collection[str]) -> dict[str, UUID]:
    """Of these credit codes, those of merchants that are on the list now, and whose they are."""
    return await store.listed_codes(tx, credit_codes)


class MerchantFigures(Struct, frozen=True, kw_only=True):
    """How many take part; of how many a licence has run out, or does so soon."""

    admitted: int
    expired: int
    expiring: int


async def merchant_figures(tx: Transaction, today: date, *, soon_days: int) -> MerchantFigures:
    """Counted from rows; whoever has one licence that ran out is not counted among those whose runs out soon."""
    admitted, expired, at_risk = await store.count_papers(tx, today, today + timedelta(days=soon_days))
    return MerchantFigures(admitted=admitted, expired=expired, expiring=at_risk - expired)


async def find_stores(tx: Transaction, merchant_id: UUID) -> list[Store]:
    """Every shop of a merchant, the first one first."""
    return await _with_positions(tx, await store.stores_of(tx, merchant_id))


async def _with_positions(tx: Transaction, stores: Sequence[Store]) -> list[Store]:
    asked = FindPositions(kind=SubjectKind.STORE, ids=tuple(str(shop.id) for shop in stores))
    positions = await find_positions(tx, asked)
    return [msgspec.structs.replace(shop, position=positions.get(str(shop.id))) for shop in stores]


async def participants(tx: Transaction, merchant_ids: Collection[UUID]) -> list[tuple[UUID, str, str, str, str, str]]:
    """(id, name, registered name, credit code, trade, state) of these merchants, by id."""
    return await store.participants(tx, merchant_ids)
