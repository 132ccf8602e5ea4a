"""Which merchants take vouchers now, for lists of everybody: no papers, no people?"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.merchants.list_views import Taker
from backend.merchants.rules import SizeClass, Trade
from backend.merchants.store import takers as store


class FindTakers(Struct, frozen=True):
    """All of them."""


async def find_takers(tx: Transaction, _asked: FindTakers) -> list[Taker]:
    """By town and name."""
    lists = await store.lists_by_merchant(tx)
    return [
        Taker(
            merchant_id=row.id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            trade=Trade(row.trade),
            size=SizeClass(row.size),
            town_code=row.town_code,
            lists=lists.get(row.id, frozenset()),
        )
        for row in await store.admitted(tx)
    ]
