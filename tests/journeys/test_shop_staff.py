"""The people at a counter: their owner invites, they come in and take vouchers, and an end is an end at once."""

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.served import Served, Session
from tests.journeys.visits import sign_in

pytestmark = pytest.mark.journey

CASHIER = "old-gate-douhua-2"
"""Who works at the counter from the beginning, 苏小兰; 罗永强 was invited and has not come in."""
PASSWORD = "Bamboo-sea-7781"


def card_of(page: Page, name: str) -> Locator:
    """What the page says of one person, and what may be done with their account."""
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


def invite(page: Page, name: str, phone: str, login: str) -> str:
    """Invite somebody; the link that is shown once."""
    page.get_by_role("button", name="邀请店员").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("登录名").fill(login)
    page.get_by_role("button", name="生成邀请").click()
    expect(page.get_by_role("heading", name=f"给 {name} 的邀请")).to_be_visible()
    expect(page.get_by_role("img", name=f"{name} 的邀请二维码")).to_be_visible()
    return page.get_by_label("邀请链接").input_value()


def come_in(page: Page, link: str) -> None:
    """Open the invitation on one's own phone, set both factors, and go on to the counter."""
    page.goto(link)
    page.locator("p.secret").wait_for()
    secret = page.locator("p.secret").inner_text().replace(" ", "")
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("验证器里的 6 位动态码").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="启用账号").click()
    page.get_by_role("button", name="我抄好了，去首页").click()
    expect(page.get_by_role("heading", name="扫顾客的券码")).to_be_visible()


def test_an_owner_invites_a_cashier_who_comes_in_and_is_ended_at_once(
    visit: Enter, staff: dict[str, Session], profile: str
) -> None:
    login = f"cashier-{profile}"
    phone = "154 0211 9001" if profile == "browser" else "154 0211 9002"
    name = "何小满" if profile == "browser" else "何大满"
    owner = visit(staff["merchant"]).go("/merchant/me")
    owner.get_by_role("link", name="店员").click()
    expect(card_of(owner, "黄国芬")).to_contain_text("负责人 · 您自己")
    expect(card_of(owner, "苏小兰")).to_contain_text("在用")
    link = invite(owner, name, phone, login)
    expect(card_of(owner, name)).to_contain_text("待启用")
    expect(card_of(owner, name)).to_contain_text("还没有登录过")

    counter = visit().expect_no("401 /redemptions")
    page = counter.go("/merchant/sign-in")
    come_in(page, link)
    # A cashier is offered nothing of it, and told whom to ask where an address leads there.
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_text("核销结果出声")).to_be_visible()
    expect(page.get_by_role("link", name="店员")).to_have_count(0)
    page.goto(f"{counter.address}/merchant/staff")
    expect(page.get_by_text("这一页由商户负责人办理")).to_be_visible()
    expect(page.get_by_role("button", name="邀请店员")).to_have_count(0)

    owner.reload()
    # The link is gone with the page.
    expect(owner.get_by_label("邀请链接")).to_have_count(0)
    expect(card_of(owner, name)).to_contain_text("上次使用")
    card_of(owner, name).get_by_role("button", name="停用账号").click()
    expect(card_of(owner, name)).to_contain_text("在所有设备上马上退出")
    card_of(owner, name).get_by_role("button", name="停用账号").click()
    expect(owner.get_by_role("heading", name="已停用的")).to_be_visible()
    expect(card_of(owner, name)).to_contain_text("已停用")
    # An end counts on every worker within a second; a page that is open then is told at its next question.
    page.wait_for_timeout(1_100)
    page.get_by_role("link", name="今天").click()
    expect(page.get_by_text("登录已结束").or_(page.get_by_label("登录名")).first).to_be_visible()


