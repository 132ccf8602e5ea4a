"""A merchant's statements on the wire."""

from base64 import b64encode
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.settlement.clearing_views import StatementTotal
from backend.settlement.find import FoundStatement
from backend.settlement.papers.statement import StatementPictures
from backend.settlement.rules import HOLD_WORDS, EventKind, EventState, FinanceEvent, HoldState
from backend.settlement.schemas import BatchAnswer, batch_answer


class StatementPicturesAnswer(Struct, frozen=True, kw_only=True):
    """Each page as a PNG in Base64; `whole` is false where there are more pages than these."""

    pages: list[str]
    whole: bool


def statement_pictures_answer(drawn: StatementPictures) -> StatementPicturesAnswer:
    """The wire form."""
    return StatementPicturesAnswer(pages=[b64encode(page).decode() for page in drawn.pages], whole=drawn.whole)


class StatementItem(Struct, frozen=True, kw_only=True):
    """One of a merchant's days; `paid_fen` is with the merchant's bank, `held_fen` waits for a decision."""

    day: date
    events: int
    bill_fen: int
    government_fen: int
    platform_fen: int
    held: int
    paid_fen: int
    held_fen: int


def statement_item(found: StatementTotal) -> StatementItem:
    """The wire form."""
    return StatementItem(
        day=found.day,
        events=found.events,
        bill_fen=found.bill_fen,
        government_fen=found.government_fen,
        platform_fen=found.platform_fen,
        held=found.held,
        paid_fen=found.paid_fen,
        held_fen=found.held_fen,
    )


class StatementLine(Struct, frozen=True, kw_only=True):
    """One act on a statement; refunds are negative."""

    act_id: UUID
    kind: EventKind
    state: EventState
    occurred_at: datetime
    bill_fen: int
    government_fen: int
    platform_fen: int
    merchant_fen: int
    hold_zh: str | None
    hold_en: str | None


class StatementAnswer(Struct, frozen=True, kw_only=True):
    """A merchant's statement of a clearing day."""

    day: date
    merchant_zh: str
    merchant_en: str
    lines: list[StatementLine]
    batches: list[BatchAnswer]
    government_fen: int
    platform_fen: int


def statement_answer(found: FoundStatement, names: dict[UUID, tuple[str, str]]) -> StatementAnswer:
    """The wire form; ``names`` are the merchant's own."""
    [(zh, en)] = names.values()
    return StatementAnswer(
        day=found.day,
        merchant_zh=zh,
        merchant_en=en,
        lines=[_line(event, found) for event in found.events],
        batches=[batch_answer(batch, names) for batch in found.batches],
        government_fen=sum(event.government_fen for event in found.events),
        platform_fen=sum(event.platform_fen for event in found.events),
    )


def _line(event: FinanceEvent, found: FoundStatement) -> StatementLine:
    waiting = [hold for hold in found.holds.get(event.event_id, ()) if hold.state is not HoldState.RELEASED]
    words = HOLD_WORDS[waiting[0].rule] if waiting else (None, None)
    return StatementLine(
        act_id=event.event_id,
        kind=event.kind,
        state=event.state,
        occurred_at=event.occurred_at,
        bill_fen=event.bill_fen,
        government_fen=event.government_fen,
        platform_fen=event.platform_fen,
        merchant_fen=event.merchant_fen,
        hold_zh=words[0],
        hold_en=words[1],
    )
