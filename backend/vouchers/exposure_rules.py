"""What will a campaign cost, and what could it cost at most?

Pure. Public money cannot be over-committed: every voucher's public share lies on its account from the claim on. The
platform company's share, the merchants' own and what the platform company advances are promises, measured here against
the ceilings of the plan.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.fen import AmountFen
from backend.ledger.rules import Account, AccountKind, Funder, Step
from backend.vouchers.brake_rules import BrakeRule, Reading

PRIOR_RATE_BP = 7_000
"""Before a kind has a history of its own, seven in ten are expected to be used …"""
PRIOR_WEIGHT = 50
"""… as if fifty vouchers had told so."""


class Ceilings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that was agreed on with each who pays without the ledger's cover; ``null``: nothing was agreed."""

    platform_fen: AmountFen | None = None
    merchant_fen: AmountFen | None = None
    advance_fen: AmountFen | None = None


class Payer(StrEnum):
    """Whose money, or whose waiting for it."""

    GOVERNMENT = "government"
    """财政资金: covered to the fen."""
    PLATFORM = "platform"
    """平台补贴."""
    MERCHANT = "merchant"
    """商家让利."""
    ADVANCE = "advance"
    """垫付: public money that the platform company has paid out and is not reimbursed for yet."""


class Commitment(StrEnum):
    """How a payer's part stands to what was agreed."""

    WITHIN = "within"
    """Even the worst case lies within."""
    POSSIBLE = "possible"
    """The worst case lies beyond."""
    EXPECTED = "expected"
    """The expected cost lies beyond: people are told."""
    OVER = "over"
    """What has happened already lies beyond."""
    OPEN = "open"
    """Nothing was agreed."""


class LineMoney(Struct, frozen=True, kw_only=True):
    """The public money of one line by the ledger; lines above hold what was not dealt down."""

    free_fen: int = 0
    open_fen: int = 0
    owed_fen: int = 0
    """Redeemed and not paid yet, less what merchants owe back."""
    paid_fen: int = 0


class KindHistory(Struct, frozen=True, kw_only=True):
    """Vouchers of a kind whose life is over."""

    redeemed: int = 0
    expired: int = 0

    @property
    def rate_bp(self) -> int:
        """Which part is used, shrunk towards the prior; a restored voucher that is used again counts once."""
        over = self.redeemed + self.expired
        return (self.redeemed * 10_000 + PRIOR_RATE_BP * PRIOR_WEIGHT) // (over + PRIOR_WEIGHT)


class KindOpen(Struct, frozen=True, kw_only=True):
    """What of a kind can still be used, by payer: vouchers with people, and pieces that can still be issued."""

    history: KindHistory
    open_pieces: int
    issuable_pieces: int
    open_fen: Mapping[Funder, int]
    issuable_fen: Mapping[Funder, int]


class PayerExposure(Struct, frozen=True, kw_only=True):
    """One payer's part: what has happened, what is expected in the end, and the most it can come to."""

    payer: Payer
    committed_fen: int
    open_fen: int
    issuable_fen: int
    expected_fen: int
    limit_fen: int | None

    @property
    def worst_fen(self) -> int:
        """Everything open is redeemed, and everything that can be issued too."""
        return self.committed_fen + self.open_fen + self.issuable_fen

    @property
    def stands(self) -> Commitment:
        """Against what was agreed."""
        if self.limit_fen is None:
            return Commitment.OPEN
        if self.committed_fen > self.limit_fen:
            return Commitment.OVER
        if self.expected_fen > self.limit_fen:
            return Commitment.EXPECTED
        return Commitment.POSSIBLE if self.worst_fen > self.limit_fen else Commitment.WITHIN


CAN_STILL_BE_SPENT = frozenset(
    {AccountKind.VOUCHER_OPEN, AccountKind.VOUCHER_HELD, AccountKind.OFFLINE_POOL, AccountKind.OFFLINE_ALLOWANCE}
)
"""What people hold, and what is set apart for offline counters, is open: nobody needs to decide for it to be gone."""


