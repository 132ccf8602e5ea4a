"""One person changes what the county shows: once, audited, seen by every process, and papers keep their names."""

from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from backend.audit_trail.find import Find, find
from backend.county_settings.change_settings import ChangeSettings, SettingsSaved, change_settings
from backend.county_settings.find_settings import find_settings, settings_at
from backend.county_settings.rules import CountySettings, SettingsReason
from backend.county_settings.show_settings import show_settings
from backend.county_settings.tables import county_logos, county_settings
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.web.county_page import with_county
from backend.web.media import find_picture
from tests.county_settings.pictures import picture
from tests.county_settings.test_rules import GOOD
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.web.client import calling, serving
from tests.web.test_county_page import PAGE, facts_in

ADMIN = Actor(kind=ActorKind.STAFF, id=new_id(), role=Role.SYSTEM_ADMIN)
PATH = "/api/v1/office/county-settings"


def change(based_on: int = 0, settings: CountySettings = GOOD, change_id: UUID | None = None) -> ChangeSettings:
    return ChangeSettings(actor=ADMIN, change_id=change_id or new_id(), based_on=based_on, settings=settings)


def body(**changes: Any) -> dict[str, Any]:
    told = {name: getattr(GOOD, name) for name in GOOD.__struct_fields__ if name != "logo"}
    return {"change_id": str(new_id()), "based_on": 0, **told, **changes}


