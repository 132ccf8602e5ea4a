"""Which settings are in force, and which were on a day whose papers are made again?"""

from typing import Any

from backend.county_settings import store
from backend.county_settings.rules import CountySettings, Saved
from backend.database.county import CountyEntry
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


async def find_settings(tx: Transaction, _asked: Any = None) -> Saved:
    """The newest settings; number 0 is what the registry says."""
    return await store.newest(tx) or _registered(tx.county.registered)


async def settings_at(tx: Transaction, at: Instant) -> CountySettings:
    """The settings as they were at an instant: a paper keeps the name that it was made under."""
    return (await store.newest_at(tx, at) or _registered(tx.county.registered)).settings


def _registered(entry: CountyEntry) -> Saved:
    told = {name: getattr(entry, name) for name in CountySettings.__struct_fields__}
    return Saved(number=0, settings=CountySettings(**told))
