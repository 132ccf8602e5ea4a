"""Has this counter typed too many wrong card numbers this hour? Ten lock its typing, as ten wrong short codes do.

Whoever guesses thereby locks out their own counter, and at most two cards an hour whose number they have seen.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.vouchers.redeem_rules import MOST_WRONG_CODES
from backend.vouchers.rules import RedemptionReason
from backend.vouchers.store import documents


class NumberTyped(Struct, frozen=True):
    """A merchant's counter, or an operator, types a card's number."""

    typist: UUID


async def take_number_try(tx: Transaction, command: NumberTyped, *, now: Instant) -> Refused[RedemptionReason] | None:
    """Use up one of the hour's tries, before anybody looks at the number."""
    taken = await documents.take_try(tx, _counted(tx, command), _hour(now), MOST_WRONG_CODES)
    return None if taken else Refused(RedemptionReason.COUNTER_LOCKED)


async def give_back_number_try(tx: Transaction, command: NumberTyped, *, now: Instant) -> None:
    """Number and PIN were right."""
    await documents.give_back_try(tx, _counted(tx, command), _hour(now))


def _counted(tx: Transaction, command: NumberTyped) -> UUID:
    """A name of its own, so that an operator's wrong documents are counted by themselves."""
    return UUID(bytes=tx.county.keys.keyed_hash("card-number-typist", str(command.typist))[:16])


def _hour(now: Instant) -> Instant:
    return now.replace(minute=0, second=0, microsecond=0)
