"""Which vouchers can still be used, for counters that are about to lose their network?"""

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.status_words import UsableState
from backend.vouchers.store import statuses as store


async def voucher_statuses(tx: Transaction, at: Instant) -> list[tuple[int, UsableState]]:
    """(Place in the status list, state) of every voucher that ever had a token, by place."""
    states = {int(state): state for state in UsableState}
    return [(index, states[state]) for index, state in await store.usable_states(tx, at)]
