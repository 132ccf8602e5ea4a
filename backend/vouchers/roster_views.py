"""What the office sees of lists, and a person of what is set aside for them: frozen records, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.roster_rules import EntryKeys, RosterState


class Roster(Struct, frozen=True, kw_only=True):
    """A list as it stands."""

    roster_id: UUID
    campaign_id: UUID
    document_no: str
    state: RosterState
    entries: int
    imported_by: UUID
    imported_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


class NewEntry(Struct, frozen=True, kw_only=True):
    """One row of a list as it is kept."""

    entry_id: UUID
    row_no: int
    class_code: str
    keys: EntryKeys


class Entitlement(Struct, frozen=True, kw_only=True):
    """What one row gives in one round, and whether it was taken."""

    entry_id: UUID
    round_id: UUID
    class_code: str
    document_no: str
    listed_at: datetime
    """When another person confirmed the list."""
    keys: EntryKeys
    name_zh: str
    name_en: str
    face_fen: int
    opens_at: datetime
    closes_at: datetime
    running: bool
    paused: bool
    voucher_id: UUID | None
