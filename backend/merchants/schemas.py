"""What merchants look like on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.refusals import Reason
from backend.merchants.account_rules import AccountReason
from backend.merchants.call_reasons import CallReason
from backend.merchants.rules import (
    Exemption,
    Licence,
    LicenceKind,
    Merchant,
    MerchantReason,
    MerchantState,
    OpenShop,
    Organisation,
    Papers,
    SizeClass,
    Store,
    Trade,
)
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from backend.places.wire import PositionBody, PremisesAnswer, PremisesBody, premises_answer
from backend.web.mends import told
from backend.web.texts import MAYBE_ONE_LINE, ONE_LINE, Line, Name, NameEn, ReasonText

AboutZh = Annotated[str, Meta(max_length=200, pattern=MAYBE_ONE_LINE)]
AboutEn = Annotated[str, Meta(max_length=400, pattern=MAYBE_ONE_LINE)]
CREDIT = told(
    "^[0-9A-Z]{18}$(?!\n)", "信用代码是 18 位数字和大写字母 / a credit code has 18 digits and capital letters"
)
PICTURE = told(
    "^[a-z0-9][a-z0-9_./-]*$(?!\n)", "图片名只用小写字母、数字和 _ . / - / small letters, digits and _ . / - only"
)
CreditCode = Annotated[str, Meta(min_length=18, max_length=18, pattern=CREDIT)]
LicenceNumber = Annotated[str, Meta(min_length=4, max_length=40, pattern=ONE_LINE)]
PictureKey = Annotated[str, Meta(min_length=1, max_length=80, pattern=PICTURE)]


class LicenceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A licence besides the business licence; `valid_until` is its last good day."""

    kind: LicenceKind
    number: LicenceNumber
    valid_until: date


class ExemptionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why no licence is needed (own farm produce)."""

    zh: Name
    en: Line


class PapersBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a merchant is, as its papers say, with its first shop."""

    name_zh: Name
    name_en: NameEn
    registered_name: NameEn
    about_zh: AboutZh = ""
    about_en: AboutEn = ""
    trade: Trade
    organisation: Organisation
    size: SizeClass
    credit_code: CreditCode
    licences: Annotated[list[LicenceBody], Meta(max_length=10)] = []
    exemption: ExemptionBody | None = None
    picture: PictureKey | None = None
    premises: PremisesBody
    position: PositionBody | None = None

    def papers(self) -> Papers:
        """The papers that this body tells of; the same licence written twice counts once."""
        return Papers(
            name_zh=self.name_zh,
            name_en=self.name_en,
            registered_name=self.registered_name,
            about_zh=self.about_zh,
            about_en=self.about_en,
            trade=self.trade,
            organisation=self.organisation,
            size=self.size,
            credit_code=self.credit_code,
            licences=licences_of(self.licences),
            exemption=exemption_of(self.exemption),
            picture=self.picture,
        )


