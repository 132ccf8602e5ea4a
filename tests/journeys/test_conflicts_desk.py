"""Two shops took one voucher without a network, and one claim waits for a person: both are seen, one is decided."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.campaigns import county_now, run_campaign
from tests.journeys.conftest import Enter
from tests.journeys.devices import HolderPhone, OfflineDevice, active_device, taking
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.test_devices_desk import DOCUMENT
from tests.journeys.visits import DESK
from tests.sync.test_device_routes import LIMITS

pytestmark = pytest.mark.journey

Claimed = tuple[HolderPhone, str]


def a_policy(served: Served, staff: dict[str, Session]) -> None:
    """Rules of the suggested figures in force."""
    policies = "/api/v1/office/offline-policies"
    station = {"soft_s": 43_200, "hard_s": 14 * 86_400, "cap_fen": 1_000_000, "claims": 300}
    drafted = {"policy_id": str(uuid4()), "limits": LIMITS | {"station": station}, "note": "先试行"}
    number = served.ask(policies, staff["office"], drafted)["number"]
    decision = {"decision_id": str(uuid4()), "document_no": DOCUMENT}
    served.ask(f"{policies}/{number}/enforcement", staff["approver"], decision)


def with_a_pool(served: Served, staff: dict[str, Session], title: str = "离线试点") -> str:
    """The round of a campaign of which some money is set apart."""
    round_id = run_campaign(served, staff, title=title, opens_at=county_now(served), pieces=10, more=100)
    campaigns = served.ask("/api/v1/office/campaigns?limit=100", staff["office"])["items"]
    campaign = next(one["campaign_id"] for one in campaigns if one["title_zh"] == title)
    body = {"change_id": str(uuid4()), "kind_code": "journey", "size_fen": 450_000, "document_no": DOCUMENT}
    served.ask(f"/api/v1/office/campaigns/{campaign}/offline-pool", staff["approver"], body, "PUT")
    return round_id


def claimed(served: Served, resident: Session, round_id: str) -> Claimed:
    """A resident's phone and a voucher in it."""
    answer = served.ask(f"/api/v1/rounds/{round_id}/claims", resident, {"claim_id": str(uuid4())})
    return HolderPhone(served, resident), answer["voucher_id"]


def at(served: Served, staff: dict[str, Session], who: str, label: str, number: int) -> OfflineDevice:
    """A device of the shop that somebody works for, which has been online once."""
    merchant_id = served.ask("/api/v1/me", staff[who])["merchant_id"]
    device = active_device(served, staff["office"], merchant_id, label, number)
    told = served.ask("/api/v1/merchant/offline-liability", staff[who])
    agreed = {"acceptance_id": str(uuid4()), "policy": told["asked"]["policy"]}
    served.ask("/api/v1/merchant/offline-liability", staff[who], agreed)
    device.push()
    return device


