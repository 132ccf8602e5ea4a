"""SQL of the rush: a batch of claims in one round, decided by conditions of the statement itself.

Optimistic: whatever does not fit (a full round, a person who had theirs, an id seen before) stores nothing at all, and
the batch goes to the plain verb, which decides each claim under locks. On PostgreSQL one statement whose first part
takes the round's lock; on SQLite one transaction of a few statements.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.bulk import in_portions
from backend.database.hot import HotPostgreSQL, HotSQLite
from backend.kernel.instants import epoch_microseconds


class RushRound(Struct, frozen=True, kw_only=True):
    """What never changes about a round, with the numbers of the accounts its claims move money between."""

    round_id: UUID
    campaign_id: UUID
    line_id: UUID
    path: tuple[UUID, ...]
    version: int
    face_fen: int
    public_fen: int
    line_account: int
    open_account: int


class RushBatch(Struct, frozen=True, kw_only=True):
    """Claims of one round, column by column; ``keys`` are (rule, person hash, period) of all of them."""

    round: RushRound
    now: datetime
    use_from: datetime
    expires_at: datetime
    voucher_ids: Sequence[UUID]
    claim_ids: Sequence[UUID]
    resident_ids: Sequence[UUID]
    hashes: Sequence[bytes]
    addresses: Sequence[str | None]
    keys: Sequence[tuple[UUID, bytes, str]]
    outcome: tuple[str, str, str]
    """The stored outcome around claim id and voucher id."""
    digests: Sequence[bytes]
    """Of the audit trail's entries."""
    event: tuple[str, str, str, str]
    """The event's body around voucher id (twice) and resident id."""


POSTGRESQL = """
WITH round AS (
  UPDATE rounds SET issued_online = issued_online + $2
  WHERE id = $1 AND state <> 'closed' AND running AND NOT paused AND opens_at <= $3 AND closes_at > $3
    AND issued_online + issued_station + $2 <= pieces - CASE
      WHEN station_until > $3 THEN greatest(0, station_pieces - issued_station) ELSE 0 END
  RETURNING id
), locked AS MATERIALIZED (
  SELECT id FROM budget_lines WHERE id = ANY($5::uuid[]) AND EXISTS (SELECT FROM round) ORDER BY id FOR UPDATE
), lines AS (
  UPDATE budget_lines SET issued_fen = issued_fen + $2 * $4::bigint, issued_pieces = issued_pieces + $2
  WHERE id IN (SELECT id FROM locked)
), asked AS MATERIALIZED (
  SELECT * FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::bytea[], $10::text[], $29::bytea[])
    AS a(voucher_id, claim_id, resident_id, hash, address, digest) WHERE EXISTS (SELECT FROM round)
), given AS (
  INSERT INTO vouchers (id, campaign_id, round_id, line_id, resident_id, state, version, face_fen, public_fen,
                        assisted, claimed_at, use_from, expires_at, last_count)
  SELECT voucher_id, $11, $1, $12, resident_id, 'issued', $13, $14, $4, false, $3, $15, $16, 0 FROM asked
), persons AS (
  INSERT INTO person_keys (rule_id, person, period, nth)
  SELECT k.rule_id, k.person, k.period, 1
  FROM unnest($17::uuid[], $18::bytea[], $19::text[]) AS k(rule_id, person, period)
  WHERE EXISTS (SELECT FROM round)
), booked AS (
  INSERT INTO ledger_transfers (act_id, leg, debit_account, credit_account, amount_fen, step, occurred_at, recorded_at)
  SELECT voucher_id, 0, $20, $21, $4, 'claim', $3, $3 FROM asked WHERE $4 > 0
), told AS (
  INSERT INTO outbox_events (id, name, body, recorded_at)
  SELECT voucher_id, 'VoucherClaimed.1', $22 || voucher_id::text || $23 || voucher_id::text || $24 || resident_id::text
    || $28, $3 FROM asked
), answered AS (
  INSERT INTO answered_requests (request_id, command_hash, outcome, recorded_at)
  SELECT claim_id, hash, $25 || claim_id::text || $26 || voucher_id::text || $27, $3 FROM asked
), traced AS (
  INSERT INTO audit_entries (id, at, actor_kind, actor_id, role, request_id, address, act, subject_kind, subject_id,
                             to_state, success, detail, digest)
  SELECT voucher_id, $3, 'resident', resident_id, 'resident', claim_id, address, 'voucher.claim', 'voucher',
    voucher_id::text, 'issued', true, '', digest FROM asked
)
SELECT id FROM round
"""


async def store_on_postgresql(hot: HotPostgreSQL, batch: RushBatch) -> bool:
    """Store the whole batch, or nothing; ``False`` when the round does not take it. Constraint errors pass through."""
    r = batch.round
    rows = await hot.fetch(
        POSTGRESQL,
        r.round_id,
        len(batch.voucher_ids),
        batch.now,
        r.public_fen,
        r.path,
        batch.voucher_ids,
        batch.claim_ids,
        batch.resident_ids,
        batch.hashes,
        batch.addresses,
        r.campaign_id,
        r.line_id,
        r.version,
        r.face_fen,
        batch.use_from,
        batch.expires_at,
        [key[0] for key in batch.keys],
        [key[1] for key in batch.keys],
        [key[2] for key in batch.keys],
        r.line_account,
        r.open_account,
        *batch.event[:3],
        *batch.outcome,
        batch.event[3],
        batch.digests,
    )
    return bool(rows)


