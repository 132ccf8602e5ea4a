"""Tables and charts at the desk: sorted, filtered, taken away as files; drawn in truth, not only in the markup."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.looking import show
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK, PHONE

pytestmark = pytest.mark.journey

WECHAT = (
    "Mozilla/5.0 (Linux; Android 12; zh-CN) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107.0 "
    "Mobile Safari/537.36 MicroMessenger/8.0.40"
)
INK = """
(canvas) => {
  const { width, height } = canvas
  const seen = new Map()
  const dots = canvas.getContext('2d').getImageData(0, 0, width, height).data
  for (let at = 0; at < dots.length; at += 4) {
    if (dots[at + 3] < 200) continue
    const colour = `${dots[at]},${dots[at + 1]},${dots[at + 2]}`
    seen.set(colour, (seen.get(colour) ?? 0) + 1)
  }
  return Object.fromEntries([...seen].filter(([, count]) => count > 30))
}
"""


def test_a_table_is_sorted_filtered_and_taken_away_as_it_is_shown(
    visit: Enter, staff: dict[str, Session], places: Places, served: Served
) -> None:
    page = visit(staff["office"], viewport=DESK).go(places.fill("/office/money/clearing/{day}"))
    items = served.ask(places.fill("/api/v1/office/clearing/{day}"), staff["office"])["items"]
    table = page.get_by_role("table")
    head = table.get_by_role("columnheader", name="金额")
    # By keyboard alone.
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    payer = items[0]["payer"]
    page.get_by_label("付款方").select_option(label={"government": "县财政", "platform": "平台公司"}[payer])
    wanted = sorted((one["amount_fen"] for one in items if one["payer"] == payer), reverse=True)
    assert 0 < len(wanted) < len(items)
    expect(page.get_by_role("status").filter(has_text="行中的")).to_have_text(f"{len(items)} 行中的 {len(wanted)} 行")
    shown = [money(cell) for cell in table.locator("tbody tr td:nth-child(6)").all()]
    assert shown == wanted
    assert money(table.locator("tfoot td:nth-child(6)")) == sum(wanted)

    sheet = load_workbook(BytesIO(taken(page, "导出 Excel"))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("商户", "活动", "付款方", "事由", "行数", "金额", "其中暂缓")
    assert [row[5] for row in rows[1:]] == [fen / 100 for fen in wanted]
    assert [row[0] for row in rows[1:]] == [cell.inner_text() for cell in table.locator("tbody th").all()]
    assert (sheet["F2"].number_format, sheet["E2"].number_format, sheet["A2"].number_format) == ("#,##0.00", "0", "@")
    assert sheet.freeze_panes == "A2"
    text = taken(page, "导出 CSV").decode("utf-8")
    assert text.startswith("\ufeff商户,")
    told = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert [one["金额"] for one in told] == [f"{fen / 100:.2f}" for fen in wanted]

    page.get_by_label("查找").fill("没有这样的商户")
    expect(page.get_by_text("没有符合的行")).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    expect(table.locator("tbody")).to_have_count(len(items))


def test_a_long_list_is_loaded_whole_before_it_is_sorted_or_exported(
    visit: Enter, staff: dict[str, Session], served: Served
) -> None:
    page = visit(staff["auditor"], viewport=DESK).go("/office/audit")
    expect(page.get_by_text("已载入 50 行，后面还有")).to_be_visible()
    page.get_by_label("什么事").select_option(label="活动办理")
    expect(page.locator("tbody", has_text="登录")).to_have_count(0)
    found: list[Any] = []
    cursor = ""
    while True:
        answer = served.ask(f"/api/v1/office/audit?act=campaign.&limit=100{cursor}", staff["auditor"])
        found += answer["items"]
        if not answer["next_cursor"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    rows = list(load_workbook(BytesIO(taken(page, "导出 Excel"))).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == len(found) + 1
    expect(page.get_by_role("status").filter(has_text=f"共 {len(found)} 行")).to_be_visible()
    expect(page.get_by_role("button", name="再看一些")).to_have_count(0)


def test_where_a_browser_takes_no_files_the_export_says_so(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["merchant"], viewport=PHONE, user_agent=WECHAT).go("/merchant/money")
    page.get_by_role("button", name="导出 Excel").click()
    expect(page.get_by_role("alert").filter(has_text="微信里不能下载文件")).to_be_visible()


def test_the_board_draws_when_vouchers_were_issued_and_used(
    visit: Enter, staff: dict[str, Session], places: Places, served: Served
) -> None:
    page = visit(staff["office"], viewport=DESK).go(places.fill("/office/campaigns/{finished}/board"))
    canvas = page.locator("figure canvas")
    expect(canvas).to_be_visible()
    inks = [drawn(page, canvas, "--brand", "--ticket")]
    page.get_by_label("怎么看").select_option(label="累计")
    inks.append(drawn(page, canvas, "--brand", "--ticket"))
    # By night it is drawn anew, in the colours of the night.
    show(page, scheme="dark")
    inks.append(drawn(page, canvas, "--brand", "--ticket"))
    assert all(all(count > 30 for count in ink) for ink in inks), inks
    page.get_by_text("看数字").click()
    told = served.ask(places.fill("/api/v1/office/campaigns/{finished}/timeline"), staff["office"])
    table = page.get_by_role("table").first
    assert int(table.locator("tfoot td:nth-child(2)").inner_text()) == sum(one["issued"] for one in told["steps"])
    assert int(table.locator("tfoot td:nth-child(3)").inner_text()) == sum(one["redeemed"] for one in told["steps"])


def test_the_budget_is_drawn_with_a_box_for_each_line_on_a_desk_and_on_a_phone(
    visit: Enter, staff: dict[str, Session], places: Places, served: Served
) -> None:
    board = served.ask(places.fill("/api/v1/office/campaigns/{finished}/board"), staff["office"])
    page = visit(staff["office"], viewport=DESK).go(places.fill("/office/campaigns/{finished}/board"))
    boxes = page.locator(".picture .box")
    expect(boxes).to_have_count(len(board["lines"]))
    title = board["plan"]["title_zh"]
    expect(page.locator(".picture text", has_text=title)).to_be_visible()
    wide = [box.bounding_box() for box in boxes.all()]
    assert wide[0] is not None
    assert all(one is not None and one["width"] <= wide[0]["width"] + 1 for one in wide)
    page.set_viewport_size(PHONE)
    expect(boxes).to_have_count(len(board["lines"]))
    page.wait_for_timeout(300)
    for box in boxes.all():
        found = box.bounding_box()
        assert found is not None
        assert (found["x"] >= 0, found["x"] + found["width"] <= PHONE["width"]) == (True, True)
    boxes.first.click()
    expect(page.get_by_text(f"{title}：上限", exact=False).last).to_be_visible()


def test_a_merchant_sees_its_days_as_a_chart(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["merchant"], viewport=PHONE).go("/merchant/money")
    canvas = page.locator("figure canvas")
    expect(canvas).to_be_visible()
    [ink] = drawn(page, canvas, "--brand")
    assert ink > 30
    # And each day in full.
    first = page.locator("tbody th").first
    day = first.inner_text()
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", name=day)).to_be_visible()
    expect(page.locator("tbody", has_text="核销").first).to_be_visible()


def test_the_three_bills_of_a_plan_tell_the_threshold_and_who_pays(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).go("/office/campaigns/new")
    page.get_by_label("面额（元）").fill("50")
    page.get_by_label("满多少元可用").fill("200")
    page.get_by_label("财政", exact=True).fill("60")
    expect(page.get_by_text("出资比例合计是 100，这里才能算出谁出多少。")).to_be_visible()
    page.get_by_label("商家", exact=True).fill("40")
    expect(page.get_by_label("账单 1（元）：差一分到门槛")).to_have_value("199.99")
    expect(page.get_by_text("¥199.99 不能用 还差 ¥0.01")).to_be_visible()
    expect(page.get_by_text("谁出：财政 ¥30.00 · 商家 ¥20.00")).to_have_count(2)


def drawn(page: Page, canvas: Locator, *colours: str) -> list[int]:
    """How many dots of the chart have each of the colours that the page has now."""
    page.wait_for_timeout(300)
    ink = canvas.evaluate(INK)
    root = "getComputedStyle(document.documentElement).getPropertyValue"
    return [ink.get(rgb(page.evaluate(f"{root}('{colour}')")), 0) for colour in colours]


def rgb(colour: str) -> str:
    """#0b6b52 as the canvas counts it."""
    digits = colour.strip().removeprefix("#")
    return ",".join(str(int(digits[at : at + 2], 16)) for at in (0, 2, 4))


def money(cell: Locator) -> int:
    """Fen of a cell that shows yuan."""
    text = cell.inner_text().replace(",", "").replace("¥", "").replace("−", "-")
    return round(float(text.split()[-1]) * 100)


def taken(page: Page, name: str) -> bytes:
    """The file that a button of the page gives."""
    with page.expect_download() as downloading:
        page.get_by_role("button", name=name).first.click()
    return Path(downloading.value.path()).read_bytes()
