"""Which flags do most commands share, and how do they become settings?"""

import argparse
import os

from backend.settings import Settings, read_settings


def add_place(parser: argparse.ArgumentParser, *, county: bool = True) -> None:
    """``--data``, ``--database`` and, for commands about one county, ``--county``."""
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
    if county:
        parser.add_argument("--county", metavar="CODE", help="六位区划代码，缺省第一个县 · default the first county")


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings with the flags over the environment; raises ``WrongSetting``."""
    return read_settings(
        os.environ,
        data=arguments.data,
        database_url=arguments.database,
        redis_url=getattr(arguments, "redis", None),
    )
