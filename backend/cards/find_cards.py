"""Which cards are there, and how many does each operator issue and take?"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.cards import store
from backend.cards.rules import PaperCard
from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.stations.find_stations import station_names

FIGURES_OF: Final = timedelta(days=30)


class FindCards(Struct, frozen=True, kw_only=True):
    """Cards, perhaps of one resident; ``before`` continues an earlier page."""

    resident_id: UUID | None = None
    before: tuple[Instant, UUID] | None = None
    most: int = 50


class OneCard(Struct, frozen=True):
    """A card by its id."""

    card_id: UUID


async def find_card(tx: Transaction, asked: OneCard) -> PaperCard | None:
    """One card, whatever became of it."""
    return await store.card_of(tx, asked.card_id)


class FoundCard(Struct, frozen=True, kw_only=True):
    """A card with where and by whom it was issued."""

    card: PaperCard
    station_zh: str
    station_en: str
    operator_name: str


async def find_cards(tx: Transaction, asked: FindCards) -> list[FoundCard]:
    """The newest first."""
    found = await store.cards_before(tx, resident_id=asked.resident_id, before=asked.before, most=asked.most)
    stations = await station_names(tx, frozenset(card.station_id for card in found))
    people = await staff_names(tx, frozenset(card.issued_by for card in found))
    return [
        FoundCard(
            card=card,
            station_zh=stations.get(card.station_id, ("", ""))[0],
            station_en=stations.get(card.station_id, ("", ""))[1],
            operator_name=people.get(card.issued_by, ""),
        )
        for card in found
    ]


class OperatorFigures(Struct, frozen=True, kw_only=True):
    """One operator's cards of the last thirty days: many of them, or for few people, are worth a look."""

    operator_id: UUID
    operator_name: str
    issued: int
    ended: int
    """Of those that were issued, such as do not count any more."""
    uses: int
    used_fen: int
    people: int


class AskFigures(Struct, frozen=True):
    """As of an instant."""

    at: Instant


async def find_operator_figures(tx: Transaction, asked: AskFigures) -> list[OperatorFigures]:
    """Of everybody who issued or took a card, the most uses first."""
    since = asked.at - FIGURES_OF
    issued, used = await store.issued_by_operator(tx, since), await store.used_by_operator(tx, since)
    people = await staff_names(tx, frozenset(issued.keys() | used.keys()))
    figures = []
    for who in issued.keys() | used.keys():
        made, ended = issued.get(who, (0, 0))
        times, fen, served = used.get(who, (0, 0, 0))
        one = OperatorFigures(
            operator_id=who,
            operator_name=people.get(who, ""),
            issued=made,
            ended=ended,
            uses=times,
            used_fen=fen,
            people=served,
        )
        figures.append(one)
    return sorted(figures, key=lambda one: (-one.uses, -one.issued, str(one.operator_id)))