def test_a_conflict_is_seen_from_both_sides_and_what_waits_is_accepted(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    a_policy(served, staff)
    round_id = with_a_pool(served, staff)
    first = at(served, staff, "merchant", "豆花店收银台", 31)
    second = at(served, staff, "appliances", "电器行收银台", 32)
    phone, voucher = claimed(served, next(residents), round_id)
    # Both shops have it before either is heard: once it is used no phone is given a token of it.
    for device, who, late in ((first, "merchant", 1), (second, "appliances", 40)):
        device.add(taking(phone, voucher, staff[who].subject, county_now(served)), late=late)
    assert [device.push(1).results[0].code.value for device in (first, second)] == ["applied", "conflict_paid"]
    other, left = claimed(served, next(residents), round_id)
    # Nobody of this id works there: an honest device may say so after somebody left.
    second.add(taking(other, left, str(uuid4()), county_now(served)))
    assert [(one.code.value, one.reason) for one in second.push(2).results] == [("needs_review", "operator-unknown")]

    reviewer = visit(staff["reviewer"], viewport=DESK).go("/office/me")
    reviewer.get_by_role("link", name="离线核销待处理").click()
    reviewer.get_by_label("看哪一类").select_option(label="重复使用，照付")
    reviewer.get_by_role("link", name="电器行收银台 · 第 1 条").click()
    mine = reviewer.get_by_role("article", name="这一笔")
    there = reviewer.get_by_role("article", name="另一台设备")
    expect(mine.get_by_text("重复使用，照付")).to_be_visible()
    expect(there.get_by_text("已核销")).to_be_visible()
    expect(there.get_by_text("豆花店收银台")).to_be_visible()
    expect(mine.get_by_text("¥50.00").first).to_be_visible()
    expect(reviewer.get_by_text("持券人共欠")).to_be_visible()
    expect(reviewer.get_by_role("button", name="认可")).to_have_count(0)
    assert (violations(reviewer), sideways(reviewer)) == ([], {})

    clerk = visit(staff["office"], viewport=DESK).go(f"/office/conflicts?device={second.id}")
    clerk.get_by_role("link", name="电器行收银台 · 第 2 条").click()
    expect(clerk.get_by_text("由复核人处理")).to_be_visible()
    page = visit(staff["reviewer"], viewport=DESK).go(f"/office/conflicts/{second.id}/2")
    expect(page.get_by_text("经手人当时不在这里任职").first).to_be_visible()
    page.get_by_role("button", name="认可").click()
    page.locator("form").get_by_role("button", name="认可").click()
    expect(page.get_by_text("请填写依据")).to_be_visible()
    assert (violations(page), sideways(page)) == ([], {})
    page.get_by_label("依据").fill("小票和店主说明核对无误")
    page.locator("form").get_by_role("button", name="认可").click()
    expect(page.get_by_text("已认可")).to_be_visible()
    expect(page.get_by_role("article", name="这一笔").get_by_text("已核销")).to_be_visible()
    assert [one.code.value for one in second.push().results] == ["conflict_paid", "applied"]
    page.goto(f"{served.address}/office/conflicts")
    page.get_by_label("看哪一类").select_option(label="已处理")
    expect(page.get_by_role("link", name="电器行收银台 · 第 2 条")).to_be_visible()
    trail = served.ask("/api/v1/office/audit?act=sync.decide-event&limit=5", staff["auditor"])["items"]
    assert trail[0]["subject_id"] == str(second.id)


def test_a_claim_against_the_rules_is_paid_while_its_voucher_is_unspent_and_a_conflict_is_corrected_by_two(
    visit: Enter, served: Served, staff: dict[str, Session], residents: Iterator[Session]
) -> None:
    a_policy(served, staff)
    round_id = with_a_pool(served, staff, title="离线更正试点")
    first = at(served, staff, "merchant", "豆花店第二台", 33)
    second = at(served, staff, "appliances", "电器行第二台", 34)
    phone, voucher = claimed(served, next(residents), round_id)
    for device, who, late in ((first, "merchant", 1), (second, "appliances", 40)):
        device.add(taking(phone, voucher, staff[who].subject, county_now(served)), late=late)
    assert [device.push(1).results[0].code.value for device in (first, second)] == ["applied", "conflict_paid"]
    other, left = claimed(served, next(residents), round_id)
    # The shop let the customer's code grow old before it wrote the claim.
    drawn = county_now(served) - timedelta(minutes=20)
    second.add(taking(other, left, staff["appliances"].subject, drawn))
    assert [(one.code.value, one.reason) for one in second.push(2).results] == [("noncompliant", "code-not-fresh")]

    page = visit(staff["reviewer"], viewport=DESK).go("/office/conflicts")
    page.get_by_label("看哪一类").select_option(label="不合规，券还没用")
    page.get_by_role("link", name="电器行第二台 · 第 2 条").click()
    expect(page.get_by_text("这张券还没有人用过，钱还在，可以照付。")).to_be_visible()
    expect(page.get_by_role("button", name="驳回")).to_have_count(0)
    assert (violations(page), sideways(page)) == ([], {})
    page.get_by_role("button", name="券还没用，照付").click()
    page.get_by_label("依据").fill("店主说明，小票相符")
    page.locator("form").get_by_role("button", name="券还没用，照付").click()
    expect(page.get_by_text("已认可")).to_be_visible()
    expect(page.get_by_role("article", name="这一笔").get_by_text("已核销")).to_be_visible()
    assert ("applied", 2) in [(one.code.value, one.seq) for one in second.push().results]

    page.goto(f"{served.address}/office/conflicts/{second.id}/1")
    mine = page.get_by_role("article", name="这一笔")
    expect(page.get_by_role("article", name="另一台设备").get_by_role("button", name="提出更正")).to_be_visible()
    mine.get_by_role("button", name="提出更正").click()
    mine.get_by_label("原因或答复").fill("顾客只买了一次，店里重复收了券")
    mine.get_by_label("文号").fill("筠商函〔2026〕33号")
    assert (violations(page), sideways(page)) == ([], {})
    mine.locator("form").get_by_role("button", name="提出更正").click()
    expect(page.get_by_text("已办理：提出更正")).to_be_visible()
    clerk = visit(staff["office"], viewport=DESK).go(f"/office/conflicts/{second.id}/1")
    clerk.get_by_role("link", name="差错更正").click()
    theirs = clerk.locator("tbody", has_text="店里重复收了券")
    expect(theirs.get_by_text("复核后退回 ¥50.00")).to_be_visible()
    theirs.get_by_role("button", name="复核无误，更正").click()
    theirs.locator("form").get_by_role("button", name="复核无误，更正").click()
    expect(theirs).to_have_count(0)
    confirmed = served.ask("/api/v1/office/incidents?state=confirmed&limit=5", staff["auditor"])["items"]
    assert [one["document_no"] for one in confirmed if "重复收了券" in one["reason"]] == ["筠商函〔2026〕33号"]
