"""Paper cards on the wire. Instants are RFC 3339 in UTC, money is in fen."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.cards.end_card import CardEnded
from backend.cards.find_cards import FoundCard, OperatorFigures
from backend.cards.open_card import CardOpened
from backend.cards.rules import CardState, EndWhy
from backend.kernel.fen import PositiveFen
from backend.kernel.instants import Instant
from backend.stations.rules import ProofKind
from backend.web.texts import SCANNED, CardPin, DocumentNumber, ReasonText


class EndCardRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card of the person at the counter ends; `end_id` is made by the caller."""

    end_id: UUID
    resident_id: UUID
    shift_id: UUID
    proof: ProofKind
    proof_number: DocumentNumber | UnsetType = UNSET
    why: EndWhy


class RevokeCardRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The office calls a card back; `revocation_id` is made by the caller."""

    revocation_id: UUID
    lost: bool
    reason: ReasonText


class CardEndedAnswer(Struct, frozen=True, kw_only=True):
    """The card counts no more."""

    card_id: UUID
    state: CardState
    ended_at: datetime


class PaperCardAnswer(Struct, frozen=True, kw_only=True):
    """A card as the office sees it: whose by id alone, no PIN, no code, no part of a document."""

    card_id: UUID
    number: int
    resident_id: UUID
    station_id: UUID
    station_zh: str
    station_en: str
    home_device_id: UUID
    operator_id: UUID
    operator_name: str
    issued_at: datetime
    expires_at: datetime
    state: CardState
    expired: bool
    locked: bool
    ended_at: datetime | None
    family_told: bool


class CardOperatorAnswer(Struct, frozen=True, kw_only=True):
    """One operator's cards of the last thirty days: many of them, or of few people, are worth a look."""

    operator_id: UUID
    operator_name: str
    issued: int
    ended: int
    """Of those that were issued, such as do not count any more."""
    uses: int
    used_fen: int
    people: int


class CardOperatorsAnswer(Struct, frozen=True, kw_only=True):
    """Everybody who issued or took a card, the most uses first."""

    items: list[CardOperatorAnswer]


CardText = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=256,
        pattern=SCANNED,
        description="What was scanned from the card, `XP1:` …, or the twelve digits of its number, typed",
    ),
]


class OpenCardRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card, its PIN and the bill; `code_id` is made by the caller. Without a voucher the best one is chosen.

    A station adds its `shift_id`, and the `merchant_id` that is paid unless the station is itself the merchant.
    """

    code_id: UUID
    card: CardText
    pin: CardPin
    bill_fen: PositiveFen
    eligible_fen: PositiveFen | UnsetType = UNSET
    """Without excluded goods; left out, it is the bill."""
    voucher_id: UUID | UnsetType = UNSET
    merchant_id: UUID | UnsetType = UNSET
    shift_id: UUID | UnsetType = UNSET


class FittingAnswer(Struct, frozen=True, kw_only=True):
    """A voucher that fits the bill, and what it gives."""

    voucher_id: UUID
    name_zh: str
    name_en: str
    discount_fen: int
    face_fen: int
    expires_at: datetime


class CardOpenedAnswer(Struct, frozen=True, kw_only=True):
    """Eight digits, one use, two minutes, to be sent as the code of a redemption."""

    code: str
    expires_at: datetime
    voucher_id: UUID
    discount_fen: int
    fitting: list[FittingAnswer]
    """All that fit the bill, the best first."""


def opened_answer(opened: CardOpened) -> CardOpenedAnswer:
    """The wire form."""
    return CardOpenedAnswer(
        code=opened.code,
        expires_at=opened.expires_at,
        voucher_id=opened.chosen.voucher_id,
        discount_fen=opened.chosen.discount_fen,
        fitting=[
            FittingAnswer(
                voucher_id=one.voucher_id,
                name_zh=one.name_zh,
                name_en=one.name_en,
                discount_fen=one.discount_fen,
                face_fen=one.face_fen,
                expires_at=one.expires_at,
            )
            for one in opened.fitting
        ],
    )


def ended_answer(ended: CardEnded) -> CardEndedAnswer:
    """The wire form."""
    return CardEndedAnswer(card_id=ended.card_id, state=ended.state, ended_at=ended.ended_at)


def card_answer(found: FoundCard, at: Instant) -> PaperCardAnswer:
    """The wire form as of an instant."""
    card = found.card
    return PaperCardAnswer(
        card_id=card.id,
        number=card.number,
        resident_id=card.resident_id,
        station_id=card.station_id,
        station_zh=found.station_zh,
        station_en=found.station_en,
        home_device_id=card.device_id,
        operator_id=card.issued_by,
        operator_name=found.operator_name,
        issued_at=card.issued_at,
        expires_at=card.expires_at,
        state=card.state,
        expired=at >= card.expires_at,
        locked=card.locked,
        ended_at=card.ended_at,
        family_told=card.notices,
    )


def operator_answer(figures: OperatorFigures) -> CardOperatorAnswer:
    """The wire form."""
    return CardOperatorAnswer(
        operator_id=figures.operator_id,
        operator_name=figures.operator_name,
        issued=figures.issued,
        ended=figures.ended,
        uses=figures.uses,
        used_fen=figures.used_fen,
        people=figures.people,
    )
