"""Who may be admitted as a merchant, and which way may its standing move?

Pure.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.merchants.credit_code import is_assignable, is_for_demonstration, is_well_formed
from backend.places.premises import Premises
from backend.places.rules import Position


class Trade(StrEnum):
    """What a merchant does, as vouchers are limited to it; a member is its code with its two names."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make the member; its value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    CATERING = "catering", "餐饮", "Catering"
    RETAIL = "retail", "零售", "Retail"
    APPLIANCE = "appliance", "家电", "Appliances"
    TOURISM = "tourism", "文旅", "Tourism"
    FARM = "farm", "农特产", "Farm goods"


class Organisation(StrEnum):
    """What kind of body the merchant is."""

    ENTERPRISE = "enterprise"
    """企业"""
    INDIVIDUAL = "individual"
    """个体工商户"""
    COOPERATIVE = "cooperative"
    """农民专业合作社"""


class SizeClass(StrEnum):
    """Whether the statistics office counts the merchant each month."""

    ABOVE = "above"
    """限上"""
    BELOW = "below"
    """限下"""


class LicenceKind(StrEnum):
    """A licence on the wall besides the business licence."""

    FOOD_BUSINESS = "food_business"
    """食品经营许可证"""
    FOOD_PRODUCTION = "food_production"
    """食品生产许可证"""
    HYGIENE = "hygiene"
    """卫生许可证"""


class MerchantState(StrEnum):
    """Where a merchant stands; the edges are in ``EDGES``."""

    ADMITTED = "admitted"
    """May take vouchers."""
    SUSPENDED = "suspended"
    """May not take vouchers for now; the reason is on record."""
    ENDED = "ended"
    """Has left for good."""


EDGES = frozenset(
    {
        (MerchantState.ADMITTED, MerchantState.SUSPENDED),
        (MerchantState.SUSPENDED, MerchantState.ADMITTED),
        (MerchantState.ADMITTED, MerchantState.ENDED),
        (MerchantState.SUSPENDED, MerchantState.ENDED),
    }
)


class MerchantReason(Reason):
    """Why a merchant is not admitted, or its standing does not move."""

    CREDIT_CODE_WRONG = (
        "credit-code-wrong",
        409,
        "统一社会信用代码不对，请照营业执照核对 18 位（没有字母 I、O、S、V、Z）",
        "The credit code is wrong; copy its 18 characters from the licence (it has no I, O, S, V or Z)",
    )
    CREDIT_CODE_ASSIGNABLE = (
        "credit-code-assignable",
        409,
        "演示县只能登记不会属于任何人的信用代码（行政区划以 59 开头）",
        "A demonstration county takes only credit codes nobody can have (division beginning with 59)",
    )
    LICENCE_EXPIRED = (
        "licence-expired",
        409,
        "许可证已过有效期，请先换新证",
        "A licence has run out; have it renewed first",
    )
    LICENCE_MISSING = (
        "licence-missing",
        409,
        "缺少本行业要求的许可证，或自产自销农产品的豁免说明",
        "The licence this trade needs is missing, or the exemption for own farm produce",
    )
    CREDIT_CODE_TAKEN = (
        "credit-code-taken",
        409,
        "这个信用代码的商户已经在册",
        "A merchant with this credit code is on the list already",
    )
    ALREADY_SUSPENDED = "already-suspended", 409, "商户已经暂停", "The merchant is suspended already"
    NOT_SUSPENDED = "not-suspended", 409, "商户没有暂停，不需要恢复", "The merchant is not suspended"
    FIRST_STORE = (
        "first-store",
        409,
        "首店代表商户本身，不能单独关闭",
        "The first shop stands for the merchant and cannot be closed alone",
    )
    STORE_CLOSED = "store-closed", 409, "这个门店已经关闭", "This shop is closed already"
    MERCHANT_ENDED = "merchant-ended", 409, "商户已经退出，不能再变更", "The merchant has left; nothing can be changed"


class Licence(Struct, frozen=True, kw_only=True):
    """A licence, valid to the end of its last day."""

    kind: LicenceKind
    number: str
    valid_until: date


class Exemption(Struct, frozen=True, kw_only=True):
    """Why no licence is needed, as shown on the merchant's page."""

    zh: str
    en: str


