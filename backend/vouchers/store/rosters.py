"""SQL of lists: the campaign is locked before its lists, a row of a list before the round that it is taken in."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, or_, select, update

from backend.database.transaction import Transaction
from backend.kernel.claimants import KeyKind
from backend.kernel.instants import Instant
from backend.vouchers.desk_rules import RoundState
from backend.vouchers.roster_rules import EntryKeys, RosterState
from backend.vouchers.roster_tables import roster_entries, roster_rounds, roster_takings, rosters
from backend.vouchers.roster_views import Entitlement, NewEntry, Roster
from backend.vouchers.rules import Terms
from backend.vouchers.tables import rounds

_MOST_TOLD = 20


async def insert_classes(tx: Transaction, round_id: UUID, classes: Sequence[str]) -> None:
    """Which classes of a list a round serves."""
    await tx.execute(insert(roster_rounds), [{"round_id": round_id, "class_code": code} for code in classes])


async def classes_of(tx: Transaction, campaign_id: UUID) -> dict[UUID, frozenset[str]]:
    """(round → classes) of a campaign's rounds by list."""
    of = roster_rounds.c
    asked = select(of.round_id, of.class_code).join(rounds, rounds.c.id == of.round_id)
    found: dict[UUID, set[str]] = {}
    for row in await tx.execute(asked.where(rounds.c.campaign_id == campaign_id)):
        found.setdefault(row.round_id, set()).add(row.class_code)
    return {round_id: frozenset(codes) for round_id, codes in found.items()}


async def listed_by_class(tx: Transaction, campaign_id: UUID) -> dict[str, int]:
    """How many people the confirmed lists of a campaign name, by class."""
    e = roster_entries.c
    rows = await tx.execute(
        select(e.class_code, func.count())
        .join(rosters, rosters.c.id == e.roster_id)
        .where(rosters.c.campaign_id == campaign_id, rosters.c.state == str(RosterState.CONFIRMED))
        .group_by(e.class_code)
    )
    return {row[0]: row[1] for row in rows}


async def insert_roster(tx: Transaction, roster: Roster, entries: Sequence[NewEntry]) -> None:
    """A list with its rows, waiting for somebody else."""
    row = msgspec.structs.asdict(roster) | {"id": roster.roster_id, "state": str(roster.state)}
    row.pop("roster_id")
    tx.append(rosters, [row])
    tx.append(
        roster_entries,
        [
            {
                "id": one.entry_id,
                "roster_id": roster.roster_id,
                "row_no": one.row_no,
                "class_code": one.class_code,
                "phone_hash": one.keys.phone,
                "identity_hash": one.keys.identity,
            }
            for one in entries
        ],
    )


async def find_roster(tx: Transaction, roster_id: UUID) -> Roster | None:
    """A list."""
    row = (await tx.execute(select(rosters).where(rosters.c.id == roster_id))).first()
    return None if row is None else _roster(row)


async def lock_roster(tx: Transaction, roster_id: UUID) -> Roster | None:
    """A list, locked."""
    row = (await tx.execute(select(rosters).where(rosters.c.id == roster_id).with_for_update())).first()
    return None if row is None else _roster(row)


async def rosters_of(tx: Transaction, campaign_id: UUID, before: UUID | None, most: int) -> list[Roster]:
    """A campaign's lists, newest first."""
    asked = select(rosters).where(rosters.c.campaign_id == campaign_id).order_by(rosters.c.id.desc()).limit(most)
    if before is not None:
        asked = asked.where(rosters.c.id < before)
    return [_roster(row) for row in await tx.execute(asked)]


