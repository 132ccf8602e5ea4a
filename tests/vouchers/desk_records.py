"""The records and the arithmetic of the desks' model: worked out once more, without the program's own rules."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.vouchers.claim_rules import Claim
from backend.vouchers.redeem_rules import Redeem, Typed
from backend.vouchers.refund_rules import RollBack
from backend.vouchers.rules import Limit, Terms
from backend.vouchers.steer_campaign import SteerCampaign

COUNTY_TIME = timezone(timedelta(hours=8))
FUNDERS = ("government", "platform", "merchant")

Parts = tuple[tuple[str, int], ...]
Account = tuple[str, UUID | str | None, UUID | None, str | None]
"""(kind, round or code of its kind, merchant, funder)"""


class Due(Struct, frozen=True):
    """A piece of timed work: ``open``, ``close`` or ``expire``."""

    what: str
    at: datetime
    round_id: UUID | None = None


class Act(Struct, frozen=True, kw_only=True):
    """A command with what was answered; ``early`` when a desk refused from memory."""

    command: Any
    outcome: Any
    at: datetime
    early: bool = False
    after: frozenset[int] = frozenset()
    """The acts that came before this one: timed work is done in its order, and who hung up asks again later."""
    lost: tuple[Any, ...] = ()
    """The caller hung up: it may have been answered any of these, or never have been heard."""


class Voucher(Struct, frozen=True, kw_only=True):
    """One voucher: what it is worth, and what each funder has set aside for it."""

    round_id: UUID
    resident_id: UUID
    assisted: bool
    state: str
    worth: int
    aside: Parts
    use_from: datetime
    expires: datetime
    last_count: int = 0

    @property
    def public(self) -> int:
        """What public money has set aside."""
        return dict(self.aside).get("government", 0)


class Session(Struct, frozen=True, kw_only=True):
    """One round as it stands, with what its line has free."""

    phase: str
    pieces: int
    online: int = 0
    station: int = 0
    free_fen: int
    free_pieces: int


class Sale(Struct, frozen=True, kw_only=True):
    """One redemption; ``customer`` and ``shares`` are what each payer has not got back yet."""

    voucher_id: UUID
    merchant_id: UUID
    bill: int
    discount: int
    customer: int
    shares: Parts
    live: bool

    @property
    def left(self) -> int:
        """What of the bill has not come back."""
        return self.customer + sum(fen for _, fen in self.shares)


def split(total: int, funding: Parts, most: Parts | None = None) -> Parts:
    """By largest remainder, ties to the government; what is above ``most`` falls to the next one with room."""
    ordered = sorted(funding, key=lambda one: FUNDERS.index(one[0]))
    exact = [Fraction(total * bp, 10_000) for _, bp in ordered]
    given = [int(part) for part in exact]
    by_remainder = sorted(range(len(ordered)), key=lambda i: exact[i] - given[i], reverse=True)
    for i in by_remainder[: total - sum(given)]:
        given[i] += 1
    if most is not None:
        room = [dict(most).get(funder, 0) for funder, _ in ordered]
        given = [min(one, least) for one, least in zip(given, room, strict=True)]
        for i, least in enumerate(room):
            given[i] += min(total - sum(given), least - given[i])
    return tuple((funder, fen) for (funder, _), fen in zip(ordered, given, strict=True))


def funding_of(terms: Terms) -> Parts:
    """Who pays which part, in basis points."""
    return tuple((str(share.funder), share.share_bp) for share in terms.funding)


def public_of(terms: Terms) -> int:
    """The public part of one face."""
    return dict(split(terms.face_fen, funding_of(terms))).get("government", 0)


def ends(terms: Terms, at: datetime) -> datetime:
    """When a voucher claimed at this instant is too old: at a midnight of the county."""
    assert terms.valid_days is not None
    day: date = at.astimezone(COUNTY_TIME).date() + timedelta(days=terms.valid_days)
    return datetime.combine(day, time(), COUNTY_TIME).astimezone(UTC)


def period(limit: Limit, at: datetime) -> str:
    """The name of the period in which a limit counts."""
    return "ever" if limit.period == "ever" else at.astimezone(COUNTY_TIME).date().isoformat()


def discount(terms: Terms, bill: int, eligible: int, worth: int) -> int:
    """What comes off the bill."""
    by_kind = {
        "threshold": min(terms.face_fen, eligible),
        "percentage": int(Fraction(eligible * terms.percent_bp, 10_000)),
        "fixed-price": eligible - terms.fixed_price_fen,
    }
    return min(by_kind[terms.discount], worth, bill - 1)


def id_of(command: Any) -> UUID | None:
    """The id under which a request is answered once; ``None`` where there is none."""
    names = ("claim_id", "roll_back_id", "redemption_id", "turn_id")
    return next((getattr(command, name) for name in names if hasattr(command, name)), None)


def told_apart(command: Any) -> tuple[Any, ...]:
    """What tells this command from another under the same id: of a drawn code only its voucher, which is redrawn."""
    match command:
        case Claim():
            return "claim", command.round_id, command.resident_id
        case Redeem(presented=shown):
            means = shown.code if isinstance(shown, Typed) else shown.voucher_id
            return "redeem", command.merchant_id, command.bill, means
        case RollBack():
            return "roll-back", command.redemption_id, command.merchant_id, command.reason, command.refund_fen
        case SteerCampaign():
            return "steer", command.turn, command.scope
    raise AssertionError(f"carries no id: {command}")
