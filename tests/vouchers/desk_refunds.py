"""Giving back, worked out once more for the desks' model: who gets which fen, and what the counter is told."""

from datetime import datetime
from fractions import Fraction

from backend.ledger.rules import Funder
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.rules import VoucherState
from tests.vouchers.desk_records import Parts, Sale


def refunded(sale: Sale, fen: int) -> tuple[int, Parts]:
    """(customer, funders): what each gets of a part of the bill, in proportion to what they have left."""
    left = [fen for _, fen in sale.shares] + [sale.customer]
    exact = [Fraction(fen * one, sale.left) for one in left]
    given = [int(part) for part in exact]
    by_remainder = sorted(range(len(left)), key=lambda i: exact[i] - given[i], reverse=True)
    for i in by_remainder[: fen - sum(given)]:
        given[i] += 1
    return given[-1], tuple((funder, part) for (funder, _), part in zip(sale.shares, given[:-1], strict=True))


def told_back(asked: RollBack, sale: Sale, fen: int, state: str, at: datetime) -> RolledBack:
    """The answer to a step."""
    customer, shares = refunded(sale, fen)
    return RolledBack(
        roll_back_id=asked.roll_back_id,
        redemption_id=asked.redemption_id,
        refund_fen=fen,
        customer_fen=customer,
        funders=tuple((Funder(funder), part) for funder, part in shares if part),
        left_fen=sale.left - fen,
        voucher_state=VoucherState(state),
        rolled_back_at=at,
    )
