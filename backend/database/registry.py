"""Which counties does this data folder hold, and which of them does a host name mean?

``counties.json`` in the data folder lists them; each has a folder of its own with keys, media and, on SQLite, the
database. The host name chooses; an address that names none (127.0.0.1, localhost, a LAN address) means the first, and a
name that nobody here answers to means nobody.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.database.county import County, CountyEntry
from backend.database.dialect import postgresql_engine, sqlite_engine
from backend.database.keyring import load_keyring, make_keyring
from backend.kernel.instants import Clock
from backend.kernel.instants import now as county_clock

REGISTRY = "counties.json"
KEYS = "keys.json"
LOCAL_NAMES = (".local", ".lan", ".internal", ".home.arpa")
"""How machines of a local network are called; no county's public name ends like this."""


class NoSuchCounty(Exception):
    """The folder or the flag names a county that is not there; the text says which are."""


class Counties:
    """All open counties of this process."""

    def __init__(self, counties: Sequence[County], engines: Sequence[AsyncEngine]) -> None:
        self.all = tuple(counties)
        self._engines = tuple(engines)
        self._by_host = {host: county for county in reversed(self.all) for host in county.entry.hosts}

    def of_host(self, host: str) -> County | None:
        """The county that answers at this Host header (port ignored); ``None`` for a name that is nobody's here."""
        name = (host.partition(":")[0] if not host.startswith("[") else host).rstrip(".").lower()
        return self._by_host.get(name) or (self.all[0] if _names_no_county(name) else None)

    def of_code(self, code: str | None) -> County:
        """The county of a ``--county`` flag; the first without one. Raises ``NoSuchCounty``."""
        for county in self.all:
            if code in (None, county.code):
                return county
        raise NoSuchCounty(f"--county {code}: this folder holds {', '.join(c.code for c in self.all) or 'none'}")

    async def close(self) -> None:
        """Close every connection: an open one would keep the process alive after SIGTERM."""
        for engine in self._engines:
            await engine.dispose()
        for county in self.all:
            if county.lanes is not None:
                await county.lanes.dispose()


def _names_no_county(name: str) -> bool:
    """An IP address, this machine, or a machine on the local network."""
    if "." not in name or name.endswith(LOCAL_NAMES) or name.startswith("["):
        return True
    return name.replace(".", "").isdecimal()


def read_registry(data: Path) -> list[CountyEntry]:
    """The entries of a data folder, oldest first; empty for a folder without any."""
    path = data / REGISTRY
    return msgspec.json.decode(path.read_bytes(), type=list[CountyEntry]) if path.exists() else []


def register(data: Path, entry: CountyEntry) -> Path:
    """Add a county to the folder: its own folder and keys first, then the line that makes it visible."""
    entries = read_registry(data)
    taken = {host for other in entries for host in other.hosts}
    if any(other.code == entry.code for other in entries):
        raise NoSuchCounty(f"county {entry.code} is already there")
    if clash := taken.intersection(entry.hosts):
        raise NoSuchCounty(f"host {min(clash)} already leads to another county; choose another --host")
    folder = make_folder(data, entry)
    write_registry(data, [*entries, entry])
    return folder


def make_folder(data: Path, entry: CountyEntry) -> Path:
    """A county's own folder with its keys; what is there already stays."""
    folder = data / "counties" / entry.place
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / KEYS).exists():
        make_keyring(folder / KEYS, demonstration=entry.demonstration)
    return folder


def write_registry(data: Path, entries: Sequence[CountyEntry]) -> None:
    """Replace the registry in one step: a crash leaves the old one or the new one."""
    fresh = data / f"{REGISTRY}.new"
    with fresh.open("wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(entries)))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(data / REGISTRY)


def open_counties(data: Path, database_url: str | None, *, clock: Clock = county_clock) -> Counties:
    """Open every county of the folder; no connection is made before the first use."""
    entries = read_registry(data)
    if not entries:
        raise NoSuchCounty(
            f"{data} holds no county yet: run 'yizhan seed --data {data}' for the demonstration county, "
            "or 'yizhan init' and 'yizhan county add' for a real one"
        )
    return open_listed(data, entries, database_url, clock=clock)


def open_listed(
    data: Path, entries: Sequence[CountyEntry], database_url: str | None, *, clock: Clock = county_clock
) -> Counties:
    """Open these counties, which need not be in the registry yet: one that is being made becomes visible last."""
    engines: list[AsyncEngine] = []
    shared = postgresql_engine(database_url) if database_url else None
    if shared is not None:
        engines.append(shared)
    counties = []
    for entry in entries:
        folder = data / "counties" / entry.place
        if shared is None:
            write, read = (sqlite_engine(folder / "county.sqlite3", writes=writes) for writes in (True, False))
            engines += [write, read]
        else:
            write = read = shared
        counties.append(
            County(
                entry,
                folder=folder,
                keys=load_keyring(folder / KEYS),
                clock=clock,
                write_engine=write,
                read_engine=read,
                schema=entry.place if shared is not None else None,
                database_url=database_url,
            )
        )
    return Counties(counties, engines)
