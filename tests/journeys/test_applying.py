"""Somebody applies under a call, mends what was sent back, and takes it back; a merchant joins a call."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.campaigns import county_now
from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session
from tests.journeys.wechat import BROWSER, WECHAT
from tests.merchants.merchant_makers import credit_code

pytestmark = pytest.mark.journey

SHOP = "旅途小面馆"


def paper(name: str) -> FilePayload:
    """A scan of a paper, as a phone has it."""
    return FilePayload(name=f"{name}.jpg", mimeType="image/jpeg", buffer=name.encode() * 20)


def fill_in(page: Page, code: str) -> None:
    """Everything that the call for restaurants asks."""
    for label, text in (
        ("店名", SHOP),
        ("店铺地址", "老城门巷 21 号"),
        ("店铺电话", "15410001234"),
        ("营业执照上的名称", "演示·筠连镇旅途小面馆"),
        ("统一社会信用代码", code),
        ("许可证编号", "JY25915279990001"),
        ("有效期至", "2030-02-28"),
        ("联系人姓名", "罗开明"),
        ("联系人手机号", "154 1000 1234"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("乡镇", exact=True).select_option("筠连镇")
    for name in ("营业执照", "经营场所照片", "诚信经营承诺书"):
        page.get_by_label(name, exact=True).first.set_input_files(paper(name))


def own(served: Served, session: Session) -> list[dict[str, Any]]:
    """My applications as the county knows them."""
    return list(served.ask("/api/v1/me/merchant-applications", session)["items"])


def test_a_resident_applies_mends_what_was_sent_back_and_takes_it_back(
    visit: Enter, served: Served, places: Places, staff: dict[str, Session], people: list[Session]
) -> None:
    session = next(one for one in people if one != places.resident and not own(served, one))
    page = visit(session).expect_no("409 /applications").go(f"/resident/calls/{places.call}")
    expect(page.get_by_text("餐饮商户，全县各乡镇，限下")).to_be_visible()
    page.get_by_role("link", name="我要报名").click()
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("还有没填好的地方")).to_be_visible()
    expect(page.get_by_text("请选择乡镇")).to_be_visible()
    fill_in(page, credit_code(990_101)[:-1] + "0")
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("统一社会信用代码不对，请照营业执照核对").first).to_be_visible()
    # What was typed is still there after the page was closed; files are chosen anew.
    page.reload()
    expect(page.get_by_text("上次填的还在")).to_be_visible()
    fill_in(page, credit_code(990_101))
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("等待县办复核，请留意消息。")).to_be_visible()
    (sent,) = own(served, session)
    assert (sent["state"], sent["premises"]["opens"], sent["contact_phone"]) == ("submitted", "08:00", "15410001234")
    assert [one["kind"] for one in sent["files"]] == ["business_licence", "premises", "commitment"]

    returned = {"decision_id": str(uuid4()), "step": "return", "note": "照片看不清门头，请重拍。"}
    path = f"/api/v1/office/merchant-applications/{sent['application_id']}/steps"
    served.ask(path, staff["reviewer"], returned)
    page.reload()
    page.get_by_role("link", name=f"去补正{SHOP}").or_(page.get_by_role("link", name="去补正")).first.click()
    expect(page.get_by_text("退回的原因：照片看不清门头，请重拍。")).to_be_visible()
    expect(page.get_by_label("统一社会信用代码", exact=True)).to_have_value(credit_code(990_101))
    page.get_by_label("关门时间", exact=True).fill("22:00")
    for name in ("营业执照", "经营场所照片", "诚信经营承诺书"):
        page.get_by_label(name, exact=True).first.set_input_files(paper(f"{name}重拍"))
    page.get_by_role("button", name="再次提交").click()
    expect(page.get_by_text("等待县办复核，请留意消息。")).to_be_visible()
    (mended,) = own(served, session)
    assert (mended["state"], mended["premises"]["closes"]) == ("submitted", "22:00")
    assert {one["sha256"] for one in mended["files"]}.isdisjoint(one["sha256"] for one in sent["files"])

    page.get_by_role("button", name="撤回").first.click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_text("您已撤回，可以重新报名。")).to_be_visible()
    assert [one["state"] for one in own(served, session)] == ["withdrawn"]


def publish(served: Served, session: Session, title: str, **told: Any) -> str:
    """A call that is open now, for every trade."""
    now = county_now(served)
    call_id = str(uuid4())
    rules = {
        "call_id": call_id,
        "title_zh": title,
        "title_en": "A call of a journey",
        "text_zh": "一、征集范围：县内商户。",
        "text_en": "1. Who may apply: merchants of the county.",
        "document_no": "筠演示〔2026〕77号",
        "files": ["commitment"],
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(days=40)).isoformat(),
        "objection_days": 5,
    } | told
    served.ask("/api/v1/office/merchant-calls", session, rules)
    return call_id


def test_a_merchant_joins_a_call_with_what_the_county_does_not_know_yet(
    visit: Enter, served: Served, staff: dict[str, Session], profile: str
) -> None:
    title = {BROWSER: "旅途夜市商户征集公告", WECHAT: "旅途早市商户征集公告"}[profile]
    publish(served, staff["office"], title)
    page = visit(staff["merchant"]).go("/merchant/keep")
    page.get_by_role("link", name="看征集公告").click()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("贵店的证照县里已有")).to_be_visible()
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("请选择这份材料的文件")).to_be_visible()
    page.get_by_label("诚信经营承诺书", exact=True).set_input_files(paper("承诺书"))
    page.get_by_label("联系人姓名", exact=True).fill("黄国芬")
    page.get_by_label("联系人手机号", exact=True).fill("15410001235")
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("等待县办复核，请留意消息。")).to_be_visible()
    sent = own(served, staff["merchant"])[0]
    assert (sent["known"], sent["state"], [one["kind"] for one in sent["files"]]) == (True, "submitted", ["commitment"])

    path = f"/api/v1/office/merchant-applications/{sent['application_id']}/steps"
    served.ask(path, staff["reviewer"], {"decision_id": str(uuid4()), "step": "return", "note": "承诺书没有签名。"})
    page.reload()
    page.get_by_role("link", name="去补正").click()
    expect(page.get_by_text("退回的原因：承诺书没有签名。")).to_be_visible()
    page.get_by_label("诚信经营承诺书", exact=True).set_input_files(paper("签名的承诺书"))
    page.get_by_role("button", name="再次提交").click()
    page.get_by_role("button", name="撤回").first.click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_text("您已撤回，可以重新报名。")).to_be_visible()
