"""What the model of the desks expects to find in a county's books: balances, rows, how many acts, and what is due."""

from collections import Counter
from collections.abc import Collection, Mapping, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.kernel.refusals import Refused
from backend.vouchers.redeem_rules import Redeem, Shown, Typed, Unproven
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import Bill, RedemptionReason
from backend.vouchers.short_code import ShortCode
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_records import Account, Act, Due, id_of

CODE_WRONG = Refused(RedemptionReason.CODE_WRONG)
TOLD = (
    *("claim_id", "round_id", "resident_id", "people", "assisted", "roll_back_id", "redemption_id", "merchant_id"),
    *("voucher_id", "presented", "bill", "refund_fen", "reason", "turn", "scope", "what"),
)


def due(model: Model, at: datetime) -> list[Due]:
    """The timed work whose instant has come and that is not done, in its order."""
    found = [Due("expire", when) for when in model.expiries]
    for round_id, now in model.sessions.items():
        plan = model.plans[round_id]
        found += [Due("open", plan.opens_at, round_id)] if now.phase == "planned" else []
        found += [Due("close", plan.closes_at, round_id)] if now.phase != "closed" else []
    return sorted((work for work in found if work.at <= at), key=lambda work: work.at)


def balances(model: Model) -> dict[Account, int]:
    """What every account must stand at; what stands at nothing is left out."""
    held: Counter[Account] = Counter()
    held["fund.bank", None, None, None] = model.funded
    for code, (fen, _) in model.undealt.items():
        held["budget.line", code, None, None] += fen
    for round_id, now in model.sessions.items():
        held["budget.line", round_id, None, None] += now.free_fen
    for voucher in model.vouchers.values():
        held["voucher.open", voucher.round_id, None, None] += voucher.public if voucher.state == "issued" else 0
    for sale in model.sales.values():
        for funder, fen in sale.shares if sale.live else ():
            if funder != "merchant":  # What a merchant gives away itself is nobody's debt.
                line = model.vouchers[sale.voucher_id].round_id
                held["merchant.payable", line, sale.merchant_id, funder] += fen
            if funder == "platform":
                held["platform.due", None, None, None] += fen
    return {account: fen for account, fen in held.items() if fen}


def rows(model: Model) -> dict[str, dict[Any, Any]]:
    """What must be stored of rounds, vouchers, redemptions, short codes and the digits that were none."""
    running = model.campaign in {"running", "paused"}
    return {
        "rounds": {
            round_id: (now.phase, now.pieces, now.online, now.station, running, model.campaign == "paused")
            for round_id, now in model.sessions.items()
        },
        "vouchers": {
            voucher_id: (one.state, one.worth, one.public, one.last_count) for voucher_id, one in model.vouchers.items()
        },
        "redemptions": {
            redemption_id: ("accepted" if one.live else "reversed", one.voucher_id, one.discount)
            for redemption_id, one in model.sales.items()
        },
        "codes": dict(model.codes),
        "wrong": dict(model.wrong),
    }


def acts(model: Model) -> dict[str, int]:
    """How often each act must stand in the trail and each event in the outbox; refused acts stand nowhere."""
    given_back = [outcome for _, outcome in model.answers.values() if isinstance(outcome, RolledBack)]
    parts = sum(outcome.voucher_state == "redeemed" for outcome in given_back)
    done = {
        "voucher.claim": len(model.vouchers),
        "voucher.redeem": len(model.sales),
        "voucher.roll-back": len(given_back) - parts,
        "voucher.refund": parts,
        "voucher.expire": model.expired,
        "VoucherClaimed": len(model.vouchers),
        "VoucherRedeemed": len(model.sales),
        "RedemptionRolledBack": len(given_back),
    }
    return {act: times for act, times in done.items() if times}


def may_fit(model: Model, left: Collection[Act], *, tables: Mapping[str, Mapping[Any, Any]], bound: Set[UUID]) -> bool:
    """Whether the acts that are left may still make of the county what is stored.

    What was given, answered or counted is never taken back, and only who is left can add to it.
    """
    making = {act.command.voucher_id for act in left if isinstance(act.outcome, ShortCode)}
    return (
        model.vouchers.keys() <= tables["vouchers"].keys()
        and model.sales.keys() <= tables["redemptions"].keys()
        and model.answers.keys() <= bound <= model.answers.keys() | {id_of(act.command) for act in left}
        and all(model.codes.get(of) == code or of in making for of, code in tables["codes"].items())
        and _may_be_counted(model, left, tables["wrong"])
    )


def _may_be_counted(model: Model, left: Collection[Act], stored: Mapping[Any, int]) -> bool:
    """Everybody who heard that their digits are wrong was counted, and of those who hung up perhaps somebody."""
    surely, perhaps = Counter(model.wrong), Counter(model.wrong)
    for act in left:
        if isinstance(act.command, Redeem) and isinstance(act.command.presented, Typed):
            hour = (act.command.merchant_id, act.at.replace(minute=0, second=0, microsecond=0))
            surely[hour] += not act.lost and act.outcome == CODE_WRONG
            perhaps[hour] += CODE_WRONG in (act.lost or (act.outcome,))
    return all(surely[hour] <= stored.get(hour, 0) <= perhaps[hour] for hour in {*perhaps, *stored})


def told(act: Act) -> str:
    """An act with its answer on one line."""
    asked = [f"{name}={_word(getattr(act.command, name))}" for name in TOLD if getattr(act.command, name, None)]
    outcome = act.outcome
    answer = str(outcome.reason) if isinstance(outcome, Refused) else type(outcome).__name__
    for name in ("again", "voucher_id", "discount_fen", "funders", "voucher_state", "state", "code"):
        answer += f" {name}={_word(getattr(outcome, name))}" if getattr(outcome, name, None) else ""
    early = " from memory" if act.early else ""
    return f"{type(act.command).__name__} {' '.join(asked)} -> {answer}{early}{' to nobody' if act.lost else ''}"


def _word(value: Any) -> str:
    """As short as somebody who reads a history can bear."""
    match value:
        case UUID():
            return value.hex[-5:]
        case bytes():
            return value[:18].decode("latin-1") if value[:1].islower() else value.hex()[:5]
        case Shown():
            return f"picture {value.count} of {_word(value.voucher_id)}"
        case Typed():
            return f"digits {value.code.hex()[:5]}"
        case Unproven():
            return f"{value.reason} of {_word(value.voucher_id)}"
        case Bill():
            return f"{value.bill_fen}/{value.eligible_fen}"
        case tuple():
            return f"({' '.join(_word(one) for one in value)})"
    return str(value)
