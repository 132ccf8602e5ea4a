"""What draws look like on the wire. Hashes, salts and roots are 64 small hexadecimal digits."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.stations.rules import ProofKind
from backend.vouchers.draw_rules import DrawState, EntryStanding, PassedOver, PlaceOutcome
from backend.vouchers.draw_views import OwnEntry, PublicDraw
from backend.vouchers.enter_draw import Entered
from backend.vouchers.enter_seed import Progress, SeedEntered
from backend.vouchers.find_draws import DrawBoard, Proof
from backend.vouchers.name_source import SourceNamed
from backend.web.texts import ONE_LINE, DocumentNumber

Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
SeedDigits = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9]+$(?!\n)")]


class EntryRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident sends `entry_id` alone; an operator adds whom, with which proof, in which shift."""

    entry_id: UUID
    resident_id: UUID | UnsetType = UNSET
    proof: ProofKind | UnsetType = UNSET
    proof_number: DocumentNumber | UnsetType = UNSET
    shift_id: UUID | UnsetType = UNSET


class EntryAnswer(Struct, frozen=True, kw_only=True):
    """Entered; whoever keeps the salt can show that their entry is in the list that is published."""

    entry_id: UUID
    round_id: UUID
    salt: str
    entered_at: datetime


def entry_answer(entered: Entered) -> EntryAnswer:
    """The wire form."""
    return EntryAnswer(
        entry_id=entered.entry_id, round_id=entered.round_id, salt=entered.salt, entered_at=entered.entered_at
    )


class SourceAnswer(Struct, frozen=True, kw_only=True):
    """Where the seed comes from, as the plan said before anybody entered."""

    name: str
    issue: str
    writing: str
    digits: int
    published_at: datetime
    named_later: bool
    """Whether two people had to name a later issue, since the planned one was known before the list was public."""
    document_no: str | None


class NotaryAnswer(Struct, frozen=True, kw_only=True):
    """The notary's record of the seed."""

    document_no: str
    file_sha256: str


class PublicDrawAnswer(Struct, frozen=True, kw_only=True):
    """Everything of a draw that everybody may know and needs to work it out again; nothing about anybody."""

    round_id: UUID
    campaign_id: UUID
    name_zh: str
    name_en: str
    state: DrawState
    closes_at: datetime
    entered: int
    pieces: int
    reserve_places: int
    source: SourceAnswer
    count: int | None
    root: str | None
    numbered_at: datetime | None
    seed: str | None
    notary: NotaryAnswer | None
    drawn_at: datetime | None
    winners: list[int]
    reserves: list[int]
    passed_over: list[int]
    """Numbers that were drawn and could not be given a voucher any more."""
    moved_up: list[int]
    """Reserves who were given one in their stead."""
    finished_at: datetime | None


def public_draw_answer(found: PublicDraw) -> PublicDrawAnswer:
    """The wire form."""
    draw = found.draw
    by_rank = [number for _, number, _ in found.places]
    issued = {number for _, number, outcome in found.places if outcome == PlaceOutcome.ISSUED}
    reserves = by_rank[found.pieces :]
    return PublicDrawAnswer(
        round_id=draw.round_id,
        campaign_id=found.campaign_id,
        name_zh=found.name_zh,
        name_en=found.name_en,
        state=draw.state,
        closes_at=found.closes_at,
        entered=found.entered,
        pieces=found.pieces,
        reserve_places=draw.plan.reserves,
        source=SourceAnswer(
            name=draw.plan.source,
            issue=draw.plan.issue,
            writing=draw.plan.writing,
            digits=draw.plan.digits,
            published_at=draw.plan.published_at,
            named_later=draw.named is not None,
            document_no=draw.named.document_no if draw.named else None,
        ),
        count=draw.count,
        root=None if draw.root is None else draw.root.hex(),
        numbered_at=draw.numbered_at,
        seed=draw.seal.value if draw.seal else None,
        notary=NotaryAnswer(document_no=draw.seal.document_no, file_sha256=draw.seal.file_sha256)
        if draw.seal
        else None,
        drawn_at=draw.drawn_at,
        winners=by_rank[: found.pieces],
        reserves=reserves,
        passed_over=[number for _, number, outcome in found.places if outcome == PlaceOutcome.PASSED_OVER],
        moved_up=[number for number in reserves if number in issued],
        finished_at=draw.finished_at,
    )


class LeavesAnswer(Struct, frozen=True, kw_only=True):
    """Leaves of the published list, those of the numbers from `first` on; `count` is how many there are."""

    first: int
    count: int
    leaves: list[str]


