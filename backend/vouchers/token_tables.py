"""Rows of the tokens that the county signed: what a counter's claim names by hash alone is found here."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table

from backend.database.columns import count_column, fen_column, id_column, instant_column, metadata, small_column

issued_tokens = Table(
    "issued_tokens",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    id_column("voucher_id", ForeignKey("vouchers.id")),
    Column("holder", LargeBinary(33), nullable=False),
    fen_column("face_fen"),
    small_column("terms_version"),
    count_column("domain"),
    count_column("flags"),
    instant_column("not_before"),
    instant_column("expires_at"),
    Column("token", LargeBinary(400), nullable=False),
    CheckConstraint("not_before < expires_at", name="lives"),
    sqlite_with_rowid=False,
)
Index("ix_issued_tokens_voucher", issued_tokens.c.voucher_id, issued_tokens.c.expires_at)
Index("ix_issued_tokens_expires_at", issued_tokens.c.expires_at)
