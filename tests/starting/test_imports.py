"""An import does exactly what its report said, once, or nothing: on both databases."""

import asyncio
from datetime import date

import pytest
from msgspec.structs import replace

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire
from backend.identity.list_staff import AskAccount, find_account
from backend.identity.rules import StaffState
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.find_merchants import FindMerchants, find_merchants, listed_codes
from backend.merchants.rules import Licence, LicenceKind
from backend.outbox.rules import IdReused
from backend.starting.apply_import import Applied, Carried
from backend.starting.rules import ImportKind, ImportReason, Outcome
from backend.stations.find_stations import FindStations, find_operators, find_stations
from tests.databases import HandClock
from tests.merchants.merchant_makers import admission, admitted, credit_code
from tests.starting.import_makers import (
    Row,
    applied,
    by,
    merchant,
    person,
    sheet,
    station,
    taken_in,
    tried,
    try_file,
    with_places,
)
from tests.web.world import row_counts


async def moved(county: County, before: dict[str, int]) -> dict[str, int]:
    """What rows came since, by table."""
    after = await row_counts(county)
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}


async def test_merchants_are_admitted_with_papers_and_first_shop(county: County) -> None:
    await with_places(county)
    await admitted(county, admission(order=7))
    before = await row_counts(county)
    rows: list[Row] = [
        merchant(1),
        merchant(2, trade="零售", food_business=None, food_business_until=None, town="511527210", village="先锋村"),
        merchant(7, name_zh="换了名字"),
        merchant(3, trade="农特产", food_business=None, food_business_until=None, exemption="自产自销农产品"),
    ]
    data = sheet(ImportKind.MERCHANTS, *rows)
    reported = await tried(county, ImportKind.MERCHANTS, data)
    assert [(row.row.row, row.outcome) for row in reported.plan.rows] == [
        (2, Outcome.NEW),
        (3, Outcome.NEW),
        (4, Outcome.THERE),
        (5, Outcome.NEW),
    ]
    assert await moved(county, before) == {"imports": 1}
    actor = by(Role.OFFICE)
    carried = await applied(county, ImportKind.MERCHANTS, data, reported.import_id, actor=actor)
    assert isinstance(carried, Carried)
    assert carried.applied == Applied(import_id=reported.import_id, rows_new=3, rows_changed=0, rows_there=1)
    came = await moved(county, before)
    assert {table: came[table] for table in ("merchants", "merchant_stores", "merchant_licences")} == {
        "merchants": 3,
        "merchant_stores": 3,
        "merchant_licences": 1,
    }
    found = {one.papers.credit_code: one for one in await inquire(county, find_merchants, FindMerchants())}
    first = found[credit_code(1)]
    assert first.papers.licences == (
        Licence(kind=LicenceKind.FOOD_BUSINESS, number="JY25915270000013", valid_until=date(2030, 2, 28)),
    )
    assert (first.main.premises.town_code, first.main.premises.village_code) == ("511527100", "511527100203")
    assert (first.main.premises.hours.opens, first.main.premises.hours.closes) == ("06:30", "20:30")
    assert found[credit_code(2)].main.premises.town_code == "511527210"
    assert found[credit_code(7)].papers.name_zh == "老城门豆花饭馆"
    (entry,) = await inquire(county, find, Find(act="starting.apply-import"))
    assert (entry.actor.id, entry.subject_id) == (actor.id, str(reported.import_id))
    assert entry.detail.startswith("merchants: 3 new, 0 changed; file ")


