"""A newer program copies the database and brings it up to date; an older one refuses what a newer one has changed.

The newer program is this one with one migration more, run as a process of its own.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from backend.migrations.revision import newest_revision
from tests.commands.processes import MOST_SECONDS, Process, free_port, get
from tests.commands.running import Place, Ran, yizhan
from tests.house.source import ROOT

LATER = "9001"
MIGRATION = f'''"""One table more."""

import sqlalchemy as sa
from alembic import op

revision = "{LATER}"
down_revision = "{newest_revision()}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
'''
BROKEN = '    op.execute("SELECT * FROM nobody_knows_this_table")\n'


@pytest.fixture
def newer_program(tmp_path: Path) -> Path:
    """The folder of the newer program."""
    program = tmp_path / "newer"
    shutil.copytree(ROOT / "backend", program / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    (program / "backend" / "migrations" / "versions" / f"{LATER}_one_table_more.py").write_text(MIGRATION)
    return program


def run(program: Path, *words: object) -> Ran:
    """One command of another program."""
    command = [sys.executable, "-m", "backend", *map(str, words)]
    done = subprocess.run(command, cwd=program, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)


def revision_of(file: Path) -> str:
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as opened:
        return str(opened.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_an_upgrade_copies_the_database_first_and_the_older_program_then_refuses_it(
    seeded: Path, newer_program: Path
) -> None:
    before = json.loads(yizhan("audit", "--data", seeded, "--json").out)["ledger_hash"]
    migrated = run(newer_program, "migrate", "--data", seeded)
    assert migrated.code == 0, migrated.err
    assert "升级前已备份" in migrated.out
    assert f"database is at {LATER}" in migrated.out
    (folder,) = seeded.glob("counties/*")
    (copy,) = folder.glob(f"county.before-{LATER}.*.sqlite3")
    assert str(copy) in migrated.out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (revision_of(copy), revision_of(folder / "county.sqlite3")) == (newest_revision(), LATER)
    again = run(newer_program, "migrate", "--data", seeded)
    assert (again.code, "already up to date" in again.out) == (0, True)
    assert len(list(folder.glob("county.before-*"))) == 1, "nothing to do, nothing to copy"
    kept = content(seeded)
    for words in (("migrate",), ("serve", "--port", "0"), ("audit",), ("relay", "--once"), ("key", "--role", "pos")):
        refused = yizhan(*words, "--data", seeded)
        assert refused.code == 1, words
        assert f"雾竹县的数据库（版本 {LATER}）比本程序（{newest_revision()}）新" in refused.err, words
        assert "start the newer program. Nothing was changed." in refused.err
        assert content(seeded) == kept, words
    copy.replace(folder / "county.sqlite3")
    after = yizhan("audit", "--data", seeded, "--json")
    assert json.loads(after.out)["ledger_hash"] == before, "the copy is the whole county"


def test_a_newer_program_serves_an_older_folder_and_an_unfinished_upgrade_changes_nothing(
    seeded: Path, newer_program: Path, tmp_path: Path
) -> None:
    migration = newer_program / "backend" / "migrations" / "versions" / f"{LATER}_one_table_more.py"
    (folder,) = seeded.glob("counties/*")
    migration.write_text(MIGRATION + BROKEN)
    assert run(newer_program, "migrate", "--data", seeded).code == 1
    assert revision_of(folder / "county.sqlite3") == newest_revision()
    with closing(sqlite3.connect(folder / "county.sqlite3")) as opened:
        assert opened.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchone() is None
    assert yizhan("audit", "--data", seeded).code == 0
    migration.write_text(MIGRATION)
    behind = run(newer_program, "audit", "--data", seeded)
    assert behind.code == 1
    assert f"is older than this program ({LATER}): run yizhan migrate first." in behind.err
    port = free_port()
    with Process(tmp_path / "log", "serve", "--data", seeded, "--port", port, program=newer_program) as served:
        served.until_said("serving on")
        assert f"database is at {LATER}" in served.said()
        assert get(port, "/readyz").status == 200


def test_on_postgresql_too_an_older_program_refuses_and_changes_nothing(place: Place, newer_program: Path) -> None:
    assert yizhan("seed", *place.flags, "--county", "591901").code == 0
    assert run(newer_program, "migrate", *place.flags).code == 0
    for command in ("migrate", "serve", "audit"):
        refused = yizhan(command, *place.flags)
        assert refused.code == 1
        assert f"(revision {LATER}) is newer than this program" in refused.err
    assert run(newer_program, "audit", *place.flags).code == 0
