"""Clearing files and statements, as the office and the merchants get them over HTTP."""

from base64 import b64decode
from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from backend.database.county import County
from backend.database.keyring import Keyring, make_keyring
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.settlement.clearing_file import FileChanged, FindClearing, exported, find_clearing
from backend.settlement.decide_hold import DecideHold, decide_hold
from backend.settlement.papers.clearing_reading import read_clearing_csv, read_clearing_json
from backend.settlement.rules import EvidenceRule, HoldState
from backend.settlement.store import holds
from backend.settlement.tables import pricing_lines
from backend.vouchers.issuer import trust_of
from backend.vouchers.refund_rules import RolledBack
from tests.databases import HandClock
from tests.settlement.cycles import REVIEWER, answered, close, opened, sent, spent
from tests.settlement.desk_calls import account_number, got
from tests.settlement.pdf_text import pages_of
from tests.vouchers.counters import undo

SUNDAY, MONDAY, TUESDAY = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)
OFFICE = "/api/v1/office"
EVERY_BILL = (EvidenceRule(kinds=("e_invoice",)),)


async def cleared_with_a_refund(county: County, clock: HandClock) -> tuple[UUID, UUID, UUID]:
    """(campaign, shop, redemption): two sold on Friday and cleared on Monday, one of them given back after that."""
    campaign_id, round_id, shop, people = await opened(county, pieces=2, people=2)
    bought = [await spent(county, round_id, one, shop) for one in people]
    await close(county, clock, MONDAY)
    assert isinstance(await undo(county, bought[0], shop), RolledBack)
    await close(county, clock, TUESDAY)
    return campaign_id, shop, bought[0]


async def test_a_late_refund_is_a_negative_item_of_the_next_working_day(county: County, clock: HandClock) -> None:
    campaign_id, shop, _ = await cleared_with_a_refund(county, clock)
    days = (await got(county, f"{OFFICE}/clearing")).json()
    assert [(one["day"], one["lines"], one["total_fen"]) for one in days["items"]] == [
        ("2026-11-24", 1, -5_000),
        ("2026-11-23", 2, 10_000),
    ]
    sale, refund = [(await got(county, f"{OFFICE}/clearing/{day}")).json() for day in (MONDAY, TUESDAY)]
    [item] = sale["items"]
    assert (item["kind"], item["lines"], item["amount_fen"], item["held_fen"]) == ("redemption", 2, 10_000, 0)
    [item] = refund["items"]
    assert (item["merchant_id"], item["campaign_id"]) == (str(shop), str(campaign_id))
    assert (item["kind"], item["payer"], item["amount_fen"]) == ("refund", "government", -5_000)
    for answer_of_day in (sale, refund):
        assert sum(one["amount_fen"] for one in answer_of_day["items"]) == answer_of_day["total_fen"]


async def test_both_forms_of_a_clearing_file_are_believed_by_whoever_trusts_the_county(
    county: County, clock: HandClock
) -> None:
    await cleared_with_a_refund(county, clock)
    whole = await got(county, f"{OFFICE}/clearing/{TUESDAY}?format=xc1")
    read = read_clearing_json(whole.content, trust=trust_of(county))
    assert (read.total_fen, read.lines, read.items[0].business_day) == (-5_000, 1, MONDAY)
    table = await got(county, f"{OFFICE}/clearing/{TUESDAY}?format=csv")
    assert table.headers["content-disposition"].startswith(
        'attachment; filename="clearing-511527-2026-11-24-demonstration.csv"'
    )
    signature = (await got(county, f"{OFFICE}/clearing/{TUESDAY}")).json()["signature"]
    assert read_clearing_csv(table.content, signature=signature, trust=trust_of(county)).items == read.items
    assert signature == read.signature


async def test_a_file_has_the_same_bytes_after_holds_are_released_and_the_key_has_changed(
    county: County, clock: HandClock, tmp_path: Any
) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=1, evidence=EVERY_BILL)
    await spent(county, round_id, me, shop)
    await close(county, clock, MONDAY)
    before = [(await got(county, f"{OFFICE}/clearing/{MONDAY}?format={form}")).content for form in ("csv", "xc1")]
    assert before[0].rstrip().endswith(b"5000,true")
    assert (await got(county, f"{OFFICE}/clearing/{MONDAY}")).json()["held_fen"] == 5_000
    [day] = (await got(county, "/api/v1/merchant/statements", Role.MERCHANT, merchant_id=shop)).json()["items"]
    assert (day["held"], day["held_fen"], day["paid_fen"]) == (1, 5_000, 0)
    [hold] = await inquire(county, every_hold, None)
    decision = DecideHold(decision_id=new_id(), hold_id=hold, release=True, note="核对无误", actor=REVIEWER)
    await transact(county, decide_hold, decision)
    await close(county, clock, TUESDAY)
    await sent(county, campaign_id)
    county.keys = Keyring(make_keyring(tmp_path / "other.json", demonstration=True).file)
    after = [(await got(county, f"{OFFICE}/clearing/{MONDAY}?format={form}")).content for form in ("csv", "xc1")]
    assert after == before