@pytest.mark.parametrize(
    ("told", "column", "words"),
    [
        ({"credit_code": "92591527000000001X"}, "统一社会信用代码", "统一社会信用代码不对"),
        ({"credit_code": credit_code(1, division="511527")}, "统一社会信用代码", "演示县只能登记"),
        ({"trade": "银行"}, "行业", "只能填：餐饮、零售、家电、文旅、农特产"),
        ({"town": "巡司镇"}, "乡镇", "本县没有“巡司镇”"),
        ({"village": "先锋村"}, "村（社区）", "筠连镇没有“先锋村”"),
        ({"village": "511527210202"}, "村（社区）", "这个村或社区不属于所选的乡镇"),
        ({"hours": "早八点"}, "营业时间", "写成 08:00-21:00"),
        ({"hours": "08:00-08:00"}, "营业时间", "开门和关门不能是同一个时间"),
        ({"hours": "25:00-26:00"}, "营业时间", "写成 08:00-21:00"),
        ({"phone": "13800000000"}, "对外电话", "演示县只能登记"),
        ({"food_business_until": "2026-11-19"}, "食品经营许可证有效期至", "许可证已过有效期"),
        ({"food_business_until": None}, "食品经营许可证有效期至", "也要填有效期"),
        ({"food_business": None, "food_business_until": None}, "食品经营许可证编号", "缺少本行业要求的许可证"),
        ({"address_zh": None}, "地址", "必填"),
    ],
)
async def test_a_fault_is_told_by_cell_and_no_row_of_the_file_is_taken(
    county: County, told: Row, column: str, words: str
) -> None:
    await with_places(county)
    data = sheet(ImportKind.MERCHANTS, merchant(5), merchant(1, **told))
    before = await row_counts(county)
    reported = await tried(county, ImportKind.MERCHANTS, data)
    faults = reported.plan.faults
    assert {fault.row for fault in faults} == {3}
    assert [words in fault.zh for fault in faults if fault.title == column] == [True]
    assert all(fault.en and fault.column for fault in faults)
    assert await applied(county, ImportKind.MERCHANTS, data, reported.import_id) == Refused(
        ImportReason.IMPORT_HAS_FAULTS
    )
    assert await moved(county, before) == {"imports": 1}


async def test_two_rows_of_one_merchant_are_told(county: County) -> None:
    await with_places(county)
    reported = await tried(county, ImportKind.MERCHANTS, sheet(ImportKind.MERCHANTS, merchant(1), merchant(1)))
    assert [fault.told_zh for fault in reported.plan.faults] == [
        "工作表“表” 第 3 行 C 列：信用代码和第 2 行相同，请只留一行"
    ]


async def test_a_repeated_application_has_the_same_answer_and_one_effect(county: County) -> None:
    await with_places(county)
    data = sheet(ImportKind.STAFF, person(), person("li.wei", "15401000022"))
    reported = await tried(county, ImportKind.STAFF, data)
    by_id = new_id()
    first = await applied(county, ImportKind.STAFF, data, reported.import_id, by_id=by_id)
    before = await row_counts(county)
    again = await applied(county, ImportKind.STAFF, data, reported.import_id, by_id=by_id)
    assert isinstance(first, Carried)
    assert isinstance(again, Carried)
    assert (again.applied, again.done, again.again) == (first.applied, (), True)
    assert len({done.invitation for done in first.done}) == 2
    other = await applied(county, ImportKind.STAFF, data, reported.import_id)
    assert other == Refused(ImportReason.IMPORT_APPLIED)
    assert await try_file(county, ImportKind.STAFF, data, import_id=reported.import_id) == Refused(
        ImportReason.IMPORT_APPLIED
    )
    another = await tried(county, ImportKind.STAFF, data)
    assert isinstance(await applied(county, ImportKind.STAFF, data, another.import_id, by_id=by_id), IdReused)
    assert await moved(county, before) == {"imports": 1}


async def test_another_file_is_not_the_one_of_the_report(county: County) -> None:
    await with_places(county)
    data, other = sheet(ImportKind.STAFF, person()), sheet(ImportKind.STAFF, person("li.wei"))
    reported = await tried(county, ImportKind.STAFF, data)
    before = await row_counts(county)
    assert await applied(county, ImportKind.STAFF, other, reported.import_id) == Refused(ImportReason.FILE_DIFFERS)
    assert await applied(county, ImportKind.STAFF, data, new_id()) == Refused(GeneralReason.NOT_FOUND)
    assert await applied(county, ImportKind.ROLES, data, reported.import_id) == Refused(GeneralReason.NOT_FOUND)
    assert isinstance(await try_file(county, ImportKind.STAFF, other, import_id=reported.import_id), IdReused)
    assert isinstance(await try_file(county, ImportKind.ROLES, data, import_id=reported.import_id), IdReused)
    assert (await tried(county, ImportKind.STAFF, data, import_id=reported.import_id)).again
    assert await moved(county, before) == {}


