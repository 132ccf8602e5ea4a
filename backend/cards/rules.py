"""May this card be used, and is this a PIN that not everybody tries first?

Pure. A card is printed as ``XP1`` (``fixtures/protocols/card/SPEC.md``); what counts is the county's row of it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused

CARD_LIVES: Final = timedelta(days=365)
DAY_LIMIT_FEN: Final = 10_000
"""¥100 a business day, in what card codes of this card were made for."""
PIN_TRIES: Final = 5
PIN_DIGITS: Final = 6
DIGITS_SEEN: Final = 4
"""So many signs of a document are kept, sealed, for the look at the home device."""
_RUN: Final = "01234567890"


class CardState(StrEnum):
    """Whether a card counts, and why not."""

    ACTIVE = "active"
    """在用"""
    REPLACED = "replaced"
    """已换新卡: a newer card of the same person counts"""
    LOST = "lost"
    """已挂失"""
    REVOKED = "revoked"
    """已收回: by the owner's wish, or by the office"""


class EndWhy(StrEnum):
    """Why a station ends a card."""

    LOST = "lost"
    """挂失"""
    RETURNED = "returned"
    """不用了，交回"""


class PaperCardReason(Reason):
    """Why a paper card is not issued, ended or used."""

    HOME_UNKNOWN = (
        "card-home-unknown",
        409,
        "这台平板不是本驿站已启用的离线设备，请换一台或请县里启用",
        "This tablet is no device of the station that the office let in; choose another or ask the office",
    )
    PIN_EASY = (
        "card-pin-easy",
        409,
        "密码太容易猜，不要用连号、同一个数字或证件号码里的数字",
        "The PIN is too easy to guess: no runs, no single digit, nothing from the document",
    )
    NO_CARD = "no-paper-card", 404, "这位居民没有在用的纸质卡", "This resident has no paper card in use"
    PIN_WRONG = "card-pin-wrong", 409, "卡或密码不对", "The card or its PIN is not right"
    NUMBER_MISTYPED = (
        "card-number-mistyped",
        409,
        "卡号不对：卡号是 12 位数字，请照卡上再核对一遍",
        "This is no card's number: compare the twelve digits with the card again",
    )
    NUMBER_OR_PIN_WRONG = (
        "card-number-or-pin-wrong",
        409,
        "卡号或密码不对，或者这张卡已停用、已锁住。密码错 5 次卡会锁住；请再核对，或到驿站换新卡",
        "The number or the PIN is not right, or the card is locked or ended. Five wrong PINs lock a card;"
        " check both, or get a new card at a station",
    )
    LOCKED = (
        "card-locked",
        409,
        "密码错了 5 次，卡已锁住，请本人带证件到驿站换新卡",
        "Five wrong PINs: the card is locked; its owner gets a new one at a station, with a document",
    )
    ENDED = "card-ended", 409, "这张卡已挂失、收回或换过新卡，不能再用", "This card was lost, taken back or replaced"
    HOLDER_FROZEN = (
        "card-holder-frozen",
        409,
        "持卡人的账户已暂停用券，请联系县里",
        "The owner may not use vouchers now",
    )
    DAY_LIMIT = "card-day-limit", 409, "这张卡今天已用满 100 元，请明天再来", "The card's ¥100 of today are used"
    NO_VOUCHER = (
        "card-no-voucher",
        409,
        "卡里没有能用在这笔账单上的消费券",
        "The card has no voucher that fits this bill",
    )


class PaperCard(Struct, frozen=True, kw_only=True):
    """The county's row of a card; ``number`` is its place among the county's cards, from 1."""

    id: UUID
    number: int
    resident_id: UUID
    station_id: UUID
    device_id: UUID
    issued_by: UUID
    issued_at: Instant
    expires_at: Instant
    state: CardState
    ended_at: Instant | None
    tries: int
    notices: bool
    """Whether a phone of the family is told of uses."""

    @property
    def locked(self) -> bool:
        """Whether no PIN opens it any more."""
        return self.tries >= PIN_TRIES


class HomeCard(Struct, frozen=True, kw_only=True):
    """A card that counts, for its home device: what is printed, and the last signs of its owner's document."""

    code: str
    resident_id: UUID
    digits: str | None
    expires_at: Instant


class KeptCard(Struct, frozen=True, kw_only=True):
    """A card with what is kept of its owner beside it; ``None`` where nothing is, or not any more."""

    card: PaperCard
    digits: str | None
    family_phone: str | None

    def __repr__(self) -> str:
        return f"KeptCard({self.card.id})"


class CardUse(Struct, frozen=True, kw_only=True):
    """What a card was used for."""

    card_number: int
    voucher_id: UUID
    merchant_id: UUID | None
    amount_fen: int
    at: Instant


def is_easy_pin(pin: str, number: str | None = None) -> bool:
    """Whether these six digits are a run, one or two digits repeated, or stand in the document's number."""
    return (
        len(set(pin)) < 3
        or pin in _RUN
        or pin in _RUN[::-1]
        or pin[:3] * 2 == pin
        or (number is not None and pin in number)
    )


def decide_use(card: PaperCard, at: Instant) -> Refused[PaperCardReason] | None:
    """What stands in the way of a card before anybody asks for its PIN; its date is told by the card itself."""
    if card.state is not CardState.ACTIVE:
        return Refused(PaperCardReason.ENDED)
    if card.locked:
        return Refused(PaperCardReason.LOCKED)
    return Refused(PaperCardReason.ENDED) if at >= card.expires_at else None