def money_of_lines(flows: Sequence[tuple[Account, Step | None, int, int]]) -> dict[UUID, LineMoney]:
    """The ledger's own word on each line's public money."""
    places: dict[UUID, dict[str, int]] = {}
    for account, step, debits, credits_ in flows:
        if account.line_id is None or account.funder not in (None, Funder.GOVERNMENT):
            continue
        line = places.setdefault(account.line_id, {"free_fen": 0, "open_fen": 0, "owed_fen": 0, "paid_fen": 0})
        balance = credits_ - debits
        if account.kind is AccountKind.BUDGET_LINE:
            line["free_fen"] += balance
        elif account.kind in CAN_STILL_BE_SPENT:
            line["open_fen"] += balance
        elif account.kind in (AccountKind.MERCHANT_PAYABLE, AccountKind.MERCHANT_CLAWBACK):
            line["owed_fen"] += balance
            if step in (Step.PAY_OUT, Step.REPAY):
                line["paid_fen"] -= balance
    return {line_id: LineMoney(**place) for line_id, place in places.items()}


def platform_committed(flows: Sequence[tuple[Account, Step | None, int, int]]) -> int:
    """What merchants came to be owed by the platform company, less what came back."""
    kinds = (AccountKind.MERCHANT_PAYABLE, AccountKind.MERCHANT_CLAWBACK)
    return sum(
        credits_ - debits
        for account, step, debits, credits_ in flows
        if account.kind in kinds and account.funder is Funder.PLATFORM and step not in (Step.PAY_OUT, Step.REPAY)
    )


def advanced(flows: Sequence[tuple[Account, Step | None, int, int]]) -> int:
    """What the platform company has advanced and is not reimbursed for."""
    return sum(c - d for account, _, d, c in flows if account.kind is AccountKind.PLATFORM_ADVANCE)


def expected_part(kinds: Sequence[KindOpen], funder: Funder) -> int:
    """What of the open and issuable faces is expected to be used, each kind rounded up to the fen."""
    return sum(
        -(-(kind.open_fen.get(funder, 0) + kind.issuable_fen.get(funder, 0)) * kind.history.rate_bp // 10_000)
        for kind in kinds
    )


def payer_exposure(
    payer: Payer,
    funder: Funder,
    kinds: Sequence[KindOpen],
    committed_fen: int,
    limit_fen: int | None,
    owed_fen: int = 0,
) -> PayerExposure:
    """One payer's part; ``owed_fen`` is due for sure and not committed yet, such as payouts that will be advanced."""
    return PayerExposure(
        payer=payer,
        committed_fen=committed_fen,
        open_fen=owed_fen + sum(kind.open_fen.get(funder, 0) for kind in kinds),
        issuable_fen=sum(kind.issuable_fen.get(funder, 0) for kind in kinds),
        expected_fen=committed_fen + owed_fen + expected_part(kinds, funder),
        limit_fen=limit_fen,
    )


CEILING_RULES: dict[Payer, BrakeRule] = {
    Payer.PLATFORM: BrakeRule.PLATFORM_CEILING,
    Payer.MERCHANT: BrakeRule.MERCHANT_CEILING,
    Payer.ADVANCE: BrakeRule.ADVANCE_CEILING,
}


def ceiling_readings(campaign_id: UUID, payers: Sequence[PayerExposure]) -> list[tuple[Reading, int]]:
    """(figure, ceiling) of every payer with whom something was agreed."""
    return [
        (
            Reading(
                rule=CEILING_RULES[one.payer],
                subject_id=campaign_id,
                value=one.expected_fen,
                figures={"committed_fen": one.committed_fen, "worst_fen": one.worst_fen},
            ),
            one.limit_fen,
        )
        for one in payers
        if one.payer in CEILING_RULES and one.limit_fen is not None
    ]
