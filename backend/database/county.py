"""Which county is this, and where are its database, its folder and its keys?

A county is a database: one SQLite file, or one PostgreSQL schema. A transaction is bound to one county by construction,
so no row of one can ever be read with the other's session.
"""

from functools import cached_property
from pathlib import Path

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.database.keyring import Keyring
from backend.database.lane import Lanes
from backend.kernel.instants import Clock
from backend.kernel.working_days import STATE_COUNCIL, Calendar, with_years

WORKING_DAYS = "working-days.json"


class RootFile(Struct, frozen=True, kw_only=True):
    """A file at the county's root by which others see that the name is the county's: WeChat's ``MP_verify_….txt``."""

    name: str
    text: str


class CountyEntry(Struct, frozen=True, kw_only=True):
    """One line of the registry file; ``code`` is the six-digit division code (GB/T 2260)."""

    code: str
    name_zh: str
    name_en: str
    hosts: tuple[str, ...]
    demonstration: bool = False
    place: str
    """Folder below the data folder, and on PostgreSQL the schema's name."""
    help_phone: str = ""
    """服务热线, at the foot of every page."""
    icp_filing: str = ""
    """ICP 备案号, for every footer."""
    police_filing: str = ""
    """公安备案号, for every footer."""
    colour: str = "#0b6b4f"
    """The county's own colour."""
    logo: str = ""
    """The key of the county's own sign among its pictures, 192 points wide: never the national emblem (国徽)."""
    device_idle_minutes: int = 5
    """After so long without a touch a device with a passphrase closes."""
    root_files: tuple[RootFile, ...] = ()
    """What stands at the root of every host of the county, beside its pages."""


class County:
    """One open county in this process."""

    def __init__(
        self,
        entry: CountyEntry,
        *,
        folder: Path,
        keys: Keyring,
        clock: Clock,
        write_engine: AsyncEngine,
        read_engine: AsyncEngine,
        schema: str | None,
        database_url: str | None = None,
    ) -> None:
        self.registered = entry
        """The registry's line, with which the county began."""
        self.entry = entry
        """The registry's line with what the county has set about itself since."""
        self.shown = 0
        """The number of the settings that ``entry`` shows; 0 where it is the registry's line alone."""
        self.pictures: dict[str, bytes] = {}
        """Signs that the county has set, by the name of the file that they are served as."""
        self.folder = folder
        self.keys = keys
        self.clock = clock
        self.write_engine = write_engine
        self.read_engine = read_engine
        self.schema = schema
        self.database_url = database_url
        self.lanes = Lanes(self.file) if schema is None else None

    @property
    def code(self) -> str:
        """The division code."""
        return self.entry.code

    @cached_property
    def calendar(self) -> Calendar:
        """The working days as this county knows them: its own ``working-days.json`` goes before what is packaged.

        Raises ``CalendarProblem``.
        """
        own = self.folder / WORKING_DAYS
        return with_years(own.read_bytes()) if own.is_file() else STATE_COUNCIL

    @property
    def demonstration(self) -> bool:
        """Whether everything here is 演示数据."""
        return self.entry.demonstration

    @property
    def on_postgresql(self) -> bool:
        """Whether this county is a schema rather than a file."""
        return self.schema is not None

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "county.sqlite3"
