"""All SQL of the ledger. Account numbers never change, so each process remembers them once they are committed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import func, literal, select, tuple_, union_all
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.columns import id_text, unread_id
from backend.database.county import County
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Account, AccountKind, Funder, Transfer
from backend.ledger.tables import accounts, transfers

_known: WeakKeyDictionary[County, dict[Account, int]] = WeakKeyDictionary()


async def account_numbers(tx: Transaction, asked: Collection[Account]) -> dict[Account, int]:
    """The accounts' numbers; those that are new are opened."""
    known = _known.setdefault(tx.county, {})
    numbers = {account: known[account] for account in asked if account in known}
    if missing := {account.key(): account for account in asked if account not in numbers}:
        opened = await _open_accounts(tx, missing)
        numbers |= opened
        tx.after_commit(lambda: known.update(opened))
    return numbers


async def _open_accounts(tx: Transaction, missing: Mapping[str, Account]) -> dict[Account, int]:
    rows = [
        {
            "key": key,
            "kind": str(account.kind),
            "campaign_id": account.campaign_id,
            "line_id": account.line_id,
            "merchant_id": account.merchant_id,
            "funder": account.funder,
        }
        # In the order of their names, so that two workers who open the same ones never wait for each other in a ring.
        for key, account in sorted(missing.items())
    ]
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    await tx.execute(make(accounts).on_conflict_do_nothing(), rows)
    found = await tx.execute(select(accounts.c.key, accounts.c.id).where(accounts.c.key.in_(list(missing))))
    return {missing[key]: int(number) for key, number in found}


async def insert_transfers(tx: Transaction, made: Sequence[Transfer], recorded_at: Instant) -> None:
    """Append transfers; the primary key (act, leg) refuses a second booking."""
    numbers = await account_numbers(tx, {account for one in made for account in (one.debit, one.credit)})
    tx.append(
        transfers,
        [
            {
                "act_id": t.act_id,
                "leg": t.leg,
                "debit_account": numbers[t.debit],
                "credit_account": numbers[t.credit],
                "amount_fen": t.amount_fen,
                "step": str(t.step),
                "occurred_at": t.occurred_at,
                "recorded_at": recorded_at,
            }
            for t in made
        ],
    )


async def legs_of(tx: Transaction, act_id: Any) -> list[tuple[int, str, str, int, str]]:
    """The transfers of one act as (leg, debit key, credit key, fen, step)."""
    debit, credit = accounts.alias(), accounts.alias()
    rows = await tx.execute(
        select(
            transfers.c.leg,
            debit.c.key.label("debit_key"),
            credit.c.key.label("credit_key"),
            transfers.c.amount_fen,
            transfers.c.step,
        )
        .join(debit, debit.c.id == transfers.c.debit_account)
        .join(credit, credit.c.id == transfers.c.credit_account)
        .where(transfers.c.act_id == act_id)
        .order_by(transfers.c.leg)
    )
    return [(r.leg, r.debit_key, r.credit_key, r.amount_fen, r.step) for r in rows]


async def balances(tx: Transaction) -> list[tuple[Account, int, int]]:
    """Every account with the sums of its debits and credits in fen."""
    both = union_all(
        select(
            transfers.c.debit_account.label("account"),
            func.sum(transfers.c.amount_fen).label("debits"),
            literal(0).label("credits"),
        ).group_by(transfers.c.debit_account),
        select(transfers.c.credit_account, literal(0), func.sum(transfers.c.amount_fen)).group_by(
            transfers.c.credit_account
        ),
    ).subquery()
    sums = (
        select(both.c.account, func.sum(both.c.debits).label("debits"), func.sum(both.c.credits).label("credits"))
        .group_by(both.c.account)
        .subquery()
    )
    rows = await tx.execute(
        select(
            accounts, func.coalesce(sums.c.debits, 0).label("debits"), func.coalesce(sums.c.credits, 0).label("credits")
        )
        .outerjoin(sums, sums.c.account == accounts.c.id)
        .order_by(accounts.c.key)
    )
    return [
        (
            Account(
                AccountKind(row.kind),
                row.campaign_id,
                row.line_id,
                row.merchant_id,
                Funder(row.funder) if row.funder else None,
            ),
            int(row.debits),
            int(row.credits),
        )
        for row in rows
    ]


async def has_transfers(tx: Transaction, act_id: UUID) -> bool:
    """Whether anything is booked under this id."""
    found = select(transfers.c.leg).where(transfers.c.act_id == act_id).limit(1)
    return (await tx.execute(found)).first() is not None


async def transfer_count(tx: Transaction) -> int:
    """How many transfers are stored."""
    return int((await tx.execute(select(func.count()).select_from(transfers))).scalar_one())


async def account_keys(tx: Transaction) -> dict[int, str]:
    """The name of every account by its number."""
    return {row.id: row.key for row in await tx.execute(select(accounts.c.id, accounts.c.key))}


async def transfers_after(tx: Transaction, act_id: UUID, leg: int, most: int) -> list[list[Any]]:
    """Transfers in the order of their key, as plain values, for the ledger hash: a million are read this way."""
    t = transfers.c
    rows = await tx.execute(
        select(
            unread_id(t.act_id, on_postgresql=tx.county.on_postgresql),
            t.leg,
            t.debit_account,
            t.credit_account,
            t.amount_fen,
            t.step,
            t.occurred_at,
            t.recorded_at,
        )
        .where(tuple_(t.act_id, t.leg) > tuple_(literal(act_id, t.act_id.type), literal(leg)))
        .order_by(t.act_id, t.leg)
        .limit(most)
    )
    return [[id_text(act), *rest] for act, *rest in rows]
