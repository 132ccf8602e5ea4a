"""The settlement desk: a reviewer releases a flag, a clerk finds runs, files and clearing days; merchants theirs."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.served import Session

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
