"""Which bank accounts has a merchant, and which changes wait for an approval? The full number only with a purpose."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.merchants.account_rules import BankAccount, in_force
from backend.merchants.find_merchants import merchant_names
from backend.merchants.store import accounts as store


class FindAccounts(Struct, frozen=True, kw_only=True):
    """A merchant's accounts, as they stand at an instant."""

    merchant_id: UUID
    at: Instant


class FindProposed(Struct, frozen=True, kw_only=True):
    """A page of the changes that wait; ``after`` continues an earlier one."""

    after: tuple[Instant, UUID] | None = None
    most: int = 50


class AccountsNow(Struct, frozen=True, kw_only=True):
    """Every account of a merchant, the newest first, and which of them is in force."""

    accounts: Sequence[BankAccount]
    in_force: UUID | None


class LookAtAccount(Struct, frozen=True, kw_only=True):
    """The full view of one account, with its purpose in a few words."""

    actor: Actor
    account_id: UUID
    purpose: str


async def find_accounts(tx: Transaction, asked: FindAccounts) -> AccountsNow:
    """A merchant's accounts."""
    found = await store.accounts_of(tx, asked.merchant_id)
    live = in_force(found, at=asked.at)
    return AccountsNow(accounts=found, in_force=live.id if live else None)


class ProposedAccount(Struct, frozen=True, kw_only=True):
    """A change that waits, and whose it is."""

    account: BankAccount
    name_zh: str
    name_en: str


async def find_proposed(tx: Transaction, asked: FindProposed) -> list[ProposedAccount]:
    """Changes that wait for an approval, the first proposed first."""
    found = await store.proposed_accounts(tx, after=asked.after, most=asked.most)
    names = await merchant_names(tx, {one.merchant_id for one in found})
    return [
        ProposedAccount(account=one, name_zh=names[one.merchant_id][0], name_en=names[one.merchant_id][1])
        for one in found
    ]


async def look_at_account(tx: Transaction, command: LookAtAccount, *, now: Instant) -> BankAccount | None:
    """The account with its whole number; the trail tells who looked and what for."""
    account = await store.account(tx, command.account_id)
    if account is None:
        return None
    subject = ("merchant", account.merchant_id)
    detail = f"account {account.id}"
    entry = new_entry(now, command.actor, "merchants.look-at-account", subject, detail=detail, words=command.purpose)
    await record(tx, entry)
    return account


class FindLacking(Struct, frozen=True, kw_only=True):
    """Merchants that have not left and have no account in force at an instant; ``after`` continues an earlier page."""

    at: Instant
    after: UUID | None = None
    most: int = 50


class Lacking(Struct, frozen=True, kw_only=True):
    """A merchant that nothing can be paid to yet."""

    merchant_id: UUID
    name_zh: str
    name_en: str


async def find_lacking(tx: Transaction, asked: FindLacking) -> list[Lacking]:
    """Who has to be asked for an account before anything can be paid."""
    found = await store.without_account(tx, asked.at, after=asked.after, most=asked.most)
    return [Lacking(merchant_id=merchant_id, name_zh=zh, name_en=en) for merchant_id, zh, en in found]


async def count_lacking(tx: Transaction) -> int:
    """How many merchants that have not left nothing can be paid to now."""
    return await store.count_without_account(tx, tx.county.clock())
