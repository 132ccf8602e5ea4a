"""Counters without a network: a pool of a campaign, devices with allowances, and the claims that they send later."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.vouchers.desk_rules import LineLevel
from backend.vouchers.rules import Bill, VoucherState
from backend.vouchers.settle_offline import Settled, SettleOffline, SettleOutcome, settle_offline
from backend.vouchers.store import claims, desk
from backend.vouchers.store import redemptions as redeeming
from backend.vouchers.tables import budget_lines, rounds, vouchers
from backend.vouchers.void_offline import Beside, VoidOffline, unpaid_beside, void_offline
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import Phone, counter, phone, voucher

OPEN_FOR = timedelta(days=21)
"""Fourteen days of the longest hard limit, and seven."""


class Device(Struct, frozen=True, kw_only=True):
    """A device of a merchant, with an allowance from a pool."""

    merchant_id: UUID
    pool_line_id: UUID
    device_id: UUID


class _Pool(Struct, frozen=True):
    round_id: UUID
    fen: int


async def _set_apart(tx: Transaction, asked: _Pool, *, now: Instant) -> UUID:
    found = select(rounds.c.campaign_id, budget_lines.c.parent_id).join(
        budget_lines, budget_lines.c.id == rounds.c.line_id
    )
    campaign_id, kind_line = (await tx.execute(found.where(rounds.c.id == asked.round_id))).one()
    line_id = await desk.insert_line(tx, campaign_id, kind_line, LineLevel.OFFLINE, "offline", asked.fen, 0)
    way = (
        Account(AccountKind.BUDGET_LINE, campaign_id, kind_line),
        Account(AccountKind.OFFLINE_POOL, campaign_id, line_id),
        Account(AccountKind.OFFLINE_ALLOWANCE, campaign_id, line_id),
    )
    act_id = new_id()
    for leg, (debit, credit) in enumerate(pairwise(way)):
        transfer = Transfer(
            act_id=act_id,
            leg=leg,
            debit=debit,
            credit=credit,
            amount_fen=asked.fen,
            step=Step.DEAL,
            occurred_at=now,
        )
        await post(tx, transfer, now=now)
    return line_id


async def pool(county: County, round_id: UUID, fen: int = 30_000) -> UUID:
    """Set so much apart below the round's kind, and deal all of it to devices."""
    return await transact(county, _set_apart, _Pool(round_id, fen))


def device(merchant_id: UUID, pool_line_id: UUID) -> Device:
    """A new device of a merchant."""
    return Device(merchant_id=merchant_id, pool_line_id=pool_line_id, device_id=new_id())


def named_by(hashed: bytes) -> UUID:
    """The id that an event's hash gives: a UUIDv8 of its first sixteen bytes."""
    named = bytearray(hashed[:16])
    named[6], named[8] = named[6] & 0x0F | 0x80, named[8] & 0x3F | 0x80
    return UUID(bytes=bytes(named))


def offline_claim(
    at: Device, voucher_id: UUID, effective_at: Instant, *, fen: int = 5_000, **more: Any
) -> SettleOffline:
    """A claim of 50 yuan on a bill of 200, named by a hash of its own."""
    event_hash = hashlib.sha256(b"event" + at.device_id.bytes + voucher_id.bytes).digest()
    given: dict[str, Any] = {
        "claim_id": named_by(event_hash),
        "event_hash": event_hash,
        "voucher_id": voucher_id,
        "merchant_id": at.merchant_id,
        "bill": Bill(bill_fen=20_000, eligible_fen=20_000),
        "amount_fen": fen,
        "mode": "rotating",
        "effective_at": effective_at,
        "device_id": at.device_id,
        "episode": 1,
        "pool_line_id": at.pool_line_id,
        "allowance_left_fen": 30_000,
        "open_for": OPEN_FOR,
        "actor": Actor(kind=ActorKind.STAFF, id=UUID(int=0x711), role="merchant", device_id=at.device_id),
    }
    return SettleOffline(**(given | more))


