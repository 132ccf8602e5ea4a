"""``yizhan``: the county from the command line. A command is a module of ``backend.commands``, loaded when asked for.

Loading only what was asked for keeps every command quick: ``serve`` is up before a person has let go of the key.
"""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from backend.commands.words import Stop, complain
from backend.settings import WrongSetting

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("准备并打开演示（make run）", "prepare the demonstration and serve it (make run)"),
    "serve": ("启动服务", "serve the API and the pages of every county in a data folder"),
    "init": ("建一个真实的县", "found a real county from its divisions, or make an empty data folder"),
    "county": ("新增或列出县", "add a county, or list those there are"),
    "seed": ("准备演示县", "prepare the demonstration counties"),
    "migrate": ("更新数据库", "bring the databases of all counties, or of one, up to date"),
    "relay": ("处理到期的事", "do what is due, as of an instant in a demonstration county"),
    "audit": ("核对账务和审计链", "check every invariant of ledger, vouchers and trail"),
    "audit-pack": ("制作一个活动的审计包", "make the audit pack of a campaign, which anybody can check without us"),
    "backup": ("备份到一个加密文件", "back up into one encrypted file"),
    "restore": ("从备份恢复", "bring a backup back into an empty folder"),
    "session": ("演示县的现成登录", "print ready sessions of a demonstration county"),
    "staff": ("邀请管理员", "invite an administrator from the machine, when none can do so any more"),
    "import": ("导入驿站、人员、角色、商户", "take in stations, staff, roles and merchants from a sheet"),
    "groups": ("登记群体名单", "keep the office's list of who belongs to which group"),
    "root": ("离线根密钥：生成、签名", "make a county's root key on a machine that is never online, and sign with it"),
    "trust": (
        "信任名单：申请、安装、换钥",
        "ask the root to sign a trust list, put one in force, change the issuing key",
    ),
    "key": ("生成机器密钥", "make a machine's bearer key"),
    "code": ("演示账号现在的动态码", "the second factor of the demonstration's staff right now"),
    "openapi": ("写出接口说明", "write the description of all routes (OpenAPI)"),
}
"""Name, and what it does in Chinese and in English; the module has the name of the command."""
OTHER_NAMES = {"import": "import_sheet", "audit-pack": "pack"}
"""Commands whose name is a word of Python's own, or no name for a module."""

NOBODY_ELSE = 0o077


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused or found wrong, 2 not understood."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words else "--help"
    if name in ("-h", "--help", "help"):
        print(_overview())
        return 0
    if name not in COMMANDS:
        complain(f"没有“{name}”这个命令。", f"There is no command {name!r}.")
        print(_overview(), file=sys.stderr)
        return 2
    # Keys, databases and media are for this account alone from the first byte on: SQLite and the processes that are
    # started from here make files too, and a mode that is put right afterwards comes too late.
    os.umask(NOBODY_ELSE)
    # Nothing that loading makes is garbage: collecting while loading costs every command a tenth of its start.
    gc.disable()
    command = importlib.import_module(f"backend.commands.{OTHER_NAMES.get(name, name)}")
    if argv is None:
        # And none of it ever will be, so no collection needs to walk through all of it again: three did in every start.
        # Whoever hands in words has garbage of their own, which is not ours to keep.
        gc.freeze()
    parser = argparse.ArgumentParser(prog=f"yizhan {name}", description=" · ".join(COMMANDS[name]))
    gc.enable()
    command.add_arguments(parser)
    try:
        return int(command.run(parser.parse_args(words[1:])))
    except (Stop, WrongSetting) as stop:
        complain(stop.zh, stop.en)
    except KeyboardInterrupt:
        return 130
    return 1


def _overview() -> str:
    lines = ["用法 · Usage: yizhan <命令 · command> [--help]", ""]
    lines += [f"  {name:<10} {zh} · {en}" for name, (zh, en) in COMMANDS.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
