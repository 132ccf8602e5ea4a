"""A resident leaves: what the county knows of the person is erased at once.

Erased: name, phone, identity number, town, groups, proofs, keys of sameness, sessions with their devices, holder key,
inbox, and what the staff wrote about the person. Kept: the account's id with the day it closed, answers to consents
(proof of what was agreed, without a value), and the trail, which names the id alone. Keyed hashes stay only with claims
of vouchers, in the slice that must keep those as accounting records, so that closing and opening an account again
brings no second voucher.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.retention import erase_words_about
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.events import AccountClosed
from backend.identity.reasons import IdentityReason
from backend.identity.rules import ResidentState, SessionEnd
from backend.identity.store import keys, residents, sessions
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.notifications.inbox import EraseInbox, erase_inbox
from backend.outbox.publish import publish


class CloseAccount(Struct, frozen=True, kw_only=True):
    """This resident closes their account."""

    resident_id: UUID
    actor: Actor


async def close_account(tx: Transaction, command: CloseAccount, *, now: Instant) -> Refused[Reason] | None:
    """Erase and end; a frozen account is closed only after a person has looked at it: else freezing meant nothing."""
    resident = await residents.lock_resident(tx, command.resident_id)
    if resident is None or resident.state is ResidentState.CLOSED:
        return Refused(GeneralReason.NOT_FOUND)
    if resident.state is ResidentState.FROZEN:
        return Refused(IdentityReason.ACCOUNT_FROZEN)
    await residents.erase_resident(tx, resident.id, now)
    await keys.erase_holder(tx, resident.id, now)
    await erase_words_about(tx, str(resident.id), now=now)
    await erase_inbox(tx, EraseInbox(resident.id), now=now)
    await publish(tx, AccountClosed(event_id=new_id(), occurred_at=now, resident_id=resident.id), now=now)
    entry = new_entry(
        now,
        command.actor,
        "identity.close_account",
        ("resident", resident.id),
        from_state=resident.state.value,
        to_state=ResidentState.CLOSED.value,
    )
    await record(tx, entry)
    await sessions.erase_signs(tx, resident.id)
    await sessions.end_all_of(tx, resident.id, SessionEnd.ACCOUNT_ENDED, now)
    return None
