"""A paper card at its home tablet with the server gone: its voucher is taken after a look at the person, and paid."""

from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from backend.demonstration.county import read_county
from backend.demonstration.residents import residents
from tests.journeys.conftest import CHROMIUM, signed_in
from tests.journeys.looking import settle, sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.test_away_counter import LEFT, OFFICE, put_in_force, with_pool
from tests.journeys.test_merchant import type_bill
from tests.journeys.test_station_tablet import become_tablet, open_lock, open_shift, open_station
from tests.journeys.visits import LAUNCH, TABLET, sign_in

pytestmark = pytest.mark.journey


def identity_number_of(served: Served, resident: Session) -> str:
    """What stands on the resident's identity card."""
    tail = served.ask("/api/v1/me", resident)["phone"][-4:]
    [found] = [one for one in residents(read_county().homes()) if one.phone and one.phone[-4:] == tail]
    return found.identity_number


class Desk(NamedTuple):
    """Where cards are issued."""

    station: str
    homes: tuple[str, ...]


def issue(served: Served, staff: dict[str, Session], resident: Session, number: str, at: Desk) -> list[str]:
    """A card for each home in turn, so that the last of them counts, in a shift that is over afterwards."""
    shift_id = str(uuid4())
    opening = {"shift_id": shift_id, "cash_fen": 0, "station_id": at.station}
    served.ask("/api/v1/shifts", staff["operator"], opening)
    codes = []
    for home in at.homes:
        asked = {"card_id": str(uuid4()), "resident_id": resident.subject, "shift_id": shift_id, "pin": "280519"}
        asked |= {"proof": "identity-card", "proof_number": number, "home_device_id": home}
        asked |= {"family_phone": "15403009999"}
        codes.append(served.ask("/api/v1/assisted/paper-cards", staff["operator"], asked)["code"])
    served.ask(f"/api/v1/shifts/{shift_id}/close", staff["operator"], {"close_id": str(uuid4()), "cash_fen": 0})
    return codes


def show(page: Page, card: str) -> None:
    """As a reader types it."""
    page.get_by_label("或输入券码").fill(card)
    page.get_by_role("button", name="下一步").click()


def looked_at(page: Page, card: str, number: str) -> None:
    """The card's voucher is chosen and its owner looked at; what is wrong is told."""
    show(page, card)
    expect(page.get_by_role("heading", name="纸质卡")).to_be_visible()
    # The card has vouchers of other campaigns too.
    page.get_by_text("断网也能用", exact=False).first.click()
    settle(page)
    assert (violations(page), sideways(page)) == ([], {})
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("请先核对持卡人")).to_be_visible()
    page.get_by_label("问证件号码后四位").check()
    signs = page.get_by_label("证件号码后四位", exact=True)
    signs.fill("0000" if number[-4:] != "0000" else "1111")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("和发卡时的证件不一样")).to_be_visible()
    signs.fill(number[-4:])
    page.get_by_role("button", name="下一步").click()


def go_away(page: Page, served: Served) -> None:
    """Once more with a network, so that the tablet is told of the card; then without, to where vouchers are taken."""
    page.reload()
    open_lock(page)
    expect(page.get_by_text(LEFT)).to_be_visible(timeout=30_000)
    page.goto(f"{served.address}/station/")
    open_lock(page)
    expect(page.get_by_role("button", name="开班", exact=True)).to_be_visible()
    served.stop()

    open_shift(page, served)
    page.get_by_role("link", name="代办").click()
    page.get_by_text("代用券").click()


def is_counted(served: Served, staff: dict[str, Session], resident: Session, voucher: str) -> None:
    """What the county says of the voucher, the operator, and to its owner."""
    [line, *_] = served.ask("/api/v1/redemptions?limit=1", staff["merchant"])["items"]
    assert (line["discount_fen"], line["payable_fen"], line["state"]) == (5_000, 15_000, "accepted")
    held = served.ask("/api/v1/me/vouchers?state=issued", resident)["items"]
    assert voucher not in [one["voucher_id"] for one in held]
    found = served.ask(f"{OFFICE}/paper-cards/operators", staff["office"])["items"]
    [figures] = [one for one in found if one["operator_id"] == staff["operator"].subject]
    assert (figures["uses"], figures["used_fen"], figures["people"]) == (1, 5_000, 1)


def test_a_card_is_taken_at_its_home_tablet_with_the_server_gone(
    driver: Playwright, chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    served = own_served
    staff = signed_in(served)
    [resident] = served.sessions("resident", 1)
    number = identity_number_of(served, resident)
    put_in_force(served, staff)
    voucher = with_pool(served, staff, resident)
    station = open_station(served, staff)
    context = driver.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=list(LAUNCH), viewport=TABLET, locale="zh-CN"
    )
    sign_in(context, served.address, staff["operator"])
    page = context.new_page()
    device = become_tablet(page, served, staff, station)
    old, card = issue(served, staff, resident, number, Desk(station, (device, device)))
    go_away(page, served)
    show(page, old)
    expect(page.get_by_text("本机没有这张卡的资料")).to_be_visible()
    page.get_by_role("button", name="下一位").click()
    looked_at(page, card, number)
    type_bill(page, "200")
    expect(page.locator(".amount")).to_have_text("¥150.00")
    settle(page)
    assert (violations(page), sideways(page)) == ([], {})
    page.get_by_role("button", name="确认用券").click()
    expect(page.get_by_role("heading", name="已受理·待上传")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("img", name="回执", exact=False)).to_be_visible()
    page.get_by_role("button", name="下一位").click()
    show(page, card)
    # What was taken is gone from the card, whatever else is on it; the look at its owner stands beside the choice.
    expect(page.get_by_label("问证件号码后四位")).to_be_visible()
    expect(page.get_by_text("断网也能用", exact=False)).to_have_count(0)

    served.start()
    page.goto(f"{served.address}/station/waiting")
    open_lock(page)
    expect(page.get_by_text("县里已确认")).to_be_visible(timeout=90_000)
    is_counted(served, staff, resident, voucher)
    context.close()
