"""What the desk, the pages and the auditor see of campaigns: frozen records, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.desk_rules import CampaignPlan, CampaignState, DecisionStep, LineLevel, RoundState
from backend.vouchers.rules import RoundFacts


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign with its present version; ``number`` is its short number inside codes."""

    campaign_id: UUID
    number: int
    state: CampaignState
    version: int
    plan: CampaignPlan
    made_by: UUID | None
    pause_scope: str
    pause_reason: str | None
    created_at: datetime
    changed_at: datetime


class Decision(Struct, frozen=True, kw_only=True):
    """A signature under a version."""

    decision_id: UUID
    step: DecisionStep
    version: int
    staff_id: UUID
    deputy_for: UUID | None
    document_no: str | None
    note: str | None
    file_sha256: str | None = None
    """Of the bank's proof, for whoever holds the file."""
    decided_at: datetime


class BudgetLine(Struct, frozen=True, kw_only=True):
    """A line of the budget tree with its counters, in fen and pieces."""

    line_id: UUID
    parent_id: UUID | None
    level: LineLevel
    key: str
    subject_code: str | None
    cap_fen: int
    cap_pieces: int
    issued_fen: int
    issued_pieces: int
    returned_fen: int
    returned_pieces: int

    @property
    def free_fen(self) -> int:
        """What it can still issue or hand back, were it a line without lines below."""
        return self.cap_fen - self.issued_fen + self.returned_fen

    @property
    def free_pieces(self) -> int:
        """The same in pieces."""
        return self.cap_pieces - self.issued_pieces + self.returned_pieces


class RoundView(Struct, frozen=True, kw_only=True):
    """A round with its names, for lists and pages."""

    facts: RoundFacts
    campaign_id: UUID
    line_id: UUID
    campaign_zh: str
    campaign_en: str
    name_zh: str
    name_en: str
    state: RoundState
    version: int
