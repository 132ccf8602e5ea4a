"""Which status list is the newest, and when was a device's own one true?"""

from collections.abc import Collection

from msgspec import Struct

from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.status_rules import deflate, write_status_list
from backend.sync.store import status as store


class FindStatus(Struct, frozen=True, kw_only=True):
    """The list, unless the device has it already: the version it has, of which epoch."""

    since: int | None = None
    epoch: int | None = None


async def find_status(tx: Transaction, asked: FindStatus) -> bytes | None:
    """The newest list as ``XU1``, or ``None`` for the same; ``renew_status`` keeps it up to date."""
    present, newest = await epoch(tx, AskEpoch()), await store.newest_list(tx)
    version = 0 if newest is None else newest.version
    if (asked.since, asked.epoch) == (version, present):
        return None
    deflated = None if newest is None else await store.states_of(tx, version)
    return write_status_list(
        county=tx.county.code,
        epoch=present,
        version=version,
        count=0 if newest is None else newest.places,
        deflated=deflate(b"") if deflated is None else deflated,
    )


async def snapshots_of(tx: Transaction, versions: Collection[int]) -> dict[int, Instant]:
    """When each version was last true, to judge the claims that looked at it; unknown ones are left out."""
    return await store.true_at(tx, versions)
