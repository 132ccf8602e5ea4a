"""A code that a station sent proves something for minutes and counts for a day: older ones go by night."""

from datetime import timedelta

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day, day_starts
from backend.outbox.due import plan
from backend.outbox.rules import DueWork
from backend.stations.store import phone_codes

FORGET_PHONE_CODES = "stations.forget-phone-codes"
AT_NIGHT = timedelta(hours=3)
PHONE_CODES_KEPT = timedelta(days=2)
"""A day longer than they count, so that the audit finds what the services of the last day rest on."""


async def plan_forgetting_phone_codes(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next night's work; called at every start, and a second plan for the same night changes nothing."""
    night = day_starts(business_day(now)) + AT_NIGHT
    if night <= now:
        night = day_starts(business_day(now) + timedelta(days=1)) + AT_NIGHT
    await plan(tx, DueWork(kind=FORGET_PHONE_CODES, key=business_day(night).isoformat(), due_at=night))


async def forget_phone_codes(tx: Transaction, _work: DueWork, at: Instant) -> None:
    """One night's work."""
    await phone_codes.erase_old_codes(tx, at - PHONE_CODES_KEPT)
    await plan_forgetting_phone_codes(tx, now=at)
