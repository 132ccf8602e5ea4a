"""SQL of draws: the draw's row is locked before its round, and what is published is written once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.vouchers.claim_rules import Claim
from backend.vouchers.draw_rules import DrawPlan, DrawState, Entrant, PassedOver, PlaceOutcome, Seal
from backend.vouchers.draw_tables import draw_entries, draw_entry_keys, draw_places, draw_seeds, draw_sources, draws
from backend.vouchers.draw_views import Draw, NamedSource, Place, SeedEntry, SourceEntry

_BESIDE_LEAVES = [column for column in draws.c if column.name != "leaves"]


async def insert_draw(tx: Transaction, round_id: UUID, plan: DrawPlan) -> None:
    """A draw that takes entries once its round is open."""
    row = {"round_id": round_id, "plan": msgspec.json.encode(plan).decode(), "state": str(DrawState.COLLECTING)}
    await tx.execute(insert(draws).values(row))


async def find_draw(tx: Transaction, round_id: UUID) -> Draw | None:
    """A draw as it stands."""
    row = (await tx.execute(select(*_BESIDE_LEAVES).where(draws.c.round_id == round_id))).first()
    return None if row is None else draw_of(row)


async def lock_draw(tx: Transaction, round_id: UUID, *, with_others: bool = False) -> Draw | None:
    """The same, locked; ``with_others``: so that many can enter at once while nobody can number them."""
    asked = select(*_BESIDE_LEAVES).where(draws.c.round_id == round_id).with_for_update(read=with_others)
    row = (await tx.execute(asked)).first()
    return None if row is None else draw_of(row)


def draw_of(row: Any) -> Draw:
    """A row of ``draws``."""
    sealed = row.seed is not None
    return Draw(
        round_id=row.round_id,
        planned=msgspec.json.decode(row.plan, type=DrawPlan),
        state=DrawState(row.state),
        count=row.entrants,
        root=None if row.root is None else bytes(row.root),
        numbered_at=row.numbered_at,
        named=None if row.named is None else msgspec.json.decode(row.named, type=NamedSource),
        seal=Seal(value=row.seed, document_no=row.notary_no, file_sha256=row.notary_sha256) if sealed else None,
        drawn_at=row.drawn_at,
        finished_at=row.finished_at,
    )


async def is_finished(tx: Transaction, round_id: UUID) -> bool:
    """Whether every place has been decided."""
    state = (await tx.execute(select(draws.c.state).where(draws.c.round_id == round_id))).scalar()
    return bool(state == str(DrawState.FINISHED))


async def leaves_of(tx: Transaction, round_id: UUID) -> bytes:
    """All leaves, 32 bytes each in the order of the numbers; nothing before they are numbered."""
    found = (await tx.execute(select(draws.c.leaves).where(draws.c.round_id == round_id))).scalar()
    return b"" if found is None else bytes(found)


async def has_entered(tx: Transaction, round_id: UUID, people: Sequence[bytes]) -> bool:
    """Whether anybody with one of these keys has entered the round."""
    keys = draw_entry_keys.c
    found = await tx.execute(select(keys.person).where(keys.round_id == round_id, keys.person.in_(people)).limit(1))
    return found.first() is not None


async def insert_entry(tx: Transaction, command: Claim, salt: bytes, now: Instant) -> None:
    """An entry, and the keys by which nobody enters twice."""
    entry_id, round_id = command.claim_id, command.round_id
    row = {"id": entry_id, "round_id": round_id, "resident_id": command.resident_id, "assisted": command.assisted}
    tx.append(draw_entries, [row | {"salt": salt, "entered_at": now}])
    people = dict.fromkeys(command.people)
    tx.append(draw_entry_keys, [{"round_id": round_id, "person": key, "entry_id": entry_id} for key in people])


async def entrants_of(tx: Transaction, round_id: UUID) -> list[Entrant]:
    """Everybody who entered, in no order that means anything."""
    e = draw_entries.c
    rows = await tx.execute(select(e.id, e.salt).where(e.round_id == round_id))
    return [Entrant(row.id, bytes(row.salt)) for row in rows]


async def entered(tx: Transaction, round_id: UUID) -> int:
    """How many entered."""
    asked = select(func.count()).select_from(draw_entries).where(draw_entries.c.round_id == round_id)
    return int((await tx.execute(asked)).scalar_one())


async def number_entries(
    tx: Transaction, round_id: UUID, ordered: Sequence[Entrant], leaves: Sequence[bytes], root: bytes, now: Instant
) -> None:
    """collecting → numbered: every entry its number, and the list its root."""
    if ordered:
        await tx.execute(
            update(draw_entries).where(draw_entries.c.id == bindparam("of")).values(number=bindparam("nth")),
            [{"of": one.entry_id, "nth": number} for number, one in enumerate(ordered, 1)],
        )
    published = {"entrants": len(ordered), "root": root, "leaves": b"".join(leaves), "numbered_at": now}
    await _change(tx, round_id, DrawState.NUMBERED, published)


async def _change(tx: Transaction, round_id: UUID, state: DrawState, values: dict[str, Any]) -> None:
    await tx.execute(update(draws).where(draws.c.round_id == round_id).values(state=str(state), **values))


async def insert_seed(tx: Transaction, seed_id: UUID, round_id: UUID, staff_id: UUID, seal: Seal, now: Instant) -> None:
    """What one person entered."""
    row = {"id": seed_id, "round_id": round_id, "staff_id": staff_id, "entered_at": now}
    await tx.execute(insert(draw_seeds).values(row | msgspec.structs.asdict(seal)))


async def seeds_of(tx: Transaction, round_id: UUID) -> list[SeedEntry]:
    """The latest entry of each person, oldest first."""
    s = draw_seeds.c
    rows = await tx.execute(select(draw_seeds).where(s.round_id == round_id).order_by(s.entered_at, s.id))
    latest: dict[UUID, SeedEntry] = {}
    for row in rows:
        latest.pop(row.staff_id, None)
        seal = Seal(value=row.value, document_no=row.document_no, file_sha256=row.file_sha256)
        latest[row.staff_id] = SeedEntry(staff_id=row.staff_id, seal=seal, entered_at=row.entered_at)
    return list(latest.values())


async def insert_source(
    tx: Transaction, source_id: UUID, round_id: UUID, staff_id: UUID, named: NamedSource, now: Instant
) -> None:
    """Which later issue one person named."""
    row = {"id": source_id, "round_id": round_id, "staff_id": staff_id, "entered_at": now}
    await tx.execute(insert(draw_sources).values(row | msgspec.structs.asdict(named)))


async def sources_of(tx: Transaction, round_id: UUID) -> list[SourceEntry]:
    """The latest that each person named, oldest first."""
    s = draw_sources.c
    rows = await tx.execute(select(draw_sources).where(s.round_id == round_id).order_by(s.entered_at, s.id))
    latest: dict[UUID, SourceEntry] = {}
    for row in rows:
        latest.pop(row.staff_id, None)
        named = NamedSource(issue=row.issue, published_at=row.published_at, document_no=row.document_no)
        latest[row.staff_id] = SourceEntry(staff_id=row.staff_id, named=named, entered_at=row.entered_at)
    return list(latest.values())


async def name_source(tx: Transaction, round_id: UUID, named: NamedSource) -> None:
    """The source that counts from now on; once."""
    await _change(tx, round_id, DrawState.NUMBERED, {"named": msgspec.json.encode(named).decode()})


async def fix_result(tx: Transaction, round_id: UUID, seal: Seal, numbers: Sequence[int], now: Instant) -> None:
    """numbered → drawn: the seed, and the places by rank."""
    e = draw_entries.c
    rows = await tx.execute(select(e.number, e.id).where(e.round_id == round_id))
    whose: dict[int, UUID] = {row.number: row.id for row in rows}
    tx.append(
        draw_places,
        [
            {"round_id": round_id, "rank": rank, "number": number, "entry_id": whose[number]}
            for rank, number in enumerate(numbers, 1)
        ],
    )
    notary = {"notary_no": seal.document_no, "notary_sha256": seal.file_sha256}
    await _change(tx, round_id, DrawState.DRAWN, {"seed": seal.value, "drawn_at": now} | notary)


async def places_of(
    tx: Transaction,
    round_id: UUID,
    *,
    undecided: bool = False,
    entry_ids: Sequence[UUID] | None = None,
    most: int | None = None,
) -> list[Place]:
    """Places by rank: all, those not decided yet, or those of some entries."""
    p, e = draw_places.c, draw_entries.c
    asked = select(draw_places, e.resident_id, e.assisted).join(draw_entries, e.id == p.entry_id)
    asked = asked.where(p.round_id == round_id).order_by(p.rank)
    if undecided:
        asked = asked.where(p.outcome.is_(None))
    if entry_ids is not None:
        asked = asked.where(p.entry_id.in_(list(entry_ids)))
    return [place_of(row) for row in await tx.execute(asked.limit(most))]


def place_of(row: Any) -> Place:
    """A row of ``draw_places`` with its entry's columns."""
    return Place(
        rank=row.rank,
        number=row.number,
        entry_id=row.entry_id,
        resident_id=row.resident_id,
        assisted=row.assisted,
        outcome=None if row.outcome is None else PlaceOutcome(row.outcome),
        reason=None if row.reason is None else PassedOver(row.reason),
        voucher_id=row.voucher_id,
    )


