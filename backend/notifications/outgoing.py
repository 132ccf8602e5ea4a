"""How do SMS leave a real county? Between two transactions: take, send, note.

No network is touched while a transaction is open. A crash after the vendor has taken a message makes us send it again
under the same id, which the vendor recognises.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.instants import Instant
from backend.notifications import store
from backend.notifications.rules import OutgoingSms

AT_ONCE = 50
TAKEN_FOR = timedelta(seconds=60)
AGAIN_AFTER = timedelta(seconds=20)


class SmsSender(Protocol):
    """A vendor's adapter: takes a template's code and variables, never text; raises when it did not take them."""

    def send(self, sms: OutgoingSms, /) -> Awaitable[None]:
        """Hand over one message; the same id again must not send it twice."""

    def close(self) -> Awaitable[None]:
        """Hang up."""


class RealSenderRefused(Exception):
    """A demonstration county never sends a real SMS: its phones may not ring anybody."""


class _Take(Struct, frozen=True):
    most: int


class _Note(Struct, frozen=True):
    sms_id: UUID
    sent: bool


def check_sender(county: County, sender: SmsSender | None) -> None:
    """Refuse a real sender for a demonstration county, at the start and before every round."""
    if county.demonstration and sender is not None:
        raise RealSenderRefused(
            f"{county.code} is a demonstration county: its SMS appear in the visible box; "
            "set YIZHAN_SMS_ADAPTER=demonstration or serve it by a process of its own"
        )


async def send_waiting(
    county: County, sender: SmsSender, *, at: Instant, failed: Callable[[Exception], None] | None = None
) -> int:
    """One round as of ``at``: send what waits; returns how many the vendor took, ``failed`` is told of each other."""
    check_sender(county, sender)
    sent = 0
    for sms in await transact(county, _take, _Take(AT_ONCE), now=at):
        try:
            await sender.send(sms)
        except Exception as error:  # Whatever a vendor does, the next person's message must not wait for it.
            await transact(county, _note, _Note(sms.id, False), now=at)
            if failed is not None:
                failed(error)
        else:
            await transact(county, _note, _Note(sms.id, True), now=at)
            sent += 1
    return sent


async def something_waits(tx: Transaction, at: Instant) -> bool:
    """Whether a round as of ``at`` would find anything to do."""
    return await store.has_waiting(tx, at)


async def give_up_waiting(tx: Transaction, _command: None, *, now: Instant) -> int:
    """Where nobody sends: erase the phones and words of what is no longer worth sending; how many."""
    return await store.give_up_stale(tx, now)


async def _take(tx: Transaction, command: _Take, *, now: Instant) -> list[OutgoingSms]:
    await store.give_up_stale(tx, now)
    return await store.take_outgoing(tx, now, now + TAKEN_FOR, command.most)


async def _note(tx: Transaction, command: _Note, *, now: Instant) -> None:
    if command.sent:
        await store.mark_sent(tx, command.sms_id, now)
    else:
        await store.put_off(tx, command.sms_id, now + AGAIN_AFTER)