async def test_a_county_that_has_changed_since_the_report_is_told_and_nothing_moves(
    county: County, clock: HandClock
) -> None:
    await with_places(county)
    data = sheet(ImportKind.MERCHANTS, merchant(1), merchant(2))
    reported = await tried(county, ImportKind.MERCHANTS, data)
    await admitted(county, admission(order=2))
    before = await row_counts(county)
    for _ in range(2):
        assert await applied(county, ImportKind.MERCHANTS, data, reported.import_id) == Refused(
            ImportReason.COUNTY_CHANGED
        )
    assert await try_file(county, ImportKind.MERCHANTS, data, import_id=reported.import_id) == Refused(
        ImportReason.COUNTY_CHANGED
    )
    assert await moved(county, before) == {}
    fresh = await tried(county, ImportKind.MERCHANTS, data)
    clock.forward(days=1_300)  # By then the licences have run out.
    assert await applied(county, ImportKind.MERCHANTS, data, fresh.import_id) == Refused(ImportReason.COUNTY_CHANGED)
    assert await inquire(county, listed_codes, {credit_code(1)}) == {}


async def test_staff_get_accounts_and_invitations_from_one_desk_and_roles_from_another(county: County) -> None:
    await with_places(county)
    await taken_in(county, ImportKind.STATIONS, station(operator="zhan.chang"))
    await taken_in(county, ImportKind.MERCHANTS, merchant(1))
    rows = [
        person("wang.min", "15401000021", roles="经办"),
        person("li.wei", "15401000022", roles="复核、审批"),
        person("zhan.chang", "15401000023", roles="站长", station="景阳社区驿站"),
        person("dian.zhu", "15401000024", roles="商户人员", merchant=credit_code(1)),
    ]
    carried = await taken_in(county, ImportKind.STAFF, *rows)
    assert len({done.invitation for done in carried.done}) == 4
    for row in rows:
        member = (await inquire(county, find_account, AskAccount(login=row["login"]))).of_login
        assert member is not None
        assert (member.state, member.roles, member.phone) == (StaffState.INVITED, frozenset(), row["phone"])
    given = await taken_in(county, ImportKind.ROLES, *rows)
    assert given.applied.rows_changed == 4
    member = (await inquire(county, find_account, AskAccount(login="li.wei"))).of_login
    assert member is not None
    assert member.roles == {Role.REVIEWER, Role.APPROVER}
    again = await tried(county, ImportKind.ROLES, sheet(ImportKind.ROLES, *rows))
    assert {row.outcome for row in again.plan.rows} == {Outcome.THERE}
    appointed = await taken_in(county, ImportKind.STATIONS, station(operator="zhan.chang"))
    assert (appointed.applied.rows_new, appointed.applied.rows_changed) == (0, 1)
    (there,) = await inquire(county, find_stations, FindStations())
    assert [held.staff_id for held in await inquire(county, find_operators, there.id)] == [
        done.id for done in carried.done if done.login == "zhan.chang"
    ]
    last = await tried(county, ImportKind.STATIONS, sheet(ImportKind.STATIONS, station(operator="zhan.chang")))
    assert [row.outcome for row in last.plan.rows] == [Outcome.THERE]


@pytest.mark.parametrize(
    ("told", "column", "words"),
    [
        ({"roles": "系统管理员、安全管理员"}, "角色", "三个管理员不能是同一人"),
        ({"roles": "审计员、经办"}, "角色", "审计员不能同时是经办"),
        ({"roles": "站长"}, "角色", "须先登记所属商户或驿站"),
        ({"roles": "站长", "station": "没有的驿站"}, "所属驿站", "没有这个驿站"),
        ({"roles": "商户人员", "merchant": credit_code(9)}, "所属商户信用代码", "名单上没有这家商户"),
        ({"login": "Wang Min!"}, "登录名", "3 至 40 个小写字母"),
        ({"phone": "1.54E+10"}, "手机号", "Excel 已经丢了后面几位"),
        ({"phone": "154010000"}, "手机号", "一人一个账号"),
        ({"login": "taken", "phone": "15401000099"}, "登录名", "这个登录名已有人使用"),
        ({"login": "other", "phone": "15401000001"}, "手机号", "这个手机号已属于另一个账号"),
        ({"login": "first", "phone": "15401000098"}, "", "登录名和第 2 行相同"),
        ({"login": "second", "phone": "15401000021"}, "", "手机号和第 2 行相同"),
    ],
)
async def test_accounts_that_may_not_be_are_told_by_cell(county: County, told: Row, column: str, words: str) -> None:
    await with_places(county)
    await taken_in(county, ImportKind.STAFF, person("taken", "15401000001"))
    data = sheet(ImportKind.STAFF, person("first"), {**person("next", "15401000030"), **told})
    reported = await tried(county, ImportKind.STAFF, data)
    assert {fault.row for fault in reported.plan.faults} == {3}
    assert any(words in fault.zh and (fault.title or "") == column for fault in reported.plan.faults), [
        fault.told_zh for fault in reported.plan.faults
    ]


