"""Is there an order in which the rules explain everything that was answered at the same moment?"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.short_code import MakeShortCode
from backend.vouchers.steer_campaign import SteerCampaign
from tests.vouchers.desk_books import told
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_records import Act, Due, id_of

MOST_LOOKS = 20_000


class Unexplained(AssertionError):
    """No order of these acts gives these answers."""


def in_some_order(model: Model, acts: Sequence[Act], fits: Callable[[Model], bool]) -> Model:
    """The county after the acts, in an order that explains every answer, and that fits if there is such a one.

    Answers alone do not tell which of two codes for a voucher was made last. Raises ``Unexplained``.
    """
    search = _Search(acts, fits)
    found = search.follow(model, frozenset(range(len(acts)))) or search.unfit
    if found is None:
        left = "\n".join(f"  {told(acts[i])}\n    {acts[i].outcome!r}" for i in sorted(search.fewest))
        raise Unexplained(f"no order explains these answers:\n{left}")
    return found


class _Search:
    """Depth first. A no, or an answer given again, changes nothing: it goes to the first place that explains it.

    What is left are successes, the likeliest first; what stood alike before is not tried again.
    """

    def __init__(self, acts: Sequence[Act], fits: Callable[[Model], bool]) -> None:
        self.acts = acts
        self.fits = fits
        self.unfit: Model | None = None
        self.likely = sorted(range(len(acts)), key=lambda i: _place(acts[i]))
        self.failed: set[Any] = set()
        self.fewest = frozenset(range(len(acts)))
        self.looks = 0

    def follow(self, model: Model, left: frozenset[int]) -> Model | None:
        """The county after the acts that are left."""
        model, left = self._still(model, left)
        self.fewest = min(self.fewest, left, key=len)
        if not left:
            self.unfit = self.unfit or model
            return model if self.fits(model) else None
        before = (left, model.standing())
        if before in self.failed:
            return None
        ready = [i for i in self.likely if i in left and not self.acts[i].after & left]
        for i in ready:
            for outcome in self.acts[i].lost or (self.acts[i].outcome,):
                then = self._after(model, replace(self.acts[i], outcome=outcome))
                if then is not None and (found := self.follow(then, left - {i})) is not None:
                    return found
        for i in ready:  # Only when it is not so is it tried that somebody was never heard.
            if self.acts[i].lost and (found := self.follow(model, left - {i})) is not None:
                return found
        self.failed.add(before)
        return None

    def _still(self, model: Model, left: frozenset[int]) -> tuple[Model, frozenset[int]]:
        for i in self.likely:
            act = self.acts[i]
            if i in left and not act.after & left and not act.lost and _changes_nothing(act.outcome):
                then = self._after(model, act)
                # A no that binds its id waits, when somebody else asks under the same id, for its turn.
                if then is not None and (len(then.answers) == len(model.answers) or self._alone(i, left)):
                    return self._still(then, left - {i})
        return model, left

    def _alone(self, i: int, left: frozenset[int]) -> bool:
        mine = id_of(self.acts[i].command)
        return all(id_of(self.acts[other].command) != mine for other in left - {i})

    def _after(self, model: Model, act: Act) -> Model | None:
        self.looks += 1
        then = model.copy()
        return then if self.looks <= MOST_LOOKS and then.explains(act) else None


def _changes_nothing(outcome: Any) -> bool:
    return isinstance(outcome, Refused | IdReused | Exception) or getattr(outcome, "again", False)


def _place(act: Act) -> int:
    """Most acts change only what they are about; what changes the whole county comes last."""
    if act.lost:
        return 3
    if isinstance(act.command, SteerCampaign | Due):
        return 4
    return 2 if isinstance(act.command, MakeShortCode) else 1
