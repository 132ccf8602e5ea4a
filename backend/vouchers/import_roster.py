"""Bring in a list (定向发放名单) with its document number: looked at row by row first, kept as keyed hashes only.

Whoever reads a sheet hands over its rows as texts; nothing here knows files.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.claimants import KeyKind
from backend.kernel.ids import new_ids
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.vouchers.desk_rules import CampaignState, DeskReason, public_face
from backend.vouchers.roster_rules import (
    EntryKeys,
    RosterReason,
    RosterRow,
    RosterState,
    RowFault,
    Served,
    by_class,
    decide_cap,
    mended,
    row_faults,
)
from backend.vouchers.roster_views import NewEntry, Roster
from backend.vouchers.store import desk
from backend.vouchers.store import rosters as store

TAKES_LISTS = frozenset({CampaignState.FUNDED, CampaignState.RUNNING, CampaignState.PAUSED})


class ImportRoster(Struct, frozen=True, kw_only=True):
    """A list for a campaign; with ``dry_run`` it is only looked at."""

    roster_id: UUID
    campaign_id: UUID
    document_no: str
    rows: tuple[RosterRow, ...]
    dry_run: bool = False
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        return command_hash(("roster.import", self.campaign_id, self.document_no, self.rows, self.actor.id))


class Looked(Struct, frozen=True, kw_only=True):
    """What a list holds and what is wrong in it; one without faults can be brought in."""

    entries: int
    by_class: dict[str, int]
    faults: tuple[RowFault, ...]
    over_cap: str = ""


class Imported(Struct, frozen=True, kw_only=True):
    """Kept, and waiting for somebody else to confirm it."""

    roster_id: UUID
    campaign_id: UUID
    entries: int
    by_class: dict[str, int]
    imported_at: datetime
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


async def import_roster(
    tx: Transaction, command: ImportRoster, *, now: Instant
) -> Imported | Looked | Refused[RosterReason] | Refused[DeskReason] | IdReused:
    """Keep a list in good order; ``Looked`` for a dry run, and for one that has faults: nothing is kept then."""
    campaign = await desk.lock_campaign(tx, command.campaign_id)
    if campaign is None or command.actor.id is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    if not command.dry_run:
        earlier = await earlier_answer(tx, command.roster_id, command.hashed())
        if earlier is not None:
            return replace(earlier.decoded(Imported), again=True) if isinstance(earlier, Earlier) else earlier
        if await store.find_roster(tx, command.roster_id) is not None:
            return IdReused()
    if campaign.state not in TAKES_LISTS:
        return Refused(DeskReason.WRONG_STATE)
    served = await rounds_served(tx, command.campaign_id, now)
    if not served:
        return Refused(RosterReason.NO_ROSTER_ROUND)
    rows = [mended(row) for row in command.rows]
    classes = frozenset().union(*(round_.classes for round_ in served))
    counted = by_class(rows)
    faults = tuple(row_faults(rows, classes))
    over = decide_cap(served, added(await store.listed_by_class(tx, command.campaign_id), counted))
    if command.dry_run or faults:
        told = over.detail if over else ""
        return Looked(entries=len(rows), by_class=counted, faults=faults, over_cap=told)
    if over:
        return over
    await _keep(tx, command, rows, now)
    outcome = Imported(
        roster_id=command.roster_id,
        campaign_id=command.campaign_id,
        entries=len(rows),
        by_class=counted,
        imported_at=now,
    )
    await remember_answer(tx, command.roster_id, command.hashed(), outcome, now=now)
    return outcome


async def rounds_served(tx: Transaction, campaign_id: UUID, now: Instant) -> list[Served]:
    """The campaign's rounds by list that have not ended."""
    classes = await store.classes_of(tx, campaign_id)
    return [
        Served(
            round_id=view.facts.round_id,
            classes=classes[view.facts.round_id],
            pieces=view.facts.pieces,
            public_fen=public_face(view.facts.terms.funding, view.facts.terms.face_fen),
        )
        for view in await desk.rounds_where(tx, campaign_id=campaign_id)
        if view.facts.round_id in classes and now < view.facts.closes_at
    ]


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Both together, by class."""
    return {code: one.get(code, 0) + other.get(code, 0) for code in one.keys() | other.keys()}


async def _keep(tx: Transaction, command: ImportRoster, rows: Sequence[RosterRow], now: Instant) -> None:
    assert command.actor.id is not None, "lists are brought in by people"
    keys = tx.county.keys

    def hashed(kind: KeyKind, value: str) -> bytes | None:
        return keys.keyed_hash(kind, value) if value else None

    entries = [
        NewEntry(
            entry_id=entry_id,
            row_no=row.row,
            class_code=row.class_code,
            keys=EntryKeys(
                phone=hashed(KeyKind.PHONE, row.phone), identity=hashed(KeyKind.IDENTITY, row.identity_number)
            ),
        )
        for entry_id, row in zip(new_ids(len(rows)), rows, strict=True)
    ]
    roster = Roster(
        roster_id=command.roster_id,
        campaign_id=command.campaign_id,
        document_no=command.document_no,
        state=RosterState.IMPORTED,
        entries=len(rows),
        imported_by=command.actor.id,
        imported_at=now,
        decided_by=None,
        decided_at=None,
    )
    await store.insert_roster(tx, roster, entries)
    subject = ("roster", command.roster_id)
    told = f"campaign {command.campaign_id}, {len(rows)} rows, {command.document_no}"
    await record(
        tx, new_entry(now, command.actor, "roster.import", subject, to_state=RosterState.IMPORTED, detail=told)
    )
