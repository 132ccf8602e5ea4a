"""How much did people spend for each yuan of public money (拉动, 杠杆率)?

Pure. Gross (毛杠杆): all that was paid on bills with vouchers ÷ the public discount. Net (净杠杆): what was paid beyond
the discount ÷ the public discount. A refunded part counts on neither side, and a bill whose discount went back as a
whole counts no longer. Hundredths, rounded half up, worked out in integers.
"""

from msgspec import Struct


class Spending(Struct, frozen=True, kw_only=True):
    """Bills on which a discount stands, after refunds, added up in fen.

    ``public_fen`` is the government's part of ``discount_fen``, which is the part of ``bill_fen`` that vouchers paid.
    """

    bills: int = 0
    bill_fen: int = 0
    discount_fen: int = 0
    public_fen: int = 0

    @property
    def beyond_fen(self) -> int:
        """What the customers paid themselves."""
        return self.bill_fen - self.discount_fen


class Leverage(Struct, frozen=True, kw_only=True):
    """In hundredths: 286 is 2.86 yuan for each yuan of public money."""

    gross_hundredths: int
    net_hundredths: int


def leverage(spending: Spending) -> Leverage | None:
    """``None`` where no public money stands behind the bills: nothing can be divided by nothing."""
    if spending.public_fen <= 0:
        return None
    return Leverage(
        gross_hundredths=_hundredths(spending.bill_fen, spending.public_fen),
        net_hundredths=_hundredths(spending.beyond_fen, spending.public_fen),
    )


def _hundredths(part: int, whole: int) -> int:
    """Half up."""
    return (200 * part + whole) // (2 * whole)
