"""Which answers can no order explain any more? What is bound, used up, counted or closed for good does not come back.

An order that begins wrongly has as many ends as one that begins rightly, and each of them is a dead one: whoever looks
for an order must notice at the first act that goes too far, not after the last.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.redeem_rules import Redeem, Redeemed, Shown, Typed
from backend.vouchers.refund_rules import RollBack, RollBackReason, RolledBack
from backend.vouchers.rules import RedemptionReason
from backend.vouchers.short_code import MakeShortCode, ShortCode
from backend.vouchers.steer_campaign import SteerCampaign
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_records import Act, Due, id_of, period

WITHOUT_CODE = (Refused(RedemptionReason.CODE_WRONG), Refused(RedemptionReason.COUNTER_LOCKED))
"""What a counter hears whose digits are no code."""
PAUSED, ALREADY_USED, EXPIRED = (
    Refused(no) for no in (RedemptionReason.PAUSED, RedemptionReason.ALREADY_USED, RedemptionReason.EXPIRED)
)


def is_dead_end(model: Model, left: Collection[Act]) -> bool:
    """Whether one of these acts has an answer that cannot become right, in whatever order the others come."""
    return any(_hopeless(model, act, left) for act in left)


def _hopeless(model: Model, act: Act, left: Collection[Act]) -> bool:
    # Who was perhaps never heard, or heard only by a desk's memory, needs no answer that the books would give.
    if act.lost or act.early or isinstance(act.command, Due):
        return False
    if isinstance(act.command, MakeShortCode):
        return isinstance(act.outcome, ShortCode) and _stays_gone(model, act.command.voucher_id, left) is not None
    known = model.bound(act.command)
    if known is not None:
        return bool(act.outcome != known)
    if isinstance(act.outcome, IdReused) or getattr(act.outcome, "again", False):
        mine = id_of(act.command)
        return not any(other is not act and id_of(other.command) == mine for other in left)
    match act.command:
        case Claim():
            return isinstance(act.outcome, Claimed) and _no_voucher_left(model, act, act.command)
        case Redeem(presented=Typed(code=code)):
            return act.outcome not in WITHOUT_CODE and not _is_code(model, code, left)
        case Redeem(presented=Shown() as shown):
            return _drawn_in_vain(model, act, shown, left)
        case RollBack():
            return _undone(model, act, act.command)
        case SteerCampaign():
            return model.campaign == "ended" and not isinstance(act.outcome, Refused)
    return False


def _stays_gone(model: Model, voucher_id: UUID, left: Collection[Act]) -> str | None:
    """``redeemed`` or ``expired`` when nobody who is left makes the voucher one that can be used again."""
    voucher = model.vouchers.get(voucher_id)
    if voucher is None or voucher.state == "issued":
        return None
    for act in left:
        if isinstance(act.command, RollBack) and (isinstance(act.outcome, RolledBack) or act.lost):
            sale = model.sales.get(act.command.redemption_id)
            if sale is not None and sale.live and sale.voucher_id == voucher_id:
                return None
    return voucher.state


def _stays_unused(model: Model, voucher_id: UUID, left: Collection[Act]) -> bool:
    """Whether the voucher is not redeemed now, and nobody who is left may have redeemed it."""
    return model.vouchers[voucher_id].state != "redeemed" and not any(
        isinstance(outcome, Redeemed) and outcome.voucher_id == voucher_id
        for act in left
        for outcome in act.lost or (act.outcome,)
    )


def _drawn_in_vain(model: Model, act: Act, shown: Shown, left: Collection[Act]) -> bool:
    """Another picture was taken after this one, or the voucher was, or what had been taken was given back."""
    voucher = model.vouchers.get(shown.voucher_id)
    if voucher is None:
        return False
    if isinstance(act.outcome, Redeemed) and shown.count <= voucher.last_count:
        return True
    if act.outcome == ALREADY_USED and _stays_unused(model, shown.voucher_id, left):
        return True
    state = _stays_gone(model, shown.voucher_id, left)
    return state is not None and act.outcome not in (PAUSED, ALREADY_USED if state == "redeemed" else EXPIRED)


def _no_voucher_left(model: Model, act: Act, asked: Claim) -> bool:
    """The campaign or the round is over, or one of the people had what they may have."""
    if model.campaign == "ended" or model.sessions[asked.round_id].phase == "closed":
        return True
    limits = model.terms[asked.round_id].limits
    return any(
        model.taken.get((limit.rule_id, person, period(limit, act.at)), 0) >= limit.most
        for limit in limits
        for person in asked.people
    )


def _is_code(model: Model, code: bytes, left: Collection[Act]) -> bool:
    """Whether digits open a voucher now, or somebody may still make them that voucher's code."""
    return any(live == code for live, _ in model.codes.values()) or any(
        isinstance(act.outcome, ShortCode) and model.hashed(act.outcome.code) == code for act in left
    )


def _undone(model: Model, act: Act, asked: RollBack) -> bool:
    """A redemption that is there stays there, and one that was undone stays so."""
    sale: Any = model.sales.get(asked.redemption_id)
    if sale is None or sale.merchant_id != asked.merchant_id:
        return False
    if act.outcome == Refused(RollBackReason.NO_SUCH_REDEMPTION):
        return True
    return not sale.live and act.outcome != Refused(RollBackReason.ALREADY_REVERSED)