class OwnEntryAnswer(Struct, frozen=True, kw_only=True):
    """One's own entry: the number, and how it ended."""

    entry_id: UUID
    round_id: UUID
    name_zh: str
    name_en: str
    standing: EntryStanding
    number: int | None
    rank: int | None
    reserve_no: int | None
    voucher_id: UUID | None
    entered_at: datetime
    closes_at: datetime
    published_at: datetime
    """When the seed will be known."""


def own_entry_answer(entry: OwnEntry) -> OwnEntryAnswer:
    """The wire form."""
    rank = entry.place.rank if entry.place else None
    return OwnEntryAnswer(
        entry_id=entry.entry_id,
        round_id=entry.round_id,
        name_zh=entry.name_zh,
        name_en=entry.name_en,
        standing=entry.standing,
        number=entry.number,
        rank=rank,
        reserve_no=rank - entry.pieces if rank is not None and rank > entry.pieces else None,
        voucher_id=entry.place.voucher_id if entry.place else None,
        entered_at=entry.entered_at,
        closes_at=entry.closes_at,
        published_at=entry.draw.plan.published_at,
    )


class ProofAnswer(Struct, frozen=True, kw_only=True):
    """One's own entry and what proves it: leaf and path are there once the list is published."""

    entry: OwnEntryAnswer
    entry_id: UUID
    round_id: UUID
    salt: str
    number: int | None
    leaf: str | None
    path: list[str]
    count: int | None
    root: str | None


def proof_answer(proof: Proof) -> ProofAnswer:
    """The wire form."""
    entry = proof.entry
    return ProofAnswer(
        entry=own_entry_answer(entry),
        entry_id=entry.entry_id,
        round_id=entry.round_id,
        salt=entry.salt.hex(),
        number=entry.number,
        leaf=None if proof.leaf is None else proof.leaf.hex(),
        path=[beside.hex() for beside in proof.path],
        count=entry.draw.count,
        root=None if entry.draw.root is None else entry.draw.root.hex(),
    )


class SeedRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was drawn, as its digits are written, and the notary's record: document number and the file's SHA-256."""

    seed_id: UUID
    value: SeedDigits
    document_no: Document
    file_sha256: Sha256


class SeedAnswer(Struct, frozen=True, kw_only=True):
    """Entered; `differing` names the fields in which the two people's entries are not alike."""

    seed_id: UUID
    round_id: UUID
    progress: Progress
    differing: list[str]
    entered_at: datetime


def seed_answer(entered: SeedEntered) -> SeedAnswer:
    """The wire form."""
    return SeedAnswer(
        seed_id=entered.seed_id,
        round_id=entered.round_id,
        progress=entered.progress,
        differing=list(entered.differing),
        entered_at=entered.entered_at,
    )


class SourceRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A later issue of the planned source, when it is drawn, and the document that says so."""

    source_id: UUID
    issue: Document
    published_at: Annotated[datetime, Meta(tz=True)]
    document_no: Document


class SourceNamedAnswer(Struct, frozen=True, kw_only=True):
    """Named; it counts once two people have named the same."""

    source_id: UUID
    round_id: UUID
    progress: Progress
    entered_at: datetime


def source_named_answer(named: SourceNamed) -> SourceNamedAnswer:
    """The wire form."""
    return SourceNamedAnswer(
        source_id=named.source_id, round_id=named.round_id, progress=named.progress, entered_at=named.entered_at
    )


class EnteredBy(Struct, frozen=True, kw_only=True):
    """Who entered something, and when; what they entered is shown once it is public."""

    staff_id: UUID
    staff_name: str
    entered_at: datetime


class PassedOverAnswer(Struct, frozen=True, kw_only=True):
    """A number that was drawn and could not be served, and why."""

    number: int
    rank: int
    reason: PassedOver


class DrawBoardAnswer(Struct, frozen=True, kw_only=True):
    """A draw as the office sees it."""

    draw: PublicDrawAnswer
    seeds: list[EnteredBy]
    sources: list[EnteredBy]
    passed_over: list[PassedOverAnswer]


def draw_board_answer(board: DrawBoard) -> DrawBoardAnswer:
    """The wire form."""

    def by(staff_id: UUID, at: datetime) -> EnteredBy:
        return EnteredBy(staff_id=staff_id, staff_name=board.people.get(staff_id, ""), entered_at=at)

    return DrawBoardAnswer(
        draw=public_draw_answer(board.public),
        seeds=[by(one.staff_id, one.entered_at) for one in board.seeds],
        sources=[by(one.staff_id, one.entered_at) for one in board.sources],
        passed_over=[
            PassedOverAnswer(number=place.number, rank=place.rank, reason=place.reason)
            for place in board.passed_over
            if place.reason is not None
        ],
    )
