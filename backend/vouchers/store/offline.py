"""SQL of claims made without a network: claims and labels of one voucher under its lock, and the redemptions that pay.

Whoever calls has locked the voucher; lines are counted last, sorted by id, as the house locks.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.offline_rules import GONE, ClaimLabel, DebtState, HolderDebt, OfflineClaim, OfflineLabel
from backend.vouchers.offline_tables import holder_debts, offline_claims, offline_labels
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.refund_rules import RedemptionRecord, Returned
from backend.vouchers.rules import VoucherState
from backend.vouchers.tables import (
    budget_lines,
    redemption_shares,
    redemptions,
    roll_backs,
    short_codes,
    vouchers,
)

_AS_STORED = tuple(name for name in OfflineClaim.__struct_fields__ if name != "claim_id")
_LABEL_FIELDS = OfflineLabel.__struct_fields__
AT_ONCE = 500


async def label_of(tx: Transaction, voucher_id: UUID) -> OfflineLabel | None:
    """The label of a voucher that some device claimed."""
    row = (await tx.execute(select(offline_labels).where(offline_labels.c.voucher_id == voucher_id))).first()
    if row is None:
        return None
    told = {name: getattr(row, name) for name in _LABEL_FIELDS}
    return OfflineLabel(**(told | {"found": VoucherState(row.found)}))


async def insert_labels(tx: Transaction, labels: Iterable[OfflineLabel]) -> None:
    """Labels of vouchers that have none."""
    tx.append(offline_labels, [msgspec.structs.asdict(label) | {"found": str(label.found)} for label in labels])


async def claimed(tx: Transaction, voucher_ids: Collection[UUID]) -> set[UUID]:
    """Which of these vouchers have a claim or a label."""
    found: set[UUID] = set()
    wanted = sorted(voucher_ids)
    for column in (offline_claims.c.voucher_id, offline_labels.c.voucher_id):
        for first in range(0, len(wanted), AT_ONCE):
            rows = await tx.execute(select(column).where(column.in_(wanted[first : first + AT_ONCE])))
            found |= {row.voucher_id for row in rows}
    return found


async def unspent_of(tx: Transaction, voucher_ids: Collection[UUID], at: Instant) -> set[UUID]:
    """Which of these vouchers can still be used and have no claim that stands or waits for its cover."""
    c, found = offline_claims.c, set()
    wanted = sorted(voucher_ids)
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        asked = select(vouchers.c.id).where(
            vouchers.c.id.in_(some),
            vouchers.c.state == VoucherState.ISSUED.value,
            vouchers.c.expires_at > at,
            ~exists().where(c.voucher_id == vouchers.c.id, c.voided_at.is_(None)),
        )
        found |= {row.id for row in await tx.execute(asked)}
    return found


async def put_label(tx: Transaction, label: OfflineLabel) -> None:
    """The label as it is now."""
    row = msgspec.structs.asdict(label) | {"found": str(label.found)}
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    changed = {name: row[name] for name in _LABEL_FIELDS if name != "voucher_id"}
    put = make(offline_labels).values(row).on_conflict_do_update(index_elements=["voucher_id"], set_=changed)
    await tx.execute(put)


async def drop_label(tx: Transaction, voucher_id: UUID) -> None:
    """Its last claim was taken back."""
    await tx.execute(delete(offline_labels).where(offline_labels.c.voucher_id == voucher_id))


async def open_labels(tx: Transaction, campaign_id: UUID) -> int:
    """How many labels of a campaign's vouchers are not closed yet."""
    mine = select(offline_labels.c.voucher_id).join(vouchers, vouchers.c.id == offline_labels.c.voucher_id)
    rows = await tx.execute(mine.where(vouchers.c.campaign_id == campaign_id, offline_labels.c.closed_at.is_(None)))
    return len(rows.all())


async def further_uses(tx: Transaction, campaign_id: UUID) -> dict[UUID, int]:
    """By line: live redemptions of vouchers that were used elsewhere before, or whose money had come back before."""
    r, label = redemptions.c, offline_labels.c
    gone = label.found.in_([str(state) for state in GONE])
    asked = (
        select(r.line_id, func.count())
        .outerjoin(offline_labels, label.voucher_id == r.voucher_id)
        .where(r.campaign_id == campaign_id, r.device_id.is_not(None), r.state != str(RedemptionState.REVERSED))
        .where(r.refunded_fen < r.bill_fen, r.conflict | gone)
        .group_by(r.line_id)
    )
    return {row[0]: row[1] for row in await tx.execute(asked)}


async def claims_of(tx: Transaction, voucher_id: UUID) -> list[OfflineClaim]:
    """Every claim on a voucher as they arrived, those that were taken back too."""
    asked = select(offline_claims).where(offline_claims.c.voucher_id == voucher_id).order_by(offline_claims.c.nth)
    return [_claim(row) for row in await tx.execute(asked)]


async def find_claim(tx: Transaction, claim_id: UUID) -> OfflineClaim | None:
    """One claim."""
    row = (await tx.execute(select(offline_claims).where(offline_claims.c.id == claim_id))).first()
    return None if row is None else _claim(row)


