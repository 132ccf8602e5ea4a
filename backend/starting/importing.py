"""What does an importer need to know of its kind: its columns, whose it is, how a row is planned and how it is done?"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.sheets.columns import Column, SheetRow
from backend.starting.rules import ImportKind, Plan, PlannedRow


class Done(Struct, frozen=True, kw_only=True):
    """A row that was carried out; an invitation is told once."""

    row: PlannedRow
    id: UUID
    login: str = ""
    invitation: str = ""
    expires_at: datetime | None = None


class NotAsPlanned(Exception):
    """A verb has refused what the plan promised: the county has changed, or two rows contradict each other.

    Raised, so that nothing of the import is kept.
    """

    def __init__(self, planned: PlannedRow, outcome: object) -> None:
        reason = getattr(outcome, "reason", None)
        super().__init__(f"row {planned.row.row}: {reason or type(outcome).__name__}")
        told = getattr(reason, "zh", "")
        self.detail = f"第 {planned.row.row} 行：{told}" if told else f"第 {planned.row.row} 行"


class Asked(Struct, frozen=True, kw_only=True):
    """Rows to plan, for somebody, at an instant."""

    rows: Sequence[SheetRow]
    actor: Actor
    at: Instant


class Importer(Struct, frozen=True, kw_only=True):
    """One kind of import."""

    kind: ImportKind
    role: Role
    """Whose desk it is."""
    columns: Sequence[Column]
    most_rows: int
    """So many at once: they are one transaction, and others wait for it."""
    plan: Callable[[Transaction, Asked], Awaitable[Plan]]
    """Reads only."""
    take: Callable[[Transaction, PlannedRow, Actor, Instant], Awaitable[Done]]
