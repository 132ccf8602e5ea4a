"""SQL of the shops that take vouchers now: open ones of merchants that take part."""

from uuid import UUID

from sqlalchemy import select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.rules import MerchantState, OpenShop, Trade
from backend.merchants.store.listed import STORE_COLUMNS, lists_of, store_from
from backend.merchants.tables import merchants, store_closings, stores


async def open_shops_after(
    tx: Transaction, *, town_code: str | None, after: tuple[Instant, UUID] | None, most: int
) -> list[OpenShop]:
    """Shops in the order in which they were opened, each with what decides which vouchers it takes."""
    m, s, first = merchants.c, stores.c, stores.alias("first")
    found = (
        select(
            *STORE_COLUMNS, s.merchant_id, m.name_zh, m.name_en, m.trade, first.c.town_code.label("voucher_town_code")
        )
        .join(merchants, m.id == s.merchant_id)
        .join(first, (first.c.merchant_id == s.merchant_id) & (first.c.number == 1))
        .outerjoin(store_closings, store_closings.c.store_id == s.id)
        .where(m.state == MerchantState.ADMITTED.value, store_closings.c.store_id.is_(None))
    )
    if town_code is not None:
        found = found.where(s.town_code == town_code)
    if after is not None:
        at, store_id = after
        found = found.where((s.opened_at > at) | ((s.opened_at == at) & (s.id > store_id)))
    rows = list(await tx.execute(found.order_by(s.opened_at, s.id).limit(most)))
    lists = await lists_of(tx, {row.merchant_id for row in rows})
    return [
        OpenShop(
            shop=store_from(row),
            merchant_id=row.merchant_id,
            merchant_zh=row.name_zh,
            merchant_en=row.name_en,
            trade=Trade(row.trade),
            voucher_town_code=row.voucher_town_code,
            lists=tuple(sorted(lists.get(row.merchant_id, ()))),
            opened_at=row.store_opened_at,
        )
        for row in rows
    ]
