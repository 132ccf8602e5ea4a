"""Clearing days on the wire."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.ledger.rules import Funder
from backend.settlement.clearing_file import Cleared
from backend.settlement.clearing_views import ClearedLine, ClearingDay
from backend.settlement.rules import EventKind


class ClearingDayAnswer(Struct, frozen=True, kw_only=True):
    """A working day whose clearing is closed."""

    day: date
    lines: int
    total_fen: int
    closed_at: datetime


def day_answer(closed: ClearingDay) -> ClearingDayAnswer:
    """The wire form."""
    return ClearingDayAnswer(day=closed.day, lines=closed.lines, total_fen=closed.total_fen, closed_at=closed.closed_at)


class ClearingItemAnswer(Struct, frozen=True, kw_only=True):
    """What one payer owes a merchant of one campaign by acts of one kind; refunds are negative."""

    merchant_id: UUID
    merchant_name: str
    campaign_id: UUID
    payer: Funder
    kind: EventKind
    lines: int
    amount_fen: int
    held_fen: int


class ClearingAnswer(Struct, frozen=True, kw_only=True):
    """A closed day; `signature` is the county's over the file, which `format=xc1` and `format=csv` give whole."""

    day: date
    items: list[ClearingItemAnswer]
    lines: int
    total_fen: int
    held_fen: int
    closed_at: datetime
    signature: str
    json_sha256: str
    csv_sha256: str


def clearing_answer(cleared: Cleared) -> ClearingAnswer:
    """The wire form."""
    grouped: dict[tuple[UUID, UUID, Funder, EventKind], list[ClearedLine]] = defaultdict(list)
    for line in cleared.lines:
        grouped[line.merchant_id, line.campaign_id, line.payer, line.kind].append(line)
    return ClearingAnswer(
        day=cleared.closed.day,
        items=[
            ClearingItemAnswer(
                merchant_id=merchant_id,
                merchant_name=cleared.signed.names[merchant_id],
                campaign_id=campaign_id,
                payer=payer,
                kind=kind,
                lines=len(of_group),
                amount_fen=sum(line.amount_fen for line in of_group),
                held_fen=sum(line.amount_fen for line in of_group if line.held),
            )
            for (merchant_id, campaign_id, payer, kind), of_group in sorted(grouped.items())
        ],
        lines=cleared.closed.lines,
        total_fen=cleared.closed.total_fen,
        held_fen=cleared.signed.held_fen,
        closed_at=cleared.closed.closed_at,
        signature=cleared.signed.signature,
        json_sha256=cleared.signed.json_sha256,
        csv_sha256=cleared.signed.csv_sha256,
    )
