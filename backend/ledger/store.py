"""All SQL of the ledger. Account numbers never change, so each process remembers them once they are committed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, FromClause, Table, func, literal, select, true, tuple_, union_all
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.columns import id_text, unread_id
from backend.database.county import County
from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Account, AccountKind, Ending, Funder, Step, Transfer
from backend.ledger.tables import accounts, pending_ends, pending_transfers, transfers

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
    tx.append(transfers, [_row(one, numbers, recorded_at) for one in made])


def _row(one: Transfer, numbers: Mapping[Account, int], recorded_at: Instant) -> dict[str, Any]:
    return {
        "act_id": one.act_id,
        "leg": one.leg,
        "debit_account": numbers[one.debit],
        "credit_account": numbers[one.credit],
        "amount_fen": one.amount_fen,
        "step": str(one.step),
        "occurred_at": one.occurred_at,
        "recorded_at": recorded_at,
    }


async def insert_pending(tx: Transaction, made: Sequence[Transfer], recorded_at: Instant) -> None:
    """Append pending transfers."""
    numbers = await account_numbers(tx, {account for one in made for account in (one.debit, one.credit)})
    tx.append(pending_transfers, [_row(one, numbers, recorded_at) for one in made])


async def end_pending(tx: Transaction, pending_act_id: UUID, act_id: UUID, ending: Ending, at: Instant) -> None:
    """A pending act's one end."""
    row = {"pending_act_id": pending_act_id, "act_id": act_id, "ending": str(ending), "recorded_at": at}
    tx.append(pending_ends, [row])


async def pending_of(tx: Transaction, act_id: UUID) -> list[Transfer]:
    """The pending transfers of an act, by leg."""
    debit, credit = accounts.alias(), accounts.alias()
    rows = await tx.execute(
        select(pending_transfers, *_named(debit, "debit"), *_named(credit, "credit"))
        .join(debit, debit.c.id == pending_transfers.c.debit_account)
        .join(credit, credit.c.id == pending_transfers.c.credit_account)
        .where(pending_transfers.c.act_id == act_id)
        .order_by(pending_transfers.c.leg)
    )
    return [
        Transfer(
            act_id=row.act_id,
            leg=row.leg,
            debit=_account(row, "debit"),
            credit=_account(row, "credit"),
            amount_fen=row.amount_fen,
            step=Step(row.step),
            occurred_at=row.occurred_at,
        )
        for row in rows
    ]


async def pending_debits(tx: Transaction) -> list[tuple[str, int]]:
    """(account key, fen) that is on its way out of accounts: pending acts without an end."""
    rows = await tx.execute(
        select(accounts.c.key, func.sum(pending_transfers.c.amount_fen).label("fen"))
        .join(accounts, accounts.c.id == pending_transfers.c.debit_account)
        .outerjoin(pending_ends, pending_ends.c.pending_act_id == pending_transfers.c.act_id)
        .where(pending_ends.c.pending_act_id.is_(None))
        .group_by(accounts.c.key)
        .order_by(accounts.c.key)
    )
    return [(row.key, int(row.fen)) for row in rows]


_OWNERS = ("kind", "campaign_id", "line_id", "merchant_id", "funder")


def _named(table: FromClause, side: str) -> list[ColumnElement[Any]]:
    return [table.c[name].label(f"{side}_{name}") for name in _OWNERS]


def _account(row: Any, side: str) -> Account:
    kind, campaign, line, merchant, funder = (getattr(row, f"{side}_{name}") for name in _OWNERS)
    return Account(AccountKind(kind), campaign, line, merchant, Funder(funder) if funder else None)


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


async def sums_before(tx: Transaction, campaign_id: UUID, before: Instant) -> dict[AccountKind, tuple[int, int]]:
    """(debits, credits) in fen of a campaign's accounts by their kind, of transfers recorded before an instant."""
    t = transfers.c
    numbers = select(accounts.c.id).where(accounts.c.campaign_id == campaign_id)
    sums: dict[AccountKind, list[int]] = {}
    for side, account in ((0, t.debit_account), (1, t.credit_account)):
        asked = (
            select(accounts.c.kind, func.sum(t.amount_fen))
            .join(accounts, accounts.c.id == account)
            .where(account.in_(numbers), t.recorded_at < before)
            .group_by(accounts.c.kind)
        )
        for kind, fen in await tx.execute(asked):
            sums.setdefault(AccountKind(kind), [0, 0])[side] = int(fen)
    return {kind: (debits, credits_) for kind, (debits, credits_) in sums.items()}


