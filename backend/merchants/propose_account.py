"""Somebody proposes another bank account for a merchant: its owner, or a clerk of the office."""

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
from backend.merchants.account_rules import (
    AccountKind,
    AccountReason,
    AccountState,
    BankAccount,
    decide_number,
    decide_proposal,
)
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.store import accounts as store
from backend.merchants.store import listed, people
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.rules import one_line
from backend.notifications.templates import ACCOUNT_PROPOSED
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class ProposeAccount(Struct, frozen=True, kw_only=True):
    """Propose an account; ``account_id`` names the act too."""

    actor: Actor
    account_id: UUID
    merchant_id: UUID
    kind: AccountKind
    holder_name: str
    bank_name: str
    bank_code: str
    province: str
    number: str

    def __repr__(self) -> str:
        return f"ProposeAccount({self.account_id})"


class AccountMoved(Struct, frozen=True, kw_only=True, tag="account-moved"):
    """Where a change of the account stands; ``again`` marks the answer to a repeated request."""

    account_id: UUID
    merchant_id: UUID
    state: AccountState
    effective_at: datetime | None = None
    again: bool = False


NotMovedAccount = Refused[AccountReason] | Refused[MerchantReason] | Refused[GeneralReason] | IdReused


async def propose_account(tx: Transaction, command: ProposeAccount, *, now: Instant) -> AccountMoved | NotMovedAccount:
    """Keep the proposal; nothing is paid there before another person has approved it and a day has passed."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    hashed = _hashed(tx, command)
    if command.actor.role == Role.MERCHANT and await people.is_cashier(tx, command.actor.id):
        return Refused(AccountReason.NOT_OWNER)
    state = await listed.lock_state(tx, command.merchant_id)
    if state is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.account_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(AccountMoved), again=True)
    if state is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    refused = decide_number(command.kind, command.number, demonstration=tx.county.demonstration) or decide_proposal(
        await store.accounts_of(tx, command.merchant_id), at=now
    )
    if refused is not None:
        return refused
    account = _account(command, command.actor.id, now)
    await store.insert_account(tx, account)
    entry = new_entry(
        now,
        command.actor,
        "merchants.propose-account",
        ("merchant", account.merchant_id),
        to_state=account.state,
        detail=f"account {account.id}",
    )
    await record(tx, entry)
    variables = {"bank_zh": one_line(account.bank_name), "tail": account.number[-4:]}
    await tell_merchant(tx, account.merchant_id, ACCOUNT_PROPOSED, variables, now=now)
    moved = AccountMoved(account_id=account.id, merchant_id=account.merchant_id, state=account.state)
    await remember_answer(tx, command.account_id, hashed, moved, now=now)
    return moved


def _hashed(tx: Transaction, command: ProposeAccount) -> bytes:
    # Sixteen bytes over an account number are soon guessed: it goes in as a keyed hash.
    secret = tx.county.keys.keyed_hash("bank-account", f"{command.holder_name}\0{command.number}").hex()
    told = (command.merchant_id, command.kind, command.bank_name, command.bank_code, command.province)
    return command_hash(("merchants.propose-account", *told, secret))


def _account(command: ProposeAccount, proposed_by: UUID, now: Instant) -> BankAccount:
    return BankAccount(
        id=command.account_id,
        merchant_id=command.merchant_id,
        kind=command.kind,
        holder_name=command.holder_name,
        bank_name=command.bank_name,
        bank_code=command.bank_code,
        province=command.province,
        number=command.number,
        state=AccountState.PROPOSED,
        proposed_by=proposed_by,
        proposed_role=command.actor.role or "",
        proposed_at=now,
    )
