"""Merchants for everybody: who takes vouchers, where, and with which licence."""

from typing import Annotated, Any, cast
from uuid import UUID

from litestar import Request, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from backend.database.transaction import Transaction, inquire
from backend.kernel.refusals import GeneralReason
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants, find_stores
from backend.merchants.find_shops import FindShops, find_shops
from backend.merchants.rules import Merchant, Store, Trade
from backend.merchants.schemas import (
    MerchantAnswer,
    MerchantDetail,
    ShopAnswer,
    merchant_answer,
    shop_answer,
    store_answer,
)
from backend.web.callers import PUBLIC, county_of
from backend.web.fresh import UNCHANGED, fresh_answer
from backend.web.paging import Cursor, Limit, Page, open_moment, seal_moment
from backend.web.problems import ProblemError
from backend.web.texts import Searched, TownQuery

TradeQuery = Annotated[Trade | None, QueryParameter(description="Only merchants of this trade.")]


@get("/api/v1/merchants", opt={"callers": PUBLIC}, tags=["merchants"], summary="Merchants that take vouchers")
async def list_merchants(
    request: Request[Any, Any, Any],
    trade: TradeQuery = None,
    town: TownQuery = None,
    q: Searched = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[MerchantAnswer]:
    """Admitted merchants by trade, town and words; the first admitted first."""
    county = county_of(request)
    asked = FindMerchants(
        trade=trade, town_code=town, text=q, after=open_moment(county, "merchants", cursor), most=limit + 1
    )
    found = await inquire(county, find_merchants, asked)
    more = seal_moment(county, "merchants", found[limit - 1].moment) if len(found) > limit else None
    return Page(items=[merchant_answer(merchant) for merchant in found[:limit]], next_cursor=more)


@get("/api/v1/merchants/{merchant_id:uuid}", opt={"callers": PUBLIC}, tags=["merchants"], summary="One merchant")
async def get_merchant(request: Request[Any, Any, Any], merchant_id: FromPath[UUID]) -> MerchantDetail:
    """A merchant with all its shops, also when it is suspended or has left: a receipt may still name it."""
    found = await inquire(county_of(request), _with_stores, merchant_id)
    if found is None:
        raise ProblemError(GeneralReason.NOT_FOUND)
    merchant, stores = found
    return MerchantDetail(merchant=merchant_answer(merchant), stores=[store_answer(shop) for shop in stores])


@get(
    "/api/v1/shops",
    opt={"callers": PUBLIC},
    tags=["merchants"],
    summary="Shops that take vouchers",
    responses=UNCHANGED,
)
async def list_shops(
    request: Request[Any, Any, Any], town: TownQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ShopAnswer]:
    """Every open shop of every admitted merchant, the first opened first; never older than a second."""
    county = county_of(request)
    asked = FindShops(town_code=town, after=open_moment(county, "shops", cursor), most=limit + 1)

    async def ask() -> Page[ShopAnswer]:
        found = await inquire(county, find_shops, asked)
        more = seal_moment(county, "shops", found[limit - 1].moment) if len(found) > limit else None
        return Page(items=[shop_answer(shop) for shop in found[:limit]], next_cursor=more)

    return cast("Page[ShopAnswer]", await fresh_answer(request, ask))


async def _with_stores(tx: Transaction, merchant_id: UUID) -> tuple[Merchant, list[Store]] | None:
    merchant = await find_merchant(tx, merchant_id)
    return None if merchant is None else (merchant, await find_stores(tx, merchant_id))


MERCHANT_ROUTES: list[BaseRouteHandler] = [list_merchants, get_merchant, list_shops]
