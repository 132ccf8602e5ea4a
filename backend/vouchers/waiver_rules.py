"""When does the office forgive a holder's debt, and who decides it? Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason


class WaiverState(StrEnum):
    """Where a waiver stands."""

    PROPOSED = "proposed"
    """待审批."""
    CONFIRMED = "confirmed"
    """已免除: the pool bears what it had paid."""
    WITHDRAWN = "withdrawn"
    """未同意: the holder owes it as before."""


class WaiverReason(Reason):
    """Why a debt is not forgiven."""

    NO_SUCH_DEBT = "no-such-debt", 404, "没有找到这笔欠款", "No such debt"
    NO_SUCH_WAIVER = "no-such-waiver", 404, "没有这条免除申请", "No such waiver"
    NOTHING_OWED = "nothing-owed", 409, "这笔欠款已结清", "Nothing of it is owed any more"
    ALREADY_PROPOSED = "already-proposed", 409, "这笔欠款已在等审批", "Its waiver is proposed already"
    DECIDED = "waiver-decided", 409, "这条申请已办结", "This waiver is decided already"
    SAME_PERSON = "same-person", 409, "提出人不能审批自己的申请", "Whoever proposed it does not confirm it"


class Waiver(Struct, frozen=True, kw_only=True):
    """Somebody of the office asks that a debt be forgiven; ``fen`` is what was owed then, or what was forgiven."""

    waiver_id: UUID
    claim_id: UUID
    state: WaiverState
    fen: int
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
