"""Give back what was not used in time: once, to the line it came from, by ledger entry."""

from collections import Counter as Tally
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import Entry, new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, to_wire
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.due import plan
from backend.outbox.publish import publish
from backend.outbox.rules import DueWork
from backend.vouchers.events import VouchersExpired
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import claims
from backend.vouchers.store import redemptions as store

EXPIRY_LEG = 1
"""A voucher's own act id carries its claim as leg 0 and its expiry as leg 1: the ledger refuses a second one."""


EXPIRE = "vouchers.expire"


async def plan_expiry(tx: Transaction, expires_at: Instant) -> None:
    """Have everything that expires at this instant given back then; planned once, however many claims ask."""
    await plan(tx, DueWork(kind=EXPIRE, key=to_wire(expires_at), due_at=expires_at))


async def expire_due(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work: one portion now; while there is more, the next portion comes before anything that is due later.

    A round that opens with what is left, and is late itself, so finds everything that came back.
    """
    if await expire(tx, Expire(at), now=at):
        await plan_more(tx, work)


async def plan_more(tx: Transaction, work: DueWork) -> None:
    """Plan the next portion of the same expiry."""
    instant, _, portion = work.key.partition("+")
    await plan(tx, DueWork(kind=EXPIRE, key=f"{instant}+{int(portion or 0) + 1}", due_at=work.due_at))


class Expire(Struct, frozen=True):
    """Expire at most so many vouchers whose time was up at ``at``."""

    at: Instant
    most: int = 500


async def expire(tx: Transaction, command: Expire, *, now: Instant) -> int:
    """issued → expired where time is up; returns how many, so that the caller repeats until none is left."""
    expired = await store.lock_expired(tx, command.at, command.most)
    if not expired:
        return 0
    await store.mark_expired(tx, [voucher_id for voucher_id, *_ in expired])
    fen: Tally[UUID] = Tally()
    pieces: Tally[UUID] = Tally()
    for _, _, line_id, public_fen in expired:
        fen[line_id] += public_fen
        pieces[line_id] += 1
    above: Tally[UUID] = Tally()
    above_pieces: Tally[UUID] = Tally()
    for line_id in sorted(pieces):
        for line in await claims.path_of(tx, line_id):
            above[line] += fen[line_id]
            above_pieces[line] += pieces[line_id]
    await store.count_returned(tx, [(line, above[line], above_pieces[line]) for line in above_pieces])
    await post(tx, *_transfers(expired, command.at), now=now)
    for line_id in sorted(pieces):
        await publish(
            tx,
            VouchersExpired(
                event_id=new_id(),
                occurred_at=command.at,
                line_id=line_id,
                pieces=pieces[line_id],
                amount_fen=fen[line_id],
                voucher_ids=tuple(voucher_id for voucher_id, _, line, _ in expired if line == line_id),
            ),
            now=now,
        )
    await record(tx, *(_entry(voucher_id, now) for voucher_id, *_ in expired))
    return len(expired)


def _transfers(expired: Sequence[tuple[UUID, UUID, UUID, int]], at: Instant) -> list[Transfer]:
    return [
        Transfer(
            act_id=voucher_id,
            leg=EXPIRY_LEG,
            debit=Account(AccountKind.VOUCHER_OPEN, campaign_id, line_id),
            credit=Account(AccountKind.BUDGET_LINE, campaign_id, line_id),
            amount_fen=public_fen,
            step=Step.EXPIRE,
            occurred_at=at,
        )
        for voucher_id, campaign_id, line_id, public_fen in expired
        if public_fen
    ]


def _entry(voucher_id: UUID, now: Instant) -> Entry:
    return new_entry(
        now,
        SYSTEM,
        "voucher.expire",
        ("voucher", voucher_id),
        from_state=VoucherState.ISSUED,
        to_state=VoucherState.EXPIRED,
    )
