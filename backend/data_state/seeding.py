"""Was this county's demonstration data put in, and wholly? Real counties know nothing of it."""

from msgspec import Struct

from backend.data_state import store
from backend.data_state.rules import SEEDING_BEGUN, SEEDING_DONE, Fact
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


class NoteSeeding(Struct, frozen=True):
    """Seeding begins, or is done."""

    done: bool


class AskSeeding(Struct, frozen=True):
    """How did the seeding go?"""


async def note_seeding(tx: Transaction, command: NoteSeeding, *, now: Instant) -> None:
    """Keep it beside the data: only so can a seeding that was cut off be told from data that people entered."""
    await store.put_value(tx, Fact.SEEDING, SEEDING_DONE if command.done else SEEDING_BEGUN, now)


async def seeding(tx: Transaction, _asked: AskSeeding) -> str | None:
    """``begun``, ``done``, or ``None`` where nobody ever seeded."""
    return await store.read_value(tx, Fact.SEEDING)
