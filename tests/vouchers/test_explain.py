"""为什么没领到: what the office reads out is what was decided, with consent on record, told once and limited."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.freeze import Freeze, Unfreeze, freeze, unfreeze
from backend.identity.look import LooksAtMe, looks_at_me
from backend.identity.look_with_consent import PHONES_AN_HOUR
from backend.identity.person import claimant
from backend.identity.prove_identity import RecordProof, record_proof
from backend.identity.rules import PersonKind
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from backend.kernel.refusals import Refused
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.rules import DueWork
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.retention import REFUSALS_KEPT, forget_codes
from backend.vouchers.rules import ClaimantFacts, Limit, RedemptionReason
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.vouchers.campaigns import CLERK, claim_of, faults, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, undo
from tests.vouchers.lots import all_enter, drawn_campaign
from tests.vouchers.rosters import confirmed, listed, roster_campaign
from tests.web.client import calling, serving

EXPLAIN = "/api/v1/office/residents/explain"
NUMBER = "15402000001"
"""Of the first phone that ``tests.vouchers.counters`` makes."""
Body = dict[str, Any]


class Office:
    """Somebody of the office, who signs in anew for every question: days pass between some of them."""

    def __init__(self, county: County, client: httpx.AsyncClient, staff_id: UUID) -> None:
        self._county, self._client, self._staff_id = county, client, staff_id

    async def post(self, body: Body) -> httpx.Response:
        """Ask."""
        token = await session_of(self._county, PersonKind.STAFF, self._staff_id)
        return await self._client.post(EXPLAIN, json=body, headers={"cookie": f"__Host-yizhan={token}"})


@pytest.fixture
async def office(county: County) -> AsyncIterator[Office]:
    staff_id = new_id()
    await staff_cookie(county, Role.OFFICE, staff_id=staff_id)
    async with serving(county) as application, calling(application) as client:
        yield Office(county, client, staff_id)


async def explained(client: Office, **given: Any) -> Body:
    body = {"look_id": str(new_id()), "phone": NUMBER, "consent": True} | given
    answer = await client.post(body)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


async def one_round(client: Office, round_id: UUID) -> Body:
    (found,) = (await explained(client, round_id=str(round_id)))["rounds"]
    assert isinstance(found, dict)
    return found


async def asks(county: County, holder: Phone, round_id: UUID) -> Any:
    """The claim that this person's phone would send now."""
    known = await inquire(county, claimant, holder.resident_id)
    assert known is not None
    claim_id = new_id()
    command = Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=holder.resident_id,
        facts=ClaimantFacts(groups=known.groups, proof_level=known.proof_level, frozen=known.frozen),
        people=tuple(key for _, key in known.keys),
        actor=Actor(kind=ActorKind.RESIDENT, id=holder.resident_id, request_id=claim_id),
    )
    return await transact(county, claim, command)


async def told_alike(county: County, client: Office, holder: Phone, round_id: UUID) -> str | None:
    """The reason that the office reads out, which is the one that the claim hears."""
    found = await one_round(client, round_id)
    outcome = await asks(county, holder, round_id)
    heard = outcome.reason.value if isinstance(outcome, Refused) else None
    assert (found["told_as"]["reason"] if found["told_as"] else None) == heard
    return heard