class Papers(Struct, frozen=True, kw_only=True):
    """What a merchant is, as its papers say and its page shows."""

    name_zh: str
    name_en: str
    registered_name: str
    about_zh: str = ""
    about_en: str = ""
    trade: Trade
    organisation: Organisation
    size: SizeClass
    credit_code: str
    licences: tuple[Licence, ...] = ()
    exemption: Exemption | None = None
    picture: str | None = None


class Store(Struct, frozen=True, kw_only=True):
    """A shop (门店) of a merchant; number 1 is opened with the admission and stands for the merchant's place."""

    id: UUID
    number: int
    name_zh: str
    name_en: str
    premises: Premises
    position: Position | None = None


class Merchant(Struct, frozen=True, kw_only=True):
    """A merchant with its first shop."""

    id: UUID
    papers: Papers
    main: Store
    state: MerchantState
    state_reason: str = ""
    demonstration: bool
    admitted_at: datetime

    @property
    def moment(self) -> tuple[datetime, UUID]:
        """Its place on the list."""
        return self.admitted_at, self.id

    @property
    def takes_vouchers(self) -> bool:
        """Whether it takes part now."""
        return self.state is MerchantState.ADMITTED


class OpenShop(Struct, frozen=True, kw_only=True):
    """A shop of a merchant that takes part, with what decides which vouchers it takes."""

    shop: Store
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    trade: Trade
    voucher_town_code: str
    """The town that counts for vouchers limited to towns: that of the merchant's first shop."""
    lists: tuple[UUID, ...]
    """The calls on whose lists the merchant stands."""
    opened_at: datetime

    @property
    def moment(self) -> tuple[datetime, UUID]:
        """Its place among the shops."""
        return self.opened_at, self.shop.id


class Standing(Struct, frozen=True, kw_only=True):
    """What the counter needs to know of a merchant, and nothing more."""

    merchant_id: UUID
    state: MerchantState
    trade: Trade
    town_code: str
    name_zh: str
    lists: frozenset[UUID] = frozenset()
    """The calls on whose lists it stands."""


FOOD_LICENCES = frozenset({LicenceKind.FOOD_BUSINESS, LicenceKind.FOOD_PRODUCTION})


def decide_papers(papers: Papers, *, today: date, demonstration: bool) -> Refused[MerchantReason] | None:
    """Do these papers admit a merchant today? ``None`` for yes; a credit code already on the list is asked apart."""
    if not is_well_formed(papers.credit_code):
        return Refused(MerchantReason.CREDIT_CODE_WRONG)
    if demonstration and not is_for_demonstration(papers.credit_code):
        return Refused(MerchantReason.CREDIT_CODE_ASSIGNABLE)
    if not demonstration and not is_assignable(papers.credit_code):
        return Refused(MerchantReason.CREDIT_CODE_WRONG)
    if any(licence.valid_until < today for licence in papers.licences):
        return Refused(MerchantReason.LICENCE_EXPIRED)
    if lacks_licence(papers, on=today):
        return Refused(MerchantReason.LICENCE_MISSING)
    return None


def lacks_licence(papers: Papers, *, on: date) -> bool:
    """Whether the trade needs a licence that these papers do not have, or that has run out by this day."""
    held = {licence.kind for licence in papers.licences if licence.valid_until >= on}
    match papers.trade:
        case Trade.CATERING:
            return LicenceKind.FOOD_BUSINESS not in held
        case Trade.FARM:
            return papers.exemption is None and held.isdisjoint(FOOD_LICENCES)
        case _:
            return False


def decide_change(state: MerchantState, to: MerchantState) -> Refused[MerchantReason] | None:
    """May a merchant's standing move this way? ``None`` for yes."""
    if (state, to) in EDGES:
        return None
    if state is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    already_suspended = to is MerchantState.SUSPENDED
    return Refused(MerchantReason.ALREADY_SUSPENDED if already_suspended else MerchantReason.NOT_SUSPENDED)


def searched_text(papers: Papers, premises: Premises) -> str:
    """What a search looks through: names, description and address, case folded."""
    return "\n".join(
        (papers.name_zh, papers.name_en, papers.about_zh, papers.about_en, premises.address_zh, premises.address_en)
    ).casefold()
