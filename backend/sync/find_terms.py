"""What does a counter need of the county to decide about a voucher without a network?

Two collections of its replica: ``terms``, what each kind of voucher gives under each version of its campaign, and
``counter``, what the county knows of the merchant whose claims the device makes. The page's own rules
(``pwa/src/vouchers/rules.ts``) read both as they are.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.claimants import ProofLevel
from backend.merchants.standing import standing
from backend.vouchers.find_kind_terms import KindTerms, kind_terms
from backend.vouchers.rules import DiscountKind, Hours

TERMS = "terms"
COUNTER = "counter"


class FindTerms(Struct, frozen=True, kw_only=True):
    """For the device of this merchant, at this instant; without a merchant it takes no vouchers."""

    merchant_id: UUID | None
    at: datetime


class CounterTerms(Struct, frozen=True, kw_only=True):
    """Of a kind's terms what decides about a redemption."""

    discount: DiscountKind
    face_fen: int
    minimum_spend_fen: int
    percent_bp: int
    fixed_price_fen: int
    trades: tuple[str, ...]
    towns: tuple[str, ...]
    merchants: tuple[UUID, ...]
    lists: tuple[UUID, ...]
    weekdays: tuple[int, ...]
    hours: tuple[Hours, ...]
    redeem_level: int
    use_from: datetime | None


class OfflineTerms(Struct, frozen=True, kw_only=True):
    """A row of ``terms``; a token names it by campaign, terms version and domain."""

    campaign: int
    terms_version: int
    domain: int
    title_zh: str
    title_en: str
    name_zh: str
    name_en: str
    paused: bool
    offline: bool
    """Whether vouchers of this kind are taken without a network at all."""
    terms: CounterTerms

    @property
    def key(self) -> str:
        """Where the row stands in the replica."""
        return f"{self.campaign}.{self.terms_version}.{self.domain}"


class OwnCounter(Struct, frozen=True, kw_only=True):
    """The row of ``counter``."""

    merchant_id: UUID
    name_zh: str
    trade: str
    town: str
    standing: str
    lists: tuple[UUID, ...]

    @property
    def key(self) -> str:
        """Where the row stands in the replica."""
        return str(self.merchant_id)


class CounterBook(Struct, frozen=True, kw_only=True):
    """Both collections."""

    terms: tuple[OfflineTerms, ...]
    counter: OwnCounter | None


async def find_terms(tx: Transaction, asked: FindTerms) -> CounterBook:
    """Everything a counter reads without a network, as it stands."""
    return CounterBook(
        terms=tuple(map(_offline_terms, await kind_terms(tx))),
        counter=None if asked.merchant_id is None else await _own_counter(tx, asked.merchant_id, asked.at),
    )


def _offline_terms(kind: KindTerms) -> OfflineTerms:
    terms = kind.terms
    return OfflineTerms(
        campaign=kind.campaign,
        terms_version=kind.terms_version,
        domain=kind.domain,
        title_zh=kind.title_zh,
        title_en=kind.title_en,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        paused=kind.paused,
        offline=terms.trade_in is None and terms.redeem_level <= ProofLevel.PHONE,
        terms=CounterTerms(
            discount=terms.discount,
            face_fen=terms.face_fen,
            minimum_spend_fen=terms.minimum_spend_fen,
            percent_bp=terms.percent_bp,
            fixed_price_fen=terms.fixed_price_fen,
            trades=terms.trades,
            towns=terms.towns,
            merchants=terms.merchants,
            lists=terms.lists,
            weekdays=terms.weekdays,
            hours=terms.hours,
            redeem_level=terms.redeem_level,
            use_from=terms.use_from,
        ),
    )


async def _own_counter(tx: Transaction, merchant_id: UUID, at: datetime) -> OwnCounter | None:
    found = await standing(tx, merchant_id, now=at)
    if found is None:
        return None
    return OwnCounter(
        merchant_id=found.merchant_id,
        name_zh=found.name_zh,
        trade=str(found.trade),
        town=found.town_code,
        standing=str(found.state),
        lists=tuple(sorted(found.lists)),
    )