async def test_the_office_reads_out_what_a_claim_hears_now(county: County, office: Office, clock: HandClock) -> None:
    me = await phone(county)
    campaign_id = new_id()
    limits = (Limit(rule_id=new_id()),)
    (early,) = await running_campaign(county, opens_at=clock.at + timedelta(hours=1), limits=limits)
    (for_elders,) = await running_campaign(county, groups=("elders",), limits=limits)
    (for_proven,) = await running_campaign(county, claim_level=3, limits=limits)
    (small,) = await running_campaign(county, pieces=1, campaign_id=campaign_id, limits=limits)
    (free,) = await running_campaign(county, limits=limits)
    await transact(county, claim, claim_of(small, 7))
    assert await told_alike(county, office, me, early) == "not-open"
    assert await told_alike(county, office, me, for_elders) == "not-eligible"
    assert await told_alike(county, office, me, for_proven) == "not-eligible"
    assert await told_alike(county, office, me, small) == "sold-out"
    pause = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.PAUSE, reason="核查", actor=CLERK)
    await transact(county, steer_campaign, pause)
    assert await told_alike(county, office, me, small) == "paused"
    assert await told_alike(county, office, me, free) is None
    assert await told_alike(county, office, me, free) == "limit-reached"
    office_man = Actor(kind=ActorKind.STAFF, id=UUID(int=8), role="office")
    await transact(county, freeze, Freeze(resident_id=me.resident_id, why="同一手机多次领取", actor=office_man))
    assert await told_alike(county, office, me, free) == "not-eligible"
    found = await explained(office, round_id=str(free))
    assert (found["state"], found["frozen_why"]) == ("frozen", "同一手机多次领取")
    assert found["rounds"][0]["now"] == ["frozen", "limit-reached"]
    assert await faults(county) == []


async def test_it_is_told_to_the_second_when_a_round_sold_out_and_which_claim_was_refused(
    county: County, office: Office, clock: HandClock
) -> None:
    me = await phone(county)
    (round_id,) = await running_campaign(county, pieces=3)
    opened = clock.at
    await transact(county, claim, claim_of(round_id, 1))
    clock.forward(seconds=4)
    await transact(county, claim, claim_of(round_id, 2))
    clock.forward(seconds=3)
    await transact(county, claim, claim_of(round_id, 3))
    sold_out = clock.at
    clock.forward(seconds=2)
    refused = await asks(county, me, round_id)
    assert isinstance(refused, Refused)
    found = await one_round(office, round_id)
    assert found["sold_out"] == [{"since": to_wire(sold_out), "until": None}]
    assert found["spans"] == [{"against": "sold-out", "since": to_wire(sold_out), "until": None}]
    assert [(one["at"], one["reason"]["reason"]) for one in found["answered"]] == [(to_wire(clock.at), "sold-out")]
    assert (found["left_online"], found["left_at_station"], found["pieces"]) == (0, 0, 3)
    assert found["unknown"] == ["early-refusals"]
    clock.forward(days=2)
    later = await one_round(office, round_id)
    assert later["spans"] == found["spans"]
    assert later["now"] == ["closed", "sold-out"]
    assert later["opens_at"] == to_wire(opened)


async def test_freezing_pausing_and_proofs_are_told_with_their_times(
    county: County, office: Office, clock: HandClock
) -> None:
    me = await phone(county)
    campaign_id = new_id()
    (round_id,) = await running_campaign(county, campaign_id=campaign_id, claim_level=3)
    man = Actor(kind=ActorKind.STAFF, id=UUID(int=8), role="office")
    opened = clock.at

    async def turn(which: Turn, reason: str | None = None) -> None:
        await transact(
            county,
            steer_campaign,
            SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=which, reason=reason, actor=CLERK),
        )

    frozen = clock.forward(minutes=1)
    await transact(county, freeze, Freeze(resident_id=me.resident_id, why="核查", actor=man))
    paused = clock.forward(minutes=1)
    await turn(Turn.PAUSE, "核查")
    freed = clock.forward(minutes=1)
    await transact(county, unfreeze, Unfreeze(resident_id=me.resident_id, why="无误", actor=man))
    resumed = clock.forward(minutes=1)
    await turn(Turn.RESUME)
    proven = clock.forward(minutes=1)
    seen_there = RecordProof(
        resident_id=me.resident_id, level=ProofLevel.STATION, provider="station", reference="1", actor=man
    )
    await transact(county, record_proof, seen_there)
    clock.forward(minutes=1)
    found = await one_round(office, round_id)
    assert found["now"] == []
    assert found["spans"] == [
        {"against": "level-too-low", "since": to_wire(opened), "until": to_wire(proven)},
        {"against": "frozen", "since": to_wire(frozen), "until": to_wire(freed)},
        {"against": "paused", "since": to_wire(paused), "until": to_wire(resumed)},
    ]