class AdmitBody(PapersBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant with its first shop; both ids are made by the caller, and `merchant_id` names the request."""

    merchant_id: UUID
    store_id: UUID


def licences_of(bodies: list[LicenceBody]) -> tuple[Licence, ...]:
    """The licences that a body tells of; the same licence written twice counts once."""
    told = {
        (body.kind, body.number): Licence(kind=body.kind, number=body.number, valid_until=body.valid_until)
        for body in bodies
    }
    return tuple(told.values())


def exemption_of(body: ExemptionBody | None) -> Exemption | None:
    """The exemption that a body tells of."""
    return Exemption(zh=body.zh, en=body.en) if body else None


class AddStoreBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more shop; `store_id` is made by the caller and names the request."""

    store_id: UUID
    name_zh: Name
    name_en: NameEn
    premises: PremisesBody
    position: PositionBody | None = None


class ChangeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move of a merchant's standing; `change_id` is made by the caller."""

    change_id: UUID
    reason: ReasonText


class AdmittedAnswer(Struct, frozen=True, kw_only=True):
    """The merchant is on the list."""

    merchant_id: UUID
    store_id: UUID
    admitted_at: datetime


class StoreOpenedAnswer(Struct, frozen=True, kw_only=True):
    """The shop is open."""

    store_id: UUID
    merchant_id: UUID
    number: int


class ChangedAnswer(Struct, frozen=True, kw_only=True):
    """How the merchant stands now."""

    merchant_id: UUID
    state: MerchantState
    since: datetime


class LicenceAnswer(Struct, frozen=True, kw_only=True):
    """A licence on the merchant's page."""

    kind: LicenceKind
    number: str
    valid_until: date


class ExemptionAnswer(Struct, frozen=True, kw_only=True):
    """Why the merchant needs no licence."""

    zh: str
    en: str


class MerchantAnswer(Struct, frozen=True, kw_only=True):
    """A merchant as everybody may see it, at its first shop."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    registered_name: str
    about_zh: str
    about_en: str
    trade: Trade
    trade_zh: str
    trade_en: str
    organisation: Organisation
    size: SizeClass
    credit_code: str
    licences: list[LicenceAnswer]
    exemption: ExemptionAnswer | None
    picture: str | None
    state: MerchantState
    demonstration: bool
    premises: PremisesAnswer


class StoreAnswer(Struct, frozen=True, kw_only=True):
    """A shop."""

    store_id: UUID
    number: int
    name_zh: str
    name_en: str
    premises: PremisesAnswer


class ShopAnswer(Struct, frozen=True, kw_only=True):
    """A shop that takes vouchers, with what decides which of them."""

    store_id: UUID
    number: int
    name_zh: str
    name_en: str
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    trade: Trade
    trade_zh: str
    trade_en: str
    voucher_town_code: str
    """The town that counts for vouchers limited to towns: that of the merchant's first shop."""
    lists: list[UUID]
    """The calls on whose lists the merchant stands."""
    premises: PremisesAnswer


class MerchantDetail(Struct, frozen=True, kw_only=True):
    """A merchant with all its shops."""

    merchant: MerchantAnswer
    stores: list[StoreAnswer]


class ListedMerchant(Struct, frozen=True, kw_only=True):
    """A merchant as the office sees it."""

    merchant: MerchantAnswer
    state_reason: str
    admitted_at: datetime


class StandingOnList(Struct, frozen=True, kw_only=True):
    """A call on whose list the merchant is."""

    call_id: UUID
    title_zh: str
    title_en: str
    document_no: str
    listed_at: datetime


class OfficeMerchantDetail(Struct, frozen=True, kw_only=True):
    """A merchant as the office sees it, with its open shops and the lists it is on."""

    merchant: MerchantAnswer
    state_reason: str
    admitted_at: datetime
    stores: list[StoreAnswer]
    lists: list[StandingOnList]


FIELD_OF: dict[Reason, str] = {
    MerchantReason.CREDIT_CODE_WRONG: "/credit_code",
    MerchantReason.CREDIT_CODE_ASSIGNABLE: "/credit_code",
    MerchantReason.CREDIT_CODE_TAKEN: "/credit_code",
    MerchantReason.LICENCE_EXPIRED: "/licences",
    MerchantReason.LICENCE_MISSING: "/licences",
    AccountReason.NUMBER_WRONG: "/number",
    AccountReason.NUMBER_ASSIGNABLE: "/number",
    CallReason.WINDOW_WRONG: "/closes_at",
    CallReason.CHANGE_TOO_LATE: "/closes_at",
    CallReason.FILE_MISSING: "/files",
    CallReason.TRADE_NOT_CALLED: "/trade",
    CallReason.SIZE_NOT_CALLED: "/size",
    CallReason.TOWN_NOT_CALLED: "/premises/town_code",
    CallReason.STEP_UNREASONED: "/note",
    CallReason.STEP_UNDOCUMENTED: "/document_no",
    PremisesReason.TOWN_UNKNOWN: "/premises/town_code",
    PremisesReason.VILLAGE_ELSEWHERE: "/premises/village_code",
    PremisesReason.NEVER_OPEN: "/premises/closes",
    PremisesReason.PHONE_ASSIGNABLE: "/premises/phone",
    PlaceReason.UNKNOWN_VILLAGE: "/premises/village_code",
    PlaceReason.OUTSIDE_COUNTY: "/position",
}
"""Which field of a body a refusal is about."""


def merchant_answer(merchant: Merchant) -> MerchantAnswer:
    """A merchant for everybody."""
    papers = merchant.papers
    return MerchantAnswer(
        merchant_id=merchant.id,
        name_zh=papers.name_zh,
        name_en=papers.name_en,
        registered_name=papers.registered_name,
        about_zh=papers.about_zh,
        about_en=papers.about_en,
        trade=papers.trade,
        trade_zh=papers.trade.zh,
        trade_en=papers.trade.en,
        organisation=papers.organisation,
        size=papers.size,
        credit_code=papers.credit_code,
        licences=[
            LicenceAnswer(kind=licence.kind, number=licence.number, valid_until=licence.valid_until)
            for licence in papers.licences
        ],
        exemption=ExemptionAnswer(zh=papers.exemption.zh, en=papers.exemption.en) if papers.exemption else None,
        picture=papers.picture,
        state=merchant.state,
        demonstration=merchant.demonstration,
        premises=premises_answer(merchant.main.premises, merchant.main.position),
    )


def shop_answer(found: OpenShop) -> ShopAnswer:
    """A shop for everybody who looks for one."""
    shop = found.shop
    return ShopAnswer(
        store_id=shop.id,
        number=shop.number,
        name_zh=shop.name_zh,
        name_en=shop.name_en,
        merchant_id=found.merchant_id,
        merchant_zh=found.merchant_zh,
        merchant_en=found.merchant_en,
        trade=found.trade,
        trade_zh=found.trade.zh,
        trade_en=found.trade.en,
        voucher_town_code=found.voucher_town_code,
        lists=list(found.lists),
        premises=premises_answer(shop.premises, shop.position),
    )


def store_answer(store: Store) -> StoreAnswer:
    """A shop for everybody."""
    return StoreAnswer(
        store_id=store.id,
        number=store.number,
        name_zh=store.name_zh,
        name_en=store.name_en,
        premises=premises_answer(store.premises, store.position),
    )
