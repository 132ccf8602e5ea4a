"""A resident enters a draw with one press and sees where it stands; somebody on a list takes what is theirs."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from backend.sheets.template import XLSX
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK
from tests.sheets.sheet_makers import xlsx

pytestmark = pytest.mark.journey


def test_a_resident_enters_a_draw_once_and_finds_it_again(
    visit: Enter, served: Served, places: Places, people: list[Session]
) -> None:
    session = next(
        one
        for one in people
        if all(entry["round_id"] != places.draw for entry in served.ask("/api/v1/me/entries", one)["items"])
    )
    page = visit(session).go(f"/resident/rounds/{places.draw}")
    page.get_by_role("button", name="我要报名").click()
    expect(page.get_by_text("已经报名", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="我要报名")).to_have_count(0)
    page.goto(f"{served.address}/resident/lots")
    expect(page.get_by_text("已经报名", exact=True)).to_be_visible()
    entered = [one for one in served.ask("/api/v1/me/entries", session)["items"] if one["round_id"] == places.draw]
    assert [entry["standing"] for entry in entered] == ["entered"]


def test_a_round_is_called_after_what_is_done_in_it(visit: Enter, places: Places) -> None:
    page = visit().go(f"/resident/rounds/{places.draw}")
    head = page.get_by_role("banner").get_by_role("heading")
    for round_id, name in ((places.draw, "摇号"), (places.listed, "定向发放"), (places.open, "抢券")):
        page.goto(page.url.rpartition("/")[0] + f"/{round_id}")
        expect(head).to_have_text(name)
        expect(page).to_have_title(re.compile(f"^{name} ·"))
    # It is the name of that page alone.
    page.get_by_role("banner").get_by_role("link", name="返回").click()
    expect(head).not_to_have_text("抢券")


def test_the_proof_of_a_draw_that_is_over_shows_everybody_how_it_was_drawn(visit: Enter, places: Places) -> None:
    page = visit().go(f"/resident/rounds/{places.drawn}/draw")
    expect(page.get_by_text("163 人报名")).to_be_visible()
    expect(page.get_by_role("heading", name="中签号码")).to_be_visible()
    expect(page.locator("ul.numbers li")).to_have_count(60)
    expect(page.locator("ol.numbers li")).to_have_count(15)
    expect(page.get_by_role("link", name="下载公开数据")).to_be_visible()


def test_somebody_on_a_list_takes_what_is_theirs(visit: Enter, served: Served, people: list[Session]) -> None:
    session, entitled = next(
        (one, open_ones[0])
        for one in people
        if (
            open_ones := [
                entitled
                for entitled in served.ask("/api/v1/me/entitlements", one)["items"]
                if entitled["state"] == "open"
            ]
        )
    )
    page = visit(session).go("/resident/lots")
    page.get_by_role("link", name="去领取").click()
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("您已经领到了。")).to_be_visible()
    (after,) = served.ask("/api/v1/me/entitlements", session)["items"]
    assert (entitled["state"], after["state"]) == ("open", "taken")


@pytest.mark.needs_browser
def test_the_desk_sees_a_draw_and_a_list(visit: Enter, served: Served, staff: dict[str, Session]) -> None:
    campaigns = served.ask("/api/v1/campaigns")["items"]
    ids = {campaign["title_zh"]: campaign["campaign_id"] for campaign in campaigns}
    page = visit(staff["office"]).go(f"/office/campaigns/{ids['红叶季出行券（摇号）']}")
    expect(page.get_by_text("已发放完毕 · 163 人报名")).to_be_visible()
    page.goto(f"{served.address}/office/campaigns/{ids['暖冬关爱券（定向发放）']}")
    listed = page.get_by_role("listitem").filter(has_text="92 人")
    expect(listed.get_by_text("已确认")).to_be_visible()


HEAD = ("姓名", "类别", "手机号", "身份证号", "备注")


def choose(page: Page, name: str, *rows: tuple[str, ...]) -> None:
    """Choose a sheet with these rows, and have it tried."""
    page.get_by_label("名单文件").set_input_files(FilePayload(name=name, mimeType=XLSX, buffer=xlsx(HEAD, *rows)))
    page.get_by_role("button", name="试读").click()


@pytest.mark.needs_browser
def test_a_list_is_mended_brought_in_and_confirmed_by_somebody_else(
    visit: Enter, served: Served, places: Places, staff: dict[str, Session]
) -> None:
    campaigns = served.ask("/api/v1/campaigns")["items"]
    (campaign,) = (one for one in campaigns if one["title_zh"] == "暖冬关爱券（定向发放）")
    path = f"/office/campaigns/{campaign['campaign_id']}"
    page = visit(staff["office"], viewport=DESK).go(path)
    page.get_by_role("button", name="导入名单").click()
    page.get_by_role("button", name="试读").click()
    expect(page.get_by_text("请选择名单文件")).to_be_visible()
    expect(page.get_by_text("请填写文号")).to_be_visible()
    page.get_by_label("文号").fill("筠民政演示〔2026〕33号")
    choose(page, "pages.xlsx", ("罗开明", "", "15406990001", "", ""))
    expect(page.get_by_text("表 · 第 2 行 B 列 · 类别")).to_be_visible()
    choose(page, "wrong.xlsx", ("罗开明", "富裕户", "15406990001", "", ""), ("陈素芬", "dibao", "12", "", ""))
    expect(page.get_by_role("heading", name="有 2 处要改，什么也没有导入")).to_be_visible()
    expect(page.get_by_text("表 · 第 2 行 B 列 · 类别")).to_be_visible()
    expect(page.get_by_text("没有这个类别，可用：")).to_be_visible()
    expect(page.get_by_text("表 · 第 3 行 C 列 · 手机号")).to_be_visible()
    expect(page.get_by_role("button", name="等另一人确认")).to_have_count(0)
    choose(page, "good.xlsx", ("罗开明", "dibao", "154 0699 0001", "", "上门核实"))
    expect(page.get_by_role("heading", name="没有错误，可以导入")).to_be_visible()
    expect(page.get_by_text("没有用到的列：备注（E）")).to_be_visible()
    page.get_by_role("button", name="导入 1 人，等另一人确认").click()
    own = page.get_by_role("listitem").filter(has_text="筠民政演示〔2026〕33号")
    expect(own.get_by_text("您导入的名单，要由另一个人确认。")).to_be_visible()

    second = visit(staff["reviewer"], viewport=DESK).go(path)
    listed = second.get_by_role("listitem").filter(has_text="筠民政演示〔2026〕33号")
    listed.get_by_role("button", name="确认名单").click()
    expect(listed.get_by_text("已确认")).to_be_visible()
    api = f"/api/v1/office/campaigns/{campaign['campaign_id']}/rosters"
    newest = served.ask(api, staff["office"])["items"][0]
    assert (newest["document_no"], newest["state"], newest["entries"]) == ("筠民政演示〔2026〕33号", "confirmed", 1)
