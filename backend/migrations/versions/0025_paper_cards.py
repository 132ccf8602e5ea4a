"""Paper cards for people without a phone, and what they were used for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import BIG, IdType, InstantType

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Any = None
depends_on: Any = None

ACTIVE = "state = 'active'"


def upgrade() -> None:
    """Empty: nobody has a card yet."""
    op.create_table(
        "paper_cards",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        *(
            sa.Column(name, IdType(), nullable=False)
            for name in ("resident_id", "station_id", "device_id", "shift_id", "issued_by")
        ),
        sa.Column("issued_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.Column("ended_by", IdType(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digits", sa.LargeBinary(), nullable=True),
        sa.Column("family_phone", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'replaced', 'lost', 'revoked')", name=op.f("ck_paper_cards_state_known")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_paper_cards_tries_not_negative")),
        sa.CheckConstraint("tries <= 5", name=op.f("ck_paper_cards_five_tries")),
        sa.CheckConstraint("(state = 'active') = (ended_at IS NULL)", name=op.f("ck_paper_cards_ended_has_an_instant")),
        sa.CheckConstraint("issued_at < expires_at", name=op.f("ck_paper_cards_lives")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_cards")),
        sa.UniqueConstraint("number", name=op.f("uq_paper_cards_number")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_paper_cards_code_hash")),
    )
    op.create_index(
        "uq_paper_cards_one_active",
        "paper_cards",
        ["resident_id"],
        unique=True,
        postgresql_where=sa.text(ACTIVE),
        sqlite_where=sa.text(ACTIVE),
    )
    op.create_index("ix_paper_cards_device", "paper_cards", ["device_id", "state"])
    op.create_index("ix_paper_cards_issued", "paper_cards", ["issued_at", "id"])
    op.create_index("ix_paper_cards_resident", "paper_cards", ["resident_id"])
    _make_uses()


def _make_uses() -> None:
    op.create_table(
        "paper_card_uses",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("card_id", IdType(), nullable=False),
        sa.Column("voucher_id", IdType(), nullable=False),
        sa.Column("operator_id", IdType(), nullable=True),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", InstantType(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_paper_card_uses_amount_fen_not_negative")),
        sa.ForeignKeyConstraint(["card_id"], ["paper_cards.id"], name=op.f("fk_paper_card_uses_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_card_uses")),
    )
    op.create_index("ix_paper_card_uses_card", "paper_card_uses", ["card_id", "at"])
