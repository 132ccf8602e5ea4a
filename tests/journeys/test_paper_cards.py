"""Somebody without a phone gets a card at a station: issued, printed three ways, reported lost."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from backend.demonstration.county import read_county
from backend.demonstration.residents import residents
from tests.journeys.conftest import Enter
from tests.journeys.devices import OfflineDevice
from tests.journeys.looking import settle, sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.test_merchant import scan, type_bill
from tests.journeys.test_station import count_the_cash_twice, open_the_shift
from tests.journeys.visits import DESK, TABLET

pytestmark = pytest.mark.journey

PRINTER = """
window.printed = []
window.papers = 0
window.print = () => { window.papers += 1 }
const door = { properties: { write: true, writeWithoutResponse: true },
  writeValueWithResponse: async (bytes) => { window.printed.push(...bytes) } }
const gatt = { connect: async () => gatt, disconnect: () => {},
  getPrimaryServices: async () => [{ getCharacteristics: async () => [door] }] }
Object.defineProperty(navigator, 'bluetooth', { value: { requestDevice: async () => ({ gatt }) } })
Object.defineProperty(navigator, 'usb', { value: undefined })
Object.defineProperty(navigator, 'canShare', { value: undefined })
"""


def station_tablet(served: Served, staff: dict[str, Session], number: int) -> OfflineDevice:
    """A tablet of the operator's own station, let in by the office."""
    station_id = served.ask("/api/v1/me", staff["operator"])["station_id"]
    told = {"invitation_id": str(uuid4()), "kind": "station", "label": "柜台平板", "station_id": station_id}
    code = served.ask("/api/v1/office/devices/invitations", staff["office"], told)["code"]
    device = OfflineDevice(served, number)
    device.enrol(code)
    served.ask(f"/api/v1/office/devices/{device.id}/approval", staff["office"], {"decision_id": str(uuid4())})
    return device


def find_by_document(page: Page, number: str) -> None:
    page.get_by_label("身份证", exact=True).check()
    page.get_by_label("证件号码").fill(number)
    page.get_by_label("证件号码").press("Enter")


def told_on_paper_only(page: Page, secrets: tuple[str, ...], folder: Path) -> None:
    """Printed three ways, and nothing of the person stands on the card."""
    # Nothing of the person stands on the card.
    card = page.locator(".sheet").first.inner_text()
    assert "演示数据" in card
    for secret in secrets:
        assert secret not in card
    page.get_by_role("button", name="用打印机打印（A4）").click()
    assert page.evaluate("window.papers") == 1
    page.emulate_media(media="print")
    expect(page.locator("body > .on-paper")).to_be_visible()
    expect(page.locator("#app")).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_download() as kept:
        page.get_by_role("button", name="发给小票打印机的应用").click()
    kept.value.save_as(folder / "card.png")
    head = (folder / "card.png").read_bytes()[:24]
    assert (head[:8], int.from_bytes(head[16:20])) == (b"\x89PNG\r\n\x1a\n", 384)
    expect(page.get_by_role("button", name="USB 小票打印机")).to_have_count(0)
    page.get_by_role("button", name="蓝牙小票打印机").click()
    expect(page.get_by_text("已发给打印机")).to_be_visible()
    sent = bytes(page.evaluate("window.printed"))
    assert sent[:2] == b"\x1b@"
    assert sent[2:8] == b"\x1dv0\x00\x30\x00"


def mistype(page: Page, number: str) -> None:
    """A wrong sign is told before anybody is asked."""
    page.get_by_label("身份证", exact=True).check()
    page.get_by_label("证件号码").fill(number[:-1] + ("1" if number[-1] != "1" else "2"))
    expect(page.get_by_text("校验位对不上")).to_be_visible()


def test_a_card_is_issued_printed_and_reported_lost(
    visit: Enter, served: Served, staff: dict[str, Session], tmp_path: Path
) -> None:
    station_tablet(served, staff, 61)
    somebody = [one for one in residents(read_county().homes()) if one.phone and one.identity_number][-3]
    operator = visit(staff["operator"], viewport=TABLET).expect_no("409 /close")
    operator.context.add_init_script(PRINTER)
    page = operator.go("/station/cards")
    expect(page.get_by_text("开班以后才能办卡")).to_be_visible()
    page.goto(page.url.replace("/cards", "/serve"))
    open_the_shift(page)
    page.get_by_role("link", name="纸质卡").click()
    mistype(page, somebody.identity_number)
    find_by_document(page, somebody.identity_number)
    tail = page.get_by_text(f"证件尾号 {somebody.identity_number[-4:]}")
    expect(tail).to_be_visible()

    page.get_by_label("本人设 6 位密码").fill("123456")
    page.get_by_label("再输一次").fill("123457")
    page.get_by_role("button", name="发卡", exact=True).click()
    expect(page.get_by_text("太容易猜")).to_be_visible()
    expect(page.get_by_text("两次输的不一样")).to_be_visible()
    # The station has another tablet, and this browser is neither.
    expect(page.get_by_text("请选一台平板")).to_be_visible()
    page.get_by_label("离线时在哪台平板上用").select_option(label="柜台平板")
    page.get_by_label("本人设 6 位密码").fill("280519")
    page.get_by_label("再输一次").fill("280519")
    page.get_by_label("家人的手机号（可以不填）").fill("15403009999")
    page.get_by_role("button", name="发卡", exact=True).click()
    expect(page.get_by_text("请先征得本人同意")).to_be_visible()
    page.get_by_label("本人同意把用卡情况告知这个手机号").check()
    page.get_by_role("button", name="发卡", exact=True).click()
    expect(page.get_by_role("heading", name="卡已发出")).to_be_visible()
    expect(page.get_by_role("img", name="纸质卡的码").first).to_be_visible()
    settle(page)
    assert (violations(page), sideways(page)) == ([], {})

    told_on_paper_only(page, (somebody.name, somebody.identity_number[-4:], "280519", "15403009999"), tmp_path)
    page.get_by_role("button", name="办下一张").click()
    find_by_document(page, somebody.identity_number)
    page.get_by_role("button", name="挂失").click()
    expect(page.get_by_text("卡已停用")).to_be_visible()
    count_the_cash_twice(page)

    clerk = visit(staff["office"], viewport=DESK).go("/office/paper-cards")
    row = clerk.get_by_role("region", name="纸质卡", exact=True).locator("tbody").first
    expect(row.get_by_text("已挂失")).to_be_visible()
    expect(clerk.get_by_role("region", name="近 30 天各站长").locator("tbody").first).to_be_visible()


