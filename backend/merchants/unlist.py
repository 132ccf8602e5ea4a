"""The office takes a merchant off the list of a call, for a reason on record; it stays a merchant."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.events import MerchantUnlisted
from backend.merchants.standing import forget_standing
from backend.merchants.store import calls as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash


class Unlist(Struct, frozen=True, kw_only=True):
    """Take a merchant off a list; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    call_id: UUID
    merchant_id: UUID
    reason: str


class Unlisted(Struct, frozen=True, kw_only=True, tag="unlisted"):
    """The merchant is off the list; ``again`` marks the answer to a repeated request."""

    merchant_id: UUID
    ended_at: datetime
    again: bool = False


async def unlist(tx: Transaction, command: Unlist, *, now: Instant) -> Unlisted | Refused[CallReason] | IdReused:
    """From now on vouchers that ask for this list are not taken there; what was redeemed stays owed."""
    hashed = command_hash(("merchants.unlist", command.call_id, command.merchant_id, command.reason))
    await store.lock_call(tx, command.call_id)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(Unlisted), again=True)
    if not await store.end_listing(tx, command.call_id, command.merchant_id, now):
        return Refused(CallReason.NOT_ON_LIST)
    forget_standing(tx, command.merchant_id)
    subject = ("merchant", command.merchant_id)
    detail = f"call {command.call_id}"
    entry = new_entry(now, command.actor, "merchants.unlist", subject, detail=detail, words=command.reason)
    await record(tx, entry)
    event = MerchantUnlisted(
        event_id=new_id(), occurred_at=now, merchant_id=command.merchant_id, call_id=command.call_id
    )
    await publish(tx, event, now=now)
    outcome = Unlisted(merchant_id=command.merchant_id, ended_at=now)
    await remember_answer(tx, command.change_id, hashed, outcome, now=now)
    return outcome
