"""A county is backed up while it serves, lost, and brought back from that file into its own place."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from msgspec import Struct

from backend.database.county import County
from backend.database.registry import Counties, open_counties
from backend.database.transaction import transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.kernel.actors import Role
from backend.kernel.refusals import Refused
from backend.migrations.erase import erase


class Place(Struct, frozen=True):
    """Where a county lies: its data folder, and its database unless that is in the folder."""

    data: Path
    url: str | None

    async def back_up(self, file: Path) -> None:
        """As a person does it every night."""
        await self._yizhan("backup", "--to", str(file))

    async def restore(self, county: County, file: Path) -> Counties:
        """What stands in the place is gone, and the file's county is there; nobody serves it meanwhile."""
        if self.url is not None:
            await erase(county)
        await asyncio.to_thread(shutil.rmtree, self.data)
        await self._yizhan("restore", "--from", str(file))
        return open_counties(self.data, self.url)

    async def _yizhan(self, *words: str) -> None:
        flags = ["--data", str(self.data), *(["--database", self.url] if self.url else [])]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
        command = [sys.executable, "-m", "backend", words[0], *flags, *words[1:]]
        running = await asyncio.create_subprocess_exec(
            *command, env=clean, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, told = await running.communicate()
        assert running.returncode == 0, told.decode()[-2000:]


async def fresh_cookie(county: County, role: Role) -> str:
    """After a restore everybody signs in again."""
    opened = await transact(county, ready_sessions, ReadySessions(role=role, count=1))
    assert not isinstance(opened, Refused), opened
    return opened[0].token
