"""What debts of holders look like on the wire, and what the office does about them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.vouchers.debt_views import ShownDebt
from backend.vouchers.find_waivers import FoundWaiver
from backend.vouchers.offline_rules import DebtState
from backend.vouchers.waive_debt import WaiverOutcome
from backend.vouchers.waiver_rules import WaiverState
from backend.web.texts import ReasonText


class DebtAnswer(Struct, frozen=True, kw_only=True):
    """A further use of a voucher: it had been used at `first_zh`, and the county paid `merchant_zh` all the same."""

    claim_id: UUID
    voucher_id: UUID
    name_zh: str
    name_en: str
    merchant_zh: str
    merchant_en: str
    used_at: datetime
    first_zh: str
    first_en: str
    first_at: datetime | None
    debt_fen: int
    left_fen: int
    """What is still owed."""
    set_off_fen: int
    """What later vouchers were smaller by."""
    state: DebtState


class DebtsAnswer(Struct, frozen=True, kw_only=True):
    """All of them, the newest first; while anything is left, vouchers are shown online only."""

    items: list[DebtAnswer]
    left_fen: int


class ProposeWaiverBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask that a debt be forgiven; `waiver_id` is made by the caller."""

    waiver_id: UUID
    reason: ReasonText


class DecideWaiverBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Confirm it or not; `decision_id` is made by the caller."""

    decision_id: UUID
    confirm: bool


class WaiverOutcomeAnswer(Struct, frozen=True, kw_only=True):
    """Where it stands, and how many fen it is about."""

    waiver_id: UUID
    state: WaiverState
    fen: int


class WaiverAnswer(Struct, frozen=True, kw_only=True):
    """A waiver that waits for a second person."""

    waiver_id: UUID
    claim_id: UUID
    fen: int
    reason: str
    proposed_by_name: str
    proposed_at: datetime


class WaiversAnswer(Struct, frozen=True, kw_only=True):
    """The longest waiting first."""

    items: list[WaiverAnswer]


def debt_answer(shown: ShownDebt) -> DebtAnswer:
    """The wire form."""
    use = shown.use
    return DebtAnswer(
        claim_id=use.claim_id,
        voucher_id=use.voucher_id,
        name_zh=use.name_zh,
        name_en=use.name_en,
        merchant_zh=shown.merchant_zh,
        merchant_en=shown.merchant_en,
        used_at=use.used_at,
        first_zh=shown.first_zh,
        first_en=shown.first_en,
        first_at=use.first_at,
        debt_fen=use.debt_fen,
        left_fen=use.debt_fen - use.set_off_fen if use.state is DebtState.OPEN else 0,
        set_off_fen=use.set_off_fen,
        state=use.state,
    )


def debts_answer(shown: list[ShownDebt]) -> DebtsAnswer:
    """The wire form."""
    items = [debt_answer(one) for one in shown]
    return DebtsAnswer(items=items, left_fen=sum(one.left_fen for one in items))


def outcome_answer(outcome: WaiverOutcome) -> WaiverOutcomeAnswer:
    """The wire form."""
    return WaiverOutcomeAnswer(waiver_id=outcome.waiver_id, state=outcome.state, fen=outcome.fen)


def waiver_answer(found: FoundWaiver) -> WaiverAnswer:
    """The wire form."""
    one = found.waiver
    return WaiverAnswer(
        waiver_id=one.waiver_id,
        claim_id=one.claim_id,
        fen=one.fen,
        reason=one.reason,
        proposed_by_name=found.proposed_by_name,
        proposed_at=one.proposed_at,
    )
