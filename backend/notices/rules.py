"""Which figures of a campaign may be told, so that nobody is found in them, and how do they add up?

Pure.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.ledger.rules import Funder
from backend.merchants.list_views import Taker
from backend.settlement.leverage_rules import Leverage, Spending, leverage
from backend.settlement.spending_views import SpentTally, added
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, public_face
from backend.vouchers.desk_views import BudgetLine
from backend.vouchers.figures_views import DrawCount, ListCount
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import Terms

FEWEST = 5
"""A town or trade with fewer redemptions is told with the others; so few bills are not told at all."""

OTHERS = "other"


class Cell(Struct, frozen=True, kw_only=True):
    """A town's or trade's part: redemptions and public money; ``key`` is ``other`` for those told together."""

    key: str
    pieces: int
    public_fen: int


class Pieces(Struct, frozen=True, kw_only=True):
    """``issued`` = ``open`` + ``redeemed`` + ``ended``.

    ``ended``: expired or voided, or brought back too late; its money is on its line again. ``left`` can be issued.
    """

    planned: int = 0
    issued: int = 0
    redeemed: int = 0
    ended: int = 0
    open: int = 0
    left: int = 0


class Money(Struct, frozen=True, kw_only=True):
    """Public money in fen: ``funded`` = ``left`` + ``open`` + ``redeemed`` + ``to_return`` + ``returned``.

    ``redeemed`` is ``paid_out`` + ``owed``; below zero, ``owed`` is what merchants owe back.
    """

    funded_fen: int
    left_fen: int
    open_fen: int
    redeemed_fen: int
    paid_out_fen: int
    to_return_fen: int
    returned_fen: int

    @property
    def owed_fen(self) -> int:
        """What merchants are still to be paid."""
        return self.redeemed_fen - self.paid_out_fen


class Share(Struct, frozen=True, kw_only=True):
    """What another funder bears of the discounts, and how much of it merchants have been paid."""

    borne_fen: int
    paid_out_fen: int


class Spent(Struct, frozen=True, kw_only=True):
    """Bills with vouchers and what came of them; ``None`` figures are too few to be told."""

    spending: Spending
    leverage: Leverage | None


def told_spending(tallies: list[SpentTally], *, matched: bool) -> Spent | None:
    """All bills, or those whose proof was matched; ``None`` where they, or the bills left out, are too few."""
    whole = added(tallies)
    part = added([tally for tally in tallies if tally.matched]) if matched else whole
    if part.bills < FEWEST or 0 < whole.bills - part.bills < FEWEST:
        return None
    return Spent(spending=part, leverage=leverage(part))


def cells_by(tallies: Iterable[SpentTally], key: str) -> list[Cell]:
    """Closed days by ``town_code`` or ``trade``, the largest first, the small ones together at the end."""
    pieces: dict[str, tuple[int, int]] = {}
    for tally in tallies:
        if tally.closed:
            held = pieces.get(getattr(tally, key), (0, 0))
            pieces[getattr(tally, key)] = (held[0] + tally.bills, held[1] + tally.government_fen)
    return merged([Cell(key=name, pieces=n, public_fen=fen) for name, (n, fen) in sorted(pieces.items())])


def merged(cells: list[Cell]) -> list[Cell]:
    """No cell below ``FEWEST``, and no rest from which one could be worked out; nothing where all are too few."""
    told = sorted((cell for cell in cells if cell.pieces >= FEWEST), key=lambda cell: (-cell.pieces, cell.key))
    few = [cell for cell in cells if 0 < cell.pieces < FEWEST]
    # Totals are public: a rest of three would be three people's. Its smallest neighbour hides them.
    while few and told and sum(cell.pieces for cell in few) < FEWEST:
        few.append(told.pop())
    rest = sum(cell.pieces for cell in few)
    if few and rest >= FEWEST:
        told.append(Cell(key=OTHERS, pieces=rest, public_fen=sum(cell.public_fen for cell in few)))
    return told


def takes_part(plan: CampaignPlan, taker: Taker) -> bool:
    """Whether any kind of the campaign can be spent there; at the counter hours and threshold count too."""
    return any(_takes(kind.terms, taker) for kind in plan.kinds)


def _takes(terms: Terms, taker: Taker) -> bool:
    return (
        (not terms.merchants or taker.merchant_id in terms.merchants)
        and (not terms.lists or not taker.lists.isdisjoint(terms.lists))
        and (not terms.trades or taker.trade in terms.trades)
        and (not terms.towns or taker.town_code in terms.towns)
    )


def counted(
    line: BudgetLine | None, tallies: Iterable[SpentTally], *, planned: int, left: int, further: int = 0
) -> Pieces:
    """A line's pieces by its counters, and by the redemptions of these tallies; a line that is not there has none.

    So many ``further`` ones are uses of vouchers that are counted already.
    """
    issued, ended = (line.issued_pieces, line.returned_pieces) if line else (0, 0)
    redeemed = sum(tally.redeemed for tally in tallies) - further
    return Pieces(
        planned=planned, issued=issued, redeemed=redeemed, ended=ended, open=issued - ended - redeemed, left=left
    )


class KindNotice(Struct, frozen=True, kw_only=True):
    """A kind of voucher with its part of the budget and its rules in plain words."""

    code: str
    name_zh: str
    name_en: str
    pieces: int
    face_fen: int
    public_face_fen: int
    budget_fen: int
    rules_zh: tuple[str, ...]
    rules_en: tuple[str, ...]


class RoundNotice(Struct, frozen=True, kw_only=True):
    """An issuing session; ``budget_fen`` is ``None`` where it takes what its kind has left."""

    round_id: UUID
    kind_code: str
    name_zh: str
    name_en: str
    mode: RoundMode
    opens_at: datetime
    closes_at: datetime
    budget_fen: int | None
    pieces: Pieces


class Notice(Struct, frozen=True, kw_only=True):
    """Everything that is told of a campaign, as of one instant."""

    campaign_id: UUID
    state: CampaignState
    version: int
    document_no: str
    approved_at: datetime | None
    plan: CampaignPlan
    budget_fen: int
    kinds: list[KindNotice]
    rounds: list[RoundNotice]
    pieces: Pieces
    money: Money
    platform: Share
    merchants_fen: int
    spent: Spent | None
    spent_matched: Spent | None
    towns: list[Cell]
    trades: list[Cell]
    draws: list[DrawCount]
    lists: list[ListCount]
    takers: list[Taker]
    town_names: dict[str, tuple[str, str]]
    as_of: datetime


def budget_of_round(plan: CampaignPlan, round_id: UUID) -> int | None:
    """The public money that a round may issue; ``None`` where it takes what its kind has left."""
    of = next(one for one in plan.rounds if one.round_id == round_id)
    terms = next(kind.terms for kind in plan.kinds if kind.code == of.kind_code)
    return None if of.pieces is None else of.pieces * public_face(terms.funding, terms.face_fen)


def borne(tallies: Iterable[SpentTally], funder: Funder) -> int:
    """What a funder bears of the discounts that stand, in fen."""
    field = {Funder.GOVERNMENT: "government_fen", Funder.PLATFORM: "platform_fen", Funder.MERCHANT: "merchant_fen"}
    return sum(getattr(tally, field[funder]) for tally in tallies)
