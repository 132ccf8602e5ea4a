"""Where does a till keep what it accepted, so that a power cut cannot take it?

In one SQLite file of Python's standard library, written with ``synchronous=EXTRA`` and a rollback journal. A claim, its
place in the chain and the high-water mark of time have to become true together, and results are written into old lines
later: that is a transaction, and a file of appended records would need a recovery of our own to have one. Between two
transactions the one file is the whole journal, so that a shop may copy it.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from uuid import UUID

from merchant_tools.till_state import Change, Entry, Kept, Standing

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  seq INTEGER PRIMARY KEY, data BLOB NOT NULL, hash BLOB NOT NULL UNIQUE, voucher TEXT, holder BLOB NOT NULL,
  campaign INTEGER NOT NULL, amount_fen INTEGER NOT NULL, day INTEGER NOT NULL,
  code TEXT, reason TEXT, settled_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS standing (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT;
"""
COLUMNS = [field.name for field in fields(Entry)]
INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - names of ours.
UPDATE = "UPDATE entries SET code = ?, reason = ?, settled_at = ? WHERE seq = ?"
BUSY_SECONDS = 5.0


class Journal:
    """A till's journal in a file; another program that writes it meanwhile is noticed, and nothing is written twice."""

    def __init__(self, path: Path) -> None:
        """Open the file or make it. Raises ``OSError`` where it is damaged or no journal."""
        is_new = not path.exists()
        try:
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._connection.executescript(SCHEMA)
        except sqlite3.Error as problem:
            raise OSError(f"the journal cannot be opened: {problem}") from problem
        if is_new:
            _sync_folder(path.parent)

    def close(self) -> None:
        """Nothing is lost by not calling this."""
        self._connection.close()

    def load(self) -> Kept:
        """All that was written and not forgotten."""
        rows = self._connection.execute(f"SELECT {', '.join(COLUMNS)} FROM entries ORDER BY seq")  # noqa: S608 - names of ours.
        return Kept(self._standing(), tuple(map(_entry, rows)))

    def write(self, change: Change) -> None:
        """Returns when all of the change outlives a power cut. After ``OSError``, ``load`` tells what is there."""
        with self._whole():
            head = self._standing().head
            if change.head_before != head:
                raise OSError("another program has written this journal meanwhile")
            for entry in change.entries:
                if entry.seq > head:
                    self._connection.execute(INSERT, _row(entry))
                else:
                    self._connection.execute(UPDATE, (entry.code, entry.reason, entry.settled_at, entry.seq))
            self._connection.execute("DELETE FROM entries WHERE seq <= ?", (change.forget_to,))
            value = asdict(change.standing) | {"head_hash": change.standing.head_hash.hex()}
            self._connection.execute("INSERT OR REPLACE INTO standing VALUES (1, ?)", (json.dumps(value),))

    def _standing(self) -> Standing:
        found = self._connection.execute("SELECT value FROM standing").fetchone()
        if found is None:
            return Standing()
        value: dict[str, Any] = json.loads(found[0])
        value |= {"head_hash": bytes.fromhex(value["head_hash"]), "checkpoint": tuple(value["checkpoint"])}
        return Standing(**value)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All or nothing, and on disk at the end; SQLite's errors become ``OSError``."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as problem:
            raise OSError(f"the journal was not written: {problem}") from problem


class SentinelFile:
    """Which device this is and how far its journal went, in a small file apart from the journal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recall(self) -> tuple[UUID, int] | None:
        """What was remembered last; nothing where the file is missing or damaged."""
        try:
            device, seq = self._path.read_text().split()
            return UUID(device), int(seq)
        except (OSError, ValueError):
            return None

    def remember(self, device: UUID, seq: int) -> None:
        """Replace the file as a whole."""
        beside = self._path.with_suffix(".new")
        with beside.open("w") as file:
            file.write(f"{device} {seq}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def _row(entry: Entry) -> list[Any]:
    values = {field: getattr(entry, field) for field in COLUMNS}
    return [str(value) if isinstance(value, UUID) else value for value in values.values()]


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(COLUMNS, row, strict=True))
    return Entry(**values | {"voucher": None if values["voucher"] is None else UUID(values["voucher"])})


def _sync_folder(folder: Path) -> None:
    """A new file's name is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
