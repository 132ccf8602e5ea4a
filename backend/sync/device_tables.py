"""Rows of devices, what is known of their journals, invitations, policies and allowances; private to ``store``."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table

from backend.database.columns import (
    choice_column,
    count_column,
    fen_column,
    id_column,
    instant_column,
    metadata,
    text_column,
)
from backend.sync.device_rules import DeviceKind, DeviceState

invitations = Table(
    "device_invitations",
    metadata,
    id_column(primary_key=True),
    # The hash of 128 random bits: nobody finds the code from it, and it needs no key.
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    choice_column("kind", DeviceKind),
    id_column("merchant_id", nullable=True),
    id_column("station_id", nullable=True),
    text_column("label", most=40),
    id_column("made_by"),
    instant_column("made_at"),
    instant_column("expires_at"),
    id_column("device_id", nullable=True, unique=True),
)

devices = Table(
    "devices",
    metadata,
    id_column(primary_key=True),
    choice_column("kind", DeviceKind),
    choice_column("state", DeviceState),
    id_column("merchant_id", nullable=True),
    id_column("station_id", nullable=True),
    text_column("label", most=40),
    Column("point", LargeBinary(33), nullable=False, unique=True),
    text_column("app_version", most=40),
    id_column("invitation_id", ForeignKey(invitations.c.id)),
    instant_column("enrolled_at"),
    instant_column("decided_at", nullable=True),
    instant_column("suspended_at", nullable=True),
    instant_column("revoked_at", nullable=True),
    Column("head_seq", BigInteger(), nullable=False, server_default="0"),
    Column("head_hash", LargeBinary(32), nullable=True),
    Column("ack_seq", BigInteger(), nullable=False, server_default="0"),
    Column("need_from", BigInteger(), nullable=True),
    instant_column("behind_since", nullable=True),
    Column("persistent", Boolean(create_constraint=False), nullable=True),
    instant_column("seen_at", nullable=True),
    count_column("episode", server_default="0"),
    instant_column("episode_at", nullable=True),
    Column("episode_policy", Integer(), nullable=True),
    CheckConstraint("head_seq >= 0 AND ack_seq >= 0", name="numbers_from_zero"),
)
Index("ix_devices_enrolled", devices.c.enrolled_at, devices.c.id)
Index("ix_devices_merchant", devices.c.merchant_id)

# Beside the devices and not in their rows: a push writes of another device than the one whose row it holds.
remembered = Table(
    "devices_remembered",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BigInteger(), nullable=False),
    id_column("told_by"),
    instant_column("told_at"),
    CheckConstraint("seq >= 1", name="seq_from_one"),
    sqlite_with_rowid=False,
)

backed_up = Table(
    "devices_backed_up",
    metadata,
    id_column("device_id", primary_key=True),
    Column("seq", BigInteger(), nullable=False),
    CheckConstraint("seq >= 1", name="seq_from_one"),
    sqlite_with_rowid=False,
)
"""How far each journal is in the newest backup that was read again, as the copy itself says."""

policies = Table(
    "offline_policies",
    metadata,
    Column("number", Integer(), primary_key=True, autoincrement=False),
    id_column("policy_id", unique=True),
    fen_column("scan_fen"),
    fen_column("challenge_fen"),
    fen_column("holder_day_fen"),
    count_column("skew_s"),
    count_column("soft_bp"),
    count_column("probe_bp"),
    count_column("close_extra_s"),
    count_column("merchant_soft_s"),
    count_column("merchant_hard_s"),
    fen_column("merchant_cap_fen"),
    count_column("merchant_claims"),
    count_column("station_soft_s"),
    count_column("station_hard_s"),
    fen_column("station_cap_fen"),
    count_column("station_claims"),
    text_column("note", most=200),
    id_column("drafted_by"),
    instant_column("drafted_at"),
    text_column("document_no", most=80, nullable=True),
    id_column("enforced_by", nullable=True),
    instant_column("in_force_at", nullable=True),
    CheckConstraint("number >= 1", name="numbers_from_one"),
    CheckConstraint("enforced_by IS NULL OR enforced_by <> drafted_by", name="two_people"),
    CheckConstraint(
        "(in_force_at IS NULL) = (enforced_by IS NULL) AND (in_force_at IS NULL) = (document_no IS NULL)",
        name="in_force_by_somebody",
    ),
)

allowances = Table(
    "offline_allowances",
    metadata,
    id_column("device_id", ForeignKey(devices.c.id), primary_key=True),
    id_column("campaign_id", primary_key=True),
    Column("episode", Integer(), primary_key=True, autoincrement=False),
    id_column("line_id"),
    fen_column("cap_fen"),
    fen_column("charged_fen", server_default="0"),
    fen_column("told_fen", server_default="0"),
    fen_column("released_fen", server_default="0"),
    instant_column("dealt_at"),
    instant_column("lapses_at"),
    instant_column("ended_at", nullable=True),
    CheckConstraint("charged_fen <= cap_fen", name="within_the_cap"),
)
_IS_LIVE = allowances.c.ended_at.is_(None)
Index(
    "uq_offline_allowances_one_live",
    allowances.c.device_id,
    allowances.c.campaign_id,
    unique=True,
    postgresql_where=_IS_LIVE,
    sqlite_where=_IS_LIVE,
)
Index(
    "ix_offline_allowances_lapsing",
    allowances.c.lapses_at,
    postgresql_where=_IS_LIVE,
    sqlite_where=_IS_LIVE,
)
Index("ix_offline_allowances_line", allowances.c.line_id)
