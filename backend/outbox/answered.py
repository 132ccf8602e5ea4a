"""Same id, same command → same answer; same id, another command → ``IdReused``.

A verb asks ``earlier_answer`` first and calls ``remember_answer`` last, in its own transaction: the answer may be lost
on its way to the caller, but never the money.
"""

from collections.abc import Sequence
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


async def earlier_answers(tx: Transaction, request_ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, str]]:
    """(command hash, outcome as JSON) of those ids that were answered before; for verbs that decide in batches."""
    return await store.answers_of(tx, request_ids)


async def remember_answers(tx: Transaction, answers: Sequence[tuple[UUID, bytes, object]], *, now: Instant) -> None:
    """Bind (id, command hash, outcome) for good, many at once."""
    if answers:
        await store.insert_answers(
            tx,
            [(request_id, hashed, msgspec.json.encode(outcome).decode()) for request_id, hashed, outcome in answers],
            now,
        )


class EarlierRefusal(Struct, frozen=True, kw_only=True):
    """A refusal that was stored for a command: its outcome as JSON, and when."""

    hashed: bytes
    outcome: str
    at: Instant


async def earlier_refusals(tx: Transaction, hashes: Sequence[bytes]) -> list[EarlierRefusal]:
    """What was refused of these commands, whatever ids they came with, oldest first."""
    found = await store.refusals_of(tx, hashes)
    return [EarlierRefusal(hashed=hashed, outcome=outcome, at=at) for hashed, outcome, at in found]
