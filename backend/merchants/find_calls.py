"""Which calls for merchants are there, who is on their lists, and who is on the way to one?"""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.call_rules import Call
from backend.merchants.list_views import Listed, Publicised
from backend.merchants.store import calls as store


class FindCalls(Struct, frozen=True, kw_only=True):
    """A page of calls; ``before`` continues an earlier one."""

    before: tuple[Instant, UUID] | None = None
    most: int = 50


class FindListed(Struct, frozen=True, kw_only=True):
    """A page of a call's list, or of its publicised applicants; ``after`` continues an earlier one."""

    call_id: UUID
    after: tuple[Instant, UUID] | None = None
    most: int = 50


async def find_calls(tx: Transaction, asked: FindCalls) -> list[Call]:
    """Calls, the newest first."""
    return await store.calls_before(tx, before=asked.before, most=asked.most)


async def find_call(tx: Transaction, call_id: UUID) -> Call | None:
    """One call with every version of its rules."""
    return await store.call(tx, call_id)


async def known_calls(tx: Transaction, call_ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids are calls: a campaign that asks for a list names one that can exist."""
    return await store.known_calls(tx, call_ids) if call_ids else set()


async def find_listed(tx: Transaction, asked: FindListed) -> list[Listed]:
    """The merchants on the list now, the first listed first."""
    return await store.list_after(tx, asked.call_id, after=asked.after, most=asked.most)


async def lists_of(tx: Transaction, merchant_id: UUID) -> list[tuple[Call, Instant]]:
    """The lists a merchant is on now, each with when it came on it."""
    return await store.lists_of(tx, merchant_id)


async def find_publicised(tx: Transaction, asked: FindListed) -> list[Publicised]:
    """Who is publicised and not decided on yet."""
    return await store.publicised_of(tx, asked.call_id, after=asked.after, most=asked.most)
