"""The system administrator sets how the county looks, sees it before saving, and every app shows it after a reload."""

import re
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.looking import sideways, violations
from tests.journeys.served import Served, Session
from tests.journeys.visits import DESK

pytestmark = pytest.mark.journey

PATH = "/api/v1/office/county-settings"
RIVER = "rgb(27, 86, 143)"


def sign(folder: Path) -> Path:
    """A picture to send."""
    file = BytesIO()
    Image.new("RGB", (400, 400), "#1b568f").save(file, "PNG")
    path = folder / "sign.png"
    path.write_bytes(file.getvalue())
    return path


def brand(page: Page) -> str:
    """The colour of the band at the head of the residents' first page."""
    return str(page.locator(".hero").first.evaluate("one => getComputedStyle(one).backgroundColor"))


def test_name_colour_and_sign_are_looked_at_saved_and_shown_everywhere(
    visit: Enter, served: Served, staff: dict[str, Session], tmp_path: Path
) -> None:
    admin = visit(staff["system_admin"], viewport=DESK)
    before = served.ask(PATH, staff["system_admin"])
    page = admin.go("/office/me")
    page.get_by_role("link", name="县域设置").click()
    expect(page.get_by_text("不能用国徽、国旗图案")).to_be_visible()
    light, dark = page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")

    page.get_by_label("县名（中文）").fill("新筠连县")
    expect(light.get_by_role("heading", name="新筠连县")).to_be_visible()
    expect(dark.get_by_role("heading", name="新筠连县")).to_be_visible()

    # A colour on which nothing can be read is told in words, and not sent.
    page.get_by_label("其他颜色").check()
    page.get_by_label("颜色代码").fill("#ffd700")
    expect(page.get_by_text(re.compile("看不清（至少 4.5），请选深一些的颜色"))).to_be_visible()
    page.get_by_role("button", name="保存设置").click()
    assert served.ask(PATH, staff["system_admin"]) == before
    page.get_by_label("江蓝").check()
    expect(page.get_by_text("看得清（至少 4.5）")).to_be_visible()
    expect(light.locator(".hero")).to_have_css("background-color", RIVER)

    page.get_by_label("换一张标志").set_input_files(sign(tmp_path))
    expect(light.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    assert (violations(page), sideways(page)) == ([], {})
    page.get_by_role("button", name="保存设置").click()
    expect(page.get_by_text("已保存，各端刷新后就能看到").first).to_be_visible()

    resident = visit(None).go("/resident/")
    expect(resident.get_by_text("新筠连县").first).to_be_visible()
    expect(resident.locator("header img")).to_have_attribute("src", re.compile("/media/county-logo-[0-9a-f]{16}-192"))
    assert brand(resident) == RIVER
    back = {name: told for name, told in before.items() if name not in ("number", "logo", "saved_at")}
    told = back | {"change_id": str(uuid4()), "based_on": before["number"] + 1, "drop_logo": True}
    served.ask(PATH, staff["system_admin"], told)
    resident.reload()
    expect(resident.get_by_text("新筠连县")).to_have_count(0)


def test_somebody_who_saved_meanwhile_is_not_overwritten(
    visit: Enter, served: Served, staff: dict[str, Session]
) -> None:
    admin = visit(staff["system_admin"], viewport=DESK).expect_no("409 /county-settings")
    page = admin.go("/office/county")
    page.get_by_label("服务热线").fill("0831-7710001")
    now = served.ask(PATH, staff["system_admin"])
    told = {name: value for name, value in now.items() if name not in ("number", "logo", "saved_at")}
    served.ask(PATH, staff["system_admin"], told | {"change_id": str(uuid4()), "based_on": now["number"]})
    page.get_by_role("button", name="保存设置").click()
    expect(page.get_by_text("别人刚改过县域设置").last).to_be_visible()
    assert served.ask(PATH, staff["system_admin"])["help_phone"] == now["help_phone"]
    # What was typed is still there.
    expect(page.get_by_label("服务热线")).to_have_value("0831-7710001")
