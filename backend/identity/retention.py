"""What has outlived its purpose is erased every night, and the next night's work is planned with it."""

from datetime import timedelta

from backend.audit_trail.record import record
from backend.audit_trail.retention import erase_old_addresses
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.store import deputies, doors, keys, links, residents, sessions, staff
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant, business_day, day_starts
from backend.notifications.retention import erase_old_messages
from backend.outbox.due import plan
from backend.outbox.rules import DueWork

NIGHTLY = "identity.retention"
AT_NIGHT = timedelta(hours=3)

DOORS_KEPT = timedelta(days=1)
"""As long as the longest window that is counted."""
SESSIONS_KEPT = timedelta(days=30)
CHANGES_KEPT = timedelta(days=1)
INVITATIONS_KEPT = timedelta(days=30)
STAFF_NAMES_KEPT = timedelta(days=1095)
LOOKS_KEPT = timedelta(days=1095)
HOLDER_KEYS_KEPT = timedelta(days=400)
"""A claim made offline can come home late; the key that signed it must still be known then."""
GRANTS_KEPT = timedelta(days=1095)


async def plan_first_night(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next night's work; called at every start, and a second plan for the same night changes nothing."""
    night = day_starts(business_day(now)) + AT_NIGHT
    if night <= now:
        night = day_starts(business_day(now) + timedelta(days=1)) + AT_NIGHT
    await plan(tx, DueWork(kind=NIGHTLY, key=business_day(night).isoformat(), due_at=night))


async def erase_what_is_over(tx: Transaction, _work: DueWork, now: Instant) -> None:
    """One night's work, messages and the trail's addresses included."""
    erased = await doors.erase_old_doors(tx, untouched_since=now - DOORS_KEPT, at=now)
    erased += await links.erase_old_links(tx, now)
    erased += await sessions.erase_old_sessions(tx, ended_before=now - SESSIONS_KEPT, changed_before=now - CHANGES_KEPT)
    erased += await staff.erase_old_staff(
        tx, ended_before=now - STAFF_NAMES_KEPT, invited_before=now - INVITATIONS_KEPT
    )
    erased += await keys.erase_old_keys(tx, revoked_before=now - HOLDER_KEYS_KEPT, at=now)
    erased += await residents.erase_old_looks(tx, now - LOOKS_KEPT)
    erased += await deputies.erase_old_grants(tx, now - GRANTS_KEPT)
    erased += await erase_old_messages(tx, now=now)
    erased += await erase_old_addresses(tx, now=now)
    await record(
        tx, new_entry(now, SYSTEM, "identity.retention", ("night", business_day(now)), detail=f"{erased} rows")
    )
    await plan_first_night(tx, now=now)