def card_of(served: Served, staff: dict[str, Session], owner: Session, number: int) -> tuple[str, str]:
    """Code and number of a card with the PIN 280519, at home at another tablet; issued in a shift that is over then."""
    [account] = served.ask("/api/v1/me/export", owner)["sections"][0]["rows"]
    tablet = station_tablet(served, staff, number)
    shift_id = str(uuid4())
    served.ask("/api/v1/shifts", staff["operator"], {"shift_id": shift_id, "cash_fen": 0})
    asked = {"card_id": str(uuid4()), "resident_id": owner.subject, "shift_id": shift_id, "pin": "280519"}
    papers = {"proof": "identity-card", "proof_number": account["identity_number"]}
    if account["identity_number"] is None:
        papers = {"proof": "social-card", "proof_number": f"SB2026{number}"}
    asked |= papers | {"home_device_id": str(tablet.id)}
    issued = served.ask("/api/v1/assisted/paper-cards", staff["operator"], asked)
    closing = {"close_id": str(uuid4()), "cash_fen": 0}
    served.ask(f"/api/v1/shifts/{shift_id}/close", staff["operator"], closing)
    return issued["code"], issued["typed_number"]


def type_pin(page: Page, wrong: str = "卡或密码不对，还可以输 4 次") -> None:
    """A wrong one first, which tells how often it may still be typed; then the right one, and the voucher is taken."""
    expect(page.get_by_role("heading", name="纸质卡")).to_be_visible()
    settle(page)
    assert (violations(page), sideways(page)) == ([], {})
    pin = page.get_by_label("卡的密码")
    expect(pin).to_be_focused()
    pin.fill("907153")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text(wrong)).to_be_visible()
    pin.fill("280519")
    page.get_by_role("button", name="确定").click()
    done = page.get_by_role("heading", name="核销成功")
    expect(done.or_(page.get_by_role("button", name="用这一张"))).to_be_visible()
    if not done.is_visible():
        page.get_by_role("button", name="用这一张").click()
    expect(done).to_be_visible()


def test_a_card_and_its_pin_are_taken_at_a_shop(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    code, _ = card_of(served, staff, customer[0], 62)
    page = visit(staff["merchant"]).expect_no("409 /codes").go("/merchant/")
    scan(page, code)
    type_bill(page, "234.56")
    type_pin(page)
    expect(page.locator(".amount")).to_have_text("¥184.56")


def test_where_the_code_cannot_be_scanned_its_number_is_typed(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    _, number = card_of(served, staff, customer[0], 64)
    page = visit(staff["merchant"]).expect_no("409 /codes").go("/merchant/")
    typed = page.get_by_label("或输入券码、卡号")
    typed.fill(number[:-1] + str((int(number[-1]) + 1) % 10))
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("卡号请再核对一遍")).to_be_visible()
    typed.fill(f"{number[:4]} {number[4:8]} {number[8:]}")
    page.get_by_role("button", name="下一步").click()
    type_bill(page, "234.56")
    type_pin(page, "卡号或密码不对")
    expect(page.locator(".amount")).to_have_text("¥184.56")


def test_a_card_and_its_pin_are_taken_at_a_stations_desk(
    visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    code, _ = card_of(served, staff, customer[0], 63)
    shop = served.ask("/api/v1/session", staff["merchant"])["me"]["merchant_id"]
    [name] = [
        one["merchant"]["name_zh"]
        for one in served.ask("/api/v1/office/merchants?state=admitted&limit=100", staff["office"])["items"]
        if one["merchant"]["merchant_id"] == shop
    ]
    page = visit(staff["operator"], viewport=TABLET).expect_no("409 /codes", "409 /close").go("/station/serve")
    open_the_shift(page)
    page.get_by_role("link", name="代办").click()
    page.get_by_text("代用券").click()
    page.get_by_label("找商户").fill(name)
    page.get_by_role("button", name=name).click()
    page.get_by_label("本人在场").check()
    page.get_by_label("或输入券码").fill(code)
    page.get_by_role("button", name="下一步").click()
    type_bill(page, "234.56")
    type_pin(page)
    expect(page.locator(".amount")).to_have_text("¥184.56")
    found = served.ask("/api/v1/office/paper-cards/operators", staff["office"])["items"]
    [figures] = [one for one in found if one["operator_id"] == staff["operator"].subject]
    assert figures["uses"] >= 1
    page.get_by_role("link", name="班次").click()
    count_the_cash_twice(page)
