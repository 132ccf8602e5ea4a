"""Another person of the office approves a merchant's new bank account; it counts 24 hours later."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import COUNTY_TIME, Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import (
    WAITS,
    AccountReason,
    AccountState,
    BankAccount,
    decide_approval,
)
from backend.merchants.call_reasons import CallReason
from backend.merchants.events import PayoutAccountApproved
from backend.merchants.four_eyes import Hand, may_act
from backend.merchants.propose_account import AccountMoved
from backend.merchants.store import accounts as store
from backend.merchants.store import listed
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.templates import ACCOUNT_APPROVED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused, command_hash

APPROVING = frozenset({Role.REVIEWER, Role.APPROVER})


class ApproveAccount(Struct, frozen=True, kw_only=True):
    """Approve a proposed account; ``decision_id`` names the act."""

    actor: Actor
    decision_id: UUID
    account_id: UUID
    deputy_for: UUID | None = None

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("merchants.approve-account", self.account_id, self.deputy_for, self.actor.id))


NotApproved = Refused[AccountReason] | Refused[CallReason] | Refused[GeneralReason] | IdReused


async def approve_account(tx: Transaction, command: ApproveAccount, *, now: Instant) -> AccountMoved | NotApproved:
    """Approve; whoever proposed it never may. The account before stays in force until the new one counts."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    proposed = await store.account(tx, command.account_id)
    if proposed is None:
        return Refused(GeneralReason.NOT_FOUND)
    await listed.lock_state(tx, proposed.merchant_id)
    earlier = await earlier_answer(tx, command.decision_id, command.hashed())
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(AccountMoved), again=True)
    account = await store.account(tx, command.account_id) or proposed
    hand = Hand(person_id=command.actor.id, deputy_for=command.deputy_for)
    if not await may_act(tx, hand, APPROVING, now=now):
        return Refused(CallReason.NOT_DEPUTY)
    refused = decide_approval(account, hand.person_id, hand.deputy_for)
    if refused is not None:
        return refused
    effective_at = now + WAITS
    await store.approve_account(
        tx, account.id, by=hand.person_id, deputy_for=hand.deputy_for, at=now, effective_at=effective_at
    )
    entry = new_entry(
        now,
        command.actor,
        "merchants.approve-account",
        ("merchant", account.merchant_id),
        from_state=account.state,
        to_state=AccountState.APPROVED,
        detail=f"account {account.id}",
    )
    await record(tx, entry)
    await _tell(tx, account, effective_at, now)
    moved = AccountMoved(
        account_id=account.id,
        merchant_id=account.merchant_id,
        state=AccountState.APPROVED,
        effective_at=effective_at,
    )
    await remember_answer(tx, command.decision_id, command.hashed(), moved, now=now)
    return moved


async def _tell(tx: Transaction, account: BankAccount, effective_at: Instant, now: Instant) -> None:
    event = PayoutAccountApproved(
        event_id=new_id(),
        occurred_at=now,
        merchant_id=account.merchant_id,
        account_id=account.id,
        effective_at=effective_at,
    )
    await publish(tx, event, now=now)
    variables = {"tail": account.number[-4:], "since": f"{effective_at.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"}
    await tell_merchant(tx, account.merchant_id, ACCOUNT_APPROVED, variables, now=now)
