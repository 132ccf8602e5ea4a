"""A new version is deployed while people work: nothing typed is lost, no page breaks, and nobody is pushed into it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.served import Served
from tests.journeys.versions import PWA, next_version
from tests.journeys.visits import DESK, enter

pytestmark = pytest.mark.journey

NOTICED = """
async () => {
  const registration = await navigator.serviceWorker.getRegistration()
  await registration.update()
  const coming = registration.installing
  if (coming) await new Promise((done) => coming.addEventListener('statechange', done, { once: true }))
  return registration.waiting !== null
}
"""


def test_a_version_deployed_in_mid_task_loses_no_input_and_breaks_no_route(
    chromium: Browser, own_served: Served, tmp_path: Path
) -> None:
    desk = enter(chromium, own_served.address, own_served.sessions("office", 1)[0], viewport=DESK)
    plan = desk.go("/office/campaigns/new")
    plan.evaluate("navigator.serviceWorker.ready.then(() => true)")
    plan.reload()
    plan.get_by_label("活动名称").fill("换版之前写的")
    call = desk.open_tab("/office/calls/new")
    call.get_by_label("标题（中文）").fill("另一个页面里写的")
    # Somebody in an app without a service worker, as in WeChat.
    visitor = enter(chromium, own_served.address)
    visitor.context.add_init_script("delete Navigator.prototype.serviceWorker")
    first_page = visitor.go("/resident/")
    first_page.wait_for_load_state("networkidle")

    deploy_next(own_served, tmp_path / "next")

    # Nothing is offered to whoever is in the middle of something.
    assert plan.evaluate(NOTICED)
    for tab in (plan, call):
        expect(tab.get_by_text("新版本已准备好")).to_have_count(0)
    expect(plan.get_by_label("活动名称")).to_have_value("换版之前写的")

    # A page that was never opened comes from the files of the version that is open, in the app and without its worker.
    plan.get_by_role("link", name="审计").click()
    expect(plan.get_by_text("审计记录只给审计员看")).to_be_visible()
    first_page.get_by_role("link", name="能用券的商家").click()
    expect(first_page.get_by_role("heading", name="能用券的商家")).to_be_visible()
    expect(first_page.get_by_text("豆花").first).to_be_visible()

    # Now it is offered; the one tab that takes it has the next version, the other one goes on with its own.
    expect(plan.get_by_text("新版本已准备好")).to_be_visible()
    plan.get_by_role("button", name="现在更新").click()
    expect(version(plan, "next")).to_be_attached()
    expect(plan.get_by_text("审计记录只给审计员看")).to_be_visible()
    expect(call.get_by_label("标题（中文）")).to_have_value("另一个页面里写的")
    expect(version(call, "next")).not_to_be_attached()
    plan.get_by_role("link", name="活动", exact=True).click()
    plan.get_by_role("link", name="接着写").click()
    expect(plan.get_by_label("活动名称")).to_have_value("换版之前写的")
    call.get_by_role("link", name="结算").click()
    expect(call.get_by_role("heading", name="结算").first).to_be_visible()
    call.wait_for_load_state("networkidle")
    desk.context.close()
    visitor.context.close()
    assert desk.settled() + visitor.settled() == []


def deploy_next(served: Served, build: Path) -> None:
    """The county goes away for a moment and comes back with the next version."""
    served.stop()
    next_version(PWA / "dist", build, mark="next")
    served.pwa = build
    served.start()


def version(page: Page, name: str) -> Locator:
    """The sign of a version in a page's head."""
    return page.locator(f'meta[name="version"][content="{name}"]')
