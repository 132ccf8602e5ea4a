"""Typed codes live for minutes, their mistakes count for an hour, wrong documents for a day, what a counter refused is
kept for a season, and a token for two months after its end: older ones go by night."""

from datetime import timedelta

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day, day_starts
from backend.outbox.due import plan
from backend.outbox.rules import DueWork
from backend.vouchers.store import documents, refusals, tokens
from backend.vouchers.store import redemptions as store

FORGET_CODES = "vouchers.forget-codes"
AT_NIGHT = timedelta(hours=3)
KEPT = timedelta(days=1)
"""Longer than a code lives and than its mistakes count."""
REFUSALS_KEPT = timedelta(days=90)
"""As long as somebody asks why a shop refused a voucher."""
TOKENS_KEPT = timedelta(days=60)
"""After its end: longer than any counter may stay without a network and then be judged."""


async def plan_forgetting(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next night's work; called at every start, and a second plan for the same night changes nothing."""
    night = day_starts(business_day(now)) + AT_NIGHT
    if night <= now:
        night = day_starts(business_day(now) + timedelta(days=1)) + AT_NIGHT
    await plan(tx, DueWork(kind=FORGET_CODES, key=business_day(night).isoformat(), due_at=night))


async def forget_codes(tx: Transaction, _work: DueWork, at: Instant) -> None:
    """One night's work."""
    await store.drop_old_short_codes(tx, at - KEPT)
    await store.drop_old_wrong_codes(tx, at - KEPT)
    await documents.drop_old(tx, at - KEPT)
    await refusals.drop_old_refusals(tx, at - REFUSALS_KEPT)
    await tokens.drop_old_tokens(tx, at - TOKENS_KEPT)
    await plan_forgetting(tx, now=at)
