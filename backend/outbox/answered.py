"""Same id, same command → same answer; same id, another command → ``IdReused``.

A verb asks ``earlier_answer`` first and calls ``remember_answer`` last, in its own transaction: the answer may be lost
on its way to the caller, but never the money.
"""

from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.outbox import store
from backend.outbox.rules import IdReused

T = TypeVar("T")


class Earlier(Struct, frozen=True):
    """This request was answered before, with this outcome as JSON."""

    outcome: str

    def decoded(self, kind: type[T]) -> T:
        """The outcome as the type the verb returns."""
        return msgspec.json.decode(self.outcome, type=kind)


async def earlier_answer(tx: Transaction, request_id: UUID, hashed: bytes) -> Earlier | IdReused | None:
    """The stored answer; ``IdReused`` when the id carried another command; ``None`` for a new id."""
    found = await store.answer_of(tx, request_id)
    if found is None:
        return None
    return Earlier(found[1]) if found[0] == hashed else IdReused()


async def remember_answer(tx: Transaction, request_id: UUID, hashed: bytes, outcome: object, *, now: Instant) -> None:
    """Bind ``outcome`` to the id for good."""
    await store.insert_answer(tx, request_id, hashed, msgspec.json.encode(outcome).decode(), now)
