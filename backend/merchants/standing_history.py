"""How did a merchant stand at an instant of before, as somebody without a network had to believe?

From the trail, which has every suspension and its end, and from the lists with their times. A merchant's trade and town
have no history: they are as now.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs

from backend.audit_trail.find import Find, find
from backend.database.transaction import Transaction
from backend.merchants.rules import MerchantState, Standing
from backend.merchants.store import listed as store

MOST_CHANGES = 1_000
ACTS = frozenset({"merchants.suspend", "merchants.reinstate", "merchants.end"})


async def standing_history(tx: Transaction, merchant_id: UUID) -> list[tuple[datetime, Standing]]:
    """Each standing with its first instant, in order; nothing for an id that is no merchant's."""
    now = (await store.standings(tx, [merchant_id])).get(merchant_id)
    admitted_at = await store.admitted_at(tx, merchant_id)
    if now is None or admitted_at is None:
        return []
    asked = Find(act="merchants.", subject_kind="merchant", subject_id=str(merchant_id), most=MOST_CHANGES)
    told = [
        (entry.at, MerchantState(entry.to_state))
        for entry in reversed(await find(tx, asked))
        if entry.act in ACTS and entry.to_state is not None
    ]
    changes = [(admitted_at, MerchantState.ADMITTED if told else now.state), *told]
    listed = await store.times_on_lists(tx, merchant_id)
    instants = {at for at, _ in changes} | {at for _, *both in listed for at in both if at is not None}
    return [
        (at, structs.replace(now, state=_state_at(changes, at), lists=_lists_at(listed, at)))
        for at in sorted(instants)
        if at >= admitted_at
    ]


def _state_at(changes: Sequence[tuple[datetime, MerchantState]], at: datetime) -> MerchantState:
    return next(state for since, state in reversed(changes) if since <= at)


def _lists_at(listed: Sequence[tuple[UUID, datetime, datetime | None]], at: datetime) -> frozenset[UUID]:
    return frozenset(call for call, since, until in listed if since <= at and (until is None or at < until))