def _claim(row: Any) -> OfflineClaim:
    told = {name: getattr(row, name) for name in _AS_STORED}
    told |= {"label": ClaimLabel(row.label), "found": VoucherState(row.found), "event_hash": bytes(row.event_hash)}
    return OfflineClaim(claim_id=row.id, **told)


async def insert_claims(tx: Transaction, claims: Iterable[OfflineClaim], now: Instant) -> None:
    """New claims; their events are there once, or the database refuses."""
    tx.append(offline_claims, [_row(claim, now) for claim in claims])


def _row(claim: OfflineClaim, now: Instant) -> dict[str, Any]:
    row = {name: getattr(claim, name) for name in _AS_STORED}
    return row | {"id": claim.claim_id, "label": str(claim.label), "found": str(claim.found), "recorded_at": now}


async def change_claims(tx: Transaction, claims: Iterable[OfflineClaim]) -> None:
    """What became of claims: label, redemption, cover, and whether they were taken back or wait for a person."""
    rows = [
        {
            "of": claim.claim_id,
            "named": str(claim.label),
            "paid_by": claim.redemption_id,
            "times": claim.times_paid,
            "cover": claim.cover_fen,
            "voided": claim.voided_at,
            "waits": claim.uncovered,
        }
        for claim in claims
    ]
    if rows:
        await tx.execute(
            update(offline_claims)
            .where(offline_claims.c.id == bindparam("of"))
            .values(
                label=bindparam("named"),
                redemption_id=bindparam("paid_by"),
                times_paid=bindparam("times"),
                cover_fen=bindparam("cover"),
                voided_at=bindparam("voided"),
                uncovered=bindparam("waits"),
            ),
            rows,
        )


async def online_merchant(tx: Transaction, voucher_id: UUID) -> UUID | None:
    """Where the county itself has taken the voucher, if it has."""
    r = redemptions.c
    asked = select(r.merchant_id).where(
        r.voucher_id == voucher_id, r.device_id.is_(None), r.state != str(RedemptionState.REVERSED)
    )
    return (await tx.execute(asked)).scalar()


async def set_conflict(tx: Transaction, redemption_id: UUID, conflict: bool) -> None:
    """Whether a redemption is a further use of its voucher."""
    await tx.execute(update(redemptions).where(redemptions.c.id == redemption_id).values(conflict=conflict))


async def insert_payments(
    tx: Transaction, payments: Sequence[tuple[UUID, OfflineClaim, LiveVoucher]], now: Instant
) -> None:
    """(id, claim, voucher) of the redemptions that pay claims, with their frozen shares."""
    tx.append(redemptions, [_payment(*payment, now) for payment in payments])
    tx.append(
        redemption_shares,
        [
            {"redemption_id": redemption_id, "funder": str(funder), "amount_fen": fen, "refunded_fen": 0}
            for redemption_id, claim, _ in payments
            for funder, fen in claim.shares.items()
            if fen
        ],
    )


def _payment(redemption_id: UUID, claim: OfflineClaim, voucher: LiveVoucher, now: Instant) -> dict[str, Any]:
    return {
        "id": redemption_id,
        "voucher_id": claim.voucher_id,
        "campaign_id": voucher.campaign_id,
        "line_id": voucher.line_id,
        "resident_id": voucher.resident_id,
        "merchant_id": claim.merchant_id,
        "state": str(RedemptionState.ACCEPTED),
        "bill_fen": claim.bill_fen,
        "eligible_fen": claim.eligible_fen,
        "discount_fen": claim.discount_fen,
        "face_fen": claim.face_fen,
        "staff_id": claim.staff_id,
        "shift_id": claim.shift_id,
        "proof": claim.proof,
        "town_code": claim.town_code,
        "trade": claim.trade,
        "lines": claim.lines,
        "occurred_at": claim.effective_at,
        "recorded_at": now,
        "device_id": claim.device_id,
        "conflict": claim.label is not ClaimLabel.APPLIED,
    }


async def undo_payment(
    tx: Transaction, act_id: UUID, reason: str, record: RedemptionRecord, returned: Returned, now: Instant
) -> None:
    """A payment that stands no more: all that was left of it went back, and its redemption is over."""
    await tx.execute(
        update(redemptions)
        .where(redemptions.c.id == record.redemption_id)
        .values(state=str(RedemptionState.REVERSED), refunded_fen=redemptions.c.bill_fen)
    )
    await tx.execute(
        update(redemption_shares)
        .where(redemption_shares.c.redemption_id == record.redemption_id)
        .values(refunded_fen=redemption_shares.c.amount_fen)
    )
    if record.left_fen:
        shares = {f"{funder}_fen": returned.shares.get(funder, 0) for funder in Funder}
        row = {
            "id": act_id,
            "redemption_id": record.redemption_id,
            "reason": reason,
            "refund_fen": record.left_fen,
            "customer_fen": returned.customer_fen,
            "voucher_state": str(returned.voucher_state),
            "recorded_at": now,
        }
        await tx.execute(insert(roll_backs).values(row | shares))


