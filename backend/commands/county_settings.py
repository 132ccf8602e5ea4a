"""What a county sets about itself: its phone, its filings in every footer, and files at the root of its names."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from backend.commands.words import Stop, say
from backend.database.county import CountyEntry, RootFile
from backend.database.registry import read_registry, write_registry
from backend.settings import Settings
from backend.web.filings import ICP, POLICE
from backend.web.root_files import MOST, NAME, TEXT

_PHONE = re.compile(r"[0-9][0-9-]{2,18}[0-9]")
_EXAMPLES = {
    "help_phone": ("服务热线", "0831-1234567 或/or 15400000345"),
    "icp_filing": ("ICP 备案号", "蜀ICP备2026000001号-1"),
    "police_filing": ("公安备案号", "川公网安备51152700000001号"),
}
_PATTERNS = {"help_phone": _PHONE, "icp_filing": ICP, "police_filing": POLICE}


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


def set_county(settings: Settings, arguments: argparse.Namespace) -> None:
    """Write the county's line of the registry anew, in one step; what is wrong is told and nothing is changed."""
    entries = read_registry(settings.data)
    entry = _chosen(entries, arguments.county)
    told = {name: value for name in _PATTERNS if (value := getattr(arguments, name)) is not None}
    for name, value in told.items():
        if value and not _PATTERNS[name].fullmatch(value):
            zh, example = _EXAMPLES[name]
            raise Stop(f"{zh}“{value}”不对，例如：{example}。", f"{value!r} will not do; for example: {example}.")
    files = _root_files(entry, arguments.root_file or (), arguments.drop_root_file or ())
    changed = replace(entry, root_files=files, **told)
    if changed == entry:
        _tell(entry)
        return
    write_registry(settings.data, [changed if one.code == entry.code else one for one in entries])
    _tell(changed)
    say("重启服务（yizhan serve）后生效", "restart yizhan serve to have it served")


def _chosen(entries: list[CountyEntry], code: str | None) -> CountyEntry:
    for entry in entries:
        if code in (None, entry.code):
            return entry
    there = ", ".join(one.code for one in entries)
    raise Stop(
        f"没有这个县；这里有：{there or '无'}。", f"There is no such county; this folder holds {there or 'none'}."
    )


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
