"""Would this voucher be taken on this bill, and what would it give? A till can ask before it asks the county.

Written apart from the county's code, from ``fixtures/protocols/redemption/SPEC.md``; its vectors keep both the same.
The county decides: this program knows neither used codes nor what happened a second ago.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

COUNTY_OFFSET = timedelta(hours=8)
FUNDERS = ("government", "platform", "merchant")
"""In this order ties are decided."""
USED_UP = {"redeemed": "already-used", "held": "held", "voided": "voided", "expired": "expired"}

Facts = Mapping[str, Any]


class NotTaken(Exception):
    """The first condition that is broken, as the county would tell it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def discount_on(terms: Facts, voucher: Facts, counter: Facts, bill: Facts, at: datetime) -> int:
    """The discount in fen; raises ``NotTaken``. The facts have the names of the specification, instants are aware."""
    for is_kept, reason in _conditions(terms, voucher, counter, at):
        if not is_kept:
            raise NotTaken(reason)
    eligible = int(bill["eligible_fen"])
    if eligible < terms["minimum_spend_fen"]:
        raise NotTaken("bill-too-small")
    discount = min(_by_terms(terms, eligible), int(voucher["face_fen"]), int(bill["bill_fen"]) - 1)
    if discount < 1:
        raise NotTaken("no-discount")
    return discount


def _conditions(terms: Facts, voucher: Facts, counter: Facts, at: datetime) -> list[tuple[bool, str]]:
    state = voucher["state"]
    return [
        (not voucher["paused"], "paused"),
        (counter["standing"] == "admitted", "merchant-suspended"),
        (state == "issued", USED_UP.get(state, "voided")),
        (voucher["use_from"] <= at, "not-yet-valid"),
        (at < voucher["expires_at"], "expired"),
        (_is_named(terms["merchants"], counter["merchant_id"]), "wrong-merchant"),
        (not terms["lists"] or any(one in terms["lists"] for one in counter["lists"]), "wrong-merchant"),
        (_is_named(terms["trades"], counter["trade"]), "wrong-trade"),
        (_is_named(terms["towns"], counter["town"]), "wrong-town"),
        (_is_open(terms, at), "outside-hours"),
        (voucher["proof_level"] >= terms["redeem_level"], "level-too-low"),
    ]


def _is_named(names: Sequence[object], name: object) -> bool:
    return not names or name in names


def _is_open(terms: Facts, at: datetime) -> bool:
    local = at.astimezone(UTC) + COUNTY_OFFSET
    if not _is_named(terms["weekdays"], local.weekday()):
        return False
    windows = [(time.fromisoformat(hours["from_"]), time.fromisoformat(hours["until"])) for hours in terms["hours"]]
    return not windows or any(begins <= local.time() < ends for begins, ends in windows)


def _by_terms(terms: Facts, eligible: int) -> int:
    if terms["discount"] == "threshold":
        return min(int(terms["face_fen"]), eligible)
    if terms["discount"] == "percentage":
        return eligible * int(terms["percent_bp"]) // 10_000
    return max(0, eligible - int(terms["fixed_price_fen"]))


def paid_by(funding: Sequence[Facts], face_fen: int, discount_fen: int) -> dict[str, int]:
    """Who pays which fen of a discount on a voucher that was never used; ``funding`` names funders and ``share_bp``."""
    ordered = sorted(funding, key=lambda share: FUNDERS.index(share["funder"]))
    weights = [int(share["share_bp"]) for share in ordered]
    most = _by_largest_remainder(face_fen, weights)
    paid = [min(part, limit) for part, limit in zip(_by_largest_remainder(discount_fen, weights), most, strict=True)]
    for nth, limit in enumerate(most):
        paid[nth] += min(discount_fen - sum(paid), limit - paid[nth])
    return {share["funder"]: part for share, part in zip(ordered, paid, strict=True)}


def _by_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    parts = [total * weight // sum(weights) for weight in weights]
    first = sorted(range(len(weights)), key=lambda nth: (-(total * weights[nth] % sum(weights)), nth))
    for nth in first[: total - sum(parts)]:
        parts[nth] += 1
    return parts
