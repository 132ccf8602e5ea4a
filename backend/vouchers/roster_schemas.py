"""What lists and entitlements look like on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.stations.rules import ProofKind
from backend.vouchers.decide_roster import RosterDecided
from backend.vouchers.import_roster import Imported, Looked
from backend.vouchers.roster_rules import MOST_ROWS, RosterRow, RosterState, RowFault, Verdict
from backend.vouchers.roster_views import Entitlement, Roster
from backend.web.texts import MAYBE_ONE_LINE, ONE_LINE, DocumentNumber

Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Cell = Annotated[str, Meta(max_length=80, pattern=MAYBE_ONE_LINE)]
Note = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]


class RowRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person: phone or identity number, and the class that says what they get; `row` counts as the sheet does."""

    class_code: Cell
    phone: Cell = ""
    identity_number: Cell = ""
    name: Cell = ""
    row: Annotated[int, Meta(ge=1, le=1_000_000)] | UnsetType = UNSET


class RosterRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list with its document number (文号); with `dry_run` it is only looked at."""

    roster_id: UUID
    document_no: Document
    rows: Annotated[list[RowRequest], Meta(min_length=1, max_length=MOST_ROWS)]
    dry_run: bool = False


def rows_of(request: RosterRequest) -> tuple[RosterRow, ...]:
    """The rows as the list's own file counts them."""
    return tuple(
        RosterRow(
            row=place if row.row is UNSET else row.row,
            class_code=row.class_code,
            phone=row.phone,
            identity_number=row.identity_number,
            name=row.name,
        )
        for place, row in enumerate(request.rows, 1)
    )


class RowFaultAnswer(Struct, frozen=True, kw_only=True):
    """What is wrong in which cell, and the mend."""

    row: int
    column: str
    detail: str


class RosterReport(Struct, frozen=True, kw_only=True):
    """What a list holds and what is wrong in it; `over_cap` has the figures when it asks for too much."""

    roster_id: UUID
    campaign_id: UUID
    imported: bool
    entries: int
    by_class: dict[str, int]
    faults: list[RowFaultAnswer]
    over_cap: str


def _faults(faults: tuple[RowFault, ...]) -> list[RowFaultAnswer]:
    return [RowFaultAnswer(row=one.row, column=one.column, detail=one.detail) for one in faults]


def looked_answer(roster_id: UUID, campaign_id: UUID, looked: Looked) -> RosterReport:
    """The wire form of a dry run."""
    return RosterReport(
        roster_id=roster_id,
        campaign_id=campaign_id,
        imported=False,
        entries=looked.entries,
        by_class=looked.by_class,
        faults=_faults(looked.faults),
        over_cap=looked.over_cap,
    )


def imported_answer(imported: Imported) -> RosterReport:
    """The wire form of a list that was kept."""
    return RosterReport(
        roster_id=imported.roster_id,
        campaign_id=imported.campaign_id,
        imported=True,
        entries=imported.entries,
        by_class=imported.by_class,
        faults=[],
        over_cap="",
    )


class RosterAnswer(Struct, frozen=True, kw_only=True):
    """A list as it stands; nobody on it is named."""

    roster_id: UUID
    campaign_id: UUID
    document_no: str
    state: RosterState
    entries: int
    imported_by: UUID
    imported_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


def roster_answer(roster: Roster) -> RosterAnswer:
    """The wire form."""
    return RosterAnswer(
        roster_id=roster.roster_id,
        campaign_id=roster.campaign_id,
        document_no=roster.document_no,
        state=roster.state,
        entries=roster.entries,
        imported_by=roster.imported_by,
        imported_at=roster.imported_at,
        decided_by=roster.decided_by,
        decided_at=roster.decided_at,
    )


class DecisionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """confirm or reject; sending back needs its note."""

    decision_id: UUID
    verdict: Verdict
    note: Note | None = None


class RosterDecidedAnswer(Struct, frozen=True, kw_only=True):
    """Where the list stands now."""

    roster_id: UUID
    state: RosterState
    decided_at: datetime


def decided_answer(decided: RosterDecided) -> RosterDecidedAnswer:
    """The wire form."""
    return RosterDecidedAnswer(roster_id=decided.roster_id, state=decided.state, decided_at=decided.decided_at)


class EntitlementState(StrEnum):
    """What can be done about it now."""

    COMING = "coming"
    """还没到领取时间"""
    OPEN = "open"
    """现在可领"""
    PAUSED = "paused"
    """活动暂停中"""
    TAKEN = "taken"
    """已领取"""
    ENDED = "ended"
    """没有在时间内领取"""


class EntitlementAnswer(Struct, frozen=True, kw_only=True):
    """What a list sets aside for this person in one round."""

    round_id: UUID
    name_zh: str
    name_en: str
    document_no: str
    face_fen: int
    state: EntitlementState
    opens_at: datetime
    closes_at: datetime
    voucher_id: UUID | None


def entitlement_answer(found: Entitlement, at: datetime) -> EntitlementAnswer:
    """The wire form as of an instant."""
    return EntitlementAnswer(
        round_id=found.round_id,
        name_zh=found.name_zh,
        name_en=found.name_en,
        document_no=found.document_no,
        face_fen=found.face_fen,
        state=_state(found, at),
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        voucher_id=found.voucher_id,
    )


def _state(found: Entitlement, at: datetime) -> EntitlementState:
    if found.voucher_id is not None:
        return EntitlementState.TAKEN
    if at >= found.closes_at:
        return EntitlementState.ENDED
    if at < found.opens_at or not found.running:
        return EntitlementState.COMING
    return EntitlementState.PAUSED if found.paused else EntitlementState.OPEN


class TakingRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident sends `claim_id` alone; an operator adds whom, with which proof, in which shift."""

    claim_id: UUID
    resident_id: UUID | UnsetType = UNSET
    proof: ProofKind | UnsetType = UNSET
    proof_number: DocumentNumber | UnsetType = UNSET
    shift_id: UUID | UnsetType = UNSET
