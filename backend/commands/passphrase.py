"""Ask for a passphrase at the terminal, or read it from a file where nobody sits at one."""

import argparse
import getpass
from pathlib import Path

from backend.commands.words import Stop


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """``--passphrase-file``."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="口令所在的文件，缺省在终端输入 · a file with the passphrase; default: typed at the terminal",
    )


def passphrase_of(arguments: argparse.Namespace, *, again: bool = False) -> str:
    """The passphrase; typed twice for a new one."""
    file: Path | None = arguments.passphrase_file
    if file is not None:
        try:
            return file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Stop(f"读不到口令文件 {file}。", f"The passphrase file {file} cannot be read.") from error
    try:
        told = getpass.getpass("口令 · Passphrase: ")
        if again and getpass.getpass("再输一次 · Once more: ") != told:
            raise Stop("两次输入的口令不一样，没有生成。", "The two passphrases differ; nothing was made.")
    except EOFError:
        raise Stop("没有输入口令。", "No passphrase was typed.") from None
    return told
