"""Random histories of entering, listing, drawing and taking against a model that knows people only by their keys."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.close_account import CloseAccount, close_account
from backend.identity.freeze import Freeze, Unfreeze, freeze, unfreeze
from backend.identity.prove_identity import NoteKey, note_key
from backend.kernel.claimants import KeyKind
from backend.kernel.refusals import Refused
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.draw_rules import DrawReason, DrawState, EntryReason
from backend.vouchers.enter_draw import Entered
from backend.vouchers.enter_seed import SeedEntered
from backend.vouchers.find_draws import OwnEntries, own_entries
from backend.vouchers.issue_draw import IssueDraw, issue_draw
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterPlan, RosterReason
from backend.vouchers.rules import ClaimReason, Limit
from backend.vouchers.wallet import Wallet, wallet
from merchant_tools import draw as tool
from tests.databases import HandClock, Templates
from tests.vouchers.campaigns import CLERK, RULE, faults
from tests.vouchers.lots import (
    ONE,
    OTHER,
    asking,
    draw_plan,
    enter,
    person,
    plan_with,
    published,
    round_plan,
    run_plan,
    seal,
    seed_by,
    work_off,
)
from tests.vouchers.rosters import confirmed, listed, take

PEOPLE, LISTED = 7, 3
PIECES, RESERVES = 2, 2
SEEDS = ("0918273", "0918274")


class Person:
    """Somebody as the model knows them."""

    def __init__(self, number: int, resident_id: UUID) -> None:
        self.number, self.resident_id = number, resident_id
        self.keys = {f"account {number}", f"phone {number}"}
        self.frozen = self.closed = False


class Lots(RuleBasedStateMachine):
    """One rule for three rounds of a kind: first come, by lot, by list."""

    templates: Templates
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.clock = HandClock()
        self.people: list[Person] = []
        self.entered: dict[UUID, tuple[Person, set[str]]] = {}
        self.had: set[str] = set()
        self.holders: dict[int, set[UUID]] = {}
        self.taken: set[int] = set()
        self.seeds: dict[str, str] = {}
        self.stage = DrawState.COLLECTING

    def run(self, coroutine: Any) -> Any:
        """Run one act to its end."""
        return self.loop.run_until_complete(coroutine)

    @initialize(first=st.sets(st.integers(0, PEOPLE - 1), min_size=2))
    def begin(self, first: set[int]) -> None:
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        opened = self.templates.county(self.kind, Path(folder), self.clock)
        self.county: County = self.run(self.stack.enter_async_context(opened))
        self.lot = round_plan(self.county, pieces=PIECES)
        self.lot = replace(self.lot, draw=draw_plan(self.lot.closes_at, reserves=RESERVES))
        end = self.lot.closes_at + timedelta(days=3)
        self.rush = round_plan(self.county, mode=RoundMode.RUSH, draw=None, pieces=2, closes_at=end)
        by_list: dict[str, Any] = {
            "mode": RoundMode.ROSTER,
            "draw": None,
            "roster": RosterPlan(classes=("low-income",)),
        }
        self.list = round_plan(self.county, pieces=LISTED, closes_at=end, **by_list)
        plan = plan_with(self.rush, self.lot, self.list, limits=(Limit(rule_id=RULE),))
        campaign_id = self.run(run_plan(self.county, plan))
        self.people = [Person(n, self.run(person(self.county, n))) for n in range(PEOPLE)]
        self.run(confirmed(self.county, campaign_id, *(listed(n, row=n + 1) for n in range(LISTED))))
        for number in sorted(first):
            self.entry_of(self.people[number])

    def teardown(self) -> None:
        if hasattr(self, "county"):
            assert self.run(faults(self.county)) == []
            for one in self.people:
                found = self.run(inquire(self.county, wallet, Wallet(resident_id=one.resident_id)))
                assert {voucher.voucher_id for voucher in found} == self.holders.get(one.number, set())
        self.run(self.stack.aclose())
        self.loop.close()

    def gave(self, one: Person, voucher_id: UUID, keys: set[str]) -> None:
        self.holders.setdefault(one.number, set()).add(voucher_id)
        self.had |= keys

    @rule(number=st.integers(0, PEOPLE - 1))
    def enters(self, number: int) -> None:
        if not self.people[number].closed:
            self.entry_of(self.people[number])

    def entry_of(self, one: Person) -> None:
        outcome = self.run(enter(self.county, self.lot.round_id, one.resident_id))
        among = set().union(*(keys for _, keys in self.entered.values()))
        if self.clock() >= self.lot.closes_at:
            assert outcome == Refused(ClaimReason.NOT_OPEN)
        elif one.frozen:
            assert outcome == Refused(ClaimReason.NOT_ELIGIBLE)
        elif one.keys & among:
            assert outcome == Refused(EntryReason.ALREADY_ENTERED)
        elif one.keys & self.had:
            assert outcome == Refused(ClaimReason.LIMIT_REACHED)
        else:
            assert isinstance(outcome, Entered)
            self.entered[outcome.entry_id] = (one, set(one.keys))

    @rule(number=st.integers(0, PEOPLE - 1))
    def claims(self, number: int) -> None:
        one = self.people[number]
        if one.closed:
            return
        command = self.run(asking(self.county, self.rush.round_id, one.resident_id))
        outcome = self.run(transact(self.county, claim, command))
        if isinstance(outcome, Claimed):
            assert not one.frozen
            assert not one.keys & self.had
            self.gave(one, outcome.voucher_id, one.keys)
        lot = self.run(asking(self.county, self.lot.round_id, one.resident_id))
        assert self.run(transact(self.county, claim, lot)) == Refused(ClaimReason.BY_DRAW)

    @rule(number=st.integers(0, PEOPLE - 1))
    def takes_by_list(self, number: int) -> None:
        one = self.people[number]
        if one.closed:
            return
        outcome = self.run(take(self.county, self.list.round_id, one.resident_id))
        if self.clock() >= self.list.closes_at:
            assert outcome == Refused(ClaimReason.NOT_OPEN)
        elif number >= LISTED or (number not in self.taken and one.frozen):
            assert outcome == Refused(ClaimReason.NOT_ELIGIBLE)
        elif number in self.taken:
            assert outcome == Refused(RosterReason.TAKEN_ALREADY)
        elif one.keys & self.had:
            assert outcome == Refused(ClaimReason.LIMIT_REACHED)
        else:
            assert isinstance(outcome, Claimed)
            self.taken.add(number)
            self.gave(one, outcome.voucher_id, one.keys)

    @rule(number=st.integers(0, PEOPLE - 1), card=st.integers(0, 2))
    def shows_a_card(self, number: int, card: int) -> None:
        one = self.people[number]
        if not one.closed:
            known = NoteKey(resident_id=one.resident_id, kind=KeyKind.CARD, value=f"card {card}")
            self.run(transact(self.county, note_key, known))
            one.keys.add(f"card {card}")

    @rule(number=st.integers(0, PEOPLE - 1))
    def is_frozen_or_freed(self, number: int) -> None:
        one = self.people[number]
        if one.closed:
            return
        command = Unfreeze if one.frozen else Freeze
        verb: Any = unfreeze if one.frozen else freeze
        self.run(transact(self.county, verb, command(resident_id=one.resident_id, why="核对", actor=CLERK)))
        one.frozen = not one.frozen

    @rule(number=st.integers(0, PEOPLE - 1))
    def leaves(self, number: int) -> None:
        one = self.people[number]
        if not one.frozen and not one.closed:
            self.run(transact(self.county, close_account, CloseAccount(resident_id=one.resident_id, actor=CLERK)))
            one.closed = True

    @rule(hours=st.sampled_from([1, 5]))
    def time_passes(self, hours: int) -> None:
        # No precondition says so: salts are random, and with them when a draw is over.
        if self.stage is not DrawState.DRAWN:  # That is stepped by hand below.
            self.goes_on_to(self.clock() + timedelta(hours=hours))

    @rule(late=st.sampled_from([0, 0, 0, 5]), value=st.sampled_from(SEEDS), most=st.integers(1, 3))
    def goes_on(self, late: int, value: str, most: int) -> None:
        """One stage further, whichever it is: a rule for each would seldom meet the others in one history."""
        assert self.lot.draw is not None
        if self.stage is DrawState.COLLECTING:
            self.goes_on_to(max(self.clock(), self.lot.closes_at + timedelta(hours=late)))
        elif self.stage is DrawState.NUMBERED:
            self.goes_on_to(max(self.clock(), self.lot.draw.published_at))
            for who in (ONE, OTHER):
                if self.stage is DrawState.NUMBERED:
                    self.seed_is_entered(who, value)
        elif self.stage is DrawState.DRAWN:
            self.is_served(most)

    def goes_on_to(self, at: datetime) -> None:
        self.clock.at = at
        self.run(work_off(self.county))
        if self.stage is DrawState.COLLECTING and self.clock() >= self.lot.closes_at:
            self.stage = DrawState.NUMBERED if self.entered else DrawState.FINISHED

    @rule(who=st.sampled_from([ONE, OTHER]), value=st.sampled_from(SEEDS))
    def one_enters_a_seed(self, who: Any, value: str) -> None:
        self.seed_is_entered(who, value)

    def seed_is_entered(self, who: Any, value: str) -> None:
        outcome = self.run(seed_by(self.county, self.lot.round_id, who, seal(value)))
        assert self.lot.draw is not None
        told = self.run(published(self.county, self.lot.round_id)).draw
        if self.stage is DrawState.COLLECTING:
            assert outcome == Refused(DrawReason.NOT_NUMBERED)
        elif self.stage is not DrawState.NUMBERED:
            assert outcome == Refused(DrawReason.SEED_PUBLISHED)
        elif told.numbered_at >= self.lot.draw.published_at:
            assert outcome == Refused(DrawReason.NUMBERED_TOO_LATE)
        elif self.clock() < self.lot.draw.published_at:
            assert outcome == Refused(DrawReason.SEED_TOO_EARLY)
        else:
            assert isinstance(outcome, SeedEntered)
            self.seeds[str(who.id)] = value
            if len(self.seeds) == 2 and len(set(self.seeds.values())) == 1:
                self.stage = DrawState.DRAWN
        assert (told.seal is not None) == (self.stage in (DrawState.DRAWN, DrawState.FINISHED) and bool(self.entered))

    def is_served(self, most: int) -> None:
        """A portion; what it gives is worked out here by rank, keys and what happened to people meanwhile."""
        told = self.run(published(self.county, self.lot.round_id))
        more = self.run(transact(self.county, issue_draw, IssueDraw(self.lot.round_id, most=most)))
        after = self.run(published(self.county, self.lot.round_id))
        ranks = tool.ranked(told.draw.seal.value, self.lot.round_id, told.draw.root, told.draw.count)
        assert [number for _, number, _ in after.places] == ranks[: PIECES + RESERVES]
        left = PIECES - sum(outcome == "issued" for *_, outcome in told.places)
        open_places = [(rank, number) for rank, number, outcome in told.places if outcome is None]
        for rank, number in open_places[: min(most, left)]:
            self.expects(rank, number, after.places)
        if more is None:
            self.stage = DrawState.FINISHED
            assert after.draw.state is DrawState.FINISHED

    def expects(self, rank: int, number: int, places: list[tuple[int, int, Any]]) -> None:
        one, keys, voucher_id = self.entrant_of(number)
        keys = keys | (set() if one.closed else one.keys)
        outcome = next(outcome for at, _, outcome in places if at == rank)
        if one.closed or one.frozen or keys & self.had:
            assert (outcome, voucher_id) == ("passed-over", None)
        else:
            assert outcome == "issued"
            self.gave(one, voucher_id, keys)

    def entrant_of(self, number: int) -> tuple[Person, set[str], Any]:
        for entry_id, (one, keys) in self.entered.items():
            for entry in self.run(inquire(self.county, own_entries, OwnEntries(resident_id=one.resident_id))):
                if (entry.entry_id, entry.number) == (entry_id, number):
                    return one, keys, entry.place.voucher_id
        raise AssertionError(f"nobody has number {number}")


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 30), ("postgresql", 10)])
def test_draws_and_lists_keep_their_promises_after_random_histories(
    kind: str, examples: int, templates: Templates
) -> None:
    live(kind, examples, templates)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_draws_and_lists_keep_their_promises_after_many_histories(kind: str, templates: Templates) -> None:
    live(kind, 300, templates)


def live(kind: str, examples: int, templates: Templates) -> None:
    machine = type("Lots", (Lots,), {"templates": templates, "kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
