"""How is money counted and split so that no fen is created or lost?

Money is an integer number of fen (分, a hundredth of a yuan). There is no float and no Decimal anywhere.
"""

from collections.abc import Sequence
from typing import Annotated, NewType

from msgspec import Meta

Fen = NewType("Fen", int)

MOST_FEN = 10_000_000_000_000
"""A hundred billion yuan: above any county's budget, far below the 2**53 that JavaScript counts exactly."""

AmountFen = Annotated[int, Meta(ge=0, le=MOST_FEN, description="Amount in fen (分), an integer.")]
PositiveFen = Annotated[int, Meta(ge=1, le=MOST_FEN, description="Amount in fen (分), an integer of at least 1.")]

WHOLE_BASIS_POINTS = 10_000


def split_by_largest_remainder(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Split ``total_fen`` in proportion to ``weights``; the parts always add up to the total.

    Left-over fen go to the largest remainders; on a tie the earlier part wins, so callers list the government first.
    Raises ``ValueError`` for a negative total or weight, or when every weight is zero and there is something to split.
    """
    if total_fen < 0 or min(weights, default=0) < 0:
        raise ValueError("a total and its weights are never negative")
    whole = sum(weights)
    if whole == 0:
        if total_fen:
            raise ValueError("nobody was named to carry the amount")
        return [0] * len(weights)
    if len(weights) == 1:
        return [total_fen]
    floors = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[: total_fen - sum(floors)]:
        floors[i] += 1
    return floors


def yuan(amount_fen: int) -> str:
    """The amount as people read it: ``20000`` fen is ``200.00``."""
    sign = "-" if amount_fen < 0 else ""
    whole, part = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{part:02d}"