async def test_a_share_had_by_another_account_of_the_same_person_is_told_without_a_time(
    county: County, office: Office
) -> None:
    me = await phone(county)
    known = await inquire(county, claimant, me.resident_id)
    assert known is not None
    (round_id,) = await running_campaign(county)
    await transact(county, claim, claim_of(round_id, 5, people=(b"x" * 32, known.keys[1][1])))
    found = await one_round(office, round_id)
    assert (found["now"], found["spans"]) == (["limit-reached"], [])
    assert found["unknown"] == ["same-person", "devices"]


async def test_draws_and_lists_are_explained(county: County, office: Office) -> None:
    me, other = await phone(county), await phone(county, 2)
    drawn = await drawn_campaign(county)
    assert (await one_round(office, drawn))["now"] == []
    await all_enter(county, drawn, [me.resident_id])
    entered = await one_round(office, drawn)
    assert (entered["now"], entered["told_as"]["reason"]) == (["entered"], "already-entered")
    assert (entered["drawn"]["standing"], entered["drawn"]["rank"]) == ("entered", None)
    campaign_id, rounds = await roster_campaign(county)
    assert (await one_round(office, rounds["low-income"]))["now"] == ["not-listed"]
    await confirmed(county, campaign_id, listed(1, phone=NUMBER))
    mine = await one_round(office, rounds["low-income"])
    assert (mine["now"], mine["told_as"], len(mine["listed"])) == ([], None, 1)
    theirs = await explained(office, round_id=str(rounds["low-income"]), phone="15402000002")
    assert theirs["rounds"][0]["now"] == ["not-listed"]
    assert theirs["resident_id"] == str(other.resident_id)


async def test_what_became_of_a_voucher_is_told_with_what_counters_refused(
    county: County, office: Office, clock: HandClock
) -> None:
    me = await phone(county)
    merchant_id = await counter(county)
    (round_id,) = await running_campaign(county, limits=(Limit(rule_id=new_id(), most=2),))
    voucher_id = (await asks(county, me, round_id)).voucher_id
    first = clock.forward(minutes=1)
    for count in (1, 2):
        code = await shown(county, me, voucher_id, count=count)
        assert await spend(county, redemption(county, code, merchant_id, bill_fen=19_999)) == Refused(
            RedemptionReason.BILL_TOO_SMALL
        )
        clock.forward(minutes=1)
    code = await shown(county, me, voucher_id, count=3)
    used = clock.at
    done = await spend(county, redemption(county, code, merchant_id))
    assert isinstance(done, Redeemed)
    (told,) = (await one_round(office, round_id))["vouchers"]
    assert (told["state"], told["stops"]["reason"]) == ("redeemed", "already-used")
    assert [(one["at"], one["bill_fen"], one["discount_fen"], one["undone"]) for one in told["uses"]] == [
        (to_wire(used), 20_000, 5_000, [])
    ]
    assert [(one["reason"]["reason"], one["times"], one["first_at"]) for one in told["refusals"]] == [
        ("bill-too-small", 2, to_wire(first))
    ]
    assert told["refusals"][0]["merchant_zh"] == told["uses"][0]["merchant_zh"]
    clock.forward(minutes=1)
    await undo(county, done.redemption_id, merchant_id)
    (back,) = (await one_round(office, round_id))["vouchers"]
    assert (back["state"], back["stops"]) == ("issued", None)
    assert [(one["at"], one["refund_fen"]) for one in back["uses"][0]["undone"]] == [(to_wire(clock.at), 20_000)]
    clock.forward(days=9)
    (gone,) = (await one_round(office, round_id))["vouchers"]
    assert gone["stops"]["reason"] == "expired"
    assert await faults(county) == []


