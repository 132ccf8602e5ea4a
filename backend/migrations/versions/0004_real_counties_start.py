"""Real counties start: imports are tried and carried out, towns of every kind, and when the last backup was made."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only
from backend.migrations.checks import change_check

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Any = None
depends_on: Any = None

TRIED = [
    "id",
    "kind",
    "file_sha256",
    "report_hash",
    "rows_new",
    "rows_changed",
    "rows_there",
    "faults",
    "tried_by",
    "tried_at",
]


def upgrade() -> None:
    """Make the two tables, whose rows never change, and let two CHECKs know more words."""
    op.create_table(
        "imports",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_there", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("tried_by", IdType(), nullable=True),
        sa.Column("tried_at", InstantType(), nullable=False),
        sa.CheckConstraint("faults >= 0", name=op.f("ck_imports_faults_not_negative")),
        sa.CheckConstraint("kind IN ('stations', 'staff', 'roles', 'merchants')", name=op.f("ck_imports_kind_known")),
        sa.CheckConstraint("length(file_sha256) = 32", name=op.f("ck_imports_file_hash_is_whole")),
        sa.CheckConstraint("rows_changed >= 0", name=op.f("ck_imports_rows_changed_not_negative")),
        sa.CheckConstraint("rows_new >= 0", name=op.f("ck_imports_rows_new_not_negative")),
        sa.CheckConstraint("rows_there >= 0", name=op.f("ck_imports_rows_there_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "import_applications",
        sa.Column("import_id", IdType(), nullable=False),
        sa.Column("application_id", IdType(), nullable=False),
        sa.Column("applied_by", IdType(), nullable=True),
        sa.Column("applied_at", InstantType(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_applications_import_id")),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_applications")),
        sa.UniqueConstraint("application_id", name=op.f("uq_import_applications_application_id")),
    )
    connection = op.get_bind()
    make_append_only(connection, "imports", TRIED)
    make_append_only(connection, "import_applications", ["import_id", "application_id", "applied_by", "applied_at"])
    change_check(
        connection,
        "towns",
        "ck_towns_kind_known",
        "kind IN ('town', 'township', 'miao_township')",
        "kind IN ('town', 'township', 'miao_township', 'ethnic_township', 'subdistrict', 'other')",
    )
    change_check(
        connection,
        "data_state",
        "ck_data_state_name_known",
        "name IN ('epoch', 'seeding')",
        "name IN ('epoch', 'seeding', 'backup')",
    )
