"""The offline counter's devices: who was invited and enrolled, the policies they obey, and what they may use of a pool."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.database.columns import IdType, InstantType
from backend.migrations.append_only import make_append_only
from backend.migrations.checks import change_check

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Any = None
depends_on: Any = None

LEVELS = ("campaign", "kind", "day", "round", "town", "trade", "merchant")
STEPS = (
    "fund", "allocate", "deal", "return-up", "claim", "hold", "release", "redeem", "unused-face", "platform-share",
    "roll-back", "claw-back", "set-off", "repay", "pay-out", "pay-in", "pay-back", "reimburse", "incident",
    "close-out", "return", "expire",
)  # fmt: skip
STEPS_NOW = (*STEPS, "offline-set-apart", "offline-give-back", "offline-deal", "offline-take-back")
LIMITS = (
    "number", "policy_id", "scan_fen", "challenge_fen", "holder_day_fen", "skew_s", "soft_bp", "probe_bp",
    "close_extra_s", "merchant_soft_s", "merchant_hard_s", "merchant_cap_fen", "merchant_claims", "station_soft_s",
    "station_hard_s", "station_cap_fen", "station_claims", "note", "drafted_by", "drafted_at",
)  # fmt: skip
DEVICE = ("id", "kind", "merchant_id", "station_id", "label", "point", "invitation_id", "enrolled_at")
DEALT = ("device_id", "campaign_id", "episode", "line_id", "cap_fen", "dealt_at", "lapses_at")


def upgrade() -> None:
    """New words for lines and transfers, and tables of which the past cannot be rewritten."""
    connection = op.get_bind()
    for table in ("ledger_transfers", "ledger_pending_transfers"):
        name = f"ck_{table}_step_known"
        change_check(connection, table, name, _one_of("step", *STEPS), _one_of("step", *STEPS_NOW))
    lines = ("budget_lines", "ck_budget_lines_level_known")
    change_check(connection, *lines, _one_of("level", *LEVELS), _one_of("level", *LEVELS, "offline"))
    _make_invitations()
    _make_devices()
    _make_policies()
    _make_allowances()
    make_append_only(connection, "devices", DEVICE, once=("decided_at", "suspended_at", "revoked_at"))
    make_append_only(connection, "offline_policies", LIMITS, once=("document_no", "enforced_by", "in_force_at"))
    make_append_only(connection, "offline_allowances", DEALT, once=("ended_at",))


def _one_of(column: str, *allowed: str) -> str:
    return f"{column} IN ({', '.join(repr(one) for one in allowed)})"


def _make_invitations() -> None:
    op.create_table(
        "device_invitations",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("station_id", IdType(), nullable=True),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("made_by", IdType(), nullable=False),
        sa.Column("made_at", InstantType(), nullable=False),
        sa.Column("expires_at", InstantType(), nullable=False),
        sa.Column("device_id", IdType(), nullable=True),
        sa.CheckConstraint("kind IN ('merchant', 'station', 'till')", name=op.f("ck_device_invitations_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_device_invitations_code_hash")),
        sa.UniqueConstraint("device_id", name=op.f("uq_device_invitations_device_id")),
    )


def _make_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", IdType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("merchant_id", IdType(), nullable=True),
        sa.Column("station_id", IdType(), nullable=True),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("point", sa.LargeBinary(length=33), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.Column("invitation_id", IdType(), nullable=False),
        sa.Column("enrolled_at", InstantType(), nullable=False),
        sa.Column("decided_at", InstantType(), nullable=True),
        sa.Column("suspended_at", InstantType(), nullable=True),
        sa.Column("revoked_at", InstantType(), nullable=True),
        sa.Column("head_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("head_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("ack_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("need_from", sa.BigInteger(), nullable=True),
        sa.Column("behind_since", InstantType(), nullable=True),
        sa.Column("persistent", sa.Boolean(), nullable=True),
        sa.Column("seen_at", InstantType(), nullable=True),
        sa.Column("episode", sa.Integer(), server_default="0", nullable=False),
        sa.Column("episode_at", InstantType(), nullable=True),
        sa.Column("episode_policy", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('merchant', 'station', 'till')", name=op.f("ck_devices_kind_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'refused', 'active', 'suspended', 'revoked')", name=op.f("ck_devices_state_known")
        ),
        sa.CheckConstraint("episode >= 0", name=op.f("ck_devices_episode_not_negative")),
        sa.CheckConstraint("head_seq >= 0 AND ack_seq >= 0", name=op.f("ck_devices_numbers_from_zero")),
        sa.ForeignKeyConstraint(["invitation_id"], ["device_invitations.id"], name=op.f("fk_devices_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("point", name=op.f("uq_devices_point")),
    )
    op.create_index("ix_devices_enrolled", "devices", ["enrolled_at", "id"], unique=False)
    op.create_index("ix_devices_merchant", "devices", ["merchant_id"], unique=False)


def _make_policies() -> None:
    op.create_table(
        "offline_policies",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy_id", IdType(), nullable=False),
        sa.Column("scan_fen", sa.BigInteger(), nullable=False),
        sa.Column("challenge_fen", sa.BigInteger(), nullable=False),
        sa.Column("holder_day_fen", sa.BigInteger(), nullable=False),
        sa.Column("skew_s", sa.Integer(), nullable=False),
        sa.Column("soft_bp", sa.Integer(), nullable=False),
        sa.Column("probe_bp", sa.Integer(), nullable=False),
        sa.Column("close_extra_s", sa.Integer(), nullable=False),
        sa.Column("merchant_soft_s", sa.Integer(), nullable=False),
        sa.Column("merchant_hard_s", sa.Integer(), nullable=False),
        sa.Column("merchant_cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("merchant_claims", sa.Integer(), nullable=False),
        sa.Column("station_soft_s", sa.Integer(), nullable=False),
        sa.Column("station_hard_s", sa.Integer(), nullable=False),
        sa.Column("station_cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("station_claims", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("drafted_by", IdType(), nullable=False),
        sa.Column("drafted_at", InstantType(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("enforced_by", IdType(), nullable=True),
        sa.Column("in_force_at", InstantType(), nullable=True),
        sa.CheckConstraint(
            "(in_force_at IS NULL) = (enforced_by IS NULL) AND (in_force_at IS NULL) = (document_no IS NULL)",
            name=op.f("ck_offline_policies_in_force_by_somebody"),
        ),
        sa.CheckConstraint("challenge_fen >= 0", name=op.f("ck_offline_policies_challenge_fen_not_negative")),
        sa.CheckConstraint("close_extra_s >= 0", name=op.f("ck_offline_policies_close_extra_s_not_negative")),
        sa.CheckConstraint(
            "enforced_by IS NULL OR enforced_by <> drafted_by", name=op.f("ck_offline_policies_two_people")
        ),
        sa.CheckConstraint("holder_day_fen >= 0", name=op.f("ck_offline_policies_holder_day_fen_not_negative")),
        sa.CheckConstraint("merchant_cap_fen >= 0", name=op.f("ck_offline_policies_merchant_cap_fen_not_negative")),
        sa.CheckConstraint("merchant_claims >= 0", name=op.f("ck_offline_policies_merchant_claims_not_negative")),
        sa.CheckConstraint("merchant_hard_s >= 0", name=op.f("ck_offline_policies_merchant_hard_s_not_negative")),
        sa.CheckConstraint("merchant_soft_s >= 0", name=op.f("ck_offline_policies_merchant_soft_s_not_negative")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_offline_policies_numbers_from_one")),
        sa.CheckConstraint("probe_bp >= 0", name=op.f("ck_offline_policies_probe_bp_not_negative")),
        sa.CheckConstraint("scan_fen >= 0", name=op.f("ck_offline_policies_scan_fen_not_negative")),
        sa.CheckConstraint("skew_s >= 0", name=op.f("ck_offline_policies_skew_s_not_negative")),
        sa.CheckConstraint("soft_bp >= 0", name=op.f("ck_offline_policies_soft_bp_not_negative")),
        sa.CheckConstraint("station_cap_fen >= 0", name=op.f("ck_offline_policies_station_cap_fen_not_negative")),
        sa.CheckConstraint("station_claims >= 0", name=op.f("ck_offline_policies_station_claims_not_negative")),
        sa.CheckConstraint("station_hard_s >= 0", name=op.f("ck_offline_policies_station_hard_s_not_negative")),
        sa.CheckConstraint("station_soft_s >= 0", name=op.f("ck_offline_policies_station_soft_s_not_negative")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_offline_policies")),
        sa.UniqueConstraint("policy_id", name=op.f("uq_offline_policies_policy_id")),
    )


def _make_allowances() -> None:
    op.create_table(
        "offline_allowances",
        sa.Column("device_id", IdType(), nullable=False),
        sa.Column("campaign_id", IdType(), nullable=False),
        sa.Column("episode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", IdType(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("charged_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("dealt_at", InstantType(), nullable=False),
        sa.Column("lapses_at", InstantType(), nullable=False),
        sa.Column("ended_at", InstantType(), nullable=True),
        sa.CheckConstraint("cap_fen >= 0", name=op.f("ck_offline_allowances_cap_fen_not_negative")),
        sa.CheckConstraint("charged_fen <= cap_fen", name=op.f("ck_offline_allowances_within_the_cap")),
        sa.CheckConstraint("charged_fen >= 0", name=op.f("ck_offline_allowances_charged_fen_not_negative")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_offline_allowances_device_id")),
        sa.PrimaryKeyConstraint("device_id", "campaign_id", "episode", name=op.f("pk_offline_allowances")),
    )
    op.create_index(
        "ix_offline_allowances_lapsing",
        "offline_allowances",
        ["lapses_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_offline_allowances_line", "offline_allowances", ["line_id"], unique=False)
    op.create_index(
        "uq_offline_allowances_one_live",
        "offline_allowances",
        ["device_id", "campaign_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
