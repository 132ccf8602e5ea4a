"""May this program open these databases? Empty and older ones are brought up to date, newer ones are refused.

Before an upgrade a SQLite file is copied beside itself; on PostgreSQL every migration is one transaction, and the
operator's own backup is the way back.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from backend.commands.opening import newer
from backend.commands.words import say
from backend.database.county import County
from backend.migrations.revision import newest_revision, present_revision
from backend.migrations.run import NewerDatabase, migrate


async def bring_up_to_date(county: County) -> bool:
    """Run what is missing; returns whether anything was. Raises ``Stop`` for a newer database."""
    found = await present_revision(county)
    newest = newest_revision()
    if found == newest:
        return False
    if found is not None and found > newest:
        raise newer(county, found)
    if found is not None and not county.on_postgresql:
        copy = county.folder / f"county.before-{newest}.{county.clock():%Y%m%dT%H%M%SZ}.sqlite3"
        await asyncio.to_thread(copy_database, county.file, copy)
        say(f"升级前已备份：{copy}", f"Copied before the upgrade: {copy}")
    try:
        await migrate(county)
    except NewerDatabase as unknown:
        raise newer(county, found or "?") from unknown
    say(f"{county.entry.name_zh}：数据库已更新到 {newest}", f"{county.entry.name_en}: database is at {newest}")
    return True


def copy_database(source: Path, copy: Path) -> None:
    """A consistent copy of a SQLite file, also while others write to it."""
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(copy)) as fresh:
        opened.backup(fresh)