async def keys_of_entries(tx: Transaction, entry_ids: Sequence[UUID]) -> dict[UUID, list[bytes]]:
    """The keys with which each entry was made."""
    keys = draw_entry_keys.c
    found: dict[UUID, list[bytes]] = {}
    asked = select(keys.entry_id, keys.person).where(keys.entry_id.in_(list(entry_ids)))
    for row in await tx.execute(asked.order_by(keys.person)):
        found.setdefault(row.entry_id, []).append(bytes(row.person))
    return found


async def decide_places(
    tx: Transaction,
    round_id: UUID,
    decided: Sequence[tuple[int, PlaceOutcome, PassedOver | None, UUID | None]],
    now: Instant,
) -> None:
    """(rank, outcome, reason, voucher) of places that were open; each is decided once."""
    if not decided:
        return
    p = draw_places.c
    values: dict[str, Any] = {
        "outcome": bindparam("what"),
        "reason": bindparam("why"),
        "voucher_id": bindparam("given"),
    }
    await tx.execute(
        update(draw_places).where(p.round_id == round_id, p.rank == bindparam("at")).values(**values, decided_at=now),
        [
            {"at": rank, "what": str(outcome), "why": None if reason is None else str(reason), "given": voucher_id}
            for rank, outcome, reason, voucher_id in decided
        ],
    )


async def finish(tx: Transaction, round_id: UUID, now: Instant) -> None:
    """drawn → finished: whatever place is still open was not needed, and nobody's keys are either.

    Those of whoever got a voucher stay with it; of the others nothing is compared any more.
    """
    await tx.execute(delete(draw_entry_keys).where(draw_entry_keys.c.round_id == round_id))
    p = draw_places.c
    rest = update(draw_places).where(p.round_id == round_id, p.outcome.is_(None))
    await tx.execute(rest.values(outcome=str(PlaceOutcome.NOT_NEEDED), decided_at=now))
    await _change(tx, round_id, DrawState.FINISHED, {"finished_at": now})
