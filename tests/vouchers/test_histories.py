"""Random histories against a model: every invariant of money and vouchers holds after every one of them.

The model is a dozen lines of arithmetic that knows nothing of tables: who holds what, and where the money must be.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.expire import Expire, expire
from backend.vouchers.open_round import CloseRound, OpenRound, close_round, open_round
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed, Typed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import ClaimReason, RedemptionReason
from tests.databases import HandClock, Templates
from tests.vouchers.campaigns import claim_of, faults, running_campaign
from tests.vouchers.counters import counter, redemption, typed, undo

FACE, THRESHOLD, PIECES, ROUNDS = 5_000, 6_000, 4, 2


class _Model:
    """What must be true: per voucher its holder, worth and state; per person whether they had theirs."""

    def __init__(self) -> None:
        self.had: set[int] = set()
        self.issued = [0] * ROUNDS
        self.closed = [False] * ROUNDS
        self.worth: dict[UUID, int] = {}
        self.state: dict[UUID, str] = {}
        self.expires: dict[UUID, Any] = {}
        self.payable = 0

    def open_fen(self) -> int:
        """The worth of everything that can still be used."""
        return sum(fen for voucher, fen in self.worth.items() if self.state[voucher] == "issued")


class Histories(RuleBasedStateMachine):
    """Claims, redemptions, roll-backs, expiries and repeated requests in any order."""

    templates: Templates
    kind: str
    vouchers = Bundle("vouchers")
    redemptions = Bundle("redemptions")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.clock = HandClock()
        self.model = _Model()
        self.asked: list[Claim] = []
        self.answers: dict[UUID, Any] = {}

    def run(self, coroutine: Any) -> Any:
        """Run one act to its end."""
        return self.loop.run_until_complete(coroutine)

    @initialize()
    def begin(self) -> None:
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        opened = self.templates.county(self.kind, Path(folder), self.clock)
        self.county: County = self.run(self.stack.enter_async_context(opened))
        self.closes_at = self.clock() + timedelta(days=30)
        self.rounds = self.run(
            running_campaign(
                self.county,
                pieces=PIECES,
                rounds=ROUNDS,
                face_fen=FACE,
                minimum_spend_fen=THRESHOLD,
                closes_at=self.closes_at,
            )
        )
        self.shop = self.run(counter(self.county))

    def teardown(self) -> None:
        if hasattr(self, "county"):
            assert self.run(faults(self.county)) == []
        self.run(self.stack.aclose())
        self.loop.close()

    @rule(target=vouchers, resident=st.integers(0, 11), place=st.integers(0, ROUNDS - 1))
    def claims(self, resident: int, place: int) -> Any:
        command = claim_of(self.rounds[place], resident)
        outcome = self.run(transact(self.county, claim, command))
        model = self.model
        if model.closed[place] or self.clock() >= self.closes_at:  # A long history outlives its rounds.
            assert outcome == Refused(ClaimReason.NOT_OPEN)
        elif resident in model.had:
            assert outcome == Refused(ClaimReason.LIMIT_REACHED)
        elif model.issued[place] >= PIECES:
            assert outcome == Refused(ClaimReason.SOLD_OUT)
        else:
            assert isinstance(outcome, Claimed)
            model.had.add(resident)
            model.issued[place] += 1
            model.worth[outcome.voucher_id] = FACE
            model.state[outcome.voucher_id] = "issued"
            model.expires[outcome.voucher_id] = outcome.expires_at
        if outcome != Refused(ClaimReason.NOT_OPEN):  # That one binds no id.
            self.asked.append(command)
            self.answers[command.claim_id] = outcome
        return (outcome.voucher_id, command.resident_id) if isinstance(outcome, Claimed) else None

    @rule(nth=st.integers(0, 200))
    def asks_again_with_the_same_id(self, nth: int) -> None:
        if not self.asked:
            return
        command = self.asked[nth % len(self.asked)]
        outcome, first = self.run(transact(self.county, claim, command)), self.answers[command.claim_id]
        if isinstance(first, Claimed):
            assert (outcome.voucher_id, outcome.again) == (first.voucher_id, True)
        else:
            assert outcome == first

    @rule(target=redemptions, held=vouchers, bill=st.sampled_from([THRESHOLD - 1, THRESHOLD, 9_999, 50_000]))
    def redeems(self, held: Any, bill: int) -> Any:
        if held is None:
            return None
        voucher, resident_id = held
        model = self.model
        usable = model.state[voucher] == "issued" and self.clock() < model.expires[voucher]
        if usable:
            holder = type("Holder", (), {"resident_id": resident_id})()
            code = self.run(typed(self.county, holder, voucher))
            command = redemption(self.county, code, self.shop, bill_fen=bill)
        else:
            command = redemption(self.county, "12345678", self.shop, bill_fen=bill)
        outcome = self.run(transact(self.county, redeem, command))
        if not usable:
            assert isinstance(outcome, Refused)
            return None
        if bill < THRESHOLD:
            assert outcome == Refused(RedemptionReason.BILL_TOO_SMALL)
            return None
        assert isinstance(outcome, Redeemed)
        assert outcome.discount_fen == min(FACE, model.worth[voucher], bill - 1)
        model.state[voucher] = "redeemed"
        model.worth[voucher] = outcome.discount_fen
        model.payable += outcome.discount_fen
        assert isinstance(command.presented, Typed)
        again = self.run(transact(self.county, redeem, command))
        assert isinstance(again, Redeemed)
        assert (again.again, again.discount_fen) == (True, outcome.discount_fen)
        return (outcome.redemption_id, voucher)

    @rule(done=redemptions)
    def rolls_back(self, done: Any) -> None:
        if done is None:
            return
        redemption_id, voucher = done
        roll_back_id = new_id()
        outcome = self.run(undo(self.county, redemption_id, self.shop, roll_back_id=roll_back_id))
        if isinstance(outcome, RolledBack):
            assert self.model.state[voucher] == "redeemed"
            self.model.payable -= self.model.worth[voucher]
            restored = self.clock() < self.model.expires[voucher]
            self.model.state[voucher] = "issued" if restored else "expired"
            again = self.run(undo(self.county, redemption_id, self.shop, roll_back_id=roll_back_id))
            assert isinstance(again, RolledBack)
            assert again.again

    @rule(days=st.integers(0, 4))
    def time_passes_and_what_is_due_expires(self, days: int) -> None:
        now = self.clock.forward(days=days)
        due = [
            voucher for voucher, at in self.model.expires.items() if at <= now and self.model.state[voucher] == "issued"
        ]
        assert self.run(transact(self.county, expire, Expire(now))) == len(due)
        for voucher in due:
            self.model.state[voucher] = "expired"

    @rule(place=st.integers(0, ROUNDS - 1))
    def a_round_ends(self, place: int) -> None:
        self.run(transact(self.county, open_round, OpenRound(self.rounds[place])))
        self.run(transact(self.county, close_round, CloseRound(self.rounds[place])))
        self.model.closed[place] = True

    @invariant()
    def the_money_is_where_the_model_says(self) -> None:
        if not hasattr(self, "shop"):
            return
        totals: dict[str, int] = {}
        for key, fen in self.run(inquire(self.county, audit_ledger, AuditLedger())).balances.items():
            totals[key.partition("/")[0]] = totals.get(key.partition("/")[0], 0) + fen
        funded = FACE * PIECES * ROUNDS
        assert totals["fund.bank"] == funded
        assert totals.get("voucher.open", 0) == self.model.open_fen()
        assert totals.get("merchant.payable", 0) == self.model.payable
        assert totals["budget.line"] == funded - self.model.open_fen() - self.model.payable


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 12), ("postgresql", 6)])
def test_every_invariant_holds_after_random_histories(kind: str, examples: int, templates: Templates) -> None:
    machine = type("Histories", (Histories,), {"templates": templates, "kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
