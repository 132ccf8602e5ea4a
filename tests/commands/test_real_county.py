"""A real county from nothing to a funded campaign, by commands and the API alone, with nobody's data but its own.

Each step is one thing that a person does; their number is part of what is held.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
from msgspec import Struct

from backend.app import Application
from backend.database.county import County
from backend.database.registry import open_counties
from backend.database.transaction import inquire
from backend.kernel.ids import new_id
from backend.settings import Settings
from backend.starting.check_rules import Check, Standing
from backend.starting.readiness import AskReadiness, StartPorts, readiness
from backend.starting.readiness_rules import is_ready
from backend.starting.rules import ImportKind
from tests.commands.running import Place, yizhan
from tests.merchants.merchant_makers import credit_code
from tests.starting.divisions_makers import small, written
from tests.starting.import_makers import merchant, person, sheet, station
from tests.web.client import calling

LINK = re.compile(r"https://xingwen\.example/office/invitation#(\S{43})")
HOST = "http://xingwen.example"
PLACE = {"town": "古宋镇", "village": "万寿村"}
STATION = station(**PLACE, phone="0831-8820001", operator="zhan.xiangshan")
MERCHANTS = [
    merchant(1, credit_code=credit_code(1, division="511528"), **PLACE, phone="0831-8820011"),
    merchant(2, credit_code=credit_code(2, division="511528"), **PLACE, phone="13890000012"),
]
STAFF = [
    person("wang.min", "13890000021", name="王敏", roles="经办"),
    person("zhao.jun", "13890000022", name="赵军", roles="经办"),
    person("li.wei", "13890000023", name="李伟", roles="复核"),
    person("chen.lan", "13890000024", name="陈兰", roles="审批"),
    person("zhan.xiangshan", "13890000025", name="周香", roles="站长", station="景阳社区驿站"),
]
DOCUMENT = "兴府函〔2026〕18号"
FACE_FEN, PIECES = 5_000, 200


class Steps:
    """What people did, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, told: str) -> None:
        """One more."""
        self.done.append(told)


class Desk(Struct, frozen=True):
    """Somebody at a page, signed in or not."""

    client: httpx.AsyncClient

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        """One request that must succeed."""
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.text)
        return answer.json()

    async def take_in(self, kind: ImportKind, data: bytes) -> Any:
        """Try, look at the report, carry it out."""
        path, file = f"/api/v1/office/imports/{kind}", b64encode(data).decode()
        report = await self.send("POST", path, {"import_id": str(new_id()), "file": file})
        assert report["can_be_applied"], report["faults"]
        act = {"application_id": str(new_id()), "file": file}
        return await self.send("POST", f"{path}/{report['import_id']}/application", act)


class Office:
    """The county's pages: people come in by their links and stay signed in."""

    def __init__(self, application: Application, county: County, stack: AsyncExitStack) -> None:
        self.application, self.county, self.stack = application, county, stack

    async def somebody(self, cookie: str | None = None) -> Desk:
        """A browser of their own."""
        return Desk(await self.stack.enter_async_context(calling(self.application, cookie=cookie, base=HOST)))

    async def come_in(self, token: str) -> Desk:
        """Open the link, choose a password, set up the second factor."""
        door = await self.somebody()
        opened = await door.send("POST", "/api/v1/staff/invitations/open", {"token": token})
        code = pyotp.TOTP(opened["totp_secret"]).at(self.county.clock())
        body = {"token": token, "password": "宜宾竹海-七月下旬-7781", "code": code}
        answer = await door.client.post("/api/v1/staff/invitations/accept", json=body)
        assert answer.json()["signed_in"], answer.text
        return await self.somebody(answer.headers["set-cookie"].partition("=")[2].partition(";")[0])

    async def missing(self, desk: Desk) -> set[str]:
        """What the check-list names."""
        told = await desk.send("GET", "/api/v1/office/readiness")
        return {item["check"] for item in told["items"] if item["standing"] == "missing"}


@asynccontextmanager
async def office(place: Place) -> AsyncIterator[Office]:
    counties = open_counties(place.folder, place.url)
    gateway: dict[str, Any] = {"sms_adapter": "gateway", "sms_gateway": "https://sms.example/send", "sms_key": "k" * 32}
    application = Application(Settings(data=place.folder, **gateway), counties)
    async with AsyncExitStack() as stack:
        try:
            yield Office(application, counties.all[0], stack)
        finally:
            await application.close()


