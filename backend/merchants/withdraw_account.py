"""A change of a merchant's bank account is taken back, or refused, before it counts."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason, AccountState, waits
from backend.merchants.propose_account import AccountMoved
from backend.merchants.store import accounts as store
from backend.merchants.store import listed, people
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.templates import ACCOUNT_WITHDRAWN
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class WithdrawAccount(Struct, frozen=True, kw_only=True):
    """Withdraw a change; ``change_id`` names the act, ``merchant_id`` the merchant for which the actor acts, if any."""

    actor: Actor
    change_id: UUID
    account_id: UUID
    merchant_id: UUID | None = None
    reason: str


async def withdraw_account(
    tx: Transaction, command: WithdrawAccount, *, now: Instant
) -> AccountMoved | Refused[AccountReason] | Refused[GeneralReason] | IdReused:
    """Withdraw what does not count yet: the merchant's owner, or anybody of the office who looks at it and says no."""
    hashed = command_hash(("merchants.withdraw-account", command.account_id, command.reason))
    proposed = await store.account(tx, command.account_id)
    if proposed is None or (command.actor.role == Role.MERCHANT and proposed.merchant_id != command.merchant_id):
        return Refused(GeneralReason.NOT_FOUND)
    if command.actor.role == Role.MERCHANT and command.actor.id and await people.is_cashier(tx, command.actor.id):
        return Refused(AccountReason.NOT_OWNER)
    await listed.lock_state(tx, proposed.merchant_id)
    earlier = await earlier_answer(tx, command.change_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(AccountMoved), again=True)
    account = await store.account(tx, command.account_id) or proposed
    if not waits(account, at=now):
        return Refused(AccountReason.ACCOUNT_SETTLED)
    await store.withdraw_account(tx, account.id, now)
    entry = new_entry(
        now,
        command.actor,
        "merchants.withdraw-account",
        ("merchant", account.merchant_id),
        from_state=account.state,
        to_state=AccountState.WITHDRAWN,
        detail=f"account {account.id}",
        words=command.reason,
    )
    await record(tx, entry)
    await tell_merchant(tx, account.merchant_id, ACCOUNT_WITHDRAWN, {"tail": account.number[-4:]}, now=now)
    moved = AccountMoved(account_id=account.id, merchant_id=account.merchant_id, state=AccountState.WITHDRAWN)
    await remember_answer(tx, command.change_id, hashed, moved, now=now)
    return moved
