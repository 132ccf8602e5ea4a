"""How do tests run a command? In this very process, as a person would type it, with what it said."""

import asyncio
import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
from msgspec import Struct

from backend.__main__ import main
from tests.databases import with_database

USUAL_UMASK = 0o022
"""What a person's shell has: files that everybody may read."""


class Ran(Struct, frozen=True, kw_only=True):
    """What a command answered."""

    code: int
    out: str
    err: str


def yizhan(*words: object) -> Ran:
    """Run one command to its end."""
    out, err = io.StringIO(), io.StringIO()
    # A process of its own would take its umask with it; here the tests that follow would inherit it.
    before = os.umask(USUAL_UMASK)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(word) for word in words])
    finally:
        os.umask(before)
    return Ran(code=code, out=out.getvalue(), err=err.getvalue())


class Place(Struct, frozen=True, kw_only=True):
    """A data folder that nobody has used, and an empty database of its own (SQLite: inside the folder)."""

    folder: Path
    url: str | None

    @property
    def flags(self) -> list[str]:
        """How every command is told."""
        return ["--data", str(self.folder), *(["--database", self.url] if self.url else [])]


@contextlib.contextmanager
def empty_database(server: str) -> Iterator[str]:
    """A fresh PostgreSQL database with nothing in it."""
    name = f"commands_{uuid4().hex[:16]}"
    asyncio.run(_do(server, f"CREATE DATABASE {name}"))
    try:
        yield with_database(server, name)
    finally:
        asyncio.run(_do(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _do(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
