"""Which flags do most commands share, and how do they become settings?"""

import argparse
import os

from backend.settings import Settings, read_settings

FIRST = "六位区划代码，缺省第一个县 · six-digit code; default the first county"
ALL = "六位区划代码，缺省所有县 · six-digit code; default all counties"


def add_place(parser: argparse.ArgumentParser, *, county: str | None = FIRST) -> None:
    """``--data``, ``--database`` and, for commands about a county, ``--county`` with what holds without it."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="数据文件夹，缺省 $YIZHAN_DATA 或 var · folder of databases, media and keys; default $YIZHAN_DATA or var",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="postgresql://…，缺省 $YIZHAN_DATABASE，再缺省 SQLite · default $YIZHAN_DATABASE, else SQLite",
    )
    if county is not None:
        parser.add_argument("--county", metavar="CODE", help=county)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings with the flags over the environment; raises ``WrongSetting``."""
    return read_settings(
        os.environ,
        data=arguments.data,
        database_url=arguments.database,
        redis_url=getattr(arguments, "redis", None),
    )