async def settle(county: County, command: SettleOffline) -> SettleOutcome:
    """The county takes a claim in."""
    return await transact(county, settle_offline, command)


async def void(county: County, command: SettleOffline, left_fen: Mapping[UUID, int] | None = None) -> Any:
    """The device that made a claim takes it back; for others on its voucher so much is left, or all they may need."""
    if left_fen is None:
        beside = await transact(county, _beside, command.claim_id)
        left_fen = {one.claim_id: 10_000_000 for one in beside.unpaid}
    told = hashlib.sha256(b"void" + command.event_hash).digest()
    return await transact(
        county,
        void_offline,
        VoidOffline(
            void_id=named_by(told),
            claim_id=command.claim_id,
            device_id=command.device_id,
            reason="扫错了",
            actor=command.actor,
            left_fen=left_fen,
        ),
    )


async def _beside(tx: Transaction, claim_id: UUID, *, now: Instant) -> Beside:
    del now
    return await unpaid_beside(tx, claim_id)


async def _void_voucher(tx: Transaction, voucher_id: UUID, *, now: Instant) -> None:
    voucher = await redeeming.lock_voucher(tx, voucher_id)
    assert voucher is not None
    await tx.execute(update(vouchers).where(vouchers.c.id == voucher_id).values(state=str(VoucherState.VOIDED)))
    path = await claims.path_of(tx, voucher.line_id)
    await redeeming.count_returned(tx, [(line, voucher.public_fen, 1) for line in path])
    transfer = Transfer(
        act_id=voucher_id,
        leg=1,
        debit=Account(AccountKind.VOUCHER_OPEN, voucher.campaign_id, voucher.line_id),
        credit=Account(AccountKind.BUDGET_LINE, voucher.campaign_id, voucher.line_id),
        amount_fen=voucher.public_fen,
        step=Step.EXPIRE,
        occurred_at=now,
    )
    await post(tx, transfer, now=now)
    office = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC1), role="office")
    edge = new_entry(
        now,
        office,
        "voucher.void",
        ("voucher", voucher_id),
        from_state=VoucherState.ISSUED,
        to_state=VoucherState.VOIDED,
    )
    await record(tx, edge)


async def void_voucher(county: County, voucher_id: UUID) -> None:
    """The office takes an unused voucher back; its money returns to its line."""
    await transact(county, _void_voucher, voucher_id)


class Stage(Struct, frozen=True, kw_only=True):
    """A voucher of 50 yuan, three shops with a device each, and a pool of 300 yuan."""

    round_id: UUID
    me: Phone
    voucher: UUID
    devices: tuple[Device, Device, Device]
    at: Instant

    @property
    def shops(self) -> tuple[UUID, ...]:
        """The merchants in order."""
        return tuple(one.merchant_id for one in self.devices)


async def stage(county: County, *, apart_fen: int = 30_000, **of_terms: Any) -> Stage:
    """Ten pieces are paid for, two of them can be claimed; the pool takes six, or what is set apart."""
    [round_id] = await running_campaign(county, pieces=2, cap_pieces=10, **of_terms)
    shops = [await counter(county, order=nth + 1, places=nth == 0) for nth in range(3)]
    me = await phone(county)
    line = await pool(county, round_id, apart_fen)
    first, second, third = (device(shop, line) for shop in shops)
    mine = await voucher(county, round_id, me)
    return Stage(round_id=round_id, me=me, voucher=mine, devices=(first, second, third), at=county.clock())


def settled(outcome: object) -> Settled:
    """The outcome of a claim that counts."""
    assert isinstance(outcome, Settled), outcome
    return outcome


BEFORE = {
    "fund.bank": 50_000,
    "fund.unallocated": 0,
    "budget.line": 15_000,
    "offline.pool": 0,
    "offline.allowance": 30_000,
    "voucher.open": 5_000,
}
