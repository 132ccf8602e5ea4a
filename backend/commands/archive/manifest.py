"""What does a backup say of itself? Which counties, which databases, which parts with which checksums."""

import re

from msgspec import Struct

from backend.database.county import CountyEntry

MANIFEST = "MANIFEST.json"
PART_NAME = re.compile(
    r"counties\.json|MANIFEST\.json"
    r"|counties/[a-z0-9_]{1,40}/(keys\.json|trust-list|county\.sqlite3|schema\.dump|media/[A-Za-z0-9][A-Za-z0-9._-]{0,120})"
)
"""Every name that may stand in a backup; anything else is refused before a path is made of it."""


class Part(Struct, frozen=True, kw_only=True):
    """One file of the backup."""

    name: str
    bytes: int
    sha256: str


class Secrets(Struct, frozen=True, kw_only=True):
    """Which secrets lie in the backup, by their numbers and ids; the secrets themselves are in ``keys.json``."""

    field_keys: tuple[str, ...]
    issuer_kid: str


class CountyPart(Struct, frozen=True, kw_only=True):
    """One county, as it was at the moment of the backup."""

    entry: CountyEntry
    database: str
    """sqlite | postgresql"""
    server: str = ""
    """PostgreSQL's version, empty for SQLite."""
    revision: str
    ledger_hash: str
    epoch: int
    secrets: Secrets


class Manifest(Struct, frozen=True, kw_only=True):
    """The whole backup."""

    program: str
    made_at: str
    counties: tuple[CountyPart, ...]
    parts: tuple[Part, ...]
