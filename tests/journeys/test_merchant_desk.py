"""A merchant's page at the desk: its standing, shops, lists, papers and account, each by whose part it is."""

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from backend.demonstration.unassignable import bank_account
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey

NAME = "蒿坝酸汤馆"
DONE = "已办理：{}"


def sheet_of(page: Page, title: str) -> Locator:
    """The sheet with this name."""
    return page.get_by_role("region", name=title, exact=True)


def act(page: Page, title: str, name: str, why: str | None = None) -> None:
    """Take an act of one sheet, with its reason, and see it told as done."""
    sheet = sheet_of(page, title)
    sheet.get_by_role("button", name=name).first.click()
    if why is not None:
        sheet.get_by_label("原因或答复").fill(why)
    sheet.locator("form").get_by_role("button", name=name).click()
    expect(page.get_by_text(DONE.format(name)).first).to_be_visible()


def opened(page: Page) -> Page:
    """The merchant's page, found by its name among all of them."""
    page.get_by_label("店名", exact=True).fill(NAME)
    page.get_by_role("button", name="查找").click()
    # Other lists of the page name merchants too, and may come first.
    page.get_by_role("region", name="全部商户").get_by_role("link", name=NAME, exact=True).first.click()
    expect(sheet_of(page, NAME)).to_be_visible()
    return page


def test_a_clerk_suspends_and_reinstates_opens_and_closes_a_shop_and_takes_off_a_list(
    visit: Enter, staff: dict[str, Session], served: Served, places: Places
) -> None:
    page = opened(visit(staff["office"], viewport=DESK).go("/office/merchants"))
    act(page, NAME, "暂停收券", "顾客举报，正在核实")
    expect(page.get_by_text("原因：顾客举报，正在核实")).to_be_visible()
    act(page, NAME, "恢复收券", "查无实据")
    expect(page.get_by_text("正常收券")).to_be_visible()

    page.get_by_role("button", name="新开门店").click()
    page.get_by_role("button", name="开店", exact=True).click()
    expect(page.get_by_text("请选择乡镇")).to_be_visible()
    page.get_by_label("门店名称").fill("蒿坝酸汤馆新街店")
    page.get_by_label("乡镇", exact=True).select_option(index=1)
    page.get_by_label("店铺地址").fill("新街 3 号")
    page.get_by_label("店铺电话").fill("15402000777")
    page.get_by_role("button", name="开店", exact=True).click()
    expect(page.get_by_text("2 号店")).to_be_visible()
    act(page, "门店", "关闭门店", "租约到期")
    expect(page.get_by_text("2 号店")).to_have_count(0)

    act(page, "所在名单", "移出名单", "自愿退出")
    expect(page.get_by_text("不在任何名单上")).to_be_visible()
    left = served.ask(f"/api/v1/public/merchant-calls/{places.call}/merchants")["items"]
    assert NAME not in {one["name_zh"] for one in left}


def test_what_a_clerk_hands_in_for_a_merchant_is_decided_by_a_reviewer(
    visit: Enter, staff: dict[str, Session], served: Served
) -> None:
    page = opened(visit(staff["office"], viewport=DESK).go("/office/merchants"))
    page.get_by_role("button", name="更新证件").click()
    page.get_by_label("行业许可证").set_input_files(
        FilePayload(name="x.pdf", mimeType="application/pdf", buffer=b"new")
    )
    page.get_by_role("button", name="提交核验").click()
    expect(page.get_by_text("待核验", exact=True)).to_be_visible()

    page.get_by_role("button", name="提出新账户").click()
    for label, text in (
        ("户名", "黄国芬"),
        ("开户行", "演示农村商业银行筠连支行"),
        ("联行号", "000671000002"),
        ("开户省份", "四川省"),
        ("账号", bank_account(778)),
    ):
        page.get_by_label(label, exact=label != "联行号").fill(text)
    page.get_by_role("button", name="提交变更").click()
    expect(page.get_by_text("这项变更是您提出的，由另一个人批准。")).to_be_visible()
    expect(sheet_of(page, "收款账户").get_by_role("button", name="批准")).to_have_count(0)
    expect(page.get_by_text("商户的人员账号由系统、安全、审计三位管理员查看。")).to_be_visible()

    page = visit(staff["reviewer"], viewport=DESK).go(page.url.removeprefix(served.address))
    for who in ("暂停、恢复和退出由经办办理。", "开店和关店由经办办理。", "移出名单由经办办理。"):
        expect(page.get_by_text(who)).to_be_visible()
    act(page, "许可证", "核验通过")
    act(page, "收款账户", "批准")
    expect(sheet_of(page, "收款账户").get_by_text("已批准")).to_be_visible()
