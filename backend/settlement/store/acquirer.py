"""SQL of acquirers' statements: their lines, and the redemptions whose orders they name."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import func, insert, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.rules import ACQUIRER_ORDER, EventKind, EventState, FinanceEvent
from backend.settlement.store.events import event_of
from backend.settlement.tables import acquirer_lines, acquirer_statements, finance_events

AT_ONCE = 500

T = TypeVar("T")


class KeptLine(NamedTuple):
    """One payment (or, negative, refund) under an order's number as it is compared."""

    order_no: str
    amount_fen: int
    paid_at: datetime | None


class NewStatement(NamedTuple):
    """A statement that is taken in."""

    statement_id: UUID
    file_sha256: str
    template: str
    lines: int
    matched: int
    imported_by: UUID
    imported_at: datetime


async def imported_at(tx: Transaction, file_sha256: str) -> Instant | None:
    """When a file of this content was taken in, if it was."""
    s = acquirer_statements.c
    row = (await tx.execute(select(s.imported_at).where(s.file_sha256 == file_sha256))).first()
    return row.imported_at if row else None


async def lines_of(tx: Transaction, orders: Collection[str]) -> list[KeptLine]:
    """Everything that acquirers have told of these orders."""
    line = acquirer_lines.c
    found: list[KeptLine] = []
    for portion in _portions(sorted(orders)):
        asked = select(line.order_no, line.amount_fen, line.paid_at).where(line.order_no.in_(portion))
        found += [KeptLine(row.order_no, int(row.amount_fen), row.paid_at) for row in await tx.execute(asked)]
    return found


async def insert_statement(tx: Transaction, statement: NewStatement, lines: Sequence[tuple[int, KeptLine]]) -> None:
    """The statement with its lines, each under its row in the file."""
    row = statement._asdict()
    row["id"] = row.pop("statement_id")
    await tx.execute(insert(acquirer_statements).values(row))
    tx.append(
        acquirer_lines,
        [{"statement_id": statement.statement_id, "line": number, **line._asdict()} for number, line in lines],
    )


async def redemptions_of(tx: Transaction, orders: Collection[str]) -> list[FinanceEvent]:
    """Redemptions whose proof is one of these orders, but for those that were cancelled; by id."""
    e = finance_events.c
    found: list[FinanceEvent] = []
    for portion in _portions(sorted(orders)):
        asked = select(finance_events).where(
            e.evidence_value.in_(portion),
            e.evidence_kind == ACQUIRER_ORDER,
            e.kind == str(EventKind.REDEMPTION),
            e.state != str(EventState.CANCELLED),
        )
        found += [event_of(row) for row in await tx.execute(asked)]
    return sorted(found, key=lambda event: event.event_id)


async def refunded_of(tx: Transaction, redemption_ids: Collection[UUID]) -> dict[UUID, int]:
    """What customers got back of these redemptions, as the county knows it."""
    e = finance_events.c
    found: dict[UUID, int] = {}
    for portion in _portions(sorted(redemption_ids)):
        asked = select(e.of_event_id, func.sum(e.paid_fen)).where(e.of_event_id.in_(portion)).group_by(e.of_event_id)
        found |= {row[0]: -int(row[1]) for row in await tx.execute(asked)}
    return found


def _portions(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(whole), AT_ONCE):
        yield whole[begin : begin + AT_ONCE]