async def every_hold(tx: Transaction, _asked: None) -> list[UUID]:
    from_store = await holds.find_holds(tx, states=tuple(HoldState), most=50)
    return [hold.hold_id for hold in from_store]


async def test_a_day_without_a_file_tells_when_its_takings_are_cleared(county: County, clock: HandClock) -> None:
    await cleared_with_a_refund(county, clock)
    for day, cleared_on in ((SUNDAY, MONDAY), (date(2026, 9, 30), date(2026, 10, 8))):
        none = await got(county, f"{OFFICE}/clearing/{day}")
        assert (none.status_code, none.json()["reason"]) == (404, "no-clearing-file")
        assert f"{day} 的交易在 {cleared_on} 清算" in none.json()["detail"]


async def test_a_quiet_working_day_has_a_file_of_nothing(county: County, clock: HandClock) -> None:
    await cleared_with_a_refund(county, clock)
    await close(county, clock, date(2026, 11, 25))
    quiet = (await got(county, f"{OFFICE}/clearing/2026-11-25")).json()
    assert (quiet["items"], quiet["lines"], quiet["total_fen"]) == ([], 0, 0)


async def test_no_file_leaves_of_a_day_whose_lines_were_changed(county: County, clock: HandClock) -> None:
    await cleared_with_a_refund(county, clock)

    async def tamper(tx: Transaction, _asked: None, *, now: datetime) -> None:
        del now
        monday = pricing_lines.c.cleared_on == MONDAY
        await tx.execute(pricing_lines.update().where(monday).values(amount_fen=pricing_lines.c.amount_fen + 1))

    found = await inquire(county, find_clearing, FindClearing(day=MONDAY))
    assert found is not None
    assert exported(found).total_fen == 10_000
    await transact(county, tamper, None)
    changed = await inquire(county, find_clearing, FindClearing(day=MONDAY))
    assert changed is not None
    with pytest.raises(FileChanged, match="2026-11-23"):
        exported(changed)


async def test_a_merchant_gets_its_statement_as_page_pdf_and_spreadsheet(county: County, clock: HandClock) -> None:
    campaign_id, shop, bought = await cleared_with_a_refund(county, clock)
    await sent(county, campaign_id)
    mine = f"/api/v1/merchant/statements/{MONDAY}"
    page = (await got(county, mine, Role.MERCHANT, merchant_id=shop)).json()
    assert ([line["government_fen"] for line in page["lines"]], page["government_fen"]) == ([5_000, 5_000], 10_000)
    paper = await got(county, f"{mine}?format=pdf", Role.MERCHANT, merchant_id=shop)
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    text = " ".join(part for page in pages_of(paper.content) for part in page)
    assert "100.00" in text
    assert bought.hex[-12:].upper() in text
    sheet = await got(county, f"{mine}?format=xlsx", Role.MERCHANT, merchant_id=shop)
    [table] = load_workbook(BytesIO(sheet.content)).worksheets
    cells = [str(cell) for row in table.values for cell in row if cell]
    assert any("已送银行付款" in cell for cell in cells)
    number = await account_number(county, shop)
    assert any(f"*{number[-4:]}" in cell for cell in cells)
    assert number not in " ".join(cells)
    pictures = (await got(county, f"{mine}/pictures", Role.MERCHANT, merchant_id=shop)).json()
    assert (len(pictures["pages"]), pictures["whole"]) == (len(pages_of(paper.content)), True)
    assert b64decode(pictures["pages"][0])[:4] == b"\x89PNG"
    office = await got(county, f"{OFFICE}/merchants/{shop}/statements/{MONDAY}?format=pdf")
    assert office.content == paper.content
    listed = (await got(county, f"{OFFICE}/merchants/{shop}/statements")).json()
    assert [one["day"] for one in listed["items"]] == ["2026-11-24", "2026-11-23"]


async def test_a_merchants_days_tell_what_the_bank_has_paid_and_what_is_held(county: County, clock: HandClock) -> None:
    campaign_id, shop, _bought = await cleared_with_a_refund(county, clock)
    batches = await sent(county, campaign_id)

    async def days() -> list[tuple[str, int, int, int]]:
        listed = (await got(county, "/api/v1/merchant/statements", Role.MERCHANT, merchant_id=shop)).json()
        return [(one["day"], one["government_fen"], one["paid_fen"], one["held_fen"]) for one in listed["items"]]

    assert await days() == [("2026-11-24", -5_000, 0, 0), ("2026-11-23", 10_000, 0, 0)]
    await answered(county, batches, accepted=True)
    # What was refunded after its clearing is set off by a later payout.
    assert await days() == [("2026-11-24", -5_000, 0, 0), ("2026-11-23", 10_000, 10_000, 0)]


async def test_another_merchant_finds_no_statement(county: County, clock: HandClock) -> None:
    await cleared_with_a_refund(county, clock)
    for form in ("?format=json", "?format=pdf", "?format=xlsx", "/pictures"):
        foreign = await got(county, f"/api/v1/merchant/statements/{MONDAY}{form}", Role.MERCHANT)
        assert (foreign.status_code, foreign.json()["reason"]) == (404, "not-found")
