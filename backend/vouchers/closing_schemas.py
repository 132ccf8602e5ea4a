"""Bodies and answers of corrections and of a campaign's end."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import AmountFen
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.incident_rules import Incident, IncidentState
from backend.web.texts import ONE_LINE, ReasonText

Document = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE)]


class IncidentRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Propose that the funders' money of a redemption go back to them."""

    incident_id: UUID
    redemption_id: UUID
    reason: ReasonText
    document_no: Document


class DecideIncidentRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Confirm a correction, or withdraw it; whoever proposed it cannot confirm it."""

    decision_id: UUID
    confirm: bool


class IncidentStateAnswer(Struct, frozen=True, kw_only=True):
    """Where the correction stands, and what went back."""

    incident_id: UUID
    state: IncidentState
    amount_fen: int


class IncidentAnswer(Struct, frozen=True, kw_only=True):
    """One correction."""

    incident_id: UUID
    redemption_id: UUID
    state: IncidentState
    reason: str
    document_no: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


def incident_answer(found: Incident) -> IncidentAnswer:
    """The wire form."""
    return IncidentAnswer(
        incident_id=found.incident_id,
        redemption_id=found.redemption_id,
        state=found.state,
        reason=found.reason,
        document_no=found.document_no,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
    )


class SettleRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close a campaign's money."""

    settling_id: UUID


class ReturnRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The transfer of what was left, with its document; nothing left is an amount of 0."""

    return_id: UUID
    amount_fen: AmountFen
    document_no: Document
    bank_voucher_no: Document
    file_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class ClosedAnswer(Struct, frozen=True, kw_only=True):
    """Where the campaign stands, and what is to be, or was, returned to the treasury."""

    campaign_id: UUID
    state: CampaignState
    amount_fen: int
