"""In WeChat's browser: the county draws the code, files open as pages, and a link moves the session out of it."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session
from tests.journeys.test_merchant import any_shop, customer, type_bill
from tests.journeys.wechat import KEEPS_NOTHING

pytestmark = pytest.mark.journey
__all__ = ["any_shop", "customer"]


def holder_key(served: Served, session: Session) -> Any:
    """The key of the phone that shows this resident's vouchers."""
    return served.ask("/api/v1/me/holder-key", session)["holder_key"]


@pytest.mark.parametrize("keeps", ["storage", "nothing"])
def test_the_county_draws_the_code_and_a_counter_scans_it(
    keeps: str, visit: Enter, served: Served, staff: dict[str, Session], customer: tuple[Session, str]
) -> None:
    session, voucher = customer
    phone = visit(session, wechat=True, device_scale_factor=2)
    if keeps == "nothing":
        phone.context.add_init_script(KEEPS_NOTHING)
    screen = phone.go(f"/resident/wallet/{voucher}/code")
    code = screen.get_by_role("img", name="券码，请商家扫描")
    expect(code).to_be_visible()
    digits = screen.locator(".digits > span").first.inner_text()
    assert len(digits.replace(" ", "")) == 8
    # WeChat takes no key: the one of the phone's own browser must go on showing the vouchers.
    assert holder_key(served, session) is None
    counter = visit(staff["merchant"], wechat=True).go("/merchant/")
    photo = FilePayload(name="code.png", mimeType="image/png", buffer=code.screenshot())
    counter.locator("input[type=file]").set_input_files(photo)
    expect(counter.get_by_text("券码已读到")).to_be_visible(timeout=15_000)
    type_bill(counter, "200")
    expect(counter.get_by_role("heading", name="核销成功")).to_be_visible()
    expect(screen.get_by_text("用好了")).to_be_visible()
