"""From a redemption to the archive by the pages of two people: corrected, paid, paid back, closed, returned, packed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.journeys.campaigns import FACE_FEN, county_now, run_campaign
from tests.journeys.conftest import signed_in
from tests.journeys.served import Served, Session, run
from tests.journeys.test_office import act
from tests.journeys.visits import DESK, Visit, enter

pytestmark = pytest.mark.journey

TITLE = "结清旅途"
RECEIPT = FilePayload(name="回单.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 receipt")
HEAD = "序号,收款账号,收款户名,金额,处理结果,失败原因,银行流水号,客户流水号\r\n"
MOST_DAYS = 14


class Cleared(NamedTuple):
    """A county of its own, whose time may run ahead: two vouchers were used and cleared, and nobody has paid yet."""

    served: Served
    staff: dict[str, Session]
    campaign: str

    def overview(self) -> Any:
        """What the settlement of the campaign tells."""
        return self.served.ask(f"/api/v1/office/campaigns/{self.campaign}/settlement", self.staff["office"])

    def live_until(self, reached: Callable[[Any], bool]) -> None:
        """Night after night, until the settlement tells what is waited for."""
        for days in range(1, MOST_DAYS):
            at = county_now(self.served) + timedelta(days=days)
            run("relay", "--once", "--at", at.isoformat(), "--data", str(self.served.data))
            if reached(self.overview()):
                return
        raise AssertionError(self.overview())


@pytest.fixture(scope="module")
def cleared(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cleared]:
    """A server of its own: the other journeys' county stays in the present."""
    served = Served(seeded, tmp_path_factory.mktemp("closing"))
    served.start()
    try:
        yield lived_through(served)
    finally:
        served.stop()


def lived_through(served: Served) -> Cleared:
    """Two people spend a voucher each at one merchant; what was flagged, as by night, is released by a person."""
    staff = signed_in(served)
    round_id = run_campaign(served, staff, title=TITLE, opens_at=county_now(served), pieces=2)
    for nth, resident in enumerate(served.sessions("resident", 2)):
        claim = served.ask(f"/api/v1/rounds/{round_id}/claims", resident, {"claim_id": str(uuid4())})
        path = f"/api/v1/me/vouchers/{claim['voucher_id']}/short-code"
        code = served.ask(path, resident, {}, "POST")["code"]
        bill = {"redemption_id": str(uuid4()), "code": code, "bill_fen": 30_000 + nth * 5_000}
        served.ask("/api/v1/redemptions", staff["merchant"], bill)
    campaigns = served.ask("/api/v1/office/campaigns", staff["office"])["items"]
    [campaign] = [one["campaign_id"] for one in campaigns if one["title_zh"] == TITLE]
    found = Cleared(served, staff, campaign)
    found.live_until(lambda told: told["pending"] == 0)
    held = served.ask("/api/v1/office/payout-holds?limit=100", staff["reviewer"])["items"]
    for hold in (one for one in held if one["rule"] != "not-reviewed"):  # Those are freed by their papers alone.
        decision = {"decision_id": str(uuid4()), "release": True, "note": "已核对小票"}
        served.ask(f"/api/v1/office/payout-holds/{hold['hold_id']}/decisions", staff["reviewer"], decision)
    found.live_until(lambda told: sum(one["amount_fen"] for one in told["batches"]) == 2 * FACE_FEN)
    return found


@pytest.fixture
def come(chromium: Browser, cleared: Cleared) -> Iterator[Callable[[str], Visit]]:
    """Opens a browser for one of the staff; at the end nothing may have gone wrong in any."""
    opened: list[Visit] = []

    def enters(login: str) -> Visit:
        opened.append(enter(chromium, cleared.served.address, cleared.staff[login], viewport=DESK))
        return opened[-1]

    yield enters
    for one in opened:
        one.context.close()
    assert [fault for one in opened for fault in one.settled()] == []


def test_a_campaign_is_corrected_paid_closed_and_returned_by_two_people(
    come: Callable[[str], Visit], cleared: Cleared, tmp_path: Path
) -> None:
    clerk, reviewer = come("office"), come("reviewer")
    settlement = f"/office/money/campaigns/{cleared.campaign}"
    page = clerk.go(settlement)
    expect(figure(page, "应付商户")).to_have_text("¥100.00")
    expect(page.get_by_text("付款批次未办结")).to_be_visible()
    correct_one(page, reviewer)
    pay(cleared, clerk.go("/office/money"), reviewer.go("/office/money"))
    cleared.live_until(lambda told: told["pending"] == 0)
    pay_back(clerk.go(settlement))
    act(clerk.go(f"/office/campaigns/{cleared.campaign}"), "结束活动")
    close(clerk.go(settlement))
    page = reviewer.go(settlement)
    expect(figure(page, "已上缴国库")).to_have_text("¥50.00")
    expect(figure(page, "已付商户")).to_have_text("¥50.00")
    take_the_pack(come("auditor").go(settlement), tmp_path)


def figure(page: Page, name: str) -> Locator:
    """The value beside a name."""
    return page.locator("dl > div", has=page.get_by_text(name, exact=True)).locator("dd").first


