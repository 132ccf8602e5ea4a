"""Codes that nobody used are forgotten by night, and allowances that nothing can be paid from any more go back.

A device that never comes back would else hold its part of a pool for ever, and its campaign could not be closed.
"""

from datetime import timedelta

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.cards.retention import tidy_cards
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant, business_day, day_starts
from backend.outbox.due import plan
from backend.outbox.rules import DueWork
from backend.sync.deal_allowance import take_back
from backend.sync.store import allowances, devices

TIDY_DEVICES = "sync.tidy-devices"
AT_NIGHT = timedelta(hours=3)
INVITATIONS_KEPT = timedelta(days=1)
"""Longer than a code lives."""


async def plan_tidying(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next night's work; called at every start, and a second plan for the same night changes nothing."""
    night = day_starts(business_day(now)) + AT_NIGHT
    if night <= now:
        night = day_starts(business_day(now) + timedelta(days=1)) + AT_NIGHT
    await plan(tx, DueWork(kind=TIDY_DEVICES, key=business_day(night).isoformat(), due_at=night))


async def tidy_devices(tx: Transaction, _work: DueWork, at: Instant) -> None:
    """One night's work."""
    await devices.erase_unused_invitations(tx, at - INVITATIONS_KEPT)
    await tidy_cards(tx, now=at)
    # All devices before all pools: a push has its device first, too.
    locked = [await devices.lock_device(tx, one) for one in await allowances.devices_that_lapse(tx, at)]
    # Asked again under their locks: one of them may have been dealt anew meanwhile.
    lapsing = set(await allowances.devices_that_lapse(tx, at))
    known = [device for device in locked if device is not None and device.id in lapsing]
    await take_back(tx, known, at)
    for device in known:
        subject = ("device", device.id)
        await record(tx, new_entry(at, SYSTEM, "sync.lapse-allowances", subject, detail=f"episode {device.episode}"))
    await plan_tidying(tx, now=at)
