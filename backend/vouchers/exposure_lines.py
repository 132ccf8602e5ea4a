"""What of each budget line is free, open, owed and paid, what can still be issued, and what is expected to be used?

Pure. A line stands for itself and all lines below it, so that what the parts say adds up to what the whole says. Public
money: free + open + owed + paid + given back to the treasury = what was proven.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import KindPlan, LineLevel
from backend.vouchers.desk_views import BudgetLine
from backend.vouchers.exposure_rules import KindHistory, KindOpen, LineMoney
from backend.vouchers.funding_rules import split_face


class LineExposure(Struct, frozen=True, kw_only=True):
    """One line with everything below it."""

    line: BudgetLine
    money: LineMoney
    open_pieces: int
    issuable_pieces: int
    issuable_fen: int
    rate_bp: int | None
    """Expected part of its vouchers that is used; the whole campaign has one of each kind."""
    expected_fen: int

    @property
    def worst_fen(self) -> int:
        """Public money gone when all that is open is redeemed, and all that can be issued too."""
        return self.money.owed_fen + self.money.paid_fen + self.money.open_fen + self.issuable_fen


class RoundOpen(Struct, frozen=True, kw_only=True):
    """What people hold of one round, by payer, and what became of those whose life is over."""

    open_pieces: int = 0
    open_fen: Mapping[Funder, int] = {}
    history: KindHistory = KindHistory()


class Tree(Struct, frozen=True, kw_only=True):
    """A campaign's lines with what is known of them; ``rounds`` by their line, ``issuing`` until the campaign ends."""

    lines: Sequence[BudgetLine]
    kinds: Mapping[str, KindPlan]
    money: Mapping[UUID, LineMoney]
    rounds: Mapping[UUID, RoundOpen]
    issuing: bool

    def below(self, line: BudgetLine) -> list[BudgetLine]:
        """The lines right below."""
        return [one for one in self.lines if one.parent_id == line.line_id]

    def kind_open(self, line: BudgetLine) -> KindOpen:
        """What of a kind's line, or of a round's, can still be used."""
        parts = [self.rounds.get(one.line_id, RoundOpen()) for one in (line, *self.below(line))]
        pieces = self._issuable_pieces(line)
        face = self._split(line)
        issuable = {funder: part * pieces for funder, part in face.items()}
        if Funder.GOVERNMENT in issuable:
            # Face that bills did not use is free as well, and only whole vouchers are issued.
            issuable[Funder.GOVERNMENT] = min(issuable[Funder.GOVERNMENT], self._money(line).free_fen)
        return KindOpen(
            history=self._history(line),
            open_pieces=sum(part.open_pieces for part in parts),
            issuable_pieces=pieces,
            open_fen={funder: sum(part.open_fen.get(funder, 0) for part in parts) for funder in Funder},
            issuable_fen=issuable,
        )

    def expose(self) -> list[LineExposure]:
        """Every line, in the order given."""
        return [self._whole(line) if line.parent_id is None else self._part(line) for line in self.lines]

    def kind_lines(self) -> list[BudgetLine]:
        """The lines of kinds."""
        return [line for line in self.lines if line.level is LineLevel.KIND]

    def _whole(self, line: BudgetLine) -> LineExposure:
        parts = [self._part(one) for one in self.kind_lines()]
        return LineExposure(
            line=line,
            money=self._money(line),
            open_pieces=sum(part.open_pieces for part in parts),
            issuable_pieces=sum(part.issuable_pieces for part in parts),
            issuable_fen=sum(part.issuable_fen for part in parts),
            rate_bp=None,
            expected_fen=sum(part.expected_fen for part in parts),
        )

    def _part(self, line: BudgetLine) -> LineExposure:
        still, money = self.kind_open(line), self._money(line)
        issuable = still.issuable_fen.get(Funder.GOVERNMENT, 0)
        used = -(-(money.open_fen + issuable) * still.history.rate_bp // 10_000)
        return LineExposure(
            line=line,
            money=money,
            open_pieces=still.open_pieces,
            issuable_pieces=still.issuable_pieces,
            issuable_fen=issuable,
            rate_bp=still.history.rate_bp,
            expected_fen=money.owed_fen + money.paid_fen + used,
        )

    def _money(self, line: BudgetLine) -> LineMoney:
        own = self.money.get(line.line_id, LineMoney())
        parts = [own, *(self._money(one) for one in self.below(line))]
        return LineMoney(
            free_fen=sum(part.free_fen for part in parts),
            open_fen=sum(part.open_fen for part in parts),
            owed_fen=sum(part.owed_fen for part in parts),
            paid_fen=sum(part.paid_fen for part in parts),
        )

    def _issuable_pieces(self, line: BudgetLine) -> int:
        if not self.issuing:
            return 0
        below = self.below(line)
        if not below:
            return line.free_pieces
        return line.cap_pieces - sum(one.cap_pieces - self._issuable_pieces(one) for one in below)

    def _kind_line(self, line: BudgetLine) -> BudgetLine:
        return (
            line if line.level is LineLevel.KIND else next(one for one in self.lines if one.line_id == line.parent_id)
        )

    def _split(self, line: BudgetLine) -> dict[Funder, int]:
        terms = self.kinds[self._kind_line(line).key].terms
        return split_face(terms.funding, terms.face_fen)

    def _history(self, line: BudgetLine) -> KindHistory:
        """Of the whole kind: a round alone is too short a history."""
        kind = self._kind_line(line)
        parts = [self.rounds.get(one.line_id, RoundOpen()).history for one in (kind, *self.below(kind))]
        return KindHistory(redeemed=sum(part.redeemed for part in parts), expired=sum(part.expired for part in parts))
