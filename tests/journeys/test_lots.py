"""A resident enters a draw with one press and sees where it stands; somebody on a list takes what is theirs."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.places import Places
from tests.journeys.served import Served, Session

pytestmark = pytest.mark.journey


def test_a_resident_enters_a_draw_once_and_finds_it_again(
    visit: Enter, served: Served, places: Places, people: list[Session]
) -> None:
    session = next(
        one
        for one in people
        if all(entry["round_id"] != places.draw for entry in served.ask("/api/v1/me/entries", one)["items"])
    )
    page = visit(session).go(f"/resident/rounds/{places.draw}")
    page.get_by_role("button", name="我要报名").click()
    expect(page.get_by_text("已经报名", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="我要报名")).to_have_count(0)
    page.goto(f"{served.address}/resident/lots")
    expect(page.get_by_text("已经报名", exact=True)).to_be_visible()
    entered = [one for one in served.ask("/api/v1/me/entries", session)["items"] if one["round_id"] == places.draw]
    assert [entry["standing"] for entry in entered] == ["entered"]


def test_the_proof_of_a_draw_that_is_over_shows_everybody_how_it_was_drawn(visit: Enter, places: Places) -> None:
    page = visit().go(f"/resident/rounds/{places.drawn}/draw")
    expect(page.get_by_text("163 人报名")).to_be_visible()
    expect(page.get_by_role("heading", name="中签号码")).to_be_visible()
    expect(page.locator("ul.numbers li")).to_have_count(60)
    expect(page.locator("ol.numbers li")).to_have_count(15)
    expect(page.get_by_role("link", name="下载公开数据")).to_be_visible()


def test_somebody_on_a_list_takes_what_is_theirs(visit: Enter, served: Served, people: list[Session]) -> None:
    session, entitled = next(
        (one, found[0]) for one in people if (found := served.ask("/api/v1/me/entitlements", one)["items"])
    )
    page = visit(session).go("/resident/lots")
    page.get_by_role("link", name="去领取").click()
    page.get_by_role("button", name="立即领取").click()
    expect(page.get_by_text("您已经领到了。")).to_be_visible()
    (after,) = served.ask("/api/v1/me/entitlements", session)["items"]
    assert (entitled["state"], after["state"]) == ("open", "taken")


def test_the_desk_sees_a_draw_and_a_list(visit: Enter, served: Served, staff: dict[str, Session]) -> None:
    campaigns = served.ask("/api/v1/campaigns")["items"]
    ids = {campaign["title_zh"]: campaign["campaign_id"] for campaign in campaigns}
    page = visit(staff["office"]).go(f"/office/campaigns/{ids['红叶季出行券（摇号）']}")
    expect(page.get_by_text("已发放完毕 · 163 人报名")).to_be_visible()
    page.goto(f"{served.address}/office/campaigns/{ids['暖冬关爱券（定向发放）']}")
    expect(page.get_by_text("92 人")).to_be_visible()
    expect(page.get_by_text("已确认")).to_be_visible()
