"""What is told of the bills behind a campaign's discounts: sums, never a single bill. Pure."""

from msgspec import Struct

from backend.settlement.leverage_rules import Spending


class SpentTally(Struct, frozen=True, kw_only=True):
    """Bills of one town and trade that are matched with an acquirer's statement, or not.

    ``closed``: of a business day that is over. ``platform_fen`` and ``merchant_fen`` are the other funders' parts.
    """

    town_code: str
    trade: str
    matched: bool
    closed: bool
    bills: int
    bill_fen: int
    government_fen: int
    platform_fen: int
    merchant_fen: int

    @property
    def spending(self) -> Spending:
        """The same as leverage takes it."""
        return Spending(
            bills=self.bills,
            bill_fen=self.bill_fen,
            discount_fen=self.government_fen + self.platform_fen + self.merchant_fen,
            public_fen=self.government_fen,
        )


def added(tallies: list[SpentTally]) -> Spending:
    """All of them together."""
    parts = [tally.spending for tally in tallies]
    return Spending(
        bills=sum(part.bills for part in parts),
        bill_fen=sum(part.bill_fen for part in parts),
        discount_fen=sum(part.discount_fen for part in parts),
        public_fen=sum(part.public_fen for part in parts),
    )
