"""SQL of redeeming, rolling back and expiring: the voucher's row is locked first, its lines after it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.database.bulk import in_portions
from backend.database.columns import driver_id, driver_instant
from backend.database.dialect import some_of
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, epoch_microseconds
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.redemption_batch import Acceptance
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.tables import (
    budget_lines,
    redemption_shares,
    redemptions,
    short_codes,
    vouchers,
    wrong_codes,
)


async def lock_voucher(tx: Transaction, voucher_id: UUID) -> LiveVoucher | None:
    """One voucher, locked, with its terms and whether its campaign is paused altogether."""
    return (await lock_vouchers(tx, {voucher_id})).get(voucher_id)


_LIVE = """
SELECT v.id, v.campaign_id, v.round_id, v.line_id, v.resident_id, v.state, r.terms, v.face_fen, v.public_fen,
       v.platform_fen, v.use_from, v.expires_at, v.last_count, c.pause_scope
FROM vouchers v JOIN rounds r ON r.id = v.round_id JOIN campaigns c ON c.id = v.campaign_id
WHERE v.id IN ({named} UNION SELECT voucher_id FROM short_codes WHERE code {codes})
"""
_LOCK_ON_POSTGRESQL = (
    _LIVE.format(named="SELECT unnest($1::uuid[])", codes="= ANY($2::bytea[])") + "ORDER BY v.id FOR UPDATE OF v"
)


async def lock_vouchers(
    tx: Transaction, voucher_ids: Collection[UUID], codes: Collection[bytes] = ()
) -> dict[UUID, LiveVoucher]:
    """Vouchers locked by id: those named, and those that these short codes stand for now."""
    if not voucher_ids and not codes:
        return {}
    if tx.county.on_postgresql:
        rows = await tx.driver(_LOCK_ON_POSTGRESQL, (list(voucher_ids), list(codes)))
    else:
        ids, of_codes = [one.bytes for one in voucher_ids], list(codes)
        named = f"VALUES {some_of(ids, '(?)')}" if ids else "SELECT NULL"
        asked = _LIVE.format(named=named, codes=f"IN ({some_of(of_codes)})")
        rows = await tx.driver(asked, (*ids, *of_codes))
    return {live.voucher_id: live for live in map(_live, rows)}


def _live(row: Any) -> LiveVoucher:
    voucher, campaign, round_, line, resident, state, terms, face, public, platform, use_from, expires, count, scope = (
        row
    )
    return LiveVoucher(
        voucher_id=driver_id(voucher),
        campaign_id=_few_ids(campaign),
        round_id=_few_ids(round_),
        line_id=_few_ids(line),
        resident_id=driver_id(resident),
        state=VoucherState(state),
        terms=_terms(terms),
        face_fen=face,
        public_fen=public,
        platform_fen=platform,
        use_from=driver_instant(use_from),
        expires_at=driver_instant(expires),
        last_count=count,
        paused=scope == "everything",
    )


_few_ids = lru_cache(maxsize=1_024)(driver_id)
"""Ids that most vouchers of a batch share: making a UUID costs more than finding it."""


@lru_cache(maxsize=1_024)
def _terms(text: str) -> Terms:
    # A batch holds few rounds, and decoding their terms cost more than reading their vouchers.
    return msgspec.json.decode(text, type=Terms)


async def vouchers_of_codes(tx: Transaction, codes: Sequence[bytes]) -> dict[bytes, tuple[UUID, datetime]]:
    """(voucher, expiry) of short codes, by their keyed hashes."""
    if not codes:
        return {}
    rows = await tx.execute(select(short_codes).where(short_codes.c.code.in_(codes)))
    return {bytes(row.code): (row.voucher_id, row.expires_at) for row in rows}


_ASKED = """
SELECT code, voucher_id, expires_at, 0 FROM short_codes WHERE code {codes}
UNION ALL SELECT NULL, counter_id, hour, wrong FROM wrong_codes WHERE hour = {hour} AND counter_id {counters}
"""
_ASKED_ON_POSTGRESQL = _ASKED.format(codes="= ANY($1::bytea[])", hour="$2", counters="= ANY($3::uuid[])")


async def codes_and_mistakes(
    tx: Transaction, codes: Sequence[bytes], counter_ids: Collection[UUID], hour: Instant
) -> tuple[dict[bytes, tuple[UUID, datetime]], dict[UUID, int]]:
    """(voucher, expiry) of short codes, and how many wrong ones these counters have typed in the hour."""
    if not codes:
        return {}, {}
    if tx.county.on_postgresql:
        rows = await tx.driver(_ASKED_ON_POSTGRESQL, (list(codes), hour, list(counter_ids)))
    else:
        of_codes, counters = list(codes), [one.bytes for one in counter_ids]
        asked = _ASKED.format(codes=f"IN ({some_of(of_codes)})", hour="?", counters=f"IN ({some_of(counters)})")
        rows = await tx.driver(asked, (*of_codes, epoch_microseconds(hour), *counters))
    found: dict[bytes, tuple[UUID, datetime]] = {}
    wrong: dict[UUID, int] = {}
    for code, named, at, count in rows:
        if code is None:
            wrong[driver_id(named)] = count
        else:
            found[bytes(code)] = (driver_id(named), driver_instant(at))
    return found, wrong


async def replace_short_code(
    tx: Transaction, voucher_id: UUID, code: bytes, made_at: Instant, expires_at: Instant
) -> None:
    """Make this the voucher's one live code."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(short_codes).values(voucher_id=voucher_id, code=code, made_at=made_at, expires_at=expires_at)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["voucher_id"], set_={"code": code, "made_at": made_at, "expires_at": expires_at}
        )
    )