async def refusal_rows(county: County) -> int:
    async def count(tx: Transaction, _asked: None) -> int:
        return int((await tx.execute(text("SELECT count(*) FROM counter_refusals"))).scalar_one())

    return await inquire(county, count, None)


async def test_refusals_at_counters_are_one_row_a_day_and_go_after_a_season(county: County, clock: HandClock) -> None:
    me = await phone(county)
    merchant_id = await counter(county)
    (round_id,) = await running_campaign(county)
    voucher_id = (await asks(county, me, round_id)).voucher_id
    for count in range(1, 30):
        code = await shown(county, me, voucher_id, count=count)
        await spend(county, redemption(county, code, merchant_id, bill_fen=100))
    assert await refusal_rows(county) == 1
    stranger = await shown(county, me, voucher_id, count=40)
    nobodys = redemption(county, stranger, UUID(int=0xABCDEF), bill_fen=100)
    assert await spend(county, nobodys) == Refused(RedemptionReason.MERCHANT_SUSPENDED)
    assert await refusal_rows(county) == 1
    work = DueWork(kind="vouchers.forget-codes", key="x", due_at=clock.at)

    async def night(tx: Transaction, _command: None, *, now: Any) -> None:
        await forget_codes(tx, work, now)

    clock.at += REFUSALS_KEPT
    await transact(county, night, None)
    assert await refusal_rows(county) == 1
    clock.forward(seconds=1)
    await transact(county, night, None)
    assert await refusal_rows(county) == 0


async def test_consent_is_recorded_told_and_asked_for_and_the_same_id_is_one_look(
    county: County, office: Office
) -> None:
    me = await phone(county)
    (round_id,) = await running_campaign(county)
    body = {"look_id": str(new_id()), "phone": NUMBER, "consent": False}
    refused = await office.post(body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/consent")
    assert await inquire(county, looks_at_me, LooksAtMe(resident_id=me.resident_id)) == []
    agreed = body | {"consent": True, "round_id": str(round_id)}
    for _ in range(2):
        assert (await office.post(agreed)).status_code == 200
    other = await office.post(agreed | {"phone": "15402009999"})
    assert (other.status_code, other.json()["reason"]) == (409, "id-reused")
    (look,) = await inquire(county, looks_at_me, LooksAtMe(resident_id=me.resident_id))
    assert (look.look.purpose, look.look.fields) == (
        "来电咨询领券用券（本人同意）",
        "vouchers, claims, redemptions, refusals",
    )
    entries = await inquire(county, find, Find(act="identity.look_with_consent"))
    assert [(one.subject_id, one.detail) for one in entries] == [
        (str(me.resident_id), f"consent by phone; round {round_id}")
    ]
    told = await inquire(county, inbox, Inbox(recipient_id=me.resident_id))
    assert [one.code for one in told if one.code == "refusal-explained"] == ["refusal-explained"]


async def test_a_phone_nobody_has_leaves_its_trace_and_numbers_cannot_be_tried_one_by_one(
    county: County, office: Office
) -> None:
    await phone(county)
    for number in range(PHONES_AN_HOUR):
        body = {"look_id": str(new_id()), "phone": f"1540299{number:04d}", "consent": True}
        answer = await office.post(body)
        assert (answer.status_code, answer.json()["reason"]) == (404, "not-found")
    # Whoever was asked for within the hour may be asked for again; another number, tried twice, may not.
    again = await office.post({"look_id": str(new_id()), "phone": "15402990000", "consent": True})
    assert (again.status_code, again.json()["reason"]) == (404, "not-found")
    for _ in range(2):
        answer = await office.post({"look_id": str(new_id()), "phone": NUMBER, "consent": True})
        assert (answer.status_code, answer.json()["reason"]) == (429, "too-many-requests")
    entries = await inquire(county, find, Find(act="identity.look_with_consent", most=200))
    assert {(one.subject_kind, one.success) for one in entries} == {("phone", False)}
    assert len(entries) == PHONES_AN_HOUR + 1
