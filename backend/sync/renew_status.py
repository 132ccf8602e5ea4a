"""Look which vouchers can be used, at most once a minute, and number the list anew when something changed.

Whoever answers a device has the list looked at first (``freshen_status``). The version grows by one with each change;
looking again and finding the same only says until when the list was true, which is how old a device's copy counts.
Looking at every voucher takes a while in a large county, so it is done in a read: nobody who claims or redeems waits
for it, and whoever asks meanwhile waits for the same look.
"""

import asyncio
import hashlib
from datetime import timedelta
from typing import Final
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.sync.status_rules import deflate, pack_states
from backend.sync.status_views import MadeList
from backend.sync.store import status as store
from backend.vouchers.find_statuses import voucher_statuses
from backend.vouchers.status_words import UsableState

LOOKED_EVERY: Final = timedelta(minutes=1)
LISTS_KEPT: Final = timedelta(days=60)
"""As long as a token after its end: a claim may still come that looked at it."""


class AskStates(Struct, frozen=True):
    """What the list would say at an instant, if nobody looked within the minute before it."""

    at: Instant


class RenewStatus(Struct, frozen=True, kw_only=True):
    """What was seen at an instant; ``states`` packed and deflated, ``sha256`` over what was packed."""

    at: Instant
    places: int
    sha256: bytes
    deflated: bytes


States = list[tuple[int, UsableState]]


async def states_to_list(tx: Transaction, asked: AskStates) -> States | None:
    """(Place, state) of every voucher with a token; ``None`` while the newest list is fresh."""
    newest = await store.newest_list(tx)
    if newest is not None and timedelta(0) <= asked.at - newest.true_at < LOOKED_EVERY:
        return None
    return await voucher_statuses(tx, asked.at)


def seen_states(states: States, at: Instant) -> RenewStatus:
    """What was seen, ready to be kept. Pure, and long where there are many vouchers."""
    places, packed = pack_states(states)
    return RenewStatus(at=at, places=places, sha256=hashlib.sha256(packed).digest(), deflated=deflate(packed))


async def renew_status(tx: Transaction, seen: RenewStatus, *, now: Instant) -> MadeList:
    """The newest list; another process may have looked later, and then what it saw stays."""
    newest = await store.newest_list(tx)
    if newest is not None and newest.true_at > seen.at and newest.true_at <= now:
        return newest
    if newest is not None and (newest.places, newest.sha256) == (seen.places, seen.sha256):
        true_at = max(seen.at, newest.true_at)
        await store.still_true(tx, newest.version, true_at)
        return replace(newest, true_at=true_at)
    version = 1 if newest is None else newest.version + 1
    made = MadeList(version=version, made_at=seen.at, true_at=seen.at, places=seen.places, sha256=seen.sha256)
    await store.insert_list(tx, made, seen.deflated)
    await store.drop_old_lists(tx, seen.at - LISTS_KEPT, version)
    return made


class _Looking:
    """The last look of this process at a county, and the one that goes on."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.at: Instant | None = None

    def is_fresh(self, now: Instant) -> bool:
        return self.at is not None and timedelta(0) <= now - self.at < LOOKED_EVERY


_lookings: WeakKeyDictionary[County, _Looking] = WeakKeyDictionary()


async def freshen_status(county: County) -> None:
    """Afterwards the newest list was true within the last minute."""
    looking = _lookings.setdefault(county, _Looking())
    if looking.is_fresh(county.clock()):
        return
    async with looking.lock:
        at = county.clock()
        if looking.is_fresh(at):
            return
        states = await inquire(county, states_to_list, AskStates(at))
        if states is not None:
            await transact(county, renew_status, await asyncio.to_thread(seen_states, states, at))
            looking.at = at