async def drop_old_short_codes(tx: Transaction, before: Instant) -> int:
    """Forget codes that ran out."""
    return int((await tx.execute(delete(short_codes).where(short_codes.c.expires_at < before))).rowcount)


async def drop_old_wrong_codes(tx: Transaction, before: Instant) -> int:
    """Forget mistakes of hours long past."""
    return int((await tx.execute(delete(wrong_codes).where(wrong_codes.c.hour < before))).rowcount)


async def count_wrong(tx: Transaction, counter_id: UUID, hour: Instant, wrong: int) -> None:
    """So many more."""
    make = postgresql.insert if tx.county.on_postgresql else sqlite.insert
    row = make(wrong_codes).values(counter_id=counter_id, hour=hour, wrong=wrong)
    more = {"wrong": wrong_codes.c.wrong + wrong}
    await tx.execute(row.on_conflict_do_update(index_elements=["counter_id", "hour"], set_=more))


_USE_ON_POSTGRESQL = """
WITH used AS (
  UPDATE vouchers SET state = 'redeemed', last_count = a.count
  FROM unnest($1::uuid[], $2::bigint[]) AS a(id, count) WHERE vouchers.id = a.id
) DELETE FROM short_codes WHERE voucher_id = ANY($1::uuid[])
"""


_USE_ON_SQLITE = (
    "WITH a(id, count) AS (VALUES ",
    ") UPDATE vouchers SET state = 'redeemed', last_count = a.count FROM a WHERE vouchers.id = a.id",
)


async def mark_redeemed(tx: Transaction, accepted: Sequence[Acceptance]) -> None:
    """issued → redeemed for locked vouchers; their short codes were for one use."""
    await mark_used(tx, [(one.voucher.voucher_id, one.count) for one in accepted])


