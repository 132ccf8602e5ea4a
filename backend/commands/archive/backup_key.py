"""With which key is a backup sealed and opened? From the environment, from a file, or a fresh one laid beside it."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from backend.commands.words import Stop
from backend.database.keyring import write_secret
from backend.settings import WrongSetting

VARIABLE = "YIZHAN_BACKUP_KEY"
KEY_BYTES = 32


def key_beside(archive: Path) -> Path:
    """Where a fresh key is laid: ``county.backup.key`` beside ``county.backup``."""
    return archive.with_name(f"{archive.name}.key")


def given_key(environ: Mapping[str, str], file: Path | None) -> bytes | None:
    """The key of ``--key FILE``, else of the environment; ``None`` when neither names one."""
    if file is not None:
        return read_key(file)
    if (told := environ.get(VARIABLE)) is None:
        return None
    key = _decoded(told)
    if key is None:
        raise WrongSetting(
            VARIABLE,
            "应为 32 字节的 Base64（44 个字符），可用 openssl rand -base64 32 生成",
            "must be 32 bytes in Base64 (44 characters); openssl rand -base64 32 makes one",
        )
    return key


def read_key(file: Path) -> bytes:
    """The key in a file."""
    try:
        key = _decoded(file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"读不到密钥文件 {file}。", f"The key file {file} cannot be read.") from error
    if key is None:
        raise Stop(f"{file} 里不是备份密钥（32 字节的 Base64）。", f"{file} holds no backup key (32 bytes in Base64).")
    return key


def fresh_key(file: Path) -> bytes:
    """A new key that ``keep_key`` will put into this file, which must not be there yet."""
    if file.exists():
        raise Stop(
            f"{file} 已经存在，不会覆盖。请换个文件名，或用 --key {file}。",
            f"{file} is there already and is not replaced. Choose another name, or give --key {file}.",
        )
    return os.urandom(KEY_BYTES)


def keep_key(key: bytes, file: Path) -> None:
    """Write the key into a file that only we can read."""
    write_secret(file, b64encode(key) + b"\n")


def _decoded(text: str) -> bytes | None:
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