async def public_paid(tx: Transaction, redemption_ids: Collection[UUID]) -> dict[UUID, int]:
    """Public money in fen that redemptions cost, less what came back of it."""
    s = redemption_shares.c
    asked = select(s.redemption_id, s.amount_fen - s.refunded_fen).where(
        s.redemption_id.in_(list(redemption_ids)), s.funder == str(Funder.GOVERNMENT)
    )
    return {row[0]: row[1] for row in await tx.execute(asked)} if redemption_ids else {}


async def move_voucher(tx: Transaction, voucher_id: UUID, state: VoucherState, count: int) -> None:
    """Where the voucher stands now; a code that waited for it is gone, and its phone's counter never falls."""
    moved = update(vouchers).where(vouchers.c.id == voucher_id).values(state=str(state), last_count=count)
    await tx.execute(moved)
    await tx.execute(delete(short_codes).where(short_codes.c.voucher_id == voucher_id))


async def count_moves(tx: Transaction, moves: Mapping[UUID, tuple[int, int, int]]) -> None:
    """(issued fen, returned fen, returned pieces) more, or fewer, on each of these lines."""
    if moves:
        await tx.execute(
            update(budget_lines)
            .where(budget_lines.c.id == bindparam("of"))
            .values(
                issued_fen=budget_lines.c.issued_fen + bindparam("issued"),
                returned_fen=budget_lines.c.returned_fen + bindparam("back"),
                returned_pieces=budget_lines.c.returned_pieces + bindparam("pieces"),
            ),
            [
                {"of": line, "issued": issued, "back": back, "pieces": pieces}
                for line, (issued, back, pieces) in sorted(moves.items())
            ],
        )


async def replace_debts(tx: Transaction, voucher: LiveVoucher, owed: Mapping[UUID, int], now: Instant) -> None:
    """What a voucher's holder owes by claim, in fen; what was set off or forgiven stays, and no more is asked."""
    d = holder_debts.c
    untouched = (d.state == str(DebtState.OPEN)) & (d.set_off_fen == 0)
    over = delete(holder_debts).where(d.voucher_id == voucher.voucher_id, untouched, d.claim_id.not_in(list(owed)))
    await tx.execute(over)
    begun = (d.voucher_id == voucher.voucher_id) & (d.state == str(DebtState.OPEN)) & d.claim_id.not_in(list(owed))
    no_more = {"debt_fen": d.set_off_fen, "state": str(DebtState.SET_OFF)}
    await tx.execute(update(holder_debts).where(begun).values(no_more))
    rows = [
        {
            "claim_id": claim_id,
            "resident_id": voucher.resident_id,
            "voucher_id": voucher.voucher_id,
            "debt_fen": fen,
            "set_off_fen": 0,
            "state": str(DebtState.OPEN),
            "booked_at": now,
        }
        for claim_id, fen in owed.items()
    ]
    if rows:
        make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
        await tx.execute(make(holder_debts).on_conflict_do_nothing(index_elements=["claim_id"]), rows)
    for claim_id, fen in owed.items():
        # Owed once more, after nobody had owed it for a while: what was set off then counts.
        again = (d.claim_id == claim_id) & (d.debt_fen < fen) & (d.state == str(DebtState.SET_OFF))
        await tx.execute(update(holder_debts).where(again).values(debt_fen=fen, state=str(DebtState.OPEN)))


async def debts_of(tx: Transaction, resident_id: UUID) -> list[HolderDebt]:
    """A resident's debts, oldest first."""
    d = holder_debts.c
    rows = await tx.execute(select(holder_debts).where(d.resident_id == resident_id).order_by(d.booked_at, d.claim_id))
    return [debt_of(row) for row in rows]


async def debts_on(tx: Transaction, voucher_id: UUID) -> list[HolderDebt]:
    """Debts for one voucher, oldest first."""
    d = holder_debts.c
    rows = await tx.execute(select(holder_debts).where(d.voucher_id == voucher_id).order_by(d.booked_at, d.claim_id))
    return [debt_of(row) for row in rows]


async def holder_owes(tx: Transaction, voucher_id: UUID) -> int:
    """What the holder of a voucher owes for all of theirs, in fen."""
    d = holder_debts.c
    holder = select(vouchers.c.resident_id).where(vouchers.c.id == voucher_id).scalar_subquery()
    left = select(func.coalesce(func.sum(d.debt_fen - d.set_off_fen), 0))
    asked = left.where(d.resident_id == holder, d.state == str(DebtState.OPEN))
    return int((await tx.execute(asked)).scalar_one())


def debt_of(row: Any) -> HolderDebt:
    """What a row says."""
    return HolderDebt(
        claim_id=row.claim_id,
        voucher_id=row.voucher_id,
        debt_fen=row.debt_fen,
        set_off_fen=row.set_off_fen,
        state=DebtState(row.state),
        booked_at=row.booked_at,
    )