async def mark_used(tx: Transaction, used: Sequence[tuple[UUID, int]]) -> None:
    """The same for (voucher, highest counter seen from its phone)."""
    if tx.county.on_postgresql:
        await tx.driver(_USE_ON_POSTGRESQL, ([voucher_id for voucher_id, _ in used], [count for _, count in used]))
        return
    counted = [(voucher_id.bytes, count) for voucher_id, count in used]
    for statement, values in in_portions(_USE_ON_SQLITE[0], "(?, ?)", counted, _USE_ON_SQLITE[1]):
        await tx.driver(statement, values)
    ids = [voucher_id for voucher_id, _ in counted]
    await tx.driver(f"DELETE FROM short_codes WHERE voucher_id IN ({some_of(ids)})", tuple(ids))  # noqa: S608 - places


async def insert_redemptions(tx: Transaction, accepted: Sequence[Acceptance], now: Instant) -> None:
    """The redemptions with their frozen shares."""
    tx.append(redemptions, [_redemption(one, now) for one in accepted])
    tx.append(
        redemption_shares,
        [
            {"redemption_id": one.command.redemption_id, "funder": str(funder), "amount_fen": fen, "refunded_fen": 0}
            for one in accepted
            for funder, fen in one.shares.items()
            if fen
        ],
    )


def _redemption(one: Acceptance, now: Instant) -> dict[str, Any]:
    command, voucher, evidence = one.command, one.voucher, one.command.evidence
    return {
        "id": command.redemption_id,
        "voucher_id": voucher.voucher_id,
        "campaign_id": voucher.campaign_id,
        "line_id": voucher.line_id,
        "resident_id": voucher.resident_id,
        "merchant_id": command.merchant_id,
        "state": str(RedemptionState.ACCEPTED),
        "bill_fen": command.bill.bill_fen,
        "eligible_fen": command.bill.eligible_fen,
        "discount_fen": one.discount_fen,
        "face_fen": voucher.face_fen,
        "staff_id": command.actor.id,
        "shift_id": command.actor.shift_id,
        "proof": command.actor.proof,
        "town_code": one.counter.town,
        "trade": one.counter.trade,
        "evidence_kind": evidence.kind if evidence else None,
        "evidence_value": evidence.value if evidence else None,
        "evidence_fen": evidence.amount_fen if evidence else None,
        "lines": msgspec.json.encode(command.lines).decode() if command.lines else None,
        "occurred_at": now,
        "recorded_at": now,
    }


async def voucher_id_of(tx: Transaction, redemption_id: UUID) -> UUID | None:
    """Which voucher a redemption used, so that the voucher can be locked before it."""
    found = await tx.execute(select(redemptions.c.voucher_id).where(redemptions.c.id == redemption_id))
    return found.scalar()


async def count_returned(tx: Transaction, returned: Sequence[tuple[UUID, int, int]]) -> None:
    """(line, fen, pieces) that came back, on each line of a path; sorted by id, as the house locks."""
    if returned:
        await tx.execute(
            update(budget_lines)
            .where(budget_lines.c.id == bindparam("of"))
            .values(
                returned_fen=budget_lines.c.returned_fen + bindparam("fen"),
                returned_pieces=budget_lines.c.returned_pieces + bindparam("pieces"),
            ),
            [{"of": line, "fen": fen, "pieces": pieces} for line, fen, pieces in sorted(returned)],
        )


async def lock_expired(tx: Transaction, at: Instant, most: int) -> list[tuple[UUID, UUID, UUID, int]]:
    """(voucher, campaign, line, public fen) of issued vouchers whose time is up, locked by id."""
    rows = await tx.execute(
        select(vouchers.c.id, vouchers.c.campaign_id, vouchers.c.line_id, vouchers.c.public_fen)
        .where(vouchers.c.state == str(VoucherState.ISSUED), vouchers.c.expires_at <= at)
        .order_by(vouchers.c.id)
        .limit(most)
        .with_for_update()
    )
    return [(row.id, row.campaign_id, row.line_id, row.public_fen) for row in rows]


async def mark_expired(tx: Transaction, voucher_ids: Sequence[UUID]) -> None:
    """issued → expired."""
    await tx.execute(update(vouchers).where(vouchers.c.id.in_(voucher_ids)).values(state=str(VoucherState.EXPIRED)))
