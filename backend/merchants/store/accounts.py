"""SQL of merchants' bank accounts; holder and number are sealed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.merchants.account_rules import AccountKind, AccountState, BankAccount
from backend.merchants.audit_views import AccountFacts
from backend.merchants.rules import MerchantState
from backend.merchants.tables import bank_accounts, merchants

_HOLDER = "merchant_bank_accounts.holder_name"
_NUMBER = "merchant_bank_accounts.account_number"


def _account(tx: Transaction, row: Row[Any]) -> BankAccount:
    keys = tx.county.keys
    return BankAccount(
        id=row.id,
        merchant_id=row.merchant_id,
        kind=AccountKind(row.kind),
        holder_name=keys.open(row.holder_name, place=_HOLDER),
        bank_name=row.bank_name,
        bank_code=row.bank_code,
        province=row.province,
        number=keys.open(row.account_number, place=_NUMBER),
        state=AccountState(row.state),
        proposed_by=row.proposed_by,
        proposed_role=row.proposed_role,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        deputy_for=row.deputy_for,
        approved_at=row.approved_at,
        effective_at=row.effective_at,
        withdrawn_at=row.withdrawn_at,
    )


async def insert_account(tx: Transaction, new: BankAccount) -> None:
    """Keep a proposed account."""
    keys = tx.county.keys
    await tx.execute(
        insert(bank_accounts).values(
            id=new.id,
            merchant_id=new.merchant_id,
            kind=new.kind.value,
            holder_name=keys.seal(new.holder_name, place=_HOLDER),
            bank_name=new.bank_name,
            bank_code=new.bank_code,
            province=new.province,
            account_number=keys.seal(new.number, place=_NUMBER),
            state=new.state.value,
            proposed_by=new.proposed_by,
            proposed_role=new.proposed_role,
            proposed_at=new.proposed_at,
        )
    )


async def account(tx: Transaction, account_id: UUID) -> BankAccount | None:
    """One bank account."""
    row = (await tx.execute(select(bank_accounts).where(bank_accounts.c.id == account_id))).first()
    return None if row is None else _account(tx, row)


async def accounts_of(tx: Transaction, merchant_id: UUID) -> list[BankAccount]:
    """Every bank account of a merchant, the newest first."""
    b = bank_accounts.c
    asked = select(bank_accounts).where(b.merchant_id == merchant_id).order_by(b.proposed_at.desc(), b.id.desc())
    return [_account(tx, row) for row in await tx.execute(asked)]


async def proposed_accounts(tx: Transaction, *, after: tuple[Instant, UUID] | None, most: int) -> list[BankAccount]:
    """Accounts that wait for an approval, the first proposed first."""
    b = bank_accounts.c
    asked = select(bank_accounts).where(b.state == AccountState.PROPOSED.value)
    if after is not None:
        at, account_id = after
        asked = asked.where((b.proposed_at > at) | ((b.proposed_at == at) & (b.id > account_id)))
    rows = await tx.execute(asked.order_by(b.proposed_at, b.id).limit(most))
    return [_account(tx, row) for row in rows]


async def approve_account(
    tx: Transaction, account_id: UUID, *, by: UUID, deputy_for: UUID | None, at: Instant, effective_at: Instant
) -> None:
    """Approve an account whose merchant is locked."""
    await tx.execute(
        update(bank_accounts)
        .where(bank_accounts.c.id == account_id)
        .values(
            state=AccountState.APPROVED.value,
            approved_by=by,
            deputy_for=deputy_for,
            approved_at=at,
            effective_at=effective_at,
        )
    )


async def withdraw_account(tx: Transaction, account_id: UUID, at: Instant) -> None:
    """Withdraw an account that does not count yet; its merchant is locked."""
    await tx.execute(
        update(bank_accounts)
        .where(bank_accounts.c.id == account_id)
        .values(state=AccountState.WITHDRAWN.value, withdrawn_at=at)
    )


async def approved_accounts(tx: Transaction, merchant_ids: Sequence[UUID], at: Instant) -> dict[UUID, BankAccount]:
    """Of each merchant the approved account that came into force last, at an instant."""
    b = bank_accounts.c
    found: dict[UUID, Row[Any]] = {}
    ids = list(merchant_ids)
    for begin in range(0, len(ids), 500):
        asked = select(bank_accounts).where(
            b.merchant_id.in_(ids[begin : begin + 500]), b.state == AccountState.APPROVED.value, b.effective_at <= at
        )
        for row in await tx.execute(asked.order_by(b.effective_at)):
            found[row.merchant_id] = row  # The later one replaces the earlier.
    return {merchant_id: _account(tx, row) for merchant_id, row in found.items()}


async def merchants_with_account(tx: Transaction, at: Instant) -> set[UUID]:
    """Every merchant that has an account in force at an instant."""
    b = bank_accounts.c
    asked = select(b.merchant_id).where(b.state == AccountState.APPROVED.value, b.effective_at <= at).distinct()
    return set((await tx.execute(asked)).scalars())


async def every_account(tx: Transaction) -> list[AccountFacts]:
    """What an audit compares of every account."""
    b = bank_accounts.c
    asked = select(bank_accounts).order_by(b.merchant_id, b.effective_at)
    return [
        AccountFacts(
            account_id=row.id,
            merchant_id=row.merchant_id,
            state=AccountState(row.state),
            proposed_by=row.proposed_by,
            approved_by=row.approved_by,
            deputy_for=row.deputy_for,
            approved_at=row.approved_at,
            effective_at=row.effective_at,
        )
        for row in await tx.execute(asked)
    ]


async def count_without_account(tx: Transaction, at: Instant) -> int:
    """How many merchants that have not left have no account in force."""
    counted = select(func.count()).select_from(merchants).where(*_lacking(at))
    return int((await tx.execute(counted)).scalar_one())


def _lacking(at: Instant) -> tuple[ColumnElement[bool], ...]:
    b, m = bank_accounts.c, merchants.c
    having = select(b.merchant_id).where(b.state == AccountState.APPROVED.value, b.effective_at <= at)
    return m.state != MerchantState.ENDED.value, m.id.not_in(having)


async def without_account(
    tx: Transaction, at: Instant, *, after: UUID | None, most: int
) -> list[tuple[UUID, str, str]]:
    """Id and names of merchants that have not left and have no account in force."""
    m = merchants.c
    asked = select(m.id, m.name_zh, m.name_en).where(*_lacking(at))
    if after is not None:
        asked = asked.where(m.id > after)
    return [(row.id, row.name_zh, row.name_en) for row in await tx.execute(asked.order_by(m.id).limit(most))]