async def staffed(inside: Office, step: Steps, links: list[str]) -> dict[str, Desk]:
    """Administrators come in, make the accounts and give the roles; everybody else comes in."""
    system, security, auditor = [await inside.come_in(link) for link in links]
    for one in ("系统管理员", "安全管理员", "审计员"):
        step(f"{one}打开邀请链接")
    assert "administrators" not in await inside.missing(auditor)
    made = await system.take_in(ImportKind.STAFF, sheet(ImportKind.STAFF, *STAFF))
    step("系统管理员导入人员，分发链接")
    await security.take_in(ImportKind.ROLES, sheet(ImportKind.ROLES, *STAFF))
    step("安全管理员导入角色")
    desks = {}
    for done in made["done"]:
        desks[done["login"]] = await inside.come_in(done["invitation"])
        step(f"{done['login']} 打开邀请链接")
    return desks


async def funded(clerk: Desk, desks: dict[str, Desk], inside: Office, step: Steps) -> str:
    """Drafted, submitted, reviewed, approved, and the money proven by another clerk."""
    campaign = str(new_id())
    path, opens_at = f"/api/v1/office/campaigns/{campaign}", inside.county.clock() + timedelta(days=3)
    kind: dict[str, Any] = {"code": "meal", "name_zh": "餐饮券", "name_en": "Meals", "cap_pieces": PIECES}
    kind |= {"face_fen": FACE_FEN, "minimum_spend_fen": 20_000, "valid_days": 7, "limits": [{"rule_id": str(new_id())}]}
    kind |= {"funding": [{"funder": "government", "share_bp": 10_000}]}
    session = {
        "round_id": str(new_id()),
        "kind_code": "meal",
        "name_zh": "第一轮",
        "name_en": "First",
        "pieces": PIECES,
    }
    session |= {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + timedelta(hours=6)).isoformat()}
    plan = {"title_zh": "兴文迎新春消费券", "title_en": "New Year", "kinds": [kind], "rounds": [session]}
    await clerk.send("PUT", path, plan)
    step("经办起草活动")
    steps = (("wang.min", "submit", None), ("li.wei", "review", None), ("chen.lan", "approve", DOCUMENT))
    for login, name, document in steps:
        signature = {"decision_id": str(new_id()), "version": 1, "step": name, "document_no": document}
        await desks[login].send("POST", f"{path}/signatures", signature)
        step(f"{login} {name}")
    money = {"funding_id": str(new_id()), "version": 1, "document_no": DOCUMENT, "bank_voucher_no": "20261129-1"}
    money |= {"amount_fen": FACE_FEN * PIECES, "file_sha256": "5e" * 32}
    answer = await desks["zhao.jun"].send("POST", f"{path}/funding", money)
    step("另一位经办登记到账")
    return str(answer["state"])


def test_a_county_comes_from_nothing_to_a_funded_campaign(place: Place, tmp_path: Path) -> None:
    step = Steps()
    named = ("--county", "511528", "--host", "xingwen.example", "--name-zh", "兴文县")
    begun = yizhan("init", *named, "--divisions", written(tmp_path, small(), encoding="gbk"), *place.flags)
    assert begun.code == 0, begun.err
    step("yizhan init")
    stations = tmp_path / "stations.xlsx"
    stations.write_bytes(sheet(ImportKind.STATIONS, STATION))
    assert yizhan("import", "stations", stations, "--apply", *place.flags).code == 0
    step("yizhan import stations")

    async def within() -> None:
        async with office(place) as inside:
            desks = await staffed(inside, step, LINK.findall(begun.out))
            clerk = desks["wang.min"]
            assert await inside.missing(clerk) == {
                *(
                    "stations",
                    "merchants",
                    "bank-accounts",
                    "backup",
                    "campaign-drafted",
                    "campaign-approved",
                    "campaign-funded",
                )
            }
            await clerk.take_in(ImportKind.STATIONS, sheet(ImportKind.STATIONS, STATION))
            step("经办再导入驿站，任命站长")
            await clerk.take_in(ImportKind.MERCHANTS, sheet(ImportKind.MERCHANTS, *MERCHANTS))
            step("经办导入商户")
            assert await funded(clerk, desks, inside, step) == "funded"
            assert await inside.missing(clerk) == {"backup", "bank-accounts"}
            assert (await desks["zhan.xiangshan"].send("GET", "/api/v1/stations"))["items"]

    asyncio.run(within())
    assert yizhan("backup", "--to", tmp_path / "first.backup", *place.flags).code == 0
    step("yizhan backup")

    assert asyncio.run(_unknown(place)) == {Check.BANK_ACCOUNTS, Check.HOLIDAYS, Check.TRUST_LIST}
    audited = yizhan("audit", *place.flags)
    assert audited.code == 0, audited.err
    assert len(step.done) == 20, step.done


async def _unknown(place: Place) -> set[Check]:
    """What nobody can tell yet of a county that is ready."""
    counties = open_counties(place.folder, place.url)
    county = counties.all[0]
    items = await inquire(county, readiness, AskReadiness(ports=StartPorts(sms=True), at=county.clock()))
    await counties.close()
    assert is_ready(items), items
    return {item.check for item in items if item.standing is Standing.UNKNOWN}