def correct_one(clerk: Page, reviewer: Visit) -> None:
    """The clerk names a line of the statement that should not be paid, and cannot confirm it; the reviewer does."""
    clerk.get_by_role("link", name="看明细").first.click()
    expect(clerk.get_by_text("本县已签名")).to_be_visible()
    clerk.locator("table").get_by_role("link").first.click()
    clerk.get_by_role("button", name="提出更正").first.click()
    form = clerk.locator("form")
    form.get_by_label("原因或答复").fill("同一桌结了两次账")
    form.get_by_role("button", name="提出更正").click()
    expect(form.get_by_text("请填写文号")).to_be_visible()
    form.get_by_label("文号").fill("筠商函〔2026〕21号")
    form.get_by_role("button", name="提出更正").click()
    clerk.get_by_role("link", name="已提出，等另一个人复核").click()
    own = clerk.locator("tbody", has_text="同一桌结了两次账")
    expect(own.get_by_text("您提出的更正要由另一个人复核")).to_be_visible()
    expect(own.get_by_role("button", name="复核无误，更正")).to_have_count(0)
    page = reviewer.go("/office/money/incidents")
    theirs = page.locator("tbody", has_text="同一桌结了两次账")
    expect(theirs.get_by_text("复核后退回 ¥50.00")).to_be_visible()
    theirs.get_by_role("button", name="复核无误，更正").click()
    theirs.locator("form").get_by_role("button", name="复核无误，更正").click()
    expect(theirs).to_have_count(0)
    page.get_by_label("状态").select_option(label="已更正")
    expect(theirs.get_by_text("已更正")).to_be_visible()


def pay(cleared: Cleared, clerk: Page, reviewer: Page) -> None:
    """One prepares, the other sends, and the bank has paid everything."""
    clerk.get_by_label("活动", exact=True).select_option(label=TITLE)
    clerk.get_by_role("button", name="编制付款指令").click()
    expect(clerk.locator("tbody", has_text=TITLE).filter(has_text="县财政").get_by_text("待复核")).to_be_visible()
    reviewer.reload()
    prepared = reviewer.locator("tbody", has_text=TITLE).filter(has_text="县财政").filter(has_text="待复核")
    prepared.get_by_role("button", name="送出付款").click()
    prepared.locator("form").get_by_role("button", name="送出付款").click()
    expect(reviewer.locator("tbody", has_text=TITLE).filter(has_text="县财政").get_by_text("已送出")).to_be_visible()
    path = f"/api/v1/office/payout-batches?campaign_id={cleared.campaign}&state=sent"
    sent = cleared.served.ask(path, cleared.staff["office"])["items"]
    lines = [f"1,-,-,{one['amount_fen'] / 100:.2f},成功,,YS1,{one['reference']}\r\n" for one in sent]
    file = FilePayload(name="结果.csv", mimeType="text/csv", buffer=(HEAD + "".join(lines)).encode("gbk"))
    clerk.get_by_label("文件", exact=True).set_input_files(file)
    clerk.get_by_label("文件模板").last.select_option("results-rural-bank-gbk")
    clerk.get_by_role("button", name="导入", exact=True).click()
    expect(clerk.get_by_text(f"到账 {len(sent)} 笔，退回 0 笔")).to_be_visible()


def prove(form: Locator) -> None:
    """Document, voucher number and receipt."""
    form.get_by_label("文号", exact=True).fill("筠财行〔2026〕31号")
    form.get_by_label("银行凭证号").fill("演示-31")
    form.get_by_label("银行回单文件").set_input_files(RECEIPT)


def pay_back(page: Page) -> None:
    """What was paid for the corrected redemption comes back to the bank, all at once."""
    expect(figure(page, "商户应退（减）")).to_have_text("−¥50.00")
    page.get_by_role("button", name="登记一笔往来").click()
    form = page.locator("form", has=page.get_by_role("button", name="登记", exact=True))
    form.get_by_role("button", name="登记", exact=True).click()
    expect(form.get_by_text("请选择银行回单文件")).to_be_visible()
    expect(form.get_by_text("应退 ¥50.00。")).to_be_visible()
    prove(form)
    form.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("li", has_text="商户退回")).to_contain_text("¥50.00")
    expect(page.get_by_text("现在没有要登记的往来")).to_be_visible()


def close(page: Page) -> None:
    """Settled, then the return is recorded: the amount has to be exactly what was left."""
    expect(page.get_by_text("都办完了，可以结清。没有用完的 ¥50.00")).to_be_visible()
    page.get_by_role("button", name="结清活动").click()
    page.locator("form").get_by_role("button", name="结清活动").click()
    form = page.locator("form", has=page.get_by_role("button", name="登记上缴"))
    expect(form.get_by_text("应上缴国库 ¥50.00")).to_be_visible()
    form.get_by_label("上缴金额（元）").fill("50")
    prove(form)
    form.get_by_role("button", name="登记上缴").click()
    expect(page.get_by_text("已归档。上缴国库 ¥50.00。")).to_be_visible()
    expect(page.locator("li", has_text="上缴国库")).to_contain_text("文号 筠财行〔2026〕31号")


def take_the_pack(page: Page, folder: Path) -> None:
    """The auditor has nothing to press but the pack, whose own program finds it whole."""
    expect(page.get_by_role("button", name="登记一笔往来")).to_have_count(0)
    page.get_by_role("button", name="制作审计包").click()
    expect(page.get_by_text("请填写抽样种子")).to_be_visible()
    page.get_by_label("抽样种子").fill("双色球 2026137 期")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="制作审计包").click()
    expect(page.get_by_text("审计包已下载")).to_be_visible()
    downloading.value.save_as(folder / "pack.zip")
    with ZipFile(folder / "pack.zip") as packed:
        packed.extractall(folder)
    [inside] = folder.glob("audit-pack-511527-*")
    done = subprocess.run(
        [sys.executable, "verify.py"], cwd=inside, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
