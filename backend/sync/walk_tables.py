"""Rows of how far each device's journal was judged, and of what in it still matters for what comes after.

Both can be worked out again from the events at any time; a device without a row here is judged from its beginning.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, LargeBinary, Table

from backend.database.columns import BIG, choice_column, fen_column, id_column, instant_column, metadata
from backend.sync.walk_rules import TallyState

walks = Table(
    "sync_walks",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BigInteger(), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    instant_column("word"),
    instant_column("mark"),
    sqlite_with_rowid=False,
)

tallies = Table(
    "sync_tallies",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    id_column("voucher"),
    choice_column("state", TallyState),
    fen_column("fen"),
    Column("episode", Integer(), nullable=True),
    Column("campaign", BigInteger(), nullable=True),
    Column("day", Date(), nullable=True),
    Column("holder", LargeBinary(33), nullable=True),
    Column("counter", BigInteger(), nullable=True),
    CheckConstraint(
        "state NOT IN ('counted', 'voided') OR"
        " (episode IS NOT NULL AND campaign IS NOT NULL AND day IS NOT NULL AND holder IS NOT NULL)",
        name="counted_in_a_room",
    ),
    sqlite_with_rowid=False,
)
Index("ix_sync_tallies_voucher", tallies.c.device_id, tallies.c.voucher)
Index("ix_sync_tallies_episode", tallies.c.device_id, tallies.c.episode)
Index("ix_sync_tallies_day", tallies.c.device_id, tallies.c.day)