def _roster(row: Any) -> Roster:
    return Roster(
        roster_id=row.id,
        campaign_id=row.campaign_id,
        document_no=row.document_no,
        state=RosterState(row.state),
        entries=row.entries,
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


async def classes_in(tx: Transaction, roster_id: UUID) -> dict[str, int]:
    """How many rows of a list each class has."""
    e = roster_entries.c
    rows = await tx.execute(select(e.class_code, func.count()).where(e.roster_id == roster_id).group_by(e.class_code))
    return {row[0]: row[1] for row in rows}


async def rows_listed_elsewhere(tx: Transaction, roster: Roster) -> list[tuple[int, str, int]]:
    """(row, the other list's document number, the row there) of people on another confirmed list of the campaign."""
    mine, theirs = roster_entries.alias("mine"), roster_entries.alias("theirs")
    rows = await tx.execute(
        select(mine.c.row_no, rosters.c.document_no, theirs.c.row_no)
        .join(
            theirs,
            or_(mine.c.phone_hash == theirs.c.phone_hash, mine.c.identity_hash == theirs.c.identity_hash),
        )
        .join(rosters, rosters.c.id == theirs.c.roster_id)
        .where(
            mine.c.roster_id == roster.roster_id,
            theirs.c.roster_id != roster.roster_id,
            rosters.c.campaign_id == roster.campaign_id,
            rosters.c.state == str(RosterState.CONFIRMED),
        )
        .order_by(mine.c.row_no)
        .limit(_MOST_TOLD)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def decide(tx: Transaction, roster_id: UUID, state: RosterState, staff_id: UUID, now: Instant) -> None:
    """imported → confirmed or rejected."""
    decided = {"state": str(state), "decided_by": staff_id, "decided_at": now}
    await tx.execute(update(rosters).where(rosters.c.id == roster_id).values(decided))


async def entitlements_of(
    tx: Transaction, keys: Collection[tuple[KeyKind, bytes]], *, round_id: UUID | None = None
) -> list[Entitlement]:
    """What confirmed lists set aside for rows with one of these phones or identity numbers, soonest first."""
    phones = [hashed for kind, hashed in keys if kind is KeyKind.PHONE]
    numbers = [hashed for kind, hashed in keys if kind is KeyKind.IDENTITY]
    e, r, of, t = roster_entries.c, rounds.c, roster_rounds.c, roster_takings.c
    rows = await tx.execute(
        select(roster_entries, rosters.c.document_no, rosters.c.decided_at, *_ROUND, t.voucher_id)
        .join(rosters, rosters.c.id == e.roster_id)
        .join(rounds, r.campaign_id == rosters.c.campaign_id)
        .join(roster_rounds, (of.round_id == r.id) & (of.class_code == e.class_code))
        .outerjoin(roster_takings, (t.entry_id == e.id) & (t.round_id == r.id))
        .where(
            rosters.c.state == str(RosterState.CONFIRMED),
            or_(e.phone_hash.in_(phones), e.identity_hash.in_(numbers)),
            *([r.id == round_id] if round_id is not None else []),
        )
        .order_by(r.opens_at, r.id, e.id)
    )
    return [_entitlement(row) for row in rows]


_ROUND = (
    rounds.c.id.label("round_id"),
    rounds.c.name_zh,
    rounds.c.name_en,
    rounds.c.terms,
    rounds.c.opens_at,
    rounds.c.closes_at,
    rounds.c.running,
    rounds.c.paused,
    rounds.c.state.label("round_state"),
)


def _entitlement(row: Any) -> Entitlement:
    return Entitlement(
        entry_id=row.id,
        round_id=row.round_id,
        class_code=row.class_code,
        document_no=row.document_no,
        listed_at=row.decided_at,
        keys=EntryKeys(
            phone=None if row.phone_hash is None else bytes(row.phone_hash),
            identity=None if row.identity_hash is None else bytes(row.identity_hash),
        ),
        name_zh=row.name_zh,
        name_en=row.name_en,
        face_fen=msgspec.json.decode(row.terms, type=Terms).face_fen,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        running=row.running and row.round_state != str(RoundState.CLOSED),
        paused=row.paused,
        voucher_id=row.voucher_id,
    )


async def lock_entry(tx: Transaction, entry_id: UUID) -> None:
    """Nobody else takes what this row gives before the transaction ends."""
    await tx.execute(select(roster_entries.c.id).where(roster_entries.c.id == entry_id).with_for_update())


async def is_taken(tx: Transaction, entry_id: UUID, round_id: UUID) -> bool:
    """Whether what a row gives in a round was taken."""
    t = roster_takings.c
    found = await tx.execute(select(t.voucher_id).where(t.entry_id == entry_id, t.round_id == round_id))
    return found.first() is not None


async def insert_taking(
    tx: Transaction, entry_id: UUID, round_id: UUID, voucher_id: UUID, resident_id: UUID, now: Instant
) -> None:
    """Taken."""
    row = {"entry_id": entry_id, "round_id": round_id, "voucher_id": voucher_id, "resident_id": resident_id}
    tx.append(roster_takings, [row | {"taken_at": now}])
