"""Add a real, empty county to a data folder, set what stands on its pages, or list those that are there.

A new county has no account at all. Its three administrators are invited by three links, printed once; whoever holds one
sets the password and the second factor of that account within 72 hours.
"""

import argparse

import uvloop

from backend.commands.acting import act
from backend.commands.county_settings import add_settings, set_county
from backend.commands.founding import add_names, entry_of, founders, require_room, tell_invitations
from backend.commands.opening import closing_counties
from backend.commands.options import add_place, settings_of
from backend.commands.table import table
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, say
from backend.database.county import County, CountyEntry
from backend.database.registry import make_folder, open_listed, read_registry, register
from backend.identity.invite_staff import FoundAdministrators, Invited, found_administrators
from backend.kernel.refusals import Refused
from backend.migrations.revision import present_revision
from backend.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``add``, ``set`` and ``list``."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="add | set | list")
    adding = acts.add_parser("add", help="新增一个县 · add a county")
    adding.add_argument("code", metavar="CODE", help="六位区划代码 · six-digit division code (GB/T 2260)")
    add_names(adding)
    setting = acts.add_parser("set", help="设置热线、备案号、校验文件 · set phone, filings, verification files")
    add_settings(setting)
    add_place(setting)
    listing = acts.add_parser("list", help="列出各县 · list the counties")
    for one in (adding, listing):
        add_place(one, county=None)


def run(arguments: argparse.Namespace) -> int:
    """Add, set or list."""
    settings = settings_of(arguments)
    if arguments.act == "set":
        uvloop.run(set_county(arguments))
        return 0
    if arguments.act == "list":
        rows = [
            (entry.code, entry.name_zh, " ".join(entry.hosts), "演示" if entry.demonstration else "")
            for entry in read_registry(settings.data)
        ]
        print(table(("代码 · Code", "名称 · Name", "域名 · Host", ""), rows))
        return 0
    uvloop.run(_add(settings, entry_of(arguments)))
    return 0


async def _add(settings: Settings, entry: CountyEntry) -> None:
    require_room(settings, entry)
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
    tell_invitations(entry, invited)


async def _invite(county: County) -> list[Invited]:
    invited = await act(county, found_administrators, FoundAdministrators(founders()))
    if isinstance(invited, Refused):
        raise Stop(invited.reason.zh, invited.reason.en)
    return invited
