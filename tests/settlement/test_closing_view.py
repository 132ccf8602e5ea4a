"""What the office reads before it closes a campaign's money: where each fen is, who owes, what is in the way."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.settlement.bank_acts import BankAct, Proof, record_bank_act
from backend.settlement.bank_rules import BankActKind
from backend.settlement.decide_hold import DecideHold, decide_hold
from backend.vouchers.correct import DecideIncident, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.merchants.call_makers import staff_member
from tests.settlement.cycles import REVIEWER, answered, close, money, opened, sent, settle, spent
from tests.settlement.desk_calls import got, told
from tests.settlement.test_holds import one_held
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import undo

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
PROOF = Proof(document_no="筠财行〔2026〕12号", bank_voucher_no="0012345", file_sha256="7b" * 32)
SUMS = ("free_fen", "open_fen", "payable_fen", "paid_fen", "to_return_fen", "returned_fen")


async def closing(county: County, campaign_id: UUID, role: Role = Role.OFFICE) -> Any:
    """The answer, whose parts always add up to what was funded."""
    answer = (await got(county, f"/api/v1/office/campaigns/{campaign_id}/closing", role)).json()
    books = answer["books"]
    assert sum(books[part] for part in SUMS) - books["clawback_fen"] == books["funded_fen"]
    assert books["redeemed_fen"] - books["given_back_fen"] == (
        books["payable_fen"] - books["clawback_fen"] + books["paid_fen"]
    )
    return answer


async def test_every_fen_is_told_from_the_funding_to_the_treasury(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=3, people=2)
    bought = await spent(county, round_id, people[0], shop)
    told_now = await closing(county, campaign_id, Role.AUDITOR)
    assert (told_now["state"], told_now["due_fen"]) == ("running", 10_000)
    assert [one["told_zh"] for one in told_now["in_the_way"]] == ["1 笔未清算"]
    assert told_now["books"]["redeemed_fen"] == told_now["books"]["payable_fen"] == 5_000
    await close(county, clock, MONDAY)
    batches = await sent(county, campaign_id)
    assert [one["told_en"] for one in (await closing(county, campaign_id))["in_the_way"]] == ["1 batches wait"]
    await answered(county, batches, accepted=True)
    paid = await closing(county, campaign_id)
    assert (paid["in_the_way"], paid["books"]["paid_fen"], paid["books"]["payable_fen"]) == ([], 5_000, 0)
    assert isinstance(await undo(county, bought, shop), RolledBack)
    await close(county, clock, TUESDAY)
    owing = await closing(county, campaign_id)
    assert (owing["books"]["clawback_fen"], owing["books"]["given_back_fen"]) == (5_000, 5_000)
    assert [one["told_zh"] for one in owing["in_the_way"]] == ["1 张券未使用且未过期", "1 笔未付或未退回"]
    await settle(county, clock.forward(days=40))
    path = f"/api/v1/office/campaigns/{campaign_id}"
    overview = (await got(county, f"{path}/settlement")).json()
    [owes] = overview["owing"]
    assert (owes["merchant_id"], owes["payer"], owes["amount_fen"]) == (str(shop), "government", 5_000)
    assert owes["merchant_zh"]
    await pay_back(county, campaign_id, shop)
    assert (await told(county, f"{path}/turns", {"turn_id": str(new_id()), "turn": "end"})).status_code == 201
    assert (await closing(county, campaign_id))["due_fen"] == 15_000
    settling = await told(county, f"{path}/settlement", {"settling_id": str(new_id())})
    assert (settling.status_code, settling.json()["amount_fen"]) == (201, 15_000)
    settled = await closing(county, campaign_id)
    assert (settled["state"], settled["due_fen"], settled["books"]["to_return_fen"]) == ("settled", 15_000, 15_000)
    document = {"document_no": "筠财", "bank_voucher_no": "1", "file_sha256": "7b" * 32}
    returning = {"return_id": str(new_id()), "amount_fen": 15_000, **document}
    assert (await told(county, f"{path}/treasury-return", returning)).status_code == 201
    archived = await closing(county, campaign_id)
    assert (archived["state"], archived["due_fen"], archived["books"]["returned_fen"]) == ("archived", 0, 15_000)


async def pay_back(county: County, campaign_id: UUID, shop: UUID) -> None:
    """The shop pays back what it owes; afterwards it owes nothing, and the act is told with names."""
    clerk = await staff_member(county, Role.OFFICE)
    repaid = BankAct(
        act_id=new_id(),
        kind=BankActKind.REPAY,
        campaign_id=campaign_id,
        merchant_id=shop,
        amount_fen=5_000,
        proof=PROOF,
        actor=clerk,
    )
    await transact(county, record_bank_act, repaid)
    overview = (await got(county, f"/api/v1/office/campaigns/{campaign_id}/settlement")).json()
    assert overview["owing"] == []
    [act] = overview["bank_acts"]
    assert (act["merchant_id"], act["made_by"]) == (str(shop), str(clerk.id))
    assert act["merchant_zh"]
    assert act["made_by_name"]


async def test_a_campaign_without_money_has_nothing_to_close(county: County) -> None:
    answer = await got(county, f"/api/v1/office/campaigns/{new_id()}/closing")
    assert (answer.status_code, answer.json()["reason"]) == (404, "not-found")


async def test_clearing_days_can_be_those_of_one_campaign(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    before = await money(county)
    await close(county, clock, MONDAY)
    await close(county, clock, TUESDAY)
    days = (await got(county, "/api/v1/office/clearing")).json()["items"]
    own = (await got(county, f"/api/v1/office/clearing?campaign_id={campaign_id}")).json()["items"]
    other = (await got(county, f"/api/v1/office/clearing?campaign_id={new_id()}")).json()["items"]
    assert [one["day"] for one in days] == ["2026-11-24", "2026-11-23"]
    assert [(one["day"], one["lines"], one["total_fen"]) for one in own] == [("2026-11-23", 1, 5_000)]
    assert other == []
    assert await money(county) == before


async def test_a_correction_is_told_with_its_redemption_and_the_people_of_it(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    bought = await spent(county, round_id, me, shop)
    clerk = await staff_member(county, Role.OFFICE)
    reviewer = await staff_member(county, Role.REVIEWER)
    proposal = ProposeIncident(
        incident_id=new_id(), redemption_id=bought, reason="重复核销", document_no="筠商函〔2026〕9号", actor=clerk
    )
    await transact(county, propose_incident, proposal)
    [waiting] = (await got(county, "/api/v1/office/incidents?state=proposed")).json()["items"]
    assert (waiting["merchant_id"], waiting["campaign_id"]) == (str(shop), str(campaign_id))
    assert (waiting["bill_fen"], waiting["discount_fen"], waiting["left_fen"]) == (20_000, 5_000, 5_000)
    assert (waiting["proposed_by"], waiting["decided_by_name"]) == (str(clerk.id), None)
    assert waiting["proposed_by_name"]
    assert waiting["merchant_zh"]
    confirmed = DecideIncident(decision_id=new_id(), incident_id=proposal.incident_id, confirm=True, actor=reviewer)
    await transact(county, decide_incident, confirmed)
    [done] = (await got(county, "/api/v1/office/incidents")).json()["items"]
    assert (done["state"], done["left_fen"], done["decided_by"]) == ("confirmed", 0, str(reviewer.id))
    assert done["decided_by_name"]


async def test_what_waits_for_a_decision_is_told_in_fen_and_its_late_batch_has_a_statement(
    county: County, clock: HandClock
) -> None:
    campaign_id, shop, _, hold = await one_held(county, clock)
    path = f"/api/v1/office/campaigns/{campaign_id}/settlement"
    overview = (await got(county, path)).json()
    assert (overview["pending_fen"], overview["held"], overview["held_fen"]) == (0, 1, 5_000)
    release = DecideHold(decision_id=new_id(), hold_id=hold.hold_id, release=True, note="已核对", actor=REVIEWER)
    await transact(county, decide_hold, release)
    statement = f"/api/v1/office/merchants/{shop}/statements/{TUESDAY}"
    assert (await got(county, statement)).status_code == 404
    await close(county, clock, TUESDAY)
    assert (await got(county, path)).json()["held_fen"] == 0
    paid = (await got(county, statement)).json()
    assert (paid["lines"], [one["amount_fen"] for one in paid["batches"]]) == ([], [5_000])
    for form, kind in (("pdf", "application/pdf"), ("xlsx", "spreadsheetml")):
        paper = await got(county, f"{statement}?format={form}")
        assert (paper.status_code, kind in paper.headers["content-type"]) == (200, True)


async def test_what_is_not_cleared_yet_is_told_in_fen(county: County) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1)
    await spent(county, round_id, me, shop)
    overview = (await got(county, f"/api/v1/office/campaigns/{campaign_id}/settlement")).json()
    assert (overview["pending"], overview["pending_fen"], overview["held_fen"]) == (1, 5_000, 0)


async def test_what_a_merchant_owes_back_is_told_by_campaign(county: County, clock: HandClock) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=1, people=2)
    other_id = new_id()
    closes_at = county.clock() + timedelta(days=30)
    [other_round] = await running_campaign(county, campaign_id=other_id, pieces=1, closes_at=closes_at)
    spending = zip((round_id, other_round), people, strict=True)
    bought = [await spent(county, one, who, shop) for one, who in spending]
    await close(county, clock, MONDAY)
    for one in (campaign_id, other_id):
        await answered(county, await sent(county, one), accepted=True)
    for redemption_id in bought:
        assert isinstance(await undo(county, redemption_id, shop), RolledBack)
    await close(county, clock, TUESDAY)
    for one in (campaign_id, other_id):
        overview = (await got(county, f"/api/v1/office/campaigns/{one}/settlement")).json()
        assert [owes["amount_fen"] for owes in overview["owing"]] == [5_000]
