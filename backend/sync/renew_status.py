"""Look which vouchers can be used, at most once a minute, and number the list anew when something changed.

Whoever answers a device calls this first, in the same transaction. The version grows by one with each change; looking
again and finding the same only says until when the list was true, which is how old a device's copy counts.
"""

import hashlib
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.status_rules import deflate, pack_states
from backend.sync.status_views import MadeList
from backend.sync.store import status as store
from backend.vouchers.find_statuses import voucher_statuses

LOOKED_EVERY: Final = timedelta(minutes=1)
LISTS_KEPT: Final = timedelta(days=60)
"""As long as a token after its end: a claim may still come that looked at it."""


class RenewStatus(Struct, frozen=True):
    """Bring the status list up to date."""


async def renew_status(tx: Transaction, _command: RenewStatus, *, now: Instant) -> MadeList:
    """The newest list, true within the last minute."""
    newest = await store.newest_list(tx)
    if newest is not None and timedelta(0) <= now - newest.true_at < LOOKED_EVERY:
        return newest
    places, packed = pack_states(await voucher_statuses(tx, now))
    sha256 = hashlib.sha256(packed).digest()
    if newest is not None and (newest.places, newest.sha256) == (places, sha256):
        seen = max(now, newest.true_at)
        await store.still_true(tx, newest.version, seen)
        return replace(newest, true_at=seen)
    version = 1 if newest is None else newest.version + 1
    made = MadeList(version=version, made_at=now, true_at=now, places=places, sha256=sha256)
    await store.insert_list(tx, made, deflate(packed))
    await store.drop_old_lists(tx, now - LISTS_KEPT, version)
    return made
