"""Random histories of applications against a model that knows no tables: states, hands, days and objections.

Everybody of the office holds all three acting roles, so that only their hands keep them apart.
"""

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.assign_roles import AssignRoles, assign_roles
from backend.kernel.actors import ACTING_ROLES, Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import business_day, day_starts
from backend.kernel.working_days import after_working_days
from backend.merchants.apply_to_call import Applied, apply_to_call
from backend.merchants.audit import AuditMerchants, audit_merchants
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import Step
from backend.merchants.decide_objection import DecideObjection, ObjectionDecided, decide_objection
from backend.merchants.find_applications import find_application
from backend.merchants.find_calls import FindListed, find_listed
from backend.merchants.mend_application import Mend, mend_application
from backend.merchants.object_to import Objected
from backend.merchants.withdraw_application import Moved, WithdrawApplication, withdraw_application
from tests.databases import HandClock, Templates
from tests.merchants.call_makers import Office, dossier, office, reason_of, resident, staff_member

DAYS = 3
EDGES = {
    Step.RETURN: ("submitted", "returned"),
    Step.REFUSE: ("submitted", "refused"),
    Step.REVIEW: ("submitted", "reviewed"),
    Step.PUBLICISE: ("reviewed", "publicised"),
    Step.LIST: ("publicised", "listed"),
    Step.DECLINE: ("publicised", "refused"),
}
ROLE = {Step.PUBLICISE: Role.OFFICE, Step.LIST: Role.APPROVER, Step.DECLINE: Role.APPROVER}
OVER = {"refused", "withdrawn"}
ONWARD = {Step.REVIEW, Step.PUBLICISE, Step.LIST}
"""More often than the others, or few applications would ever reach the list."""


class _Known:
    """What must be true of one application."""

    def __init__(self, id_: UUID, order: int, clerk: int | None, applicant: Actor) -> None:
        self.id = id_
        self.applicant = applicant
        self.order = order
        self.clerk = clerk
        self.state = "submitted"
        self.hands = set() if clerk is None else {clerk}
        self.until: datetime | None = None
        self.objections: list[list[Any]] = []  # [id, state]


