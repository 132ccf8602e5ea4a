"""What everybody may know of a campaign: frozen records of counts and sums, no behaviour. Pure."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.desk_views import BudgetLine, Campaign, RoundView
from backend.vouchers.draw_rules import DrawState


class DrawCount(Struct, frozen=True, kw_only=True):
    """How many entered a draw, and how many of its places got a voucher."""

    round_id: UUID
    state: DrawState
    entered: int
    issued: int


class ListCount(Struct, frozen=True, kw_only=True):
    """A confirmed list by its document number."""

    document_no: str
    people: int


class Approval(Struct, frozen=True, kw_only=True):
    """The document under which a version was approved; who signed is not told."""

    version: int
    document_no: str
    approved_at: datetime


class CampaignFigures(Struct, frozen=True, kw_only=True):
    """An approved campaign, counted from rows."""

    campaign: Campaign
    approval: Approval | None
    rounds: list[RoundView]
    lines: list[BudgetLine]
    draws: list[DrawCount]
    lists: list[ListCount]
    further_uses: dict[UUID, int]
    """By line: redemptions that are no pieces of their own, since their voucher was used or had come back before."""
