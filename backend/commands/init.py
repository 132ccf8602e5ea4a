"""Make an empty data folder for real counties; ``yizhan county add`` puts the first one in."""

import argparse
from pathlib import Path

from backend.commands.options import settings_of
from backend.commands.words import Stop, say
from backend.database.registry import read_registry, write_registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where."""
    parser.add_argument("--data", metavar="DIR", required=True, help="数据文件夹 · data folder")
    parser.set_defaults(database=None)


def run(arguments: argparse.Namespace) -> int:
    """Make it, for nobody else's eyes; one that is there already stays as it is."""
    data: Path = settings_of(arguments).data
    if entries := read_registry(data):
        say(f"{data} 里已有 {len(entries)} 个县，没有改动", f"{data} holds counties; nothing was changed")
        return 0
    if data.exists() and any(path.name != "counties.json" for path in data.iterdir()):
        raise Stop(f"{data} 里已有别的东西，请换一个空文件夹。", f"{data} is not empty; choose an empty folder.")
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    write_registry(data, [])
    say(f"已建好 {data}，下一步：yizhan county add 区划代码 --host 域名", f"{data} is ready; next: yizhan county add")
    return 0
