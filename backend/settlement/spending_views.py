"""What is told of the bills behind a campaign's discounts: sums, never a single bill. Pure."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.settlement.leverage_rules import Spending


class SpentTally(Struct, frozen=True, kw_only=True):
    """Redemptions of one budget line, town and trade that are matched with an acquirer's statement, or not.

    ``closed``: of a business day that is over. ``redeemed`` counts redemptions that were not undone, ``bills`` those on
    which a discount stands; ``platform_fen`` and ``merchant_fen`` are the other funders' parts of it.
    """

    line_id: UUID
    town_code: str
    trade: str
    matched: bool
    closed: bool
    redeemed: int
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


def merged(tallies: Iterable[SpentTally]) -> list[SpentTally]:
    """One tally for each line, town, trade and match, where several tell of the same."""
    found: dict[tuple[UUID, str, str, bool, bool], SpentTally] = {}
    for tally in tallies:
        key = (tally.line_id, tally.town_code, tally.trade, tally.matched, tally.closed)
        held = found.get(key)
        sums = {name: getattr(held, name) + getattr(tally, name) for name in _FIGURES} if held else {}
        found[key] = replace(tally, **sums)
    return list(found.values())


_FIGURES = ("redeemed", "bills", "bill_fen", "government_fen", "platform_fen", "merchant_fen")


def added(tallies: list[SpentTally]) -> Spending:
    """All of them together."""
    parts = [tally.spending for tally in tallies]
    return Spending(
        bills=sum(part.bills for part in parts),
        bill_fen=sum(part.bill_fen for part in parts),
        discount_fen=sum(part.discount_fen for part in parts),
        public_fen=sum(part.public_fen for part in parts),
    )
