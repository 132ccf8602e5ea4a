"""How does every process show what one of them saved? It asks for a newer number, a few times a second.

What is shown stands in memory, since pages and hot routes ask nobody; the sign's bytes too, which are few.
"""

import asyncio
import logging

from msgspec import Struct
from msgspec.structs import asdict, replace

from backend.county_settings import store
from backend.county_settings.rules import LOGO_SIDE, Saved
from backend.database.county import County
from backend.database.transaction import DatabaseGone, Transaction, inquire
from backend.database.trouble import Trouble

log = logging.getLogger(__name__)

POLL_SECONDS = 0.8


class _Newer(Struct, frozen=True):
    saved: Saved
    logo: bytes | None


async def show_settings(county: County) -> bool:
    """Show what is newer than what this process shows; whether there was anything."""
    found = await inquire(county, _newer, county.shown)
    if found is None or found.saved.number <= county.shown:
        return False
    told = found.saved.settings
    if found.logo is not None:
        county.pictures[f"{told.logo}-{LOGO_SIDE}.webp"] = found.logo
    county.entry = replace(county.registered, **asdict(told))
    county.shown = found.saved.number
    return True


async def _newer(tx: Transaction, shown: int) -> _Newer | None:
    saved = await store.newest(tx, above=shown)
    return None if saved is None else _Newer(saved, await store.logo_body(tx, saved.settings.logo))


async def poll_settings(county: County) -> None:
    """Show every change until cancelled; a database that is away leaves what is shown."""
    trouble = Trouble(log, f"settings of {county.code}")
    while True:
        try:
            await show_settings(county)
            trouble.over()
        except DatabaseGone as gone:
            trouble.waits(f"the database is away: {gone}")
        except Exception as bug:
            trouble.failed(bug)
        await asyncio.sleep(POLL_SECONDS)
