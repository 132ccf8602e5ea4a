"""The settlement desk: a reviewer releases a flag, a clerk finds runs, files and clearing days; merchants theirs."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey


def test_a_reviewer_releases_a_flag_with_the_reason_written_down(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["reviewer"]).go("/office/money")
    expect(page.get_by_text("商户申诉：")).to_be_visible()
    before = page.get_by_role("button", name="放行付款").count()
    page.get_by_role("button", name="放行付款").first.click()
    page.locator("form").get_by_label("原因或答复").fill("已核对小票，交易真实。")
    page.locator("form").get_by_role("button", name="放行付款").click()
    expect(page.get_by_role("button", name="放行付款")).to_have_count(before - 1)


def test_the_clerk_finds_runs_their_files_and_the_signed_file_of_each_day(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["office"]).go("/office/money")
    expect(page.get_by_role("link", name="下载给银行的文件").first).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV 文件").first.click()
    assert downloading.value.suggested_filename.startswith("clearing-511527-")
    page.get_by_label("文件", exact=True).set_input_files(
        {"name": "结果.csv", "mimeType": "text/csv", "buffer": "什么,都,不是\r\n".encode("gbk")}
    )
    page.get_by_label("文件模板").last.select_option("results-rural-bank-gbk")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("文件有误，什么都没有改")).to_be_visible()


def test_a_merchant_finds_its_statements_as_papers(visit: Enter, staff: dict[str, Session]) -> None:
    page = visit(staff["merchant"]).go("/merchant/money")
    expect(page.get_by_role("heading", name="结算单")).to_be_visible()
    expect(page.get_by_text("核销有效，只是付款要先由县办核对")).to_be_visible()


def test_money_that_moved_at_the_bank_is_recorded_and_never_more_than_is_due(
    visit: Enter, staff: dict[str, Session], places: Places
) -> None:
    come = visit(staff["office"], viewport=DESK).expect_no("409 /bank-acts")
    page = come.go(places.fill("/office/money/campaigns/{paid}"))
    page.get_by_role("button", name="登记一笔往来").click()
    page.get_by_label("哪一种").select_option(label="平台补贴到账")
    form = page.locator("form", has=page.get_by_role("button", name="登记", exact=True))
    expect(form.get_by_text("平台公司应承担的补贴，还有")).to_be_visible()
    form.get_by_label("金额（元）").fill("99999.99")
    form.get_by_label("文号", exact=True).fill("筠投演示〔2026〕8号")
    form.get_by_label("银行凭证号").fill("演示进账单 18")
    receipt = FilePayload(name="回单.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 receipt")
    form.get_by_label("银行回单文件").set_input_files(receipt)
    form.get_by_role("button", name="登记", exact=True).click()
    expect(form.get_by_text("金额超过应付或应还的数额")).to_be_visible()
    form.get_by_label("金额（元）").fill("1.00")
    form.get_by_role("button", name="登记", exact=True).click()
    recorded = page.locator("li", has_text="演示进账单 18")
    expect(recorded).to_contain_text("平台补贴到账")
    expect(recorded).to_contain_text("¥1.00")


def test_whoever_may_only_look_is_told_whose_work_it_is(
    visit: Enter, staff: dict[str, Session], places: Places
) -> None:
    page = visit(staff["auditor"], viewport=DESK).go(places.fill("/office/money/campaigns/{paid}"))
    expect(page.get_by_text("银行往来由经办登记。")).to_be_visible()
    expect(page.get_by_role("button", name="登记一笔往来")).to_have_count(0)
    page.goto(page.url.partition("/office")[0] + "/office/money/incidents")
    expect(page.get_by_text("更正由经办、复核或审批办理，提出人不能复核。")).to_be_visible()
    expect(page.get_by_role("button", name="撤回")).to_have_count(0)
