"""Where do a merchant's shops stand? Asked where a counter said that it stood somewhere else."""

from collections.abc import Collection
from uuid import UUID

from backend.database.transaction import Transaction
from backend.merchants.store import listed as store
from backend.places.find_nearby import FindPositions, find_positions
from backend.places.rules import Position, SubjectKind


async def shop_places(tx: Transaction, merchant_ids: Collection[UUID]) -> dict[UUID, list[Position]]:
    """All shops of these merchants, closed ones too; a merchant with a shop whose place is unknown is left out."""
    shops = await store.shops_of(tx, merchant_ids)
    every = tuple(str(shop_id) for of_merchant in shops.values() for shop_id in of_merchant)
    known = await find_positions(tx, FindPositions(kind=SubjectKind.STORE, ids=every))
    return {
        merchant_id: [known[str(shop_id)] for shop_id in of_merchant]
        for merchant_id, of_merchant in shops.items()
        if all(str(shop_id) in known for shop_id in of_merchant)
    }
