"""Where can vouchers be used now? Every open shop of every merchant that takes part."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.rules import OpenShop
from backend.merchants.store import open_shops as store
from backend.places.find_nearby import FindPositions, find_positions
from backend.places.rules import SubjectKind


class FindShops(Struct, frozen=True, kw_only=True):
    """Shops of one town or of the county; ``after`` continues an earlier page."""

    town_code: str | None = None
    after: tuple[Instant, UUID] | None = None
    most: int = 50


async def find_shops(tx: Transaction, asked: FindShops) -> list[OpenShop]:
    """The first opened first: an order nobody can buy."""
    found = await store.open_shops_after(tx, town_code=asked.town_code, after=asked.after, most=asked.most)
    ids = tuple(str(one.shop.id) for one in found)
    positions = await find_positions(tx, FindPositions(kind=SubjectKind.STORE, ids=ids))
    return [
        msgspec.structs.replace(one, shop=msgspec.structs.replace(one.shop, position=positions.get(str(one.shop.id))))
        for one in found
    ]