async def test_nobody_gets_two_administrators_roles_by_two_imports(county: County) -> None:
    await taken_in(county, ImportKind.STAFF, person("chen.si", roles=None))
    await taken_in(county, ImportKind.ROLES, person("chen.si", roles="系统管理员"))
    data = sheet(ImportKind.ROLES, person("chen.si", roles="系统管理员、审计员"))
    reported = await tried(county, ImportKind.ROLES, data)
    assert [fault.zh for fault in reported.plan.faults] == ["系统、安全、审计三个管理员不能是同一人"]
    swapped = sheet(ImportKind.ROLES, person("chen.si", roles="审计员"))
    last = await tried(county, ImportKind.ROLES, swapped)
    assert last.plan.faults == ()
    # It is the county's last system administrator: the verb refuses what the row alone could not know.
    refused = await applied(county, ImportKind.ROLES, swapped, last.import_id)
    assert isinstance(refused, Refused)
    assert (refused.reason, "最后一位" in refused.detail) == (ImportReason.COUNTY_CHANGED, True)
    member = (await inquire(county, find_account, AskAccount(login="chen.si"))).of_login
    assert member is not None
    assert member.roles == {Role.SYSTEM_ADMIN}


async def test_nobody_gives_themselves_rights_by_an_import(county: County) -> None:
    carried = await taken_in(county, ImportKind.STAFF, person("chen.si", roles=None))
    actor = by(Role.SECURITY_ADMIN)
    own = replace(actor, id=carried.done[0].id)
    data = sheet(ImportKind.ROLES, person("chen.si", roles="审批"))
    reported = await tried(county, ImportKind.ROLES, data, actor=own)
    assert [fault.zh for fault in reported.plan.faults] == ["不能更改自己的权限"]
    other = await tried(county, ImportKind.ROLES, data, actor=actor)
    assert await applied(county, ImportKind.ROLES, data, other.import_id, actor=own) == Refused(
        ImportReason.COUNTY_CHANGED
    )


async def test_carried_out_many_times_at_once_it_has_one_effect(county: County) -> None:
    await with_places(county)
    data = sheet(ImportKind.MERCHANTS, merchant(1), merchant(2))
    reported = await tried(county, ImportKind.MERCHANTS, data)
    outcomes = await asyncio.gather(
        *(applied(county, ImportKind.MERCHANTS, data, reported.import_id) for _ in range(6))
    )
    assert sum(isinstance(one, Carried) for one in outcomes) == 1
    assert {one.reason for one in outcomes if isinstance(one, Refused)} == {ImportReason.IMPORT_APPLIED}
    assert len(await inquire(county, find_merchants, FindMerchants())) == 2


async def test_two_lists_with_the_same_merchant_at_once_admit_it_once(county: County) -> None:
    await with_places(county)
    files = [sheet(ImportKind.MERCHANTS, merchant(1), merchant(order)) for order in (2, 3, 4)]
    reports = [await tried(county, ImportKind.MERCHANTS, data) for data in files]
    before = await row_counts(county)
    outcomes = await asyncio.gather(
        *(
            applied(county, ImportKind.MERCHANTS, data, report.import_id)
            for data, report in zip(files, reports, strict=True)
        )
    )
    assert sum(isinstance(one, Carried) for one in outcomes) == 1
    assert {one.reason for one in outcomes if isinstance(one, Refused)} == {ImportReason.COUNTY_CHANGED}
    assert (await moved(county, before))["merchants"] == 2
