"""What is paid together, and what of it pays what a merchant owes back?

Pure. A payout batch is one payer's money to one merchant for one campaign and day; a run is what one file sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.settlement.rules import BatchState, MoneyPath, RunState


class OpenLine(Struct, frozen=True, kw_only=True):
    """What a campaign's budget line owes a merchant (or, of ``clawback``, gets back: negative), in no batch yet."""

    campaign_id: UUID
    merchant_id: UUID
    payer: Funder
    line_id: UUID
    clawback: bool
    amount_fen: int
    lines: int


class Batch(Struct, frozen=True, kw_only=True):
    """One payout batch (付款批次)."""

    batch_id: UUID
    number: int
    campaign_id: UUID
    merchant_id: UUID
    payer: Funder
    day: date
    amount_fen: int
    lines: int
    state: BatchState = BatchState.PENDING
    repeats_id: UUID | None = None
    run_id: UUID | None = None
    account_id: UUID | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    bank_serial: str | None = None
    bank_reason: str | None = None


class Run(Struct, frozen=True, kw_only=True):
    """One payout run (付款指令)."""

    run_id: UUID
    campaign_id: UUID
    payer: Funder
    template: str
    state: RunState
    amount_fen: int
    batches: int
    prepared_by: UUID
    prepared_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None


class PaidTally(NamedTuple):
    """What batches in a state come to, of a campaign and payer."""

    campaign_id: UUID
    payer: Funder
    state: BatchState
    batches: int
    amount_fen: int


class Netted(Struct, frozen=True, kw_only=True):
    """One batch to be: ``parts`` are what each line pays, ``set_off`` (payable line, clawback line, fen).

    A part is negative where the merchant pays back (see ``owed_back``).
    """

    campaign_id: UUID
    merchant_id: UUID
    payer: Funder
    lines: int
    parts: dict[UUID, int]
    set_off: tuple[tuple[UUID, UUID, int], ...]

    @property
    def amount_fen(self) -> int:
        """What is paid."""
        return sum(self.parts.values())


def net(lines: Iterable[OpenLine]) -> list[Netted]:
    """What can be paid, by campaign, merchant and payer; whoever owes back more than is due waits for later takings."""
    found = []
    for _, group in groupby(sorted(lines, key=_owner), key=_owner):
        of_owner = list(group)
        if sum(line.amount_fen for line in of_owner) >= 0:
            found.append(_netted(of_owner))
    return found


def owed_back(lines: Iterable[OpenLine]) -> Netted | None:
    """What a merchant owes back on balance, of one campaign and payer's lines; ``None`` if it owes nothing."""
    found = list(lines)
    return _netted(found) if found and sum(line.amount_fen for line in found) < 0 else None


def _owner(line: OpenLine) -> tuple[UUID, UUID, Funder]:
    return line.campaign_id, line.merchant_id, line.payer


def _netted(lines: Sequence[OpenLine]) -> Netted:
    due = {line.line_id: line.amount_fen for line in lines if not line.clawback}
    back = {line.line_id: -line.amount_fen for line in lines if line.clawback}
    set_off: list[tuple[UUID, UUID, int]] = []
    # A line's own takings pay what it gets back first; only the rest is paid by the campaign's other lines.
    ordered = [(line, line) for line in sorted(back)]
    ordered += [(giver, taker) for taker in sorted(back) for giver in sorted(due) if giver != taker]
    for giver, taker in ordered:
        fen = min(due.get(giver, 0), back[taker])
        if fen > 0:
            due[giver] -= fen
            back[taker] -= fen
            set_off.append((giver, taker, fen))
    first = lines[0]
    return Netted(
        campaign_id=first.campaign_id,
        merchant_id=first.merchant_id,
        payer=first.payer,
        lines=sum(line.lines for line in lines),
        parts={line: fen for line in due.keys() | back.keys() if (fen := due.get(line, 0) - back.get(line, 0))},
        set_off=tuple(set_off),
    )


def set_off_transfers(batch_id: UUID, netted: Netted, at: datetime) -> list[Transfer]:
    """What is due pays what is owed back."""
    owner = (netted.merchant_id, netted.payer)
    return [
        Transfer(
            act_id=batch_id,
            leg=leg,
            debit=Account(AccountKind.MERCHANT_PAYABLE, netted.campaign_id, giver, *owner),
            credit=Account(AccountKind.MERCHANT_CLAWBACK, netted.campaign_id, taker, *owner),
            amount_fen=fen,
            step=Step.SET_OFF,
            occurred_at=at,
        )
        for leg, (giver, taker, fen) in enumerate(netted.set_off)
    ]


def payout_transfers(batch: Batch, parts: Mapping[UUID, int], path: MoneyPath, at: datetime) -> list[Transfer]:
    """What a batch moves once the bank accepts it: from each line's payable to whoever's bank account pays."""
    return [
        Transfer(
            act_id=batch.batch_id,
            leg=leg,
            debit=Account(AccountKind.MERCHANT_PAYABLE, batch.campaign_id, line_id, batch.merchant_id, batch.payer),
            credit=Account(paying_account(batch.payer, path), batch.campaign_id),
            amount_fen=fen,
            step=Step.PAY_OUT,
            occurred_at=at,
        )
        for leg, (line_id, fen) in enumerate(sorted(parts.items()))
    ]


def repayment_transfers(batch: Batch, act_id: UUID, parts: Mapping[UUID, int], at: datetime) -> list[Transfer]:
    """What a merchant has paid back at the bank: to the bank account, off each line's clawback."""
    bank = AccountKind.PLATFORM_BANK if batch.payer is Funder.PLATFORM else AccountKind.FUND_BANK
    return [
        Transfer(
            act_id=act_id,
            leg=leg,
            debit=Account(bank, batch.campaign_id),
            credit=Account(AccountKind.MERCHANT_CLAWBACK, batch.campaign_id, line_id, batch.merchant_id, batch.payer),
            amount_fen=-fen,
            step=Step.REPAY,
            occurred_at=at,
        )
        for leg, (line_id, fen) in enumerate(sorted(parts.items()))
    ]


def paying_account(payer: Funder, path: MoneyPath) -> AccountKind:
    """Where a payer's money comes from; what the platform company advances is owed to it afterwards."""
    if payer is Funder.PLATFORM:
        return AccountKind.PLATFORM_BANK
    return AccountKind.PLATFORM_ADVANCE if path is MoneyPath.ADVANCED else AccountKind.FUND_BANK
