"""What is known of a draw and of one's own entry: frozen records, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.vouchers.draw_rules import DrawPlan, DrawState, EntryStanding, PassedOver, PlaceOutcome, Seal


class NamedSource(Struct, frozen=True, kw_only=True):
    """The later issue that two people named where the planned one was known before the list was public."""

    issue: str
    published_at: datetime
    document_no: str


class Draw(Struct, frozen=True, kw_only=True):
    """A draw as it stands."""

    round_id: UUID
    planned: DrawPlan
    state: DrawState
    count: int | None
    root: bytes | None
    numbered_at: datetime | None
    named: NamedSource | None
    seal: Seal | None
    """Seed and notary's record, once two people entered them alike."""
    drawn_at: datetime | None
    finished_at: datetime | None

    @property
    def plan(self) -> DrawPlan:
        """The plan with the source that counts."""
        if self.named is None:
            return self.planned
        return replace(self.planned, issue=self.named.issue, published_at=self.named.published_at)


class Place(Struct, frozen=True, kw_only=True):
    """One place of the result, and whose it is."""

    rank: int
    number: int
    entry_id: UUID
    resident_id: UUID
    assisted: bool
    outcome: PlaceOutcome | None
    reason: PassedOver | None
    voucher_id: UUID | None


class OwnEntry(Struct, frozen=True, kw_only=True):
    """Somebody's entry as they see it."""

    entry_id: UUID
    round_id: UUID
    resident_id: UUID
    name_zh: str
    name_en: str
    entered_at: datetime
    closes_at: datetime
    pieces: int
    salt: bytes
    number: int | None
    place: Place | None
    draw: Draw
    standing: EntryStanding


class PublicDraw(Struct, frozen=True, kw_only=True):
    """Everything of a draw that everybody may know."""

    draw: Draw
    campaign_id: UUID
    name_zh: str
    name_en: str
    closes_at: datetime
    pieces: int
    entered: int
    """How many have entered so far; after the numbering the same as the draw's count."""
    places: list[tuple[int, int, PlaceOutcome | None]]
    """(rank, number, outcome)"""


class SeedEntry(Struct, frozen=True, kw_only=True):
    """What one person entered, and when."""

    staff_id: UUID
    seal: Seal
    entered_at: datetime


class SourceEntry(Struct, frozen=True, kw_only=True):
    """Which later issue one person named."""

    staff_id: UUID
    named: NamedSource
    entered_at: datetime
