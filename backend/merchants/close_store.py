"""A merchant closes a shop; the first one stands for the merchant itself and ends with it."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.rules import MerchantReason
from backend.merchants.store import listed as store
from backend.merchants.store import people
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class CloseStore(Struct, frozen=True, kw_only=True):
    """Close a shop for good; ``change_id`` names the act."""

    actor: Actor
    change_id: UUID
    merchant_id: UUID
    store_id: UUID
    reason: str


class StoreClosed(Struct, frozen=True, kw_only=True, tag="store-closed"):
    """The shop is closed; ``again`` marks the answer to a repeated request."""

    store_id: UUID
    closed_at: datetime
    again: bool = False


NotClosed = Refused[MerchantReason] | Refused[AccountReason] | Refused[GeneralReason] | IdReused


async def close_store(tx: Transaction, command: CloseStore, *, now: Instant) -> StoreClosed | NotClosed:
    """Close it once; a refusal binds no id."""
    hashed = command_hash(("merchants.close-store", command.merchant_id, command.store_id, command.reason))
    if command.actor.role == Role.MERCHANT and command.actor.id and await people.is_cashier(tx, command.actor.id):
        return Refused(AccountReason.NOT_OWNER)
    found = await store.store_of(tx, command.merchant_id, command.store_id)
    if found is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(StoreClosed), again=True)
    number, name, closed = found
    if number == 1:
        return Refused(MerchantReason.FIRST_STORE)
    if closed:
        return Refused(MerchantReason.STORE_CLOSED)
    await store.close_store(tx, command.store_id, command.actor.id, now)
    entry = new_entry(
        now,
        command.actor,
        "merchants.close-store",
        ("merchant", command.merchant_id),
        detail=f"{number}: {name}",
        words=command.reason,
    )
    await record(tx, entry)
    outcome = StoreClosed(store_id=command.store_id, closed_at=now)
    await remember_answer(tx, command.change_id, hashed, outcome, now=now)
    return outcome
