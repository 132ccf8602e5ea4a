"""Alembic's entry: runs migrations over the connection that ``run.py`` hands it, in that one transaction."""

from typing import Any, Literal

from alembic import context

import backend.tables
from backend.database.columns import IdType, InstantType, metadata

assert backend.tables.EVERY_TABLE, "importing the modules is what fills the metadata"


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our own column types by their names in generated migrations."""
    if kind == "type" and isinstance(item, IdType | InstantType):
        autogen.imports.add("from backend.database.columns import IdType, InstantType")
        return f"{type(item).__name__}()"
    return False


def run() -> None:
    """Run whatever command ``run.py`` started."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=context.config.attributes.get("schema"),
        render_item=render_item,
        compare_type=True,
        transactional_ddl=False,  # The transaction is ours: see run.py.
    )
    context.run_migrations()


run()
