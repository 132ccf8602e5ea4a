"""Rows of paper cards and their uses; private to ``store``."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table

from backend.cards.rules import CardState
from backend.database.columns import (
    BIG,
    Personal,
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    keyed_hash_column,
    metadata,
    sealed_column,
    text_column,
)

DIGITS = Personal("纸质卡在本驿站核对本人", "To look at the person with a paper card at its station", 30)
FAMILY = Personal("纸质卡用后告知家人", "To tell the family of a paper card's use", 30)
CODE = Personal("发给驿站的设备核对纸质卡", "To let the station's device recognise the paper card", 30)

cards = Table(
    "paper_cards",
    metadata,
    id_column(primary_key=True),
    Column("number", BIG, nullable=False, unique=True),
    id_column("resident_id"),
    id_column("station_id"),
    id_column("device_id"),
    id_column("shift_id"),
    id_column("issued_by"),
    instant_column("issued_at"),
    instant_column("expires_at"),
    choice_column("state", CardState),
    instant_column("ended_at", nullable=True),
    id_column("ended_by", nullable=True),
    # The hash of what is printed, with 64 random bytes of a signature in it: nobody finds the card from it.
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    sealed_column("code", CODE, nullable=True),
    # Not unique: should two cards have one of the hundred thousand million numbers, neither is found by it.
    keyed_hash_column("typed_hash", nullable=True),
    text_column("pin_hash", most=200),
    count_column("tries", server_default="0"),
    sealed_column("digits", DIGITS, nullable=True),
    sealed_column("family_phone", FAMILY, nullable=True),
    CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended_has_an_instant"),
    CheckConstraint("tries <= 5", name="five_tries"),
    CheckConstraint("issued_at < expires_at", name="lives"),
)
_IS_ACTIVE = cards.c.state == CardState.ACTIVE.value
Index(
    "uq_paper_cards_one_active",
    cards.c.resident_id,
    unique=True,
    postgresql_where=_IS_ACTIVE,
    sqlite_where=_IS_ACTIVE,
)
Index("ix_paper_cards_device", cards.c.device_id, cards.c.state)
Index("ix_paper_cards_issued", cards.c.issued_at, cards.c.id)
Index("ix_paper_cards_resident", cards.c.resident_id)
Index("ix_paper_cards_typed", cards.c.typed_hash)

uses = Table(
    "paper_card_uses",
    metadata,
    id_column(primary_key=True),
    id_column("card_id", ForeignKey(cards.c.id)),
    id_column("voucher_id"),
    id_column("operator_id", nullable=True),
    id_column("merchant_id", nullable=True),
    fen_column("amount_fen"),
    instant_column("at"),
)
Index("ix_paper_card_uses_card", uses.c.card_id, uses.c.at)
