"""What a station sends and is told when it issues a paper card. Instants are RFC 3339 in UTC."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from backend.cards.issue_card import CardIssued
from backend.stations.rules import ProofKind
from backend.web.texts import CardPin, DocumentNumber, Phone


class IssueCardRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card for the person at the counter; `card_id` is made by the caller."""

    card_id: UUID
    resident_id: UUID
    shift_id: UUID
    proof: ProofKind
    proof_number: DocumentNumber | UnsetType = UNSET
    """Of a document; a phone's code has none."""
    home_device_id: UUID
    """One of the station's tablets, which may take the card without a network."""
    pin: CardPin
    family_phone: Phone | UnsetType = UNSET
    """Told of each use; given only where the owner agreed to it, which is on record."""


class CardIssuedAnswer(Struct, frozen=True, kw_only=True):
    """The card and the text to print as its code, `XP1:`."""

    card_id: UUID
    number: int
    code: str
    typed_number: str
    """Twelve digits to print beside the code, for whoever cannot scan it."""
    issued_at: datetime
    expires_at: datetime
    replaced_card_id: UUID | None
    """The card of before, which does not count any more."""


class CardHomeAnswer(Struct, frozen=True, kw_only=True):
    """A tablet of the station."""

    device_id: UUID
    label: str


class CardHomesAnswer(Struct, frozen=True, kw_only=True):
    """The tablets at which a card may be at home; none without an open shift."""

    items: list[CardHomeAnswer]


def issued_answer(issued: CardIssued) -> CardIssuedAnswer:
    """The wire form."""
    return CardIssuedAnswer(
        card_id=issued.card_id,
        number=issued.number,
        code=issued.code,
        typed_number=issued.typed_number,
        issued_at=issued.issued_at,
        expires_at=issued.expires_at,
        replaced_card_id=issued.replaced,
    )
