"""The keyed hash of the number that is printed on a paper card, for whoever cannot scan its code."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Cards of before have no number; they are scanned until they are replaced."""
    op.add_column("paper_cards", sa.Column("typed_hash", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_paper_cards_typed", "paper_cards", ["typed_hash"])


def downgrade() -> None:
    """The numbers count no more."""
    op.drop_index("ix_paper_cards_typed", table_name="paper_cards")
    op.drop_column("paper_cards", "typed_hash")
