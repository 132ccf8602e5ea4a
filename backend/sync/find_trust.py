"""Do counters need a trust list here, and until when do they have one? For the check-list of a county's start."""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.sync.store import policies
from backend.sync.trusted_list import trusted_until


async def find_trust(tx: Transaction) -> tuple[bool, Instant | None]:
    """Whether a policy for counters without a network is in force; the end of the list that names the issuing key."""
    return await policies.in_force(tx) is not None, trusted_until(tx.county)
