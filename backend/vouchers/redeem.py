"""Take vouchers as payment, each at most once, however often the counter asks.

The rows, the ledger, the events and the trail share one transaction: all of them happen, or none. ``redeem`` is the
plain verb; ``redeem_many`` decides a batch in its order, and one bad command never fails its neighbours.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from backend.audit_trail.record import record
from backend.audit_trail.rules import Entry, new_entry
from backend.database.transaction import Transaction
from backend.identity.enrol_holder_key import holder_keys
from backend.identity.person import claimants
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_ids
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.merchants.standing import standings
from backend.outbox.answered import earlier_answers, remember_answers
from backend.outbox.publish import publish_many
from backend.outbox.rules import IdReused
from backend.settlement.record import record_cells, record_events
from backend.settlement.rules import CounterCell, EventKind, FinanceEvent
from backend.vouchers.events import VoucherRedeemed
from backend.vouchers.redeem_rules import (
    UNBOUND,
    LiveVoucher,
    Redeem,
    Redeemed,
    RedeemOutcome,
    Shown,
    Typed,
    Unproven,
)
from backend.vouchers.redemption_batch import Acceptance, Batch, hour_of
from backend.vouchers.rules import RedemptionReason, VoucherState
from backend.vouchers.store import claims, refusals
from backend.vouchers.store import redemptions as store

_Stored = Redeemed | Refused[RedemptionReason]


async def redeem(tx: Transaction, command: Redeem, *, now: Instant) -> RedeemOutcome:
    """Decide one redemption under its voucher's lock, and store what follows from it."""
    return (await redeem_many(tx, [command], now=now))[0]


async def redeem_many(tx: Transaction, commands: Sequence[Redeem], *, now: Instant) -> list[RedeemOutcome]:
    """Decide redemptions in their order in one transaction, and store what follows from them."""
    batch = await _batch(tx, commands, now)
    # Asked under the vouchers' locks: a copy of the request that was stored while this one waited is found here.
    earlier = await earlier_answers(tx, [command.redemption_id for command in commands])
    outcomes: list[RedeemOutcome] = []
    fresh: list[tuple[UUID, bytes, object]] = []
    for command in commands:
        known = earlier.get(command.redemption_id)
        if known is not None:
            outcomes.append(_again(command, *known))
            continue
        if batch.is_voucher(command.redemption_id):
            # Claims are booked under their vouchers' ids, which people are told: no other act may take one.
            outcomes.append(IdReused())
            continue
        outcome: RedeemOutcome
        if isinstance(command.presented, Unproven):
            outcome = Refused(command.presented.reason)
        else:
            decided = batch.decide(command, command.presented)
            outcome = decided
            if not (isinstance(decided, Refused) and decided.reason in UNBOUND):
                hashed = command.hashed()
                fresh.append((command.redemption_id, hashed, decided))
                earlier[command.redemption_id] = (hashed, msgspec.json.encode(decided).decode())
        outcomes.append(outcome)
    await _store(tx, batch, now)
    await remember_answers(tx, fresh, now=now)
    return outcomes


def _again(command: Redeem, hashed: bytes, outcome: str) -> RedeemOutcome:
    if hashed != command.hashed():
        return IdReused()
    # The answer was lost, not the money: same id, same answer.
    stored = msgspec.json.decode(outcome, type=_Stored)
    return msgspec.structs.replace(stored, again=True) if isinstance(stored, Redeemed) else stored


async def _batch(tx: Transaction, commands: Sequence[Redeem], now: Instant) -> Batch:
    """Everything the batch's decisions need, read under the vouchers' locks."""
    typed = [command.presented.code for command in commands if isinstance(command.presented, Typed)]
    named = {command.presented.voucher_id for command in commands if isinstance(command.presented, Shown)}
    ids = {command.redemption_id for command in commands}
    vouchers = await store.lock_vouchers(tx, named | ids, typed)
    # Codes are asked for under the locks: whoever used one meanwhile has taken it away.
    typists = {command.typist for command in commands if isinstance(command.presented, Typed)}
    codes, wrong = await store.codes_and_mistakes(tx, typed, typists, hour_of(now))
    shown = frozenset(vouchers[voucher_id].resident_id for voucher_id in named if voucher_id in vouchers)
    # Somebody who shows a voucher has proven a phone; who they are is only read for kinds that ask for more.
    asked = {one.resident_id for one in vouchers.values() if one.terms.redeem_level > ProofLevel.PHONE}
    counters = {command.merchant_id for command in commands}
    return Batch(
        vouchers=vouchers,
        codes=codes,
        holders={who: key.point for who, key in (await holder_keys(tx, shown)).items()} if shown else {},
        levels={who: known.proof_level for who, known in (await claimants(tx, asked)).items()} if asked else {},
        counters=await standings(tx, counters, now=now),
        wrong=wrong,
        at=now,
    )