SQLITE_ROUND = """
UPDATE rounds SET issued_online = issued_online + :n
WHERE id = :round AND state <> 'closed' AND running AND NOT paused AND opens_at <= :now AND closes_at > :now
  AND issued_online + issued_station + :n <= pieces - CASE
    WHEN station_until > :now THEN max(0, station_pieces - issued_station) ELSE 0 END
"""
SQLITE_LINE = "UPDATE budget_lines SET issued_fen = issued_fen + ?, issued_pieces = issued_pieces + ? WHERE id = ?"
SQLITE_VOUCHER = (
    "INSERT INTO vouchers (id, campaign_id, round_id, line_id, resident_id, state, version,"
    " face_fen, public_fen, assisted, claimed_at, use_from, expires_at, last_count) VALUES ",
    "(?, ?, ?, ?, ?, 'issued', ?, ?, ?, 0, ?, ?, ?, 0)",
)
SQLITE_KEY = (
    "INSERT INTO person_keys (rule_id, person, period, nth) VALUES ",
    "(?, ?, ?, 1)",
)
SQLITE_TRANSFER = (
    "INSERT INTO ledger_transfers (act_id, leg, debit_account, credit_account, amount_fen, step,"
    " occurred_at, recorded_at) VALUES ",
    "(?, 0, ?, ?, ?, 'claim', ?, ?)",
)
SQLITE_EVENT = (
    "INSERT INTO outbox_events (id, name, body, recorded_at) VALUES ",
    "(?, 'VoucherClaimed.1', ?, ?)",
)
SQLITE_ANSWER = (
    "INSERT INTO answered_requests (request_id, command_hash, outcome, recorded_at) VALUES ",
    "(?, ?, ?, ?)",
)
SQLITE_TRAIL = (
    "INSERT INTO audit_entries (id, at, actor_kind, actor_id, role, request_id, address, act,"
    " subject_kind, subject_id, to_state, success, detail, digest) VALUES ",
    "(?, ?, 'resident', ?, 'resident', ?, ?, 'voucher.claim', 'voucher', ?, 'issued', 1, '', ?)",
)


async def store_on_sqlite(hot: HotSQLite, batch: RushBatch) -> bool:
    """Store the whole batch, or nothing; ``False`` when the round or a constraint does not take it."""
    rows = _rows(batch)
    r, now, n = batch.round, epoch_microseconds(batch.now), len(batch.voucher_ids)

    def work(connection: sqlite3.Connection) -> bool:
        if connection.execute(SQLITE_ROUND, {"n": n, "round": r.round_id.bytes, "now": now}).rowcount != 1:
            return False
        connection.executemany(SQLITE_LINE, [(n * r.public_fen, n, line.bytes) for line in r.path])
        for (head, place), values in rows:
            for statement, parameters in in_portions(head, place, values):
                connection.execute(statement, parameters)
        return True

    return await hot.write(work)


def _rows(batch: RushBatch) -> list[tuple[tuple[str, str], list[tuple[Any, ...]]]]:
    r = batch.round
    now, use_from, expires = (epoch_microseconds(at) for at in (batch.now, batch.use_from, batch.expires_at))
    campaign, round_id, line = r.campaign_id.bytes, r.round_id.bytes, r.line_id.bytes
    o1, o2, o3 = batch.outcome
    e1, e2, e3, e4 = batch.event
    vouchers, transfers, events, answers, trail = [], [], [], [], []
    for voucher_id, claim_id, resident_id, hashed, address, digest in zip(
        batch.voucher_ids,
        batch.claim_ids,
        batch.resident_ids,
        batch.hashes,
        batch.addresses,
        batch.digests,
        strict=True,
    ):
        v, c, p, text = voucher_id.bytes, claim_id.bytes, resident_id.bytes, str(voucher_id)
        vouchers.append((v, campaign, round_id, line, p, r.version, r.face_fen, r.public_fen, now, use_from, expires))
        transfers.append((v, r.line_account, r.open_account, r.public_fen, now, now))
        events.append((v, f"{e1}{text}{e2}{text}{e3}{resident_id}{e4}", now))
        answers.append((c, hashed, f"{o1}{claim_id}{o2}{text}{o3}", now))
        trail.append((v, now, p, c, address, text, digest))
    keys: list[tuple[Any, ...]] = [(rule.bytes, person, period) for rule, person, period in batch.keys]
    return [
        (SQLITE_VOUCHER, vouchers),
        (SQLITE_KEY, keys),
        *([(SQLITE_TRANSFER, transfers)] if r.public_fen else []),
        (SQLITE_EVENT, events),
        (SQLITE_ANSWER, answers),
        (SQLITE_TRAIL, trail),
    ]
