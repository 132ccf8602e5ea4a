"""The acquirer's statement behind held payouts: what it bears out is free, everything else waits for a person."""

from base64 import b64encode
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.settlement.decide_hold import Supplied, SupplyProof, supply_proof
from backend.settlement.papers.amounts import written_amount
from backend.settlement.papers.templates import AcquirerTemplate
from backend.settlement.rules import EvidenceRule, FinanceEvent, HoldRule, HoldState
from backend.settlement.store import events
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Evidence, EvidenceKind, Redeemed
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.settlement.cycles import answered, close, every_batch, opened, sent
from tests.settlement.desk_calls import told
from tests.settlement.papers_made import file_of, shipped
from tests.settlement.test_holds import open_holds
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import TILL, Phone, redemption, shown, undo, voucher

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
STATEMENTS = "/api/v1/office/acquirer-statements"
TEMPLATE = "acquirer-pos-xlsx"
NEEDS_ORDER = (EvidenceRule(kinds=("acquirer_order",)),)
AT = datetime(2026, 11, 20, 10, 30)  # noqa: DTZ001 - as an acquirer's file writes it


def paid(order_no: str, fen: int, kind: str = "消费", at: datetime = AT) -> list[str]:
    """A row of the statement."""
    return ["M1", "T1", f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", kind, written_amount(fen, "yuan"), order_no, "0.00"]


def statement(*rows: list[str]) -> dict[str, Any]:
    """The body of an import of a statement with these rows."""
    template = shipped(TEMPLATE)
    assert isinstance(template, AcquirerTemplate)
    lines = [[column.title for column in template.columns], *rows]
    return {
        "import_id": str(new_id()),
        "template": TEMPLATE,
        "file": b64encode(file_of(template.table, lines)).decode(),
    }


async def bought(county: County, round_id: UUID, of: Phone, shop: UUID, order_no: str | None) -> UUID:
    """A bill of 200 yuan, 150 of it paid by the customer under this order's number."""
    code = await shown(county, of, await voucher(county, round_id, of))
    evidence = Evidence(kind=EvidenceKind.ACQUIRER_ORDER, value=order_no, amount_fen=15_000) if order_no else None
    done = await transact(county, redeem, replace(redemption(county, code, shop), evidence=evidence))
    assert isinstance(done, Redeemed), done
    return done.redemption_id


async def event_of(county: County, redemption_id: UUID) -> FinanceEvent:
    async def ask(tx: Transaction, _asked: None) -> FinanceEvent:
        [found] = await events.events_by_id(tx, [redemption_id])
        return found

    return await inquire(county, ask, None)


def counts(report: Any) -> dict[str, int]:
    """What is counted, but for nothing."""
    body = report.json()
    names = ("lines", "known", "unknown", "matched", "amount_differs", "doubled", "refunded", "released")
    return {name: body[name] for name in names if body[name]}


async def one_unmatched(county: County, clock: HandClock, order_no: str = "T-1 001") -> tuple[UUID, UUID, UUID]:
    """(campaign, shop, redemption) whose order no statement has told of on the day of its clearing."""
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    redemption_id = await bought(county, round_id, me, shop, order_no)
    await close(county, clock, MONDAY)
    [hold] = await open_holds(county)
    assert (hold.rule, hold.state, hold.evidence) == (HoldRule.UNMATCHED, HoldState.OPEN, {"order_no": "T1001"})
    return campaign_id, shop, redemption_id


async def test_a_held_payout_is_released_by_the_acquirers_statement(county: County, clock: HandClock) -> None:
    campaign_id, _, redemption_id = await one_unmatched(county, clock)
    report = await told(county, STATEMENTS, statement(paid("t1001", 15_000), paid("X9", 800)))
    assert report.status_code == 201
    assert counts(report) == {"lines": 2, "unknown": 1, "matched": 1, "released": 1}
    assert (await event_of(county, redemption_id)).matched
    [hold] = await open_holds(county)
    assert (hold.state, hold.decided_by) == (HoldState.RELEASED, None)
    await close(county, clock, TUESDAY)
    [batch] = await sent(county, campaign_id)
    assert batch.amount_fen == 5_000
    assert await faults(county) == []


async def test_an_amount_that_differs_releases_nothing_and_is_told(county: County, clock: HandClock) -> None:
    _, shop, redemption_id = await one_unmatched(county, clock)
    report = await told(county, STATEMENTS, statement(paid("T1001", 14_999)))
    assert counts(report) == {"lines": 1, "amount_differs": 1}
    assert report.json()["differences"] == [
        {
            "redemption_id": str(redemption_id),
            "merchant_id": str(shop),
            "order_no": "T1001",
            "match": "amount-differs",
            "paid_fen": 15_000,
            "told_fen": 14_999,
        }
    ]
    assert not (await event_of(county, redemption_id)).matched
    [hold] = await open_holds(county)
    assert hold.state is HoldState.OPEN
    # The second part of the payment comes with another file.
    later = await told(county, STATEMENTS, statement(paid("T1001", 1)))
    assert counts(later) == {"lines": 1, "matched": 1, "released": 1}


async def test_one_order_under_two_redemptions_matches_neither_and_is_held(county: County, clock: HandClock) -> None:
    _, round_id, shop, people = await opened(county, pieces=2, people=2, evidence=NEEDS_ORDER)
    both = [await bought(county, round_id, people[0], shop, "A77")]
    clock.forward(minutes=30)
    both.append(await bought(county, round_id, people[1], shop, "a-77"))
    report = await told(county, STATEMENTS, statement(paid("A77", 15_000)))
    assert counts(report) == {"lines": 1, "doubled": 2}
    await close(county, clock, MONDAY)
    found = await open_holds(county)
    assert {hold.event_id for hold in found if hold.rule is HoldRule.EVIDENCE_DOUBLED} == set(both)
    assert [(await event_of(county, one)).matched for one in both] == [False, False]
    assert await every_batch(county) == []


async def test_an_order_that_a_later_redemption_names_again_matches_the_first_no_longer(
    county: County, clock: HandClock
) -> None:
    _, round_id, shop, people = await opened(county, pieces=2, people=2, evidence=NEEDS_ORDER)
    first = await bought(county, round_id, people[0], shop, "A77")
    assert counts(await told(county, STATEMENTS, statement(paid("A77", 15_000)))) == {"lines": 1, "matched": 1}
    await close(county, clock, MONDAY)
    [batch] = await every_batch(county)
    assert batch.amount_fen == 5_000
    second = await bought(county, round_id, people[1], shop, "A77")
    await close(county, clock, TUESDAY)
    assert {hold.rule for hold in await open_holds(county)} == {HoldRule.UNMATCHED, HoldRule.EVIDENCE_DOUBLED}
    assert counts(await told(county, STATEMENTS, statement(paid("A77", 15_000), paid("B1", 5)))) == {
        "lines": 1,
        "known": 1,
        "unknown": 1,
        "doubled": 2,
    }
    assert [(await event_of(county, one)).matched for one in (first, second)] == [False, False]


async def test_a_refund_at_the_acquirer_that_the_county_does_not_know_keeps_it_unmatched(
    county: County, clock: HandClock
) -> None:
    _, shop, redemption_id = await one_unmatched(county, clock)
    rows = paid("T1001", 15_000), paid("T1001", 4_000, "退货")
    report = await told(county, STATEMENTS, statement(*rows))
    assert counts(report) == {"lines": 2, "refunded": 1}
    assert report.json()["differences"][0]["told_fen"] == 11_000
    [hold] = await open_holds(county)
    assert hold.state is HoldState.OPEN
    # Once the merchant gives the bill's part back here as well, both tell the same.
    back = await undo(county, redemption_id, shop, refund_fen=5_333)
    assert isinstance(back, RolledBack)
    assert back.customer_fen == 4_000
    again = await told(county, STATEMENTS, statement(*rows, paid("C3", 5)))
    assert counts(again) == {"lines": 1, "known": 2, "unknown": 1, "matched": 1, "released": 1}


async def test_a_refund_that_comes_after_the_match_takes_it_away_even_when_it_was_paid(
    county: County, clock: HandClock
) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    redemption_id = await bought(county, round_id, me, shop, "A77")
    assert counts(await told(county, STATEMENTS, statement(paid("A77", 15_000)))) == {"lines": 1, "matched": 1}
    await close(county, clock, MONDAY)
    await answered(county, await sent(county, campaign_id), accepted=True)
    assert (await event_of(county, redemption_id)).matched
    report = await told(county, STATEMENTS, statement(paid("A77", 15_000, "退货")))
    assert counts(report) == {"lines": 1, "refunded": 1}
    assert not (await event_of(county, redemption_id)).matched
    assert await faults(county) == []


async def test_a_statement_counts_once_and_so_does_a_payment_that_two_files_tell_of(
    county: County, clock: HandClock
) -> None:
    _, _, redemption_id = await one_unmatched(county, clock)
    body = statement(paid("T1001", 15_000))
    assert counts(await told(county, STATEMENTS, body)) == {"lines": 1, "matched": 1, "released": 1}
    same_file = await told(county, STATEMENTS, body | {"import_id": str(new_id())})
    assert (same_file.status_code, same_file.json()["reason"]) == (409, "already-imported")
    assert same_file.json()["detail"] == "已于 2026-11-23 导入 / imported on 2026-11-23"
    longer = await told(county, STATEMENTS, statement(paid("T1001", 15_000), paid("Z8", 100)))
    assert counts(longer) == {"lines": 1, "known": 1, "unknown": 1, "matched": 1}
    assert (await event_of(county, redemption_id)).matched


async def test_a_statement_that_came_before_the_sale_was_told_is_found_at_the_clearing(
    county: County, clock: HandClock
) -> None:
    _, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    assert counts(await told(county, STATEMENTS, statement(paid("A77", 15_000)))) == {"lines": 1, "unknown": 1}
    redemption_id = await bought(county, round_id, me, shop, "A77")
    await close(county, clock, MONDAY)
    assert await open_holds(county) == []
    assert (await event_of(county, redemption_id)).matched
    assert [batch.amount_fen for batch in await every_batch(county)] == [5_000]


async def test_an_order_handed_in_later_is_compared_at_once(county: County, clock: HandClock) -> None:
    _, round_id, shop, [me] = await opened(county, pieces=1, evidence=NEEDS_ORDER)
    redemption_id = await bought(county, round_id, me, shop, None)
    await close(county, clock, MONDAY)
    await told(county, STATEMENTS, statement(paid("A77", 15_000)))
    proof = SupplyProof(
        supply_id=new_id(),
        event_id=redemption_id,
        merchant_id=shop,
        kind="acquirer_order",
        value="a 77",
        amount_fen=15_000,
        actor=TILL,
    )
    assert await transact(county, supply_proof, proof) == Supplied(event_id=redemption_id, held=False)


async def test_a_broken_statement_changes_nothing_and_names_the_place(county: County, clock: HandClock) -> None:
    _, _, redemption_id = await one_unmatched(county, clock)
    report = await told(county, STATEMENTS, statement(paid("T1001", 15_000), paid("B1", 5, "打赏")))
    assert (report.status_code, report.json()["recorded"], counts(report)) == (200, False, {})
    [fault] = report.json()["faults"]
    assert (fault["row"], fault["column"], fault["zh"][:6]) == (4, "交易类型", "不认识“打赏")
    assert not (await event_of(county, redemption_id)).matched
    good = await told(county, STATEMENTS, statement(paid("T1001", 15_000)))
    assert good.status_code == 201
