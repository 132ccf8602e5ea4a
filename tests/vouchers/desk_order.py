"""Is there an order in which the rules explain everything that was answered at the same moment?"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.redeem_rules import Redeem, Redeemed, Typed
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.short_code import MakeShortCode
from backend.vouchers.steer_campaign import SteerCampaign
from tests.vouchers.desk_books import told
from tests.vouchers.desk_dead_ends import is_dead_end
from tests.vouchers.desk_model import Model
from tests.vouchers.desk_records import Act, Due, id_of

MOST_LOOKS = 200_000
"""Far more than one moment needs, since dead ends are noticed: a search that gets here has met a new kind of them."""


class Books(Struct, frozen=True, kw_only=True):
    """What is stored after the acts: whether a county is so, and whether those who are left may still make it so."""

    fit: Callable[[Model], bool]
    may_fit: Callable[[Model, Sequence[Act]], bool] = lambda _, left: True


NO_BOOKS = Books(fit=lambda _: True)


class Unexplained(AssertionError):
    """No order of these acts gives these answers."""


def in_some_order(model: Model, acts: Sequence[Act], books: Books) -> Model:
    """The county after the acts, in an order that explains every answer, and the books if there is such a one.

    Answers alone do not tell which of two codes for a voucher was made last. Raises ``Unexplained``.
    """
    everything = frozenset(range(len(acts)))
    search = _Search(acts, books)
    found = search.follow(model, everything)
    if found is None and not search.gave_up:
        # Perhaps the answers are right and the books are not, which whoever compares both can tell.
        search = _Search(acts, NO_BOOKS)
        found = search.follow(model, everything)
    if found is None:
        left = "\n".join(f"  {told(acts[i])}\n    {acts[i].outcome!r}" for i in sorted(search.fewest))
        tried = "in as many tries as there is time for" if search.gave_up else "at all"
        raise Unexplained(f"no order explains these answers {tried}:\n{left}")
    return found


class _Search:
    """Depth first. What changes nothing, or only what nobody else asks about, goes to the first place that explains it.

    Of the rest the likeliest comes first, and what stood alike before is not tried again.
    """

    def __init__(self, acts: Sequence[Act], books: Books) -> None:
        self.acts = acts
        self.books = books
        self.likely = sorted(range(len(acts)), key=lambda i: _place(acts[i]))
        self.failed: set[Any] = set()
        self.fewest = frozenset(range(len(acts)))
        self.looks = 0

    @property
    def gave_up(self) -> bool:
        """Whether there may be orders that were not tried."""
        return self.looks > MOST_LOOKS

    def follow(self, model: Model, left: frozenset[int]) -> Model | None:
        """The county after the acts that are left."""
        model, left = self._still(model, left)
        self.fewest = min(self.fewest, left, key=len)
        if not left:
            return model if self.books.fit(model) else None
        others = [self.acts[i] for i in left]
        if is_dead_end(model, others) or not self.books.may_fit(model, others):
            return None
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
        works = any(isinstance(self.acts[i].command, Due) for i in left)
        for i in self.likely:
            act = self.acts[i]
            if (
                i not in left
                or act.after & left
                or act.lost
                or not (_changes_nothing(act.outcome) or _private(act, works))
            ):
                continue
            then = self._after(model, act)
            # What binds its id, or touches what others ask for, waits for its turn.
            if then is not None and (len(then.answers) == len(model.answers) or self._alone(model, i, left)):
                return self._still(then, left - {i})
        return model, left

    def _alone(self, model: Model, i: int, left: frozenset[int]) -> bool:
        mine = _touched(model, self.acts[i])
        return all(mine.isdisjoint(_touched(model, self.acts[other])) for other in left - {i})

    def _after(self, model: Model, act: Act) -> Model | None:
        self.looks += 1
        then = model.copy()
        return then if self.looks <= MOST_LOOKS and then.explains(act) else None


def _changes_nothing(outcome: Any) -> bool:
    return isinstance(outcome, Refused | IdReused | Exception) or getattr(outcome, "again", False)


def _private(act: Act, works: bool) -> bool:
    """A success that changes only what it is about; timed work sweeps money that redemptions give back."""
    return isinstance(act.outcome, Claimed) or (not works and isinstance(act.outcome, Redeemed | RolledBack))


def _touched(model: Model, act: Act) -> set[Any]:
    """Whose turn may matter to this act: its id, its people, its voucher."""
    command = act.command
    touched: set[Any] = {id_of(command), getattr(command, "redemption_id", None)}
    if isinstance(command, Claim):
        touched |= set(command.people)
    if isinstance(command, RollBack) and command.redemption_id in model.sales:
        touched.add(model.sales[command.redemption_id].voucher_id)
    if isinstance(command, MakeShortCode):
        touched.add(command.voucher_id)
    if isinstance(command, Redeem):
        shown = command.presented
        codes = model.codes.items() if isinstance(shown, Typed) else ()
        touched |= {voucher for voucher, (code, _) in codes if isinstance(shown, Typed) and code == shown.code}
        touched.add(None if isinstance(shown, Typed) else shown.voucher_id)
    return touched - {None}


def _place(act: Act) -> int:
    """Most acts change only what they are about; what changes the whole county comes last."""
    if act.lost:
        return 3
    if isinstance(act.command, SteerCampaign | Due):
        return 4
    return 2 if isinstance(act.command, MakeShortCode) else 1
