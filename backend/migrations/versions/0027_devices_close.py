"""After how many minutes without a touch a county's devices close, among its settings."""

from typing import Any

from alembic import op

from backend.migrations.append_only import make_append_only

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Any = None
depends_on: Any = None

TOLD = ["name_zh", "name_en", "colour", "help_phone", "icp_filing", "police_filing", "logo", "device_idle_minutes"]


def upgrade() -> None:
    """Five minutes for what was saved before: that is how it was."""
    op.execute(
        "ALTER TABLE county_settings ADD COLUMN device_idle_minutes INTEGER DEFAULT '5' NOT NULL"
        " CONSTRAINT ck_county_settings_devices_close CHECK (device_idle_minutes BETWEEN 1 AND 60)"
    )
    connection = op.get_bind()
    on = " ON county_settings" if connection.dialect.name == "postgresql" else ""
    for name in ("kept", "frozen"):
        op.execute(f"DROP TRIGGER county_settings_{name}{on}")
    if on:
        op.execute("DROP FUNCTION county_settings_refuse()")
    make_append_only(connection, "county_settings", ["number", "change_id", *TOLD, "saved_at", "saved_by"])
