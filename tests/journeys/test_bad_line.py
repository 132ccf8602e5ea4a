"""A claim on a line that loses every third answer ends with exactly one voucher, and the screen says what is true."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.bad_line import bad_line
from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.served import Served, Session
from tests.journeys.visits import enter

pytestmark = pytest.mark.journey


def test_every_third_answer_lost_ends_in_one_voucher_each(
    chromium: Browser, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    round_id = run_campaign(served, staff, title="断断续续", opens_at=county_now(served), pieces=9)
    lost = []
    for first in range(3):
        session = next(residents)
        with bad_line(served.address, first) as line:
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
    assert f"/api/v1/rounds/{round_id}/claims" in lost
    [campaign] = [one for one in served.ask("/api/v1/campaigns")["items"] if one["title_zh"] == "断断续续"]
    assert campaign["rounds"][0]["left"] == 6
