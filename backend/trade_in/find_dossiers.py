"""Which sales still lack their papers, and which dossiers are there?"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.merchants.find_merchants import merchant_names
from backend.settlement.review_event import campaigns_reviewed
from backend.trade_in.rules import Dossier, DossierState
from backend.trade_in.store import dossiers, reads
from backend.vouchers.find_trade_ins import trade_ins, trade_ins_of
from backend.vouchers.trade_in_rules import Appliance
from backend.vouchers.trade_in_views import TradeInSale

PORTION = 200
"""Sales that are looked at together while those that lack their papers are sought."""
NAMELESS = ("", "")


class SaleWithTitle(Struct, frozen=True, kw_only=True):
    """A sale, and what its campaign is called."""

    sale: TradeInSale
    campaign_zh: str
    campaign_en: str


class FindAwaited(Struct, frozen=True, kw_only=True):
    """A merchant's sales whose papers are not filed."""

    merchant_id: UUID
    after: UUID | None = None
    most: int = 51


async def find_awaited(tx: Transaction, asked: FindAwaited) -> list[SaleWithTitle]:
    """Oldest first, which is about the order in which they are due."""
    titles = await campaigns_reviewed(tx)
    found: list[SaleWithTitle] = []
    after = asked.after
    while len(found) < asked.most:
        sales = await trade_ins_of(tx, asked.merchant_id, list(titles), after, PORTION)
        filed = await reads.filed_among(tx, [sale.redemption_id for sale in sales])
        found += [_titled(sale, titles) for sale in sales if sale.redemption_id not in filed]
        if len(sales) < PORTION:
            break
        after = sales[-1].redemption_id
    return found[: asked.most]


class FindDossiers(Struct, frozen=True, kw_only=True):
    """Dossiers by what is asked; ``newest`` first or oldest first."""

    state: DossierState | None = None
    campaign_id: UUID | None = None
    appliance: Appliance | None = None
    merchant_id: UUID | None = None
    newest: bool = False
    beyond: UUID | None = None
    most: int = 51


class FoundDossier(Struct, frozen=True, kw_only=True):
    """A dossier with the sale it is of, and the names that people know."""

    dossier: Dossier
    sale: TradeInSale
    campaign_zh: str
    campaign_en: str
    merchant_zh: str
    merchant_en: str


async def find_dossiers(tx: Transaction, asked: FindDossiers) -> list[FoundDossier]:
    """In the order asked for."""
    found = await reads.find_dossiers(
        tx,
        state=asked.state,
        campaign_id=asked.campaign_id,
        appliance=asked.appliance,
        merchant_id=asked.merchant_id,
        newest=asked.newest,
        beyond=asked.beyond,
        most=asked.most,
    )
    return await _named(tx, found)


class FindDossier(Struct, frozen=True, kw_only=True):
    """One dossier, of this merchant where one is named."""

    dossier_id: UUID
    merchant_id: UUID | None = None


async def find_dossier(tx: Transaction, asked: FindDossier) -> FoundDossier | None:
    """``None`` where there is none, or it is another merchant's."""
    found = await dossiers.dossier(tx, asked.dossier_id)
    if found is None or (asked.merchant_id is not None and found.merchant_id != asked.merchant_id):
        return None
    return (await _named(tx, [found]))[0]


async def count_dossiers(tx: Transaction, merchant_id: UUID | None) -> dict[DossierState, int]:
    """How many of a merchant, or of all, stand in each state."""
    return await reads.counts(tx, merchant_id)


def _titled(sale: TradeInSale, titles: dict[UUID, tuple[str, str]]) -> SaleWithTitle:
    zh, en = titles.get(sale.campaign_id, NAMELESS)
    return SaleWithTitle(sale=sale, campaign_zh=zh, campaign_en=en)


async def _named(tx: Transaction, found: Sequence[Dossier]) -> list[FoundDossier]:
    sales = await trade_ins(tx, {one.redemption_id for one in found})
    titles = await campaigns_reviewed(tx)
    names = await merchant_names(tx, {one.merchant_id for one in found})
    named = []
    for one in found:
        campaign, merchant = titles.get(one.campaign_id, NAMELESS), names.get(one.merchant_id, NAMELESS)
        named.append(
            FoundDossier(
                dossier=one,
                sale=sales[one.redemption_id],
                campaign_zh=campaign[0],
                campaign_en=campaign[1],
                merchant_zh=merchant[0],
                merchant_en=merchant[1],
            )
        )
    return named
