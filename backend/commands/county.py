"""Add a real, empty county to a data folder, or list those that are there.

A new county has no account at all. Its three administrators are invited by three links, printed once; whoever holds one
sets the password and the second factor of that account within 72 hours.
"""

import argparse
import re

import uvloop
from msgspec import Struct

from backend.commands.acting import act
from backend.commands.opening import closing_counties
from backend.commands.options import add_place, settings_of
from backend.commands.table import table
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, say
from backend.database.county import County, CountyEntry
from backend.database.registry import make_folder, open_listed, read_registry, register
from backend.identity.invite_staff import FoundAdministrators, Founder, Invited, found_administrators
from backend.kernel.actors import Role
from backend.kernel.refusals import Refused
from backend.merchants.credit_code import UNASSIGNABLE_PROVINCE
from backend.migrations.revision import present_revision
from backend.settings import Settings

_CODE = re.compile(r"[1-9][0-9]{5}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


class _Administrator(Struct, frozen=True):
    role: Role
    zh: str
    en: str


ADMINISTRATORS = (
    _Administrator(Role.SYSTEM_ADMIN, "系统管理员", "system administrator"),
    _Administrator(Role.SECURITY_ADMIN, "安全管理员", "security administrator"),
    _Administrator(Role.AUDITOR, "审计员", "auditor"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``add`` and ``list``."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="add | list")
    adding = acts.add_parser("add", help="新增一个县 · add a county")
    adding.add_argument("code", metavar="CODE", help="六位区划代码 · six-digit division code (GB/T 2260)")
    adding.add_argument("--host", action="append", required=True, metavar="NAME", help="域名，可多个 · may be repeated")
    adding.add_argument("--name-zh", metavar="名称", help="中文名称 · Chinese name")
    adding.add_argument("--name-en", metavar="NAME", help="英文名称 · English name")
    listing = acts.add_parser("list", help="列出各县 · list the counties")
    for one in (adding, listing):
        add_place(one, county=None)


def run(arguments: argparse.Namespace) -> int:
    """Add or list."""
    settings = settings_of(arguments)
    if arguments.act == "list":
        rows = [
            (entry.code, entry.name_zh, " ".join(entry.hosts), "演示" if entry.demonstration else "")
            for entry in read_registry(settings.data)
        ]
        print(table(("代码 · Code", "名称 · Name", "域名 · Host", ""), rows))
        return 0
    uvloop.run(_add(settings, _entry(arguments)))
    return 0


def _entry(arguments: argparse.Namespace) -> CountyEntry:
    code, hosts = arguments.code, tuple(host.lower() for host in arguments.host)
    if not _CODE.fullmatch(code) or code.startswith(UNASSIGNABLE_PROVINCE):
        raise Stop(
            f"{code} 不是区划代码：请写六位数字（59 开头的留给演示县）。",
            f"{code} is no division code: give six digits (those beginning with 59 are for demonstrations).",
        )
    for host in hosts:
        if not _HOST.fullmatch(host) or len(host) > 253:
            raise Stop(f"--host {host} 不是域名。", f"--host {host} is no host name.")
    return CountyEntry(
        code=code,
        name_zh=arguments.name_zh or f"{code} 县",
        name_en=arguments.name_en or f"County {code}",
        hosts=hosts,
        place=f"c{code}",
    )


async def _add(settings: Settings, entry: CountyEntry) -> None:
    _require_room(settings, entry)
    settings.data.mkdir(parents=True, exist_ok=True)
    make_folder(settings.data, entry)
    async with closing_counties(open_listed(settings.data, [entry], settings.database_url)) as counties:
        county = counties.all[0]
        if await present_revision(county) is not None:
            raise Stop(
                f"数据库里已有 {entry.code} 的数据，没有改动。恢复备份用 yizhan restore；"
                f"如果是上次新增时中断的，请先删掉 {county.folder} 或数据库里的 {entry.place}。",
                f"The database already holds data of {entry.code}; nothing was changed. To bring back a backup use "
                f"yizhan restore; if an earlier add was cut off, remove {county.folder} or the schema {entry.place}.",
            )
        await bring_up_to_date(county)
        invited = await _invite(county)
    register(settings.data, entry)
    say(f"已新增 {entry.name_zh}（{entry.code}）", f"{entry.name_en} ({entry.code}) was added")
    say(
        "三位管理员的邀请（72 小时内有效，只显示一次，请交给三个人）",
        "three invitations, for three people, shown once",
    )
    for one, invitation in zip(ADMINISTRATORS, invited, strict=True):
        say(f"  {one.zh}（{_login(one)}）", f"{one.en}")
        print(f"    https://{entry.hosts[0]}/office/invitation#{invitation.token}")


def _require_room(settings: Settings, entry: CountyEntry) -> None:
    for other in read_registry(settings.data):
        if other.demonstration:
            raise Stop(
                f"{settings.data} 里有演示县，真实的县请另用一个文件夹（yizhan init）。",
                f"{settings.data} holds a demonstration county; give real ones a folder of their own (yizhan init).",
            )
        if other.code == entry.code:
            raise Stop(f"{entry.code} 已经在了。", f"{entry.code} is there already.")
        if taken := set(other.hosts) & set(entry.hosts):
            host = min(taken)
            raise Stop(f"域名 {host} 已属于{other.name_zh}。", f"Host {host} leads to {other.name_en} already.")


async def _invite(county: County) -> list[Invited]:
    founders = tuple(Founder(role=one.role, login=_login(one), name=one.zh) for one in ADMINISTRATORS)
    invited = await act(county, found_administrators, FoundAdministrators(founders))
    if isinstance(invited, Refused):
        raise Stop(invited.reason.zh, invited.reason.en)
    return invited


def _login(one: _Administrator) -> str:
    return one.role.value.replace("_", "-")
