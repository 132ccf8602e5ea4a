"""Is this printed card one that the county issued, and may this counter take it without a network?

A card ``XP1`` is for people without a phone: the county's signed word that somebody has this card until that day, with
one home device. It names no person, no amount and no PIN; which vouchers belong to it the home device's copy and the
county know. Anybody can copy paper, so a card proves only that it exists: the operator looks at the photo or the last
digits at the home device, and everywhere else the county asks for the PIN. Specification:
``fixtures/protocols/card/SPEC.md``; twins: ``pwa/src/kernel/card.ts``, ``merchant_tools/offline_codes.py``.
"""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor, cose
from backend.kernel.code_text import CodeFault, bytes_of_code, code_of_bytes
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList, county_number, county_text, instant_of, seconds_of, uint

KIND: Final = "XP1"
LONGEST_LIFE: Final = timedelta(days=366)
LONGEST_TEXT: Final = 256
DEMONSTRATION: Final = 2
"""Flag: 演示数据, as in tokens."""
_LIMIT = 2**32


class CardReason(Reason):
    """Why a paper card is not taken; one line and one vector each."""

    NOT_A_CARD = "not-a-card", 409, "这不是纸质券卡", "This is not a paper card"
    VERSION = "card-version-unsupported", 409, "券卡版本较新，请更新本机", "The card is newer than this program"
    UNREADABLE = "card-unreadable", 409, "券卡的码不完整，请再扫一次", "The card's code is damaged; scan it again"
    MALFORMED = "card-malformed", 409, "券卡内容无法识别", "The card's content is not well formed"
    ALGORITHM = "algorithm-unsupported", 409, "券的签名算法不支持", "The signature's algorithm is not supported"
    WRONG_COUNTY = "card-wrong-county", 409, "券卡属于别的县", "The card is another county's"
    ISSUER_UNKNOWN = "issuer-unknown", 409, "发券方不在信任名单内", "The issuer is not in the trust list"
    ISSUER_NOT_SERVING = "issuer-not-serving", 409, "发券密钥不在有效期内", "The issuer's key was not in service then"
    FORGED = "card-forged", 409, "券卡的签名不对", "The issuer's signature does not match"
    LIVES_TOO_LONG = "card-lives-too-long", 409, "券卡的有效期超过一年", "The card's life is over 366 days"
    NOT_YET_VALID = "card-not-yet-valid", 409, "券卡还没有生效", "The card is not valid yet"
    EXPIRED = "card-expired", 409, "券卡已到期，请到驿站换新卡", "The card has expired; get a new one at a station"


_FAULTS = {
    CodeFault.ANOTHER_KIND: CardReason.NOT_A_CARD,
    CodeFault.ANOTHER_VERSION: CardReason.VERSION,
    CodeFault.UNREADABLE: CardReason.UNREADABLE,
}


class Card(Struct, frozen=True, kw_only=True):
    """What a card says; it is valid from ``not_before`` to before ``expires_at``."""

    county: str
    card: UUID
    not_before: Instant
    expires_at: Instant
    status_index: int
    """The card's number in its county, from 1."""
    home: UUID
    """The one device that may take the card without a network."""
    flags: int = 0

    def is_home_at(self, device: UUID) -> bool:
        """Whether this device may take the card offline; any other one asks the county, with the PIN."""
        return self.home == device


class ShownCard(Struct, frozen=True):
    """A card that the county issued and that is valid now; ``hash`` is the SHA-256 of its bytes, no identity."""

    card: Card
    hash: bytes


def issue_card(card: Card, *, issuer: SigningKey, kid: bytes) -> str:
    """The text that is printed. Raises ``ValueError`` for a card that no counter would take."""
    items: list[cbor.CborValue] = [
        KIND,
        county_number(card.county),
        card.card.bytes,
        seconds_of(card.not_before),
        seconds_of(card.expires_at),
        card.status_index,
        card.home.bytes,
        card.flags,
    ]
    _card_of(items)
    if not card.not_before < card.expires_at <= card.not_before + LONGEST_LIFE:
        raise ValueError("a card lives longer than nothing and at most 366 days")
    return code_of_bytes(KIND, cose.sign1(items, key=issuer, kid=kid))


def card_hash(text: str) -> bytes:
    """The SHA-256 of a card's bytes, by which events name it. Raises ``ValueError`` for a text that is no card."""
    return hashlib.sha256(card_bytes(text)).digest()


def card_bytes(text: str) -> bytes:
    """What is printed, as bytes. Raises ``ValueError`` for a text that is no card."""
    data = bytes_of_code(text, KIND, longest=LONGEST_TEXT)
    if isinstance(data, CodeFault):
        raise ValueError("not the text of a card")
    return data


def verify_card(text: str, *, trust: TrustList, county: str, at: Instant) -> ShownCard | Refused[CardReason]:
    """What a card proves at this instant, or the first reason why it proves nothing."""
    data = bytes_of_code(text, KIND, longest=LONGEST_TEXT)
    if isinstance(data, CodeFault):
        return Refused(_FAULTS[data])
    try:
        signed = cose.open1(data)
        card = _card_of(signed.items)
    except cose.AlgorithmUnsupported:
        return Refused(CardReason.ALGORITHM)
    except ValueError as problem:
        return Refused(CardReason.MALFORMED, str(problem))
    if card.county != county:
        return Refused(CardReason.WRONG_COUNTY)
    issuer = trust.key(signed.kid)
    if issuer is None:
        return Refused(CardReason.ISSUER_UNKNOWN)
    if not issuer.serves_at(card.not_before):
        return Refused(CardReason.ISSUER_NOT_SERVING)
    if not signed.is_from(issuer.public):
        return Refused(CardReason.FORGED)
    if card.expires_at - card.not_before > LONGEST_LIFE:
        return Refused(CardReason.LIVES_TOO_LONG)
    if at < card.not_before:
        return Refused(CardReason.NOT_YET_VALID)
    if at >= card.expires_at:
        return Refused(CardReason.EXPIRED)
    return ShownCard(card, hashlib.sha256(data).digest())


def _card_of(items: list[cbor.CborValue]) -> Card:
    match items:
        case ["XP1", number, bytes(card), start, end, index, bytes(home), flags] if len(card) == len(home) == 16:
            if uint(flags, _LIMIT) & ~DEMONSTRATION:
                raise ValueError("a flag that this version does not know")
            return Card(
                county=county_text(number),
                card=UUID(bytes=card),
                not_before=instant_of(start),
                expires_at=instant_of(end),
                status_index=uint(index, _LIMIT),
                home=UUID(bytes=home),
                flags=uint(flags, _LIMIT),
            )
    raise ValueError("not the eight items of a card")
