"""A claim on a line that loses every third answer ends with exactly one voucher, and the screen says what is true."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.bad_line import bad_line
from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session
from tests.journeys.visits import enter

pytestmark = pytest.mark.journey

PIECES = 12


def test_every_third_answer_lost_ends_in_one_voucher_each(
    chromium: Browser, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    round_id = run_campaign(served, staff, title="断断续续", opens_at=county_now(served), pieces=PIECES)
    claims = f"/api/v1/rounds/{round_id}/claims"
    lost: list[str] = []
    served_people = 0
    # What else a page asks meanwhile decides whether the claim's own answer is the third.
    while served_people < 3 or claims not in lost:
        assert served_people < PIECES
        session = next(residents)
        with bad_line(served.address, served_people % 3) as line:
            phone = enter(chromium, line.address, session)
            page = phone.go(f"/resident/rounds/{round_id}")
            button = page.get_by_role("button", name="立即领取")
            expect(button).to_be_enabled()
            line.losing = True
            button.click()
            expect(page.get_by_text("领到了！")).to_be_visible(timeout=30_000)
            page.get_by_role("link", name="去看看我的券").click()
            expect(page.get_by_role("link", name="出示券码 断断续续")).to_have_count(1, timeout=30_000)
            lost += line.lost
            phone.context.close()
        # Answers are lost, and nothing else goes wrong.
        assert [fault for fault in phone.faults if not fault.startswith("lost /")] == []
        held = served.ask("/api/v1/me/vouchers?limit=100", session)["items"]
        assert [one["round_id"] for one in held].count(round_id) == 1
        served_people += 1
    [campaign] = [one for one in served.ask("/api/v1/campaigns")["items"] if one["title_zh"] == "断断续续"]
    assert campaign["rounds"][0]["left"] == PIECES - served_people


def test_what_was_pressed_without_an_answer_is_listed_until_it_has_one(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    round_id = run_campaign(served, staff, title="没有回音", opens_at=county_now(served), pieces=3)
    session = next(residents)
    page = visit(session).expect_no("lost /claims").go(f"/resident/rounds/{round_id}")
    page.route("**/claims", lambda route: route.abort())
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("不会重复领取")).to_be_visible()
    # It is being done here, so it is not called left behind; on any other page it is.
    expect(page.get_by_text("还没有送到")).to_have_count(0)
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="有 1 件事还没有送到").click()
    expect(page.get_by_role("heading", name="待发送")).to_be_visible()
    expect(page.get_by_text("领取消费券", exact=True)).to_be_visible()
    page.unroute_all()
    page.get_by_role("link", name="去接着办").click()
    expect(page.get_by_text("领到了！")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_text("家门口的消费券")).to_be_visible()
    expect(page.get_by_text("还没有送到")).to_have_count(0)
    held = served.ask("/api/v1/me/vouchers?limit=100", session)["items"]
    assert [one["round_id"] for one in held].count(round_id) == 1