class History:
    """Applications, steps, objections and days in an order that a seed decides, by anybody."""

    def __init__(self, seed: int, county: County, clock: HandClock) -> None:
        self.dice = random.Random(seed)
        self.county = county
        self.clock = clock
        self.known: list[_Known] = []

    async def live(self, steps: int) -> Counter[str]:
        """So many acts, the model asked after each; how many applications stand how in the end."""
        self.office: Office = await office(self.county)
        self.people: list[UUID] = [await self._person() for _ in range(5)]
        closes = self.clock() + timedelta(days=3_650)
        self.call_id = await self.office.publish(objection_days=DAYS, closes_at=closes)
        acts = (
            [self.applies] * 3
            + [self.takes_a_step] * 20
            + [self.somebody_objects]
            + [self.an_objection_is_answered] * 3
            + [self.mends] * 2
            + [self.withdraws]
            + [self.days_pass] * 4
        )
        for _ in range(steps):
            await self.dice.choice(acts)()
            await self.the_list_and_the_states_are_the_models()
        assert (await inquire(self.county, audit_merchants, AuditMerchants())).faults == []
        return Counter(one.state for one in self.known)

    async def _person(self) -> UUID:
        member = await staff_member(self.county, Role.OFFICE)
        assert member.id is not None
        giver = await staff_member(self.county, Role.SECURITY_ADMIN)
        command = AssignRoles(staff_id=member.id, roles=ACTING_ROLES, actor=giver)
        assert await transact(self.county, assign_roles, command) == ACTING_ROLES
        return member.id

    def actor(self, who: int, role: Role) -> Actor:
        return Actor(kind=ActorKind.STAFF, id=self.people[who], role=role.value)

    def chosen(self) -> _Known | None:
        live = [one for one in self.known if one.state not in OVER] if self.dice.random() < 0.8 else self.known
        return self.dice.choice(live) if live else None

    async def applies(self) -> None:
        order, clerk = self.dice.randint(1, 6), self.dice.choice([None, None, 0, 1, 2])
        actor = (await resident(self.county)) if clerk is None else self.actor(clerk, Role.OFFICE)
        command = self.office.application(self.call_id, order, actor=actor)
        outcome = await transact(self.county, apply_to_call, command)
        mine = [one for one in self.known if one.order == order and one.state not in OVER]
        if any(one.state == "listed" for one in mine):
            assert reason_of(outcome) == "credit-code-taken"
        elif mine:
            assert reason_of(outcome) is CallReason.ALREADY_APPLIED
        else:
            assert isinstance(outcome, Applied)
            self.known.append(_Known(command.application_id, order, clerk, actor))

    async def takes_a_step(self) -> None:
        known = self.chosen()
        if known is None:
            return
        fitting = [step for step, (begins, _) in EDGES.items() if begins == known.state]
        fitting += 3 * [step for step in fitting if step in ONWARD]
        step = self.dice.choice(fitting if fitting and self.dice.random() < 0.7 else sorted(EDGES))
        who = self.dice.randrange(5)
        actor = self.actor(who, ROLE.get(step, Role.REVIEWER))
        outcome = await self.office.sign(known.id, step, actor)
        expected = self._expected(known, step, who)
        if expected is not None:
            assert reason_of(outcome) == expected, (known.state, step)
            return
        assert isinstance(outcome, Moved), outcome
        known.state = EDGES[step][1]
        known.hands.add(who)
        if step is Step.PUBLICISE:
            known.until = day_starts(after_working_days(business_day(self.clock()), DAYS)[0] + timedelta(days=1))

    def _expected(self, known: _Known, step: Step, who: int) -> str | None:
        if known.state != EDGES[step][0]:
            return "step-unfit"
        if known.state == "publicised":
            assert known.until is not None
            if self.clock() < known.until:
                return "objection-period-running"
            states = [state for _, state in known.objections]
            if "open" in states:
                return "objection-open"
            if step is Step.LIST and "upheld" in states:
                return "objection-upheld"
        return "had-a-hand" if step is not Step.PUBLICISE and who in known.hands else None

    async def mends(self) -> None:
        known = self.chosen()
        if known is None:
            return
        command = Mend(
            actor=known.applicant,
            change_id=new_id(),
            application_id=known.id,
            dossier=dossier(known.order),
            contact_name="苟定邦",
            contact_phone="15402000009",
        )
        outcome = await transact(self.county, mend_application, command)
        if known.state != "returned":
            assert reason_of(outcome) is CallReason.STEP_UNFIT
            return
        assert isinstance(outcome, Applied)
        known.state, known.hands = "submitted", set() if known.clerk is None else {known.clerk}

    async def withdraws(self) -> None:
        known = self.chosen()
        if known is None or self.dice.random() < 0.7:
            return
        command = WithdrawApplication(actor=known.applicant, change_id=new_id(), application_id=known.id)
        outcome = await transact(self.county, withdraw_application, command)
        if known.state in OVER | {"listed"}:
            assert reason_of(outcome) is CallReason.STEP_UNFIT
            return
        assert isinstance(outcome, Moved)
        known.state = "withdrawn"

    async def somebody_objects(self) -> None:
        known = self.chosen()
        if known is None:
            return
        outcome = await self.office.object(known.id, (await resident(self.county)))
        if known.state == "publicised" and known.until is not None and self.clock() < known.until:
            assert isinstance(outcome, Objected)
            known.objections.append([outcome.objection_id, "open"])
        else:
            assert reason_of(outcome) is CallReason.NOT_PUBLICISED

    async def an_objection_is_answered(self) -> None:
        known = self.chosen()
        if known is None or not known.objections:
            return
        objection = self.dice.choice(known.objections)
        who, upheld = self.dice.randrange(5), self.dice.random() < 0.3
        command = DecideObjection(
            actor=self.actor(who, Role.APPROVER),
            decision_id=new_id(),
            objection_id=objection[0],
            upheld=upheld,
            answer="已核实",
        )
        outcome = await transact(self.county, decide_objection, command)
        if objection[1] != "open":
            assert reason_of(outcome) is CallReason.OBJECTION_DECIDED
        elif who in known.hands:
            assert reason_of(outcome) is CallReason.HAD_A_HAND
        else:
            assert isinstance(outcome, ObjectionDecided)
            objection[1] = "upheld" if upheld else "dismissed"

    async def days_pass(self) -> None:
        self.clock.forward(days=self.dice.randint(1, 3))

    async def the_list_and_the_states_are_the_models(self) -> None:
        listed = await inquire(self.county, find_listed, FindListed(call_id=self.call_id, most=50))
        wanted = {one.id for one in self.known if one.state == "listed"}
        assert {one.application_id for one in listed} == wanted
        for one in self.known:
            opened = await inquire(self.county, find_application, one.id)
            assert opened is not None
            assert opened.followed.application.state == one.state


FIRST = int(os.environ.get("APPLICATIONS_SEED", "1"))


@pytest.mark.parametrize(("kind", "histories"), [("sqlite", 4), ("postgresql", 3)])
async def test_applications_keep_to_the_model_after_random_histories(
    kind: str, histories: int, templates: Templates, tmp_path: Path
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + histories):
        clock = HandClock()
        folder = tmp_path / str(seed)
        folder.mkdir()
        async with templates.county(kind, folder, clock) as county:
            seen += await History(seed, county, clock).live(120)
    assert {"listed", "publicised"} <= seen.keys()


@pytest.mark.long
async def test_long_histories_of_applications_keep_to_the_model(templates: Templates, tmp_path: Path) -> None:
    for seed in range(100, 130):
        clock = HandClock()
        folder = tmp_path / str(seed)
        folder.mkdir()
        async with templates.county("sqlite", folder, clock) as county:
            await History(seed, county, clock).live(300)
