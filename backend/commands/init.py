"""Start a real county: its folder, its database, its towns and villages, and three invitations.

``yizhan init --data DIR`` alone makes an empty folder. With ``--county CODE --host NAME --divisions FILE`` the county
is founded in one go: the list is understood before anything is made, and a run that was cut off is taken up again.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import uvloop

from backend.commands.acting import act
from backend.commands.founding import add_names, entry_of, founders, require_room, tell_invitations
from backend.commands.opening import closing_counties
from backend.commands.options import add_place, settings_of
from backend.commands.told_faults import faults_told
from backend.commands.upgrade import bring_up_to_date
from backend.commands.words import Stop, say
from backend.database.county import CountyEntry
from backend.database.registry import REGISTRY, make_folder, open_listed, read_registry, register, write_registry
from backend.identity.invite_staff import Invited
from backend.kernel.refusals import Reason, Refused
from backend.settings import Settings
from backend.sheets.columns import SheetFault, SheetRow
from backend.sheets.read import read_sheet
from backend.starting.division_rules import COLUMNS, Divisions, divisions_of
from backend.starting.found_county import FoundCounty, found_county

NEXT = (
    (
        "下一步：yizhan serve 启动服务，三位管理员打开链接，设密码和动态码",
        "next: yizhan serve; the administrators open their links",
    ),
    (
        "然后：yizhan import stations|staff|roles|merchants 导入名单，先试读，再加 --apply",
        "then: yizhan import, which tries first and stores with --apply",
    ),
    ("办公端“开县清单”写着第一场活动前还缺什么", "the office's check-list tells what is still missing"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where; and, to found a county at once, which one and from what."""
    add_place(parser, county="六位区划代码 · six-digit division code (GB/T 2260)")
    add_names(parser, required=False)
    parser.add_argument(
        "--divisions",
        action="append",
        type=Path,
        metavar="FILE",
        help="乡镇、村和社区的代码与名称，CSV 或 XLSX，可多个 · codes and names of towns and villages, may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the folder, or found the county; one that is there already stays as it is."""
    settings = settings_of(arguments)
    told = [name for name in ("county", "host", "divisions") if getattr(arguments, name)]
    if not told:
        _make_folder(settings.data)
        return 0
    if missing := [f"--{name}" for name in ("county", "host", "divisions") if name not in told]:
        raise Stop(f"还缺 {'、'.join(missing)}。", f"Also needed: {', '.join(missing)}.")
    arguments.code = arguments.county
    entry = entry_of(arguments)
    divisions = _read(arguments.divisions, entry.code)
    require_room(settings, entry)
    _require_free(settings.data, entry)
    told_by = ", ".join(path.name for path in arguments.divisions)[:400]
    uvloop.run(_found(settings, entry, FoundCounty(divisions=divisions, told_by=told_by, founders=founders())))
    return 0


def _make_folder(data: Path) -> None:
    if entries := read_registry(data):
        say(f"{data} 里已有 {len(entries)} 个县，没有改动", f"{data} holds counties; nothing was changed")
        return
    _require_empty(data, set())
    _make(data)
    write_registry(data, [])
    say(f"已建好 {data}，下一步：yizhan county add 区划代码 --host 域名", f"{data} is ready; next: yizhan county add")


def _require_empty(data: Path, known: set[str]) -> None:
    if data.exists() and any(path.name not in {REGISTRY, *known} for path in data.iterdir()):
        raise Stop(f"{data} 里已有别的东西，请换一个空文件夹。", f"{data} is not empty; choose an empty folder.")


def _require_free(data: Path, entry: CountyEntry) -> None:
    """A folder of counties, an empty one, or one in which the founding of this very county was cut off."""
    if read_registry(data):
        return
    _require_empty(data, {"counties", f"{REGISTRY}.new"})
    counties = data / "counties"
    if counties.is_dir() and any(path.name != entry.place for path in counties.iterdir()):
        raise Stop(f"{counties} 里有别的县，但没有登记。", f"{counties} holds another county that is not registered.")


def _make(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)


def _read(files: Sequence[Path], code: str) -> Divisions:
    rows: list[SheetRow] = []
    faults: list[SheetFault] = []
    for file in files:
        try:
            read = read_sheet(file.read_bytes(), COLUMNS)
        except OSError as error:
            raise Stop(f"读不了 {file}：{error.strerror}", f"{file} cannot be read: {error.strerror}") from error
        rows += read.rows
        faults += read.faults
    divisions = faults if faults else divisions_of(rows, code)
    if isinstance(divisions, Divisions):
        return divisions
    raise Stop(*faults_told("区划表有错，什么也没有建", "The divisions are wrong; nothing was made", divisions))


async def _found(settings: Settings, entry: CountyEntry, command: FoundCounty) -> None:
    _make(settings.data)
    make_folder(settings.data, entry)
    async with closing_counties(open_listed(settings.data, [entry], settings.database_url)) as counties:
        county = counties.all[0]
        await bring_up_to_date(county)
        invited: list[Invited] | Refused[Reason] = await act(county, found_county, command)
    if isinstance(invited, Refused):
        raise Stop(
            f"数据库里已有 {entry.code} 的数据，没有改动。恢复备份用 yizhan restore。",
            f"The database holds data of {entry.code} already; nothing was changed. For a backup use yizhan restore.",
        )
    register(settings.data, entry)
    towns, villages = command.divisions.towns, command.divisions.villages
    say(
        f"已建好 {entry.name_zh}（{entry.code}）：{len(towns)} 个乡镇、{len(villages)} 个村和社区",
        f"{entry.name_en} ({entry.code}) is founded: {len(towns)} towns, {len(villages)} villages",
    )
    tell_invitations(entry, invited)
    for zh, en in NEXT:
        say(f"  {zh}", en)