async def rows(county: County) -> tuple[int, int, int]:
    """Settings, signs, entries of the trail about them."""

    async def counted(tx: Transaction, _asked: None) -> tuple[int, int, int]:
        numbers = [
            (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (county_settings, county_logos)
        ]
        return numbers[0], numbers[1], len(await find(tx, Find(act="county.change-settings")))

    return await inquire(county, counted, None)


async def test_settings_are_numbered_told_to_the_trail_and_answered_once(county: County) -> None:
    begun = await inquire(county, find_settings, None)
    assert (begun.number, begun.settings.name_zh) == (0, county.registered.name_zh)
    command = change()
    assert await transact(county, change_settings, command) == SettingsSaved(number=1, logo="")
    assert await transact(county, change_settings, command) == SettingsSaved(number=1, logo="", again=True)
    other = replace(command, settings=replace(GOOD, name_zh="筠连"))
    assert isinstance(await transact(county, change_settings, other), IdReused)
    assert await rows(county) == (1, 0, 1)
    (told,) = await inquire(county, find, Find(act="county.change-settings"))
    assert (told.actor.id, told.from_state, told.to_state) == (ADMIN.id, "0", "1")
    assert "help_phone: - > 0831-7710000" in told.detail


async def test_two_people_never_overwrite_one_another_unseen(county: County) -> None:
    await transact(county, change_settings, change())
    late = await transact(county, change_settings, change(0, replace(GOOD, help_phone="")))
    assert late == Refused(SettingsReason.SETTINGS_CHANGED)
    assert await rows(county) == (1, 0, 1)
    assert await transact(county, change_settings, change(1, replace(GOOD, help_phone=""))) == SettingsSaved(
        number=2, logo=""
    )


async def test_what_was_saved_can_be_neither_changed_nor_deleted(county: County) -> None:
    await transact(county, change_settings, change())
    for statement in (update(county_settings).values(name_zh="别的县"), delete(county_settings)):

        async def forge(tx: Transaction, asked: Any, *, now: Any) -> None:
            await tx.execute(asked)

        with pytest.raises(DBAPIError, match="append-only"):
            await transact(county, forge, statement)
    assert (await inquire(county, find_settings, None)).settings == GOOD


async def test_another_process_shows_them_when_it_has_looked(county: County) -> None:
    before = with_county(PAGE, county)
    await transact(county, change_settings, change(settings=replace(GOOD, name_zh="新筠连县")))
    assert county.entry.name_zh == "筠连县"
    assert await show_settings(county) is True
    assert (county.entry.name_zh, county.shown, county.entry.hosts) == ("新筠连县", 1, county.registered.hosts)
    assert await show_settings(county) is False
    after = with_county(PAGE, county)
    assert (facts_in(before)["name_zh"], facts_in(after)["name_zh"]) == ("筠连县", "新筠连县")
    assert after.etag != before.etag


async def test_a_paper_finds_the_name_of_its_day(county: County, clock: HandClock) -> None:
    before = clock()
    saved_at = clock.forward(hours=1)
    await transact(county, change_settings, change(settings=replace(GOOD, name_zh="新筠连县")))
    clock.forward(hours=1)
    told = [(await inquire(county, settings_at, at)).name_zh for at in (before, saved_at, clock())]
    assert told == ["筠连县", "新筠连县", "新筠连县"]


async def test_the_system_administrator_sets_name_colour_and_sign_and_everybody_reads_them(county: County) -> None:
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        assert (await client.get(PATH)).json()["number"] == 0
        told = body(logo=b64encode(picture()).decode(), colour="#1b568f", name_zh="新筠连县")
        first = await client.post(PATH, json=told)
        assert (first.status_code, first.json()["number"]) == (201, 1)
        assert (await client.post(PATH, json=told)).status_code == 200
        key = first.json()["logo"]
        public = (await client.get("/api/v1/county")).json()
        assert (public["name_zh"], public["colour"], public["logo"]) == ("新筠连县", "#1b568f", key)
        served = await find_picture(county, f"/media/{key}-192.webp")
        assert served is not None
        assert served.body.startswith(b"RIFF")
        assert (b"content-type", b"image/webp") in served.headers
        # The sign stays while nobody sends another, and goes when somebody says so.
        kept = await client.post(PATH, json=body(based_on=1))
        assert kept.json() == {"number": 2, "logo": key}
        gone = await client.post(PATH, json=body(based_on=2, drop_logo=True))
        assert gone.json() == {"number": 3, "logo": ""}
    assert await rows(county) == (3, 1, 3)


@pytest.mark.parametrize(
    ("changes", "status", "reason", "pointer"),
    [
        ({"colour": "#ffd700"}, 409, "colour-unreadable", "/colour"),
        ({"help_phone": "call us"}, 409, "help-phone-odd", "/help_phone"),
        ({"icp_filing": "ICP备1号"}, 409, "icp-filing-odd", "/icp_filing"),
        ({"police_filing": "公安"}, 409, "police-filing-odd", "/police_filing"),
        ({"logo": b64encode(b"<svg/>").decode()}, 409, "logo-unreadable", "/logo"),
        ({"logo": b64encode(picture(size=(20, 20))).decode()}, 409, "logo-too-small", "/logo"),
        ({"logo": b64encode(bytes(2_000_001)).decode()}, 409, "logo-too-large", "/logo"),
        ({"based_on": 7}, 409, "county-settings-changed", None),
        ({"colour": "green"}, 400, "invalid", "/colour"),
        ({"name_zh": ""}, 400, "invalid", "/name_zh"),
    ],
)
async def test_a_no_names_its_field_and_nothing_moves(
    county: County, changes: dict[str, Any], status: int, reason: str, pointer: str | None
) -> None:
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        answer = await client.post(PATH, json=body(**changes))
    told = answer.json()
    assert (answer.status_code, told["reason"]) == (status, reason)
    assert [error["pointer"] for error in told.get("errors", [])] == ([pointer] if pointer else [])
    assert await rows(county) == (0, 0, 0)
    assert county.entry is county.registered


@pytest.mark.parametrize("role", [Role.OFFICE, Role.SECURITY_ADMIN, Role.AUDITOR, Role.APPROVER])
async def test_nobody_else_reads_or_changes_them(county: County, role: Role) -> None:
    cookie = await staff_cookie(county, role)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        answers = [await client.get(PATH), await client.post(PATH, json=body())]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert await rows(county) == (0, 0, 0)


@pytest.mark.parametrize(("minutes", "status"), [(0, 400), (61, 400), (-1, 400), ("5", 400), (1, 201), (60, 201)])
async def test_devices_close_after_as_many_minutes_as_the_county_says(
    county: County, minutes: Any, status: int
) -> None:
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        assert (await client.get(PATH)).json()["device_idle_minutes"] == 5
        answer = await client.post(PATH, json=body(device_idle_minutes=minutes))
        assert answer.status_code == status, answer.text
        told = (await client.get(PATH)).json()["device_idle_minutes"]
        assert (told, county.entry.device_idle_minutes) == ((minutes, minutes) if status == 201 else (5, 5))
