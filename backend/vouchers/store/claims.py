"""SQL of claiming: locks in the house's order (rounds, lines), then one insert per table for the whole batch."""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, select, tuple_, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.claim_rules import Claimed, LineFacts, PersonKey, RoundRecord, Ruling
from backend.vouchers.desk_rules import RoundState
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import RoundFacts, Terms, VoucherState
from backend.vouchers.tables import budget_lines, person_keys, rounds, vouchers


async def lock_rounds(tx: Transaction, round_ids: Iterable[UUID]) -> dict[UUID, RoundRecord]:
    """The rounds, locked by id, with the path of lines above each."""
    rows = (
        await tx.execute(
            select(rounds).where(rounds.c.id.in_(sorted(set(round_ids)))).order_by(rounds.c.id).with_for_update()
        )
    ).all()
    return {row.id: await _record(tx, row) for row in rows}


async def read_round(tx: Transaction, round_id: UUID) -> RoundRecord | None:
    """One round as it stands, without a lock."""
    row = (await tx.execute(select(rounds).where(rounds.c.id == round_id))).first()
    return None if row is None else await _record(tx, row)


async def _record(tx: Transaction, row: Any) -> RoundRecord:
    return RoundRecord(
        facts=facts_of(row),
        campaign_id=row.campaign_id,
        line_id=row.line_id,
        version=row.version,
        path=await path_of(tx, row.line_id),
    )


def facts_of(row: Any) -> RoundFacts:
    """A row of ``rounds`` as the rules see it."""
    return RoundFacts(
        round_id=row.id,
        terms=msgspec.json.decode(row.terms, type=Terms),
        # A closed round stays closed, whatever its line gets back from vouchers that expire. One that takes what
        # others left is not open before it has been dealt its pieces, though its hour may have come.
        running=row.running
        and row.state != str(RoundState.CLOSED)
        and not (row.state == str(RoundState.PLANNED) and row.pieces == 0),
        paused=row.paused,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        pieces=row.pieces,
        station_pieces=row.station_pieces,
        station_until=row.station_until,
        issued_online=row.issued_online,
        issued_station=row.issued_station,
        mode=RoundMode(row.mode),
    )


async def path_of(tx: Transaction, line_id: UUID) -> tuple[UUID, ...]:
    """A line and every line above it, the campaign's own last."""
    path = [line_id]
    while True:
        parent = (await tx.execute(select(budget_lines.c.parent_id).where(budget_lines.c.id == path[-1]))).scalar_one()
        if parent is None:
            return tuple(path)
        path.append(parent)


async def lock_lines(tx: Transaction, line_ids: Iterable[UUID]) -> list[LineFacts]:
    """Lines locked by id, with what they still allow."""
    rows = await tx.execute(
        select(budget_lines)
        .where(budget_lines.c.id.in_(sorted(set(line_ids))))
        .order_by(budget_lines.c.id)
        .with_for_update()
    )
    return [
        LineFacts(
            line_id=row.id,
            left_fen=row.cap_fen - row.issued_fen + row.returned_fen,
            left_pieces=row.cap_pieces - row.issued_pieces + row.returned_pieces,
        )
        for row in rows
    ]


async def taken_keys(tx: Transaction, keys: Sequence[PersonKey]) -> dict[PersonKey, int]:
    """How many each person key has taken already."""
    if not keys:
        return {}
    k = person_keys.c
    rows = await tx.execute(
        select(k.rule_id, k.person, k.period, func.max(k.nth))
        .where(tuple_(k.rule_id, k.person, k.period).in_(keys))
        .group_by(k.rule_id, k.person, k.period)
    )
    return {(row[0], bytes(row[1]), row[2]): row[3] for row in rows}


async def insert_vouchers(tx: Transaction, given: Sequence[tuple[Ruling, Claimed, RoundRecord]]) -> None:
    """Vouchers and the person keys they take."""
    tx.append(
        vouchers,
        [
            {
                "id": claimed.voucher_id,
                "campaign_id": record.campaign_id,
                "round_id": claimed.round_id,
                "line_id": record.line_id,
                "resident_id": ruling.claim.resident_id,
                "state": str(VoucherState.ISSUED),
                "version": record.version,
                "face_fen": claimed.face_fen,
                "public_fen": record.public_fen,
                "assisted": ruling.claim.assisted,
                "claimed_at": claimed.claimed_at,
                "use_from": claimed.use_from,
                "expires_at": claimed.expires_at,
                "last_count": 0,
            }
            for ruling, claimed, record in given
        ],
    )
    keys = [
        {"rule_id": rule, "person": person, "period": period, "nth": nth}
        for ruling, _, _ in given
        for rule, person, period, nth in ruling.keys
    ]
    tx.append(person_keys, keys)


async def count_issued(tx: Transaction, given: Sequence[tuple[Ruling, Claimed, RoundRecord]], now: Instant) -> None:
    """Move the counters of rounds and of every line above them; the CHECKs have the last word."""
    del now
    online: Tally[UUID] = Tally()
    station: Tally[UUID] = Tally()
    fen: Tally[UUID] = Tally()
    pieces: Tally[UUID] = Tally()
    for ruling, claimed, record in given:
        (station if ruling.claim.assisted else online)[claimed.round_id] += 1
        for line in record.path:
            fen[line] += record.public_fen
            pieces[line] += 1
    await tx.execute(
        update(rounds)
        .where(rounds.c.id == bindparam("of"))
        .values(
            issued_online=rounds.c.issued_online + bindparam("online"),
            issued_station=rounds.c.issued_station + bindparam("station"),
        ),
        [{"of": key, "online": online[key], "station": station[key]} for key in sorted(online.keys() | station.keys())],
    )
    await tx.execute(
        update(budget_lines)
        .where(budget_lines.c.id == bindparam("of"))
        .values(
            issued_fen=budget_lines.c.issued_fen + bindparam("fen"),
            issued_pieces=budget_lines.c.issued_pieces + bindparam("pieces"),
        ),
        [{"of": key, "fen": fen[key], "pieces": pieces[key]} for key in sorted(pieces)],
    )


async def holders_of(tx: Transaction, round_id: UUID, most: int) -> list[UUID]:
    """Residents who hold a voucher of the round."""
    rows = await tx.execute(select(vouchers.c.resident_id).where(vouchers.c.round_id == round_id).limit(most))
    return [row[0] for row in rows]
