"""How do tests run a command? In this very process, as a person would type it, with what it said."""

import asyncio
import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
from msgspec import Struct

from backend.__main__ import main
from tests.databases import with_database


class Ran(Struct, frozen=True, kw_only=True):
    """What a command answered."""

    code: int
    out: str
    err: str


def yizhan(*words: object) -> Ran:
    """Run one command to its end."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in words])
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