def test_a_cashier_sees_accounts_and_papers_and_changes_none(visit: Enter, staff: dict[str, Session]) -> None:
    owner = visit(staff["merchant"]).go("/merchant/keep")
    expect(owner.get_by_role("button", name="更新证件")).to_be_visible()
    expect(owner.get_by_role("button", name="变更收款账户")).to_be_visible()
    expect(owner.get_by_text("由商户负责人办理")).to_have_count(0)
    page = visit(staff["cashier"]).go("/merchant/keep")
    expect(page.get_by_text("账户变更和换证由商户负责人办理。")).to_be_visible()
    expect(page.get_by_role("heading", name="许可证")).to_be_visible()
    for name in ("更新证件", "变更收款账户", "撤回这项变更"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_an_invitation_is_made_anew_and_a_taken_login_is_told_at_its_field(
    visit: Enter, staff: dict[str, Session]
) -> None:
    page = visit(staff["merchant"]).expect_no("409 /staff").go("/merchant/staff")
    expect(card_of(page, "罗永强")).to_contain_text("还没有登录过")
    card_of(page, "罗永强").get_by_role("button", name="重新邀请").click()
    expect(card_of(page, "罗永强")).to_contain_text("以前的邀请马上失效")
    card_of(page, "罗永强").get_by_role("button", name="重新邀请").click()
    expect(page.get_by_role("heading", name="给 罗永强 的邀请")).to_be_visible()
    first = page.get_by_label("邀请链接").input_value()
    expect(card_of(page, "罗永强")).to_contain_text("待启用")
    page.get_by_role("button", name="收起").click()
    expect(page.get_by_label("邀请链接")).to_have_count(0)
    page.get_by_role("button", name="邀请店员").click()
    page.get_by_label("姓名").fill("某某")
    page.get_by_label("手机号").fill("154 0211 9009")
    page.get_by_label("登录名").fill(CASHIER)
    page.get_by_role("button", name="生成邀请").click()
    expect(page.get_by_text("这个登录名已有人使用，请换一个").first).to_be_visible()
    page.get_by_role("button", name="取消").click()
    card_of(page, "罗永强").get_by_role("button", name="重新邀请").click()
    card_of(page, "罗永强").get_by_role("button", name="重新邀请").click()
    expect(page.get_by_label("邀请链接")).not_to_have_value(first)


def test_the_next_person_at_a_shared_phone_finds_nothing_of_the_one_before(
    visit: Enter, staff: dict[str, Session], profile: str
) -> None:
    counter = visit(staff["cashier"])
    page = counter.go("/merchant/")
    expect(page.get_by_text("收银：")).to_contain_text("苏*兰")
    page.get_by_role("button", name="先输账单金额").click()
    type_bill_half(page, "123.4")
    page.get_by_role("link", name="今天").click()
    # A page that has not come yet is not left: whoever turned round before it came never went away.
    expect(page.get_by_role("heading", name="今天", level=1)).to_be_visible()
    # Whoever comes back to the counter goes on with the bill, and the list of what waits names it.
    page.get_by_role("link", name="收券").click()
    expect(page.get_by_text("这是您上次没输完的账单。")).to_be_visible()
    expect(page.locator("#bill")).to_have_value("123.4")
    page.goto(f"{counter.address}/merchant/outbox")
    expect(page.get_by_role("link", name="没输完的账单：123.4 元")).to_be_visible()

    # The session ends by itself, and another person signs in on the same phone.
    sign_in(counter.context, counter.address, staff["merchant"])
    page.goto(f"{counter.address}/merchant/")
    expect(page.get_by_text("收银：")).to_contain_text("黄*芬")
    expect(page.get_by_text("这是您上次没输完的账单。")).to_have_count(0)
    page.get_by_role("button", name="先输账单金额").click()
    expect(page.locator("#bill")).to_have_value("")

    # The first one again: the bill is still theirs.
    sign_in(counter.context, counter.address, staff["cashier"])
    page.goto(f"{counter.address}/merchant/")
    expect(page.locator("#bill")).to_have_value("123.4")
    page.get_by_role("button", name="清空").click()
    # The note goes when nothing is kept any more; whatever is done before that moment may still find the bill.
    expect(page.get_by_text("这是您上次没输完的账单。")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="先输账单金额")).to_be_visible()


def test_whoever_hands_the_phone_on_leaves_the_counter(visit: Enter, served: Served) -> None:
    counter = visit(served.sessions("merchant", 1)[0])
    page = counter.go("/merchant/")
    expect(page.get_by_text("收银：")).to_be_visible()
    page.get_by_role("button", name="换人").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("收银：")).to_have_count(0)


def type_bill_half(page: Page, yuan: str) -> None:
    """Some keys of a bill, and no press that sends it."""
    for key in yuan:
        page.get_by_role("group", name="数字键").get_by_role("button", name=key, exact=True).click()
