"""Imports at the desks that may make them, through the door."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.accept_invitation import OpenInvitation, Unsealed, open_invitation
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.sheets.template import XLSX
from backend.starting.importers import IMPORTERS
from backend.starting.rules import ImportKind
from tests.identity.sessions import staff_cookie
from tests.starting.import_makers import merchant, person, sheet, with_places
from tests.web.client import calling, serving

IMPORTS = "/api/v1/office/imports"


def trying(data: bytes, **told: Any) -> dict[str, Any]:
    return {"import_id": str(new_id()), "file": b64encode(data).decode()} | told


def applying(data: bytes) -> dict[str, Any]:
    return {"application_id": str(new_id()), "file": b64encode(data).decode()}


async def test_a_desk_tries_a_file_carries_it_out_and_is_answered_the_same_again(county: County) -> None:
    await with_places(county)
    cookie = await staff_cookie(county, Role.OFFICE)
    data = sheet(ImportKind.MERCHANTS, merchant(1), merchant(2))
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        body = trying(data)
        first = await client.post(f"{IMPORTS}/merchants", json=body)
        assert (first.status_code, first.headers["cache-control"]) == (201, "no-store")
        told = first.json()
        assert (told["can_be_applied"], told["rows_new"], told["faults"]) == (True, 2, [])
        assert [(row["row"], row["outcome"]) for row in told["rows"]] == [(2, "new"), (3, "new")]
        again = await client.post(f"{IMPORTS}/merchants", json=body)
        assert (again.status_code, again.json()) == (200, told)
        act, address = applying(data), f"{IMPORTS}/merchants/{told['import_id']}/application"
        done = await client.post(address, json=act)
        assert (done.status_code, done.json()["rows_new"], len(done.json()["done"])) == (201, 2, 2)
        repeated = await client.post(address, json=act)
        assert (repeated.status_code, repeated.json()) == (200, done.json() | {"done": []})
        other = await client.post(address, json=applying(data))
        assert (other.status_code, other.json()["reason"]) == (409, "import-applied")
        listed = await client.get("/api/v1/merchants")
        assert len(listed.json()["items"]) == 2


async def test_every_no_of_an_import_is_told(county: County) -> None:
    await with_places(county)
    cookie = await staff_cookie(county, Role.OFFICE)
    wrong, good = sheet(ImportKind.MERCHANTS, merchant(1, town="巡司镇")), sheet(ImportKind.MERCHANTS, merchant(1))
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        report = (await client.post(f"{IMPORTS}/merchants", json=trying(wrong))).json()
        assert report["can_be_applied"] is False
        assert [(fault["row"], fault["column"], fault["title"]) for fault in report["faults"]] == [(2, "G", "乡镇")]
        address = f"{IMPORTS}/merchants/{report['import_id']}/application"
        assert (await client.post(address, json=applying(wrong))).json()["reason"] == "import-has-faults"
        assert (await client.post(address, json=applying(good))).json()["reason"] == "file-differs"
        reused = await client.post(f"{IMPORTS}/merchants", json=trying(good, import_id=report["import_id"]))
        assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")
        unknown = await client.post(f"{IMPORTS}/merchants/{new_id()}/application", json=applying(good))
        assert (unknown.status_code, unknown.json()["reason"]) == (404, "not-found")
        two = [(await client.post(f"{IMPORTS}/merchants", json=trying(good))).json() for _ in range(2)]
        for told, reason in zip(two, (None, "county-changed"), strict=True):
            answer = await client.post(f"{IMPORTS}/merchants/{told['import_id']}/application", json=applying(good))
            assert answer.json().get("reason") == reason
        no_base64 = await client.post(f"{IMPORTS}/merchants", json=trying(good) | {"file": "=*="})
        assert (no_base64.status_code, no_base64.json()["errors"]) == (
            400,
            [{"pointer": "/file", "detail": "须为 base64 编码的文件 / must be a file in base64"}],
        )


async def test_a_file_of_five_megabytes_is_taken_and_a_larger_one_told(county: County) -> None:
    cookie = await staff_cookie(county, Role.OFFICE)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        large = await client.post(f"{IMPORTS}/merchants", json=trying(b"a" * 5_000_000))
        assert (large.status_code, large.json()["can_be_applied"]) == (201, False)
        larger = await client.post(f"{IMPORTS}/merchants", json=trying(b"a" * 5_000_001))
        assert (larger.status_code, larger.json()["errors"][0]["pointer"]) == (400, "/file")
        huge = await client.post(f"{IMPORTS}/merchants", json=trying(b"a" * 7_600_000))
        assert (huge.status_code, huge.json()["reason"]) == (413, "too-large")


async def test_files_are_taken_at_a_measured_pace(county: County) -> None:
    cookie = await staff_cookie(county, Role.OFFICE)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        told = [(await client.post(f"{IMPORTS}/merchants", json=trying(b"a,b"))).status_code for _ in range(21)]
    assert told == [201] * 20 + [429]


async def test_invitations_are_shown_once_and_work(county: County) -> None:
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    data = sheet(ImportKind.STAFF, person(roles=None))
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        report = (await client.post(f"{IMPORTS}/staff", json=trying(data))).json()
        act, address = applying(data), f"{IMPORTS}/staff/{report['import_id']}/application"
        done = (await client.post(address, json=act)).json()["done"]
        assert (await client.post(address, json=act)).json()["done"] == []
    opened = await transact(county, open_invitation, OpenInvitation(done[0]["invitation"]))
    assert isinstance(opened, Unsealed)
    assert opened.login == "wang.min"


@pytest.mark.parametrize("kind", list(ImportKind))
async def test_each_kind_belongs_to_one_desk_and_has_a_sheet_to_fill(county: County, kind: ImportKind) -> None:
    importer = IMPORTERS[kind]
    async with serving(county) as application:
        for role in (Role.OFFICE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.APPROVER):
            async with calling(application, cookie=await staff_cookie(county, role)) as client:
                answer = await client.get(f"{IMPORTS}/{kind}/template")
                assert answer.status_code == (200 if role is importer.role else 403), role
                if role is not importer.role:
                    continue
                assert answer.headers["content-type"] == XLSX
                book = load_workbook(BytesIO(answer.content))
                assert book.sheetnames == [kind.zh, "说明"]
                titles = [str(cell.value).rstrip("*") for cell in book[kind.zh][1]]
                assert titles == [column.zh for column in importer.columns]
