"""What is a correction (差错), and who may decide it? Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason


class IncidentState(StrEnum):
    """Where a correction stands."""

    PROPOSED = "proposed"
    """待复核."""
    CONFIRMED = "confirmed"
    """已处理: the funders' money of the redemption is back."""
    WITHDRAWN = "withdrawn"
    """已撤回: nothing moved."""


class IncidentReason(Reason):
    """Why a correction was refused."""

    NO_SUCH_REDEMPTION = "no-such-redemption", 404, "没有找到这笔核销", "No such redemption here"
    NO_SUCH_INCIDENT = "no-such-incident", 404, "没有这条差错记录", "No such incident"
    NOTHING_LEFT = "nothing-left", 409, "这笔核销的优惠已全部退回", "All of its discount has been given back before"
    ALREADY_PROPOSED = "already-proposed", 409, "这笔核销已有待复核的差错", "A correction of it is proposed already"
    WRONG_STATE = "wrong-state", 409, "这条差错已经办结", "This incident is decided already"
    SAME_PERSON = "same-person", 409, "提出人不能复核自己的差错", "Whoever proposed it does not confirm it"
    ARCHIVED = "campaign-archived", 409, "活动已归档", "The campaign is archived"


class Incident(Struct, frozen=True, kw_only=True):
    """A correction of one redemption: what funders paid for it goes back to them, the customer's bill stays."""

    incident_id: UUID
    redemption_id: UUID
    state: IncidentState
    reason: str
    document_no: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
