"""Bodies and answers of corrections and of a campaign's end."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import AmountFen
from backend.vouchers.closing_rules import Books
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.find_closing import Closing
from backend.vouchers.find_incidents import FoundIncident
from backend.vouchers.incident_rules import IncidentState
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
    """One correction with the redemption it is about; `left_fen` is what of its discount has not come back."""

    incident_id: UUID
    redemption_id: UUID
    state: IncidentState
    reason: str
    document_no: str
    proposed_by: UUID
    proposed_by_name: str
    proposed_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    campaign_id: UUID
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    redeemed_at: datetime
    bill_fen: int
    discount_fen: int
    left_fen: int


def incident_answer(found: FoundIncident) -> IncidentAnswer:
    """The wire form."""
    incident, of = found.incident, found.redemption
    return IncidentAnswer(
        incident_id=incident.incident_id,
        redemption_id=incident.redemption_id,
        state=incident.state,
        reason=incident.reason,
        document_no=incident.document_no,
        proposed_by=incident.proposed_by,
        proposed_by_name=found.proposer,
        proposed_at=incident.proposed_at,
        decided_by=incident.decided_by,
        decided_by_name=found.decider,
        decided_at=incident.decided_at,
        campaign_id=of.campaign_id,
        merchant_id=of.merchant_id,
        merchant_zh=found.merchant_zh,
        merchant_en=found.merchant_en,
        redeemed_at=of.occurred_at,
        bill_fen=of.bill_fen,
        discount_fen=of.discount_fen,
        left_fen=of.discount_fen - of.refunded_discount_fen,
    )


class InTheWay(Struct, frozen=True, kw_only=True):
    """Something that keeps a campaign from being closed, in words."""

    told_zh: str
    told_en: str


class ClosingAnswer(Struct, frozen=True, kw_only=True):
    """How far a campaign's money is from its end; `due_fen` is what would go back to the treasury now."""

    campaign_id: UUID
    state: CampaignState
    in_the_way: list[InTheWay]
    due_fen: int
    books: Books


def closing_answer(found: Closing) -> ClosingAnswer:
    """The wire form."""
    return ClosingAnswer(
        campaign_id=found.campaign_id,
        state=found.state,
        in_the_way=[InTheWay(told_zh=zh, told_en=en) for zh, en in found.in_the_way],
        due_fen=found.due_fen,
        books=found.books,
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
