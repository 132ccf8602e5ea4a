"""Rows of imports: what was tried with which file and what the report said, and which of them were carried out.

No word of a file is kept here, only its hash and figures: names and phones stand where the import has put them.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table, UniqueConstraint

from backend.database.columns import choice_column, count_column, id_column, instant_column, metadata
from backend.starting.rules import ImportKind

imports = Table(
    "imports",
    metadata,
    id_column(primary_key=True),
    choice_column("kind", ImportKind),
    Column("file_sha256", LargeBinary(32), nullable=False),
    Column("report_hash", LargeBinary(16), nullable=False),
    count_column("rows_new"),
    count_column("rows_changed"),
    count_column("rows_there"),
    count_column("faults"),
    id_column("tried_by", nullable=True),
    instant_column("tried_at"),
    CheckConstraint("length(file_sha256) = 32", name="file_hash_is_whole"),
)

import_applications = Table(
    "import_applications",
    metadata,
    id_column("import_id", ForeignKey(imports.c.id), primary_key=True),
    id_column("application_id"),
    id_column("applied_by", nullable=True),
    instant_column("applied_at"),
    UniqueConstraint("application_id"),
)