async def _store(tx: Transaction, batch: Batch, now: Instant) -> None:
    for counter_id, wrong in batch.newly_wrong.items():
        await store.count_wrong(tx, counter_id, hour_of(now), wrong)
    await refusals.count_refusals(tx, batch.turned_away, now)
    if not batch.accepted:
        return
    await store.mark_redeemed(tx, batch.accepted)
    await store.insert_redemptions(tx, batch.accepted, now)
    await _return_unused(tx, batch.accepted)
    await post(tx, *(transfer for accepted in batch.accepted for transfer in _transfers(accepted, now)), now=now)
    day = business_day(now)
    record_events(tx, [_finance_event(accepted, day, now) for accepted in batch.accepted])
    record_cells(tx, [_cell(one.command, one.command.cell, day) for one in batch.accepted if one.command.cell])
    ids = iter(new_ids(2 * len(batch.accepted)))
    await publish_many(tx, [_event(next(ids), accepted, now) for accepted in batch.accepted], now=now)
    await record(tx, *(_entry(next(ids), accepted, now) for accepted in batch.accepted))


async def _return_unused(tx: Transaction, accepted: Sequence[Acceptance]) -> None:
    unused: dict[UUID, int] = {}
    for one in accepted:
        if one.unused_fen:
            unused[one.voucher.line_id] = unused.get(one.voucher.line_id, 0) + one.unused_fen
    above: dict[UUID, int] = {}
    for line_id, fen in unused.items():
        for line in await claims.path_of(tx, line_id):
            above[line] = above.get(line, 0) + fen
    await store.count_returned(tx, [(line, fen, 0) for line, fen in above.items()])


def _finance_event(accepted: Acceptance, day: date, now: Instant) -> FinanceEvent:
    command, voucher, evidence, shares = accepted.command, accepted.voucher, accepted.command.evidence, accepted.shares
    return FinanceEvent(
        event_id=command.redemption_id,
        kind=EventKind.REDEMPTION,
        campaign_id=voucher.campaign_id,
        line_id=voucher.line_id,
        merchant_id=command.merchant_id,
        resident_id=voucher.resident_id,
        staff_id=command.actor.id,
        business_day=day,
        town_code=accepted.counter.town,
        trade=accepted.counter.trade,
        bill_fen=command.bill.bill_fen,
        paid_fen=command.bill.bill_fen - accepted.discount_fen,
        government_fen=shares.get(Funder.GOVERNMENT, 0),
        platform_fen=shares.get(Funder.PLATFORM, 0),
        merchant_fen=shares.get(Funder.MERCHANT, 0),
        threshold_fen=voucher.terms.minimum_spend_fen,
        evidence_kind=evidence.kind if evidence else None,
        evidence_value=evidence.value if evidence else None,
        evidence_fen=evidence.amount_fen if evidence else None,
        occurred_at=now,
    )


def _cell(command: Redeem, cell: str, day: date) -> CounterCell:
    return CounterCell(event_id=command.redemption_id, merchant_id=command.merchant_id, business_day=day, cell=cell)


def _event(event_id: UUID, accepted: Acceptance, now: Instant) -> VoucherRedeemed:
    command, voucher = accepted.command, accepted.voucher
    return VoucherRedeemed(
        event_id=event_id,
        occurred_at=now,
        redemption_id=command.redemption_id,
        voucher_id=voucher.voucher_id,
        campaign_id=voucher.campaign_id,
        resident_id=voucher.resident_id,
        merchant_id=command.merchant_id,
        bill_fen=command.bill.bill_fen,
        discount_fen=accepted.discount_fen,
        shares=tuple((funder, fen) for funder, fen in accepted.shares.items() if fen),
    )


def _entry(entry_id: UUID, accepted: Acceptance, now: Instant) -> Entry:
    return new_entry(
        now,
        accepted.command.actor,
        "voucher.redeem",
        ("voucher", accepted.voucher.voucher_id),
        from_state=VoucherState.ISSUED,
        to_state=VoucherState.REDEEMED,
        detail=f"redemption {accepted.command.redemption_id}",
        entry_id=entry_id,
    )


def _transfers(accepted: Acceptance, now: Instant) -> list[Transfer]:
    voucher: LiveVoucher = accepted.voucher
    campaign, line, merchant = voucher.campaign_id, voucher.line_id, accepted.command.merchant_id
    opened = Account(AccountKind.VOUCHER_OPEN, campaign, line)
    booked = (
        (
            opened,
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.GOVERNMENT),
            accepted.public_fen,
            Step.REDEEM,
        ),
        (opened, Account(AccountKind.BUDGET_LINE, campaign, line), accepted.unused_fen, Step.UNUSED_FACE),
        (
            Account(AccountKind.PLATFORM_DUE, campaign),
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.PLATFORM),
            accepted.shares.get(Funder.PLATFORM, 0),
            Step.PLATFORM_SHARE,
        ),
    )
    return [
        Transfer(
            act_id=accepted.command.redemption_id,
            leg=leg,
            debit=debit,
            credit=credit,
            amount_fen=fen,
            step=step,
            occurred_at=now,
        )
        for leg, (debit, credit, fen, step) in enumerate(booked)
        if fen
    ]
