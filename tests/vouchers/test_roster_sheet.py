"""A list's file is read to rows that the desk can look at and bring in; what is wrong is told with its place."""

import base64
from typing import Any

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.sheets.read import read_sheet
from backend.sheets.template import template
from backend.vouchers.roster_rules import RosterRow
from backend.vouchers.roster_sheet import COLUMNS, read_roster
from tests.identity.sessions import staff_cookie
from tests.sheets.sheet_makers import xlsx
from tests.vouchers.rosters import roster_campaign
from tests.web.client import calling, serving

HEAD = ("姓名", "类别*", "联系电话", "身份证号码", "备注")
GOOD = ("罗开明", "low-income", "15405000001", "", "低保")


def book(*rows: tuple[Any, ...], second: tuple[Any, ...] = ()) -> bytes:
    def add(sheet: Any) -> None:
        for row in (HEAD, second) if second else ():
            at = sheet.parent.worksheets[1] if len(sheet.parent.worksheets) > 1 else sheet.parent.create_sheet("第二页")
            at.append(list(row))

    return xlsx(HEAD, *rows, change=add, name="名单")


def test_a_filled_sheet_becomes_rows_with_the_numbers_and_letters_of_the_sheet() -> None:
    read = read_roster(book(GOOD, (None,) * 5, ("陈素芬", "destitute", "", "511527195001010026", "")))
    assert read.faults == ()
    assert read.rows == (
        RosterRow(row=2, class_code="low-income", phone="15405000001", identity_number="", name="罗开明"),
        RosterRow(row=4, class_code="destitute", phone="", identity_number="511527195001010026", name="陈素芬"),
    )
    assert (read.sheet, read.letters) == (
        "名单",
        {"name": "A", "class_code": "B", "phone": "C", "identity_number": "D"},
    )
    assert read.ignored == ("备注（E）",)


def test_a_csv_of_a_chinese_office_is_read_too() -> None:
    read = read_roster("类别,手机号\nlow-income,15405000001\n".encode("gb18030"))
    assert [(row.row, row.class_code, row.phone) for row in read.rows] == [(2, "low-income", "15405000001")]
    assert read.faults == ()


def test_what_is_missing_is_told_with_its_place_and_two_sheets_are_not_one_list() -> None:
    read = read_roster(book(("罗开明", "", "15405000001", "", "")))
    assert [(one.sheet, one.row, one.column, one.title) for one in read.faults] == [("名单", 2, "B", "类别")]
    read = read_roster(book(GOOD, second=GOOD))
    assert [(one.sheet, one.zh) for one in read.faults] == [("第二页", "一份名单只用一张工作表，请合并成一张")]
    assert [one.zh for one in read_roster(b"%PDF-1.7").faults] == ["这是PDF，请另存为 .xlsx 或 .csv"]


def test_the_sheet_to_fill_is_one_that_can_be_read() -> None:
    read = read_sheet(template("名单", COLUMNS), COLUMNS)
    assert [one.zh for one in read.faults] == ["表里没有一行内容"]


async def test_a_clerk_reads_a_file_looks_at_its_rows_and_brings_them_in(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    path = f"/api/v1/office/campaigns/{campaign_id}/rosters"
    sheet = {"file": base64.b64encode(book(GOOD, ("", "rich", "12", "", ""))).decode()}
    async with serving(county) as application:
        async with calling(application, cookie=await staff_cookie(county, Role.OFFICE)) as client:
            answer = await client.post("/api/v1/office/roster-sheets", json=sheet)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
            read = answer.json()
            assert [(one["field"], one["letter"], one["zh"]) for one in read["columns"]] == [
                ("name", "A", "姓名"),
                ("class_code", "B", "类别"),
                ("phone", "C", "手机号"),
                ("identity_number", "D", "身份证号"),
            ]
            body = {"roster_id": str(new_id()), "document_no": "筠民政〔2026〕31号", "rows": read["rows"]}
            dry = (await client.post(path, json=body | {"dry_run": True})).json()
            assert [(one["row"], one["column"]) for one in dry["faults"]] == [(3, "class_code"), (3, "phone")]
            done = await client.post(path, json=body | {"rows": read["rows"][:1]})
            assert (done.status_code, done.json()["entries"]) == (201, 1)
            sheet_to_fill = await client.get("/api/v1/office/roster-sheets/template")
            assert sheet_to_fill.headers["content-disposition"] == "attachment; filename=roster.xlsx"
            (listed,) = (await client.get(path)).json()["items"]
            assert (listed["state"], listed["entries"]) == ("imported", 1)
        async with calling(application, cookie=await staff_cookie(county, Role.REVIEWER)) as client:
            assert (await client.post("/api/v1/office/roster-sheets", json=sheet)).status_code == 403
