"""The check-list tells what stands, what is missing and what nobody knows, each with its mend."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.data_state.backups import AskBackup, last_backup
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.merchants.end import End, end
from backend.starting.check_rules import Check, Standing
from backend.starting.note_backup import BackupMade, backup_made
from backend.starting.readiness import AskReadiness, StartPorts, readiness
from backend.starting.readiness_rules import Facts, Item, OfflineTrust, can_run_a_desk, check_list, is_ready
from backend.starting.rules import ImportKind
from tests.databases import HandClock
from tests.identity.people import staff
from tests.identity.sessions import staff_cookie
from tests.merchants.merchant_makers import CLERK, admission, admitted, licence, papers
from tests.starting.import_makers import merchant, person, station, taken_in, with_places
from tests.vouchers.desks import planned
from tests.web.client import calling, serving

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))
SOON = AT + timedelta(days=60)
READY = Facts(
    holders={
        Role.SYSTEM_ADMIN: [ONE],
        Role.SECURITY_ADMIN: [TWO],
        Role.AUDITOR: [THREE],
        Role.OFFICE: [ONE, FOUR],
        Role.REVIEWER: [TWO],
        Role.APPROVER: [THREE],
    },
    towns=2,
    villages=4,
    stations=1,
    stations_run=1,
    merchants=3,
    merchants_expired=0,
    merchants_expiring=0,
    merchants_without_account=0,
    sms=True,
    last_backup=AT,
    years_without_holidays=(),
    trust=OfflineTrust(wanted=True, until=AT + timedelta(days=61)),
    drafted=True,
    approved=True,
    funded=True,
)


def standing(items: list[Item], check: Check) -> Standing:
    return next(item.standing for item in items if item.check is check)


def test_a_county_in_which_everything_stands_is_ready() -> None:
    items = check_list(READY, at=AT)
    assert [item.check for item in items] == list(Check)
    assert {item.standing for item in items} == {Standing.DONE}
    assert {(item.do_zh, item.do_en) for item in items} == {("", "")}
    assert is_ready(items)


@pytest.mark.parametrize(
    ("changed", "check", "expected", "words"),
    [
        ({"holders": {}}, Check.ADMINISTRATORS, Standing.MISSING, "还没有登录过：系统管理员、安全管理员、审计员"),
        ({"holders": {}}, Check.DESK, Standing.MISSING, "经办 0 人、复核 0 人、审批 0 人"),
        ({"towns": 0}, Check.PLACES, Standing.MISSING, "0 个乡镇、4 个村和社区"),
        ({"villages": 0}, Check.PLACES, Standing.MISSING, "2 个乡镇、0 个村和社区"),
        ({"stations_run": 0}, Check.STATIONS, Standing.MISSING, "1 个驿站，0 个有站长"),
        ({"merchants": 0}, Check.MERCHANTS, Standing.MISSING, "0 家"),
        ({"merchants_expired": 3}, Check.MERCHANTS, Standing.MISSING, "证照过期 3 家"),
        ({"merchants_expired": 1}, Check.MERCHANTS, Standing.ATTENTION, "证照过期 1 家"),
        ({"merchants_expiring": 1}, Check.MERCHANTS, Standing.ATTENTION, "30 天内到期 1 家"),
        ({"merchants_without_account": None}, Check.BANK_ACCOUNTS, Standing.UNKNOWN, "本程序还不知道"),
        ({"merchants_without_account": 2}, Check.BANK_ACCOUNTS, Standing.MISSING, "2 家还没有账户"),
        ({"sms": False}, Check.SMS, Standing.MISSING, "没有配置"),
        ({"last_backup": None}, Check.BACKUP, Standing.MISSING, "还没有备份过"),
        ({"last_backup": AT - timedelta(days=7)}, Check.BACKUP, Standing.DONE, "7 天前备份过"),
        ({"last_backup": AT - timedelta(days=7, seconds=1)}, Check.BACKUP, Standing.ATTENTION, "7 天前备份过"),
        ({"years_without_holidays": None}, Check.HOLIDAYS, Standing.UNKNOWN, "本程序还不知道"),
        ({"years_without_holidays": (2027,)}, Check.HOLIDAYS, Standing.ATTENTION, "还没有 2027 年的安排"),
        ({"trust": None}, Check.TRUST_LIST, Standing.UNKNOWN, "本程序还不知道"),
        ({"trust": OfflineTrust(True, None)}, Check.TRUST_LIST, Standing.MISSING, "只能联网收券"),
        ({"trust": OfflineTrust(False, None)}, Check.TRUST_LIST, Standing.ATTENTION, "只能联网收券"),
        ({"trust": OfflineTrust(True, AT)}, Check.TRUST_LIST, Standing.MISSING, "只能联网收券"),
        ({"trust": OfflineTrust(True, SOON)}, Check.TRUST_LIST, Standing.ATTENTION, "有效到 2027 年 1 月 19 日"),
        ({"drafted": False}, Check.CAMPAIGN_DRAFTED, Standing.MISSING, "还没有"),
        ({"approved": False}, Check.CAMPAIGN_APPROVED, Standing.MISSING, "还没有"),
        ({"funded": False}, Check.CAMPAIGN_FUNDED, Standing.MISSING, "还没有"),
    ],
)
def test_what_does_not_stand_is_told_with_what_to_do(
    changed: dict[str, object], check: Check, expected: Standing, words: str
) -> None:
    items = check_list(replace(READY, **changed), at=AT)
    item = next(item for item in items if item.check is check)
    assert (item.standing, words in item.now_zh) == (expected, True), item
    if expected is not Standing.DONE:
        assert item.do_zh
        assert item.do_en
    assert is_ready(items) is (expected is not Standing.MISSING)


@pytest.mark.parametrize(
    ("clerks", "reviewers", "approvers", "can"),
    [
        ((ONE, FOUR), (TWO,), (THREE,), True),
        ((ONE,), (TWO,), (THREE,), False),
        ((ONE, TWO), (TWO,), (THREE,), True),
        ((ONE, TWO), (TWO,), (TWO,), False),
        ((ONE, TWO), (ONE, TWO), (ONE, TWO), False),
        ((ONE, TWO, THREE), (ONE, TWO, THREE), (ONE, TWO, THREE), True),
        ((), (TWO,), (THREE,), False),
    ],
)
def test_a_desk_needs_three_people_who_sign_and_another_clerk(
    clerks: Collection[UUID], reviewers: Collection[UUID], approvers: Collection[UUID], can: bool
) -> None:
    assert can_run_a_desk(clerks, reviewers, approvers) is can


async def asked(county: County, **ports: Any) -> list[Item]:
    told = StartPorts(**{"sms": False, **ports})
    return await inquire(county, readiness, AskReadiness(ports=told, at=county.clock()))


async def test_an_empty_county_lacks_everything_and_knows_what_it_does_not_know(county: County) -> None:
    items = await asked(county)
    unknown = {Check.BANK_ACCOUNTS, Check.HOLIDAYS, Check.TRUST_LIST}
    assert {item.check for item in items if item.standing is Standing.UNKNOWN} == unknown
    # The demonstration shows its messages in a box.
    assert {item.check for item in items if item.standing is Standing.DONE} == {Check.SMS}
    assert {item.standing for item in items if item.check not in {*unknown, Check.SMS}} == {Standing.MISSING}


async def test_the_slices_answer_what_they_keep(county: County, clock: HandClock) -> None:
    await with_places(county)
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        await staff(county, role)
    await taken_in(county, ImportKind.STAFF, person(roles=None))
    await taken_in(county, ImportKind.ROLES, person(roles="审批"))
    assert standing(await asked(county), Check.DESK) is Standing.MISSING
    for role in (Role.OFFICE, Role.OFFICE, Role.REVIEWER):
        await staff(county, role)
    # Who was invited and has not come in yet does not count.
    assert "审批 0 人" in next(item.now_zh for item in await asked(county) if item.check is Check.DESK)
    await staff(county, Role.APPROVER)
    await taken_in(county, ImportKind.MERCHANTS, merchant(1))
    await taken_in(county, ImportKind.STATIONS, station())
    items = await asked(county, sms=True)
    done = {Check.ADMINISTRATORS, Check.DESK, Check.PLACES, Check.MERCHANTS, Check.SMS}
    assert {item.check for item in items if item.standing is Standing.DONE} == done
    await transact(county, backup_made, BackupMade(made_at=clock(), ledger_hash="00"))
    assert await inquire(county, last_backup, AskBackup()) == clock()
    assert standing(await asked(county), Check.BACKUP) is Standing.DONE
    clock.forward(days=8)
    assert standing(await asked(county), Check.BACKUP) is Standing.ATTENTION


async def test_papers_are_counted_by_the_day(county: County, clock: HandClock) -> None:
    await with_places(county)
    today = clock().date()
    soon = papers(order=1, licences=(licence(until=today + timedelta(days=29)),))
    later = papers(order=2, licences=(licence(until=today + timedelta(days=30)),))
    first = await admitted(county, replace(admission(order=1), papers=soon))
    await admitted(county, replace(admission(order=2), papers=later))

    async def told() -> str:
        return next(item.now_zh for item in await asked(county) if item.check is Check.MERCHANTS)

    assert await told() == "2 家，证照过期 0 家，30 天内到期 1 家"
    clock.forward(days=30)
    assert await told() == "2 家，证照过期 1 家，30 天内到期 1 家"
    await transact(county, end, End(actor=CLERK, change_id=new_id(), merchant_id=first.merchant_id, reason="歇业"))
    assert await told() == "1 家，证照过期 0 家，30 天内到期 1 家"


async def test_ports_answer_what_no_slice_below_keeps(county: County) -> None:
    async def without(tx: Transaction) -> int:
        assert tx.county is county
        return 2

    async def years(tx: Transaction, wanted: Collection[int]) -> Collection[int]:
        assert tx.county is county
        assert list(wanted) == [2026, 2027]
        return {2027}

    items = await asked(county, merchants_without_account=without, years_without_holidays=years)
    assert standing(items, Check.BANK_ACCOUNTS) is Standing.MISSING
    assert standing(items, Check.HOLIDAYS) is Standing.ATTENTION


async def test_campaigns_are_followed_to_their_money(county: County) -> None:
    of = await planned(county)
    steps = (Check.CAMPAIGN_DRAFTED, Check.CAMPAIGN_APPROVED, Check.CAMPAIGN_FUNDED)

    async def done() -> list[bool]:
        items = await asked(county)
        return [standing(items, check) is Standing.DONE for check in steps]

    assert await done() == [True, False, False]
    await of.approve()
    assert await done() == [True, True, False]
    await of.fund(59_000)
    assert await done() == [True, True, True]


async def test_everybody_in_the_office_reads_it(county: County) -> None:
    async with serving(county) as application:
        for role in (Role.OFFICE, Role.AUDITOR, Role.SYSTEM_ADMIN):
            async with calling(application, cookie=await staff_cookie(county, role)) as client:
                answer = await client.get("/api/v1/office/readiness")
                assert answer.status_code == 200
                told = answer.json()
                assert told["ready"] is False
                assert [item["check"] for item in told["items"]] == [check.value for check in Check]
                assert all(item["title_zh"] and item["why_en"] and item["now_en"] for item in told["items"])
