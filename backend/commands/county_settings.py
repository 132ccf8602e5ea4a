"""What a county sets about itself: its phone, its filings in every footer, and files at the root of its names.

Phone and filings are the county's settings, which the office changes too; the files are the machine's, in the registry.
"""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from backend.commands.acting import act
from backend.commands.opening import opened_county
from backend.commands.options import settings_of
from backend.commands.words import Stop, say
from backend.county_settings.change_settings import ChangeSettings, SettingsSaved, change_settings
from backend.county_settings.find_settings import find_settings
from backend.county_settings.rules import SettingsReason
from backend.county_settings.show_settings import show_settings
from backend.database.county import County, CountyEntry, RootFile
from backend.database.registry import read_registry, write_registry
from backend.database.transaction import inquire
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from backend.web.root_files import MOST, NAME, TEXT

_EXAMPLES = {
    "help_phone": ("服务热线", "0831-1234567 或/or 15400000345"),
    "icp_filing": ("ICP 备案号", "蜀ICP备2026000001号-1"),
    "police_filing": ("公安备案号", "川公网安备51152700000001号"),
}
_ODD = {
    SettingsReason.PHONE_ODD: "help_phone",
    SettingsReason.ICP_ODD: "icp_filing",
    SettingsReason.POLICE_ODD: "police_filing",
}


def add_settings(parser: argparse.ArgumentParser) -> None:
    """One flag a setting; an empty value takes it away."""
    parser.add_argument("--help-phone", metavar="号码", help="服务热线，每页底部 · helpline, at the foot of every page")
    parser.add_argument("--icp-filing", metavar="备案号", help="ICP 备案号，每页底部 · ICP filing number")
    parser.add_argument(
        "--police-filing", metavar="备案号", help="公安备案号，每页底部 · public security filing number"
    )
    parser.add_argument(
        "--root-file",
        action="append",
        type=Path,
        metavar="FILE",
        help="放到网站根目录的校验文件，如 MP_verify_….txt，可多个 · a verification file, may be repeated",
    )
    parser.add_argument(
        "--drop-root-file", action="append", metavar="NAME", help="去掉一个校验文件 · take one away, may be repeated"
    )


async def set_county(arguments: argparse.Namespace) -> None:
    """Change what was told, all of it or nothing; what is wrong is told."""
    async with opened_county(arguments) as county:
        files = _root_files(county.registered, arguments.root_file or (), arguments.drop_root_file or ())
        given = {name: value for name in _EXAMPLES if (value := getattr(arguments, name)) is not None}
        if given:
            await _change(county, given)
        if files != county.registered.root_files:
            data = settings_of(arguments).data
            changed = replace(county.registered, root_files=files)
            write_registry(data, [changed if one.code == county.code else one for one in read_registry(data)])
            say("校验文件在重启服务（yizhan serve）后生效", "restart yizhan serve to have the files served")
        _tell(replace(county.entry, root_files=files))


async def _change(county: County, given: Mapping[str, str]) -> None:
    before = await inquire(county, find_settings, None)
    settings = replace(before.settings, **given)
    command = ChangeSettings(actor=SYSTEM, change_id=new_id(), based_on=before.number, settings=settings)
    outcome = await act(county, change_settings, command)
    if isinstance(outcome, Refused) and outcome.reason in _ODD:
        name = _ODD[outcome.reason]
        zh, example = _EXAMPLES[name]
        raise Stop(f"{zh}“{given.get(name)}”不对，例如：{example}。", f"{given.get(name)!r} will not do: {example}.")
    if not isinstance(outcome, SettingsSaved):
        told = outcome.reason if isinstance(outcome, Refused) else GeneralReason.ID_REUSED
        raise Stop(told.zh, told.en)
    await show_settings(county)
    say("已保存，一秒内在各端生效", "saved; every process shows it within a second")


def _root_files(entry: CountyEntry, added: Iterable[Path], dropped: Iterable[str]) -> tuple[RootFile, ...]:
    files = {file.name: file for file in entry.root_files}
    for name in dropped:
        if name not in files:
            raise Stop(f"没有校验文件 {name}。", f"There is no verification file {name}.")
        del files[name]
    for path in added:
        file = _read(path)
        files[file.name] = file
    if len(files) > MOST:
        raise Stop(f"校验文件最多 {MOST} 个，请先去掉不用的。", f"At most {MOST} files; take away what is not used.")
    return tuple(files[name] for name in sorted(files))


def _read(path: Path) -> RootFile:
    if not NAME.fullmatch(path.name):
        raise Stop(
            f"校验文件名 {path.name} 不对：请用平台给的原名，如 MP_verify_aB3dE5fG7hJ9kL1m.txt。",
            f"{path.name} is no name of a verification file: keep the one you were given, as MP_verify_….txt.",
        )
    try:
        with path.open("rb") as file:
            body = file.read(1000)
    except OSError as error:
        raise Stop(f"读不了 {path}：{error.strerror}", f"{path} cannot be read: {error.strerror}") from error
    text = body.decode("utf-8-sig", errors="replace").strip()
    if not TEXT.fullmatch(text):
        raise Stop(
            f"{path.name} 的内容不像校验文件：应为一行字母和数字，最多 128 个。",
            f"{path.name} holds something else: one line of letters and digits is expected, at most 128.",
        )
    return RootFile(name=path.name, text=text)


def _tell(entry: CountyEntry) -> None:
    say(f"{entry.name_zh}（{entry.code}）", f"{entry.name_en} ({entry.code})")
    for name, (zh, _) in _EXAMPLES.items():
        print(f"  {zh}：{getattr(entry, name) or '（未设）'}")
    for file in entry.root_files:
        print(f"  https://{entry.hosts[0]}/{file.name}")
