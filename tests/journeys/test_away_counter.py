"""A shop's phone takes vouchers without a network: agreed to, enrolled, let in, cut off, and brought home."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session

pytestmark = pytest.mark.journey

OFFICE = "/api/v1/office"
DOCUMENT = "筠演示〔2026〕76号"


def merchant_of(served: Served, session: Session) -> str:
    """Whose counter it is."""
    found: str = served.ask("/api/v1/session", session)["me"]["merchant_id"]
    return found


def invitation(served: Served, clerk: Session, merchant_id: str, label: str) -> str:
    """The code that the office's screen shows."""
    body = {"invitation_id": str(uuid4()), "kind": "merchant", "label": label, "merchant_id": merchant_id}
    code: str = served.ask(f"{OFFICE}/devices/invitations", clerk, body)["code"]
    return code


def let_in(served: Served, clerk: Session, label: str) -> str:
    """The office lets the device of this name in; its id."""
    waiting = served.ask(f"{OFFICE}/devices?state=waiting", clerk)["items"]
    device: str = next(one["device_id"] for one in waiting if one["label"] == label)
    served.ask(f"{OFFICE}/devices/{device}/approval", clerk, {"decision_id": str(uuid4())})
    return device


@pytest.fixture(scope="module")
def policy(served: Served, staff: dict[str, Session]) -> int:
    """An offline policy in force: 2000 yuan and 72 hours for a shop's device."""
    episode = {"soft_s": 43_200, "hard_s": 259_200, "cap_fen": 200_000, "claims": 40}
    limits = {
        "scan_fen": 5_000,
        "challenge_fen": 10_000,
        "holder_day_fen": 10_000,
        "skew_s": 120,
        "soft_bp": 6_000,
        "probe_bp": 0,
        "close_extra_s": 604_800,
        "merchant": episode,
        "station": episode,
    }
    draft = {"policy_id": str(uuid4()), "limits": limits, "note": "断网收券"}
    number = served.ask(f"{OFFICE}/offline-policies", staff["office"], draft)["number"]
    act = {"decision_id": str(uuid4()), "document_no": DOCUMENT}
    served.ask(f"{OFFICE}/offline-policies/{number}/enforcement", staff["approver"], act)
    return number


def enrol(page: Page, code: str) -> None:
    """Type the invitation, in my page of devices."""
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="断网收券").click()
    page.get_by_role("textbox", name="邀请码").fill(code)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()


def test_an_owner_agrees_and_a_phone_is_enrolled_and_let_in(
    visit: Enter, served: Served, staff: dict[str, Session], policy: int
) -> None:
    page = visit(staff["merchant"]).go("/merchant/")
    merchant_id = merchant_of(served, staff["merchant"])
    code = invitation(served, staff["office"], merchant_id, "门口那台")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="断网收券").click()
    page.get_by_role("textbox", name="邀请码").fill("1234")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("这不是邀请码")).to_be_visible()
    page.get_by_role("textbox", name="邀请码").fill(code)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    expect(page.get_by_text("每次联网前最多2000.00元、最长72小时")).to_be_visible()
    page.get_by_role("button", name="我已看清，同意").click()
    expect(page.get_by_text("同意", exact=False).filter(has_text="于")).to_be_visible()
    standing = served.ask("/api/v1/merchant/offline-liability", staff["merchant"])
    assert (standing["covered"], standing["accepted"]["liability"]["policy"]) == (True, policy)
    device = let_in(served, staff["office"], "门口那台")
    # The page asks by itself, and whoever comes back sees it at once.
    page.reload()
    expect(page.get_by_text("已通过", exact=True)).to_be_visible()
    served.ask(f"{OFFICE}/devices/{device}/suspension", staff["office"], {"change_id": str(uuid4()), "reason": "丢失"})
    page.reload()
    expect(page.get_by_text("已停用", exact=True)).to_be_visible()
    # Another device takes its place in the same browser, under another id.
    page.get_by_role("textbox", name="邀请码").fill(invitation(served, staff["office"], merchant_id, "门口新的"))
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等县里办公室通过")).to_be_visible()
    assert let_in(served, staff["office"], "门口新的") != device


def test_a_cashier_reads_that_the_owner_has_to_agree(visit: Enter, staff: dict[str, Session], policy: int) -> None:
    del policy
    page = visit(staff["cashier"]).go("/merchant/device")
    expect(page.get_by_text("每次联网前最多2000.00元")).to_be_visible()
    expect(page.get_by_role("button", name="我已看清，同意")).to_have_count(0)
    expect(page.get_by_text("请商户负责人在这里同意后").or_(page.get_by_text("于", exact=False)).first).to_be_visible()