async def flows(tx: Transaction, campaign_id: UUID | None = None) -> list[tuple[Account, Step | None, int, int]]:
    """(account, step, debits, credits) in fen, of one campaign or all; an untouched account has no step."""
    t = transfers.c
    own = None if campaign_id is None else accounts.c.campaign_id == campaign_id
    debits = select(
        t.debit_account.label("account"), t.step, func.sum(t.amount_fen).label("debits"), literal(0).label("credits")
    ).group_by(t.debit_account, t.step)
    credits_ = select(t.credit_account, t.step, literal(0), func.sum(t.amount_fen)).group_by(t.credit_account, t.step)
    if own is not None:
        numbers = select(accounts.c.id).where(own)
        debits, credits_ = debits.where(t.debit_account.in_(numbers)), credits_.where(t.credit_account.in_(numbers))
    both = union_all(debits, credits_).subquery()
    sums = (
        select(
            both.c.account,
            both.c.step,
            func.sum(both.c.debits).label("debits"),
            func.sum(both.c.credits).label("credits"),
        )
        .group_by(both.c.account, both.c.step)
        .subquery()
    )
    rows = await tx.execute(
        select(
            accounts,
            sums.c.step,
            func.coalesce(sums.c.debits, 0).label("debits"),
            func.coalesce(sums.c.credits, 0).label("credits"),
        )
        .outerjoin(sums, sums.c.account == accounts.c.id)
        .where(true() if own is None else own)
        .order_by(accounts.c.key, sums.c.step)
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
            Step(row.step) if row.step else None,
            int(row.debits),
            int(row.credits),
        )
        for row in rows
    ]


async def balance_of(tx: Transaction, account: Account) -> tuple[int, int, int]:
    """(debits, credits, debits still pending) of one account in fen."""
    number = (await tx.execute(select(accounts.c.id).where(accounts.c.key == account.key()))).scalar()
    if number is None:
        return 0, 0, 0
    t, p = transfers.c, pending_transfers.c

    async def summed(amount: ColumnElement[int], *where: ColumnElement[bool]) -> int:
        return int((await tx.execute(select(func.coalesce(func.sum(amount), 0)).where(*where))).scalar_one())

    ended = select(pending_ends.c.pending_act_id).where(pending_ends.c.pending_act_id == p.act_id).exists()
    return (
        await summed(t.amount_fen, t.debit_account == number),
        await summed(t.amount_fen, t.credit_account == number),
        await summed(p.amount_fen, (p.debit_account == number) | (p.credit_account == number), ~ended),
    )


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


async def pending_told(tx: Transaction) -> list[list[Any]]:
    """Pending acts and their ends as plain values, for the ledger hash; they are as few as payouts."""
    p, e = pending_transfers.c, pending_ends.c
    columns = (p.act_id, p.leg, p.debit_account, p.credit_account, p.amount_fen, p.step, p.occurred_at, p.recorded_at)
    rows = await tx.execute(select(*columns).order_by(p.act_id, p.leg))
    told: list[list[Any]] = [[str(row.act_id), *row[1:]] for row in rows]
    ends = await tx.execute(select(e.pending_act_id, e.act_id, e.ending, e.recorded_at).order_by(e.pending_act_id))
    return told + [[str(row.pending_act_id), str(row.act_id), row.ending, row.recorded_at] for row in ends]


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


def told_of_campaign(campaign_id: UUID) -> tuple[Told, ...]:
    """Every transfer of a campaign, pending ones and their ends; accounts go by the numbers of ``accounts_of``."""
    p, e = pending_transfers.c, pending_ends.c

    def movements(name: str, table: Table) -> Told:
        c = table.c
        columns = (c.act_id, c.leg, c.debit_account, c.credit_account, c.amount_fen, c.step, c.occurred_at)
        told = select(*columns, c.recorded_at).join(accounts, accounts.c.id == c.debit_account)
        return Told(name=name, statement=told.where(accounts.c.campaign_id == campaign_id), keys=(c.act_id, c.leg))

    own = select(p.act_id).join(accounts, accounts.c.id == p.debit_account).where(accounts.c.campaign_id == campaign_id)
    ends = select(e.pending_act_id, e.act_id, e.ending, e.recorded_at).where(e.pending_act_id.in_(own))
    return (
        movements("ledger/transfers.csv", transfers),
        movements("ledger/pending.csv", pending_transfers),
        Told(name="ledger/pending-ends.csv", statement=ends, keys=(e.pending_act_id,)),
    )


async def accounts_of(tx: Transaction, campaign_id: UUID) -> list[tuple[int, Account]]:
    """(number, account) of a campaign, by number."""
    rows = await tx.execute(select(accounts).where(accounts.c.campaign_id == campaign_id).order_by(accounts.c.id))
    return [
        (
            row.id,
            Account(
                AccountKind(row.kind),
                row.campaign_id,
                row.line_id,
                row.merchant_id,
                Funder(row.funder) if row.funder else None,
            ),
        )
        for row in rows
    ]
