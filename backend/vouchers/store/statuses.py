"""SQL of the status list: whether each voucher that ever had a token can be used, in one question."""

from sqlalchemy import case, select

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.rules import VoucherState
from backend.vouchers.status_words import UsableState
from backend.vouchers.tables import campaigns, voucher_tokens, vouchers


async def usable_states(tx: Transaction, at: Instant) -> list[tuple[int, int]]:
    """(status index, state) of every voucher with a token, by index."""
    v = vouchers.c
    # A voucher runs out by the clock, whenever its row is told so; a pause of everything stops its counters too.
    stopped = (v.expires_at <= at) | (campaigns.c.pause_scope == "everything")
    state = case(
        (v.state == str(VoucherState.REDEEMED), int(UsableState.USED)),
        ((v.state == str(VoucherState.ISSUED)) & ~stopped, int(UsableState.USABLE)),
        else_=int(UsableState.NOT_USABLE),
    )
    asked = (
        select(voucher_tokens.c.status_index, state)
        .join(vouchers, v.id == voucher_tokens.c.voucher_id)
        .join(campaigns, campaigns.c.id == v.campaign_id)
        .order_by(voucher_tokens.c.status_index)
    )
    return [(row[0], row[1]) for row in await tx.execute(asked)]
