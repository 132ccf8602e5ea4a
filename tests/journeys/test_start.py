"""The office looks at what is missing, takes in a list after its faults were mended, and hands out links that work."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from backend.sheets.template import XLSX
from backend.starting.rules import ImportKind
from tests.journeys.conftest import Enter
from tests.journeys.served import Session
from tests.journeys.visits import DESK
from tests.merchants.merchant_makers import credit_code
from tests.starting.import_makers import merchant, person, sheet

pytestmark = pytest.mark.journey

PICTURES = os.environ.get("JOURNEY_PICTURES")
WIDTHS = (360, 768, 1280)


def choose(page: Page, kind: str, name: str, data: bytes) -> None:
    """Choose what it is and the file, and have it tried."""
    page.get_by_role("radio", name=kind).check()
    page.get_by_label("表格文件").set_input_files(FilePayload(name=name, mimeType=XLSX, buffer=data))
    page.get_by_role("button", name="试读").click()


def picture(page: Page, name: str) -> None:
    """What it looks like at every width, where somebody wants to see it."""
    for width in WIDTHS if PICTURES else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(str(PICTURES)) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(DESK)


def test_a_clerk_mends_a_list_and_takes_it_in(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["office"], viewport=DESK).go("/office/start")
    expect(page.get_by_role("heading", name="三位管理员到位")).to_be_visible()
    picture(page, "start")
    page.get_by_role("link", name="导入名单").click()
    expect(page.get_by_role("radio")).to_have_count(2)
    page.get_by_role("button", name="试读").click()
    expect(page.get_by_text("请选择表格文件")).to_be_visible()
    code = credit_code(990_001)
    wrong = sheet(ImportKind.MERCHANTS, merchant(1, credit_code=code, town="筠连县", name_zh="旅途新店"))
    choose(page, "商户", "wrong.xlsx", wrong)
    expect(page.get_by_role("heading", name="有 1 处要改，什么也没有办")).to_be_visible()
    fault = page.get_by_role("row").filter(has_text="乡镇")
    expect(fault.get_by_role("cell")).to_have_text(
        [re.compile("2$"), re.compile("G$"), re.compile("乡镇$"), re.compile("筠连县")]
    )
    expect(page.get_by_role("button", name="导出 Excel")).to_be_visible()
    expect(page.get_by_role("button", name="办理")).to_have_count(0)
    picture(page, "faults")
    good = sheet(ImportKind.MERCHANTS, merchant(1, credit_code=code, name_zh="旅途新店"))
    choose(page, "商户", "good.xlsx", good)
    expect(page.get_by_role("heading", name="没有错误，可以办理")).to_be_visible()
    expect(page.get_by_role("row", name="旅途新店")).to_contain_text("新增")
    picture(page, "report")
    page.get_by_role("button", name="办理 1 条").click()
    expect(page.get_by_role("heading", name="已办理")).to_be_visible()
    choose(page, "商户", "good.xlsx", good)
    expect(page.get_by_role("heading", name="都已经有了，不用办理")).to_be_visible()
    visitor = visit(None).go("/resident/merchants")
    visitor.get_by_role("searchbox").or_(visitor.get_by_role("textbox")).first.fill("旅途新店")
    expect(visitor.get_by_text("旅途新店").first).to_be_visible()


def test_an_administrator_hands_out_links_that_work(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["system_admin"], viewport=DESK).go("/office/imports")
    expect(page.get_by_role("radio")).to_have_count(1)
    data = sheet(ImportKind.STAFF, person("lu.tu", "15401990001", name="旅途客"))
    choose(page, "人员", "staff.xlsx", data)
    page.get_by_role("button", name="办理 1 条").click()
    expect(page.get_by_text("邀请链接只显示这一次")).to_be_visible()
    picture(page, "links")
    link = page.get_by_text("/office/invitation#").inner_text()
    invited = visit(None).go("/office/invitation#" + link.partition("#")[2])
    expect(invited.get_by_text("您好，旅途客。")).to_be_visible()


def test_whoever_has_no_list_to_take_in_is_told_whose_it_is(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["auditor"], viewport=DESK).go("/office/imports")
    expect(page.get_by_text("驿站和商户由经办导入")).to_be_visible()
