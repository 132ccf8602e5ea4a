"""Rows of residents, staff, sessions, keys, proofs, consents and looks."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    text,
)

from backend.database.columns import (
    BIG,
    Personal,
    choice_column,
    count_column,
    id_column,
    instant_column,
    json_column,
    keyed_hash_column,
    metadata,
    sealed_column,
    small_column,
    text_column,
)
from backend.identity.rules import ConsentAnswer, PersonKind, ResidentState, SessionEnd, SessionMethod, StaffState
from backend.kernel.actors import ADMINISTRATORS, MACHINE_ROLES, STAFF_ROLES
from backend.kernel.claimants import KeyKind

residents = Table(
    "residents",
    metadata,
    id_column(primary_key=True),
    choice_column("state", ResidentState),
    instant_column("opened_at"),
    instant_column("closed_at", nullable=True),
    sealed_column(
        "name",
        Personal("在驿站和窗口称呼、核对本人", "To greet you and to check that it is you", kept_days=0),
        nullable=True,
    ),
    sealed_column(
        "phone",
        Personal("登录、接收通知、防止重复领取", "To sign in, to tell you things, to keep claims fair", kept_days=0),
        nullable=True,
    ),
    keyed_hash_column("phone_hash", nullable=True, unique=True),
    sealed_column(
        "identity_number",
        Personal("核验身份、防止重复领取", "To check who you are and to keep claims fair", kept_days=0),
        nullable=True,
    ),
    text_column("town_code", most=12, nullable=True),
    small_column("proof_level"),
    text_column("frozen_why", most=60, nullable=True),
    CheckConstraint(
        "state <> 'closed' OR (name IS NULL AND phone IS NULL AND phone_hash IS NULL AND identity_number IS NULL)",
        name="closed_is_erased",
    ),
)

resident_keys = Table(
    "resident_keys",
    metadata,
    id_column("resident_id", ForeignKey("residents.id"), primary_key=True),
    choice_column("kind", [kind for kind in KeyKind if kind in (KeyKind.CARD, KeyKind.IDENTITY)], primary_key=True),
    keyed_hash_column("hash", primary_key=True),
    instant_column("since"),
)
Index("ix_resident_keys_hash", resident_keys.c.hash)

resident_groups = Table(
    "resident_groups",
    metadata,
    id_column("resident_id", ForeignKey("residents.id"), primary_key=True),
    text_column("group_name", most=40, primary_key=True),
    instant_column("since"),
    text_column("document_no", most=80),
)

identity_proofs = Table(
    "identity_proofs",
    metadata,
    id_column(primary_key=True),
    id_column("resident_id", ForeignKey("residents.id")),
    small_column("level"),
    text_column("provider", most=40),
    text_column("reference", most=120),
    instant_column("proved_at"),
)
Index("ix_identity_proofs_resident", identity_proofs.c.resident_id)

sign_in_doors = Table(
    "sign_in_doors",
    metadata,
    keyed_hash_column("phone_hash", primary_key=True),
    json_column("sent"),
    id_column("code_id", nullable=True),
    Column("code_hash", LargeBinary(32), nullable=True),
    instant_column("expires_at", nullable=True),
    count_column("tries"),
    instant_column("touched_at"),
)

sign_in_spend = Table(
    "sign_in_spend",
    metadata,
    keyed_hash_column("bucket", primary_key=True),
    count_column("spent"),
    instant_column("ends_at"),
)

staff_tries = Table(
    "staff_tries",
    metadata,
    keyed_hash_column("bucket", primary_key=True),
    count_column("tries"),
    instant_column("ends_at"),
)

staff = Table(
    "staff",
    metadata,
    id_column(primary_key=True),
    text_column("login", most=40, unique=True),
    choice_column("state", StaffState),
    sealed_column(
        "name",
        Personal("公务身份，写入审批和记录", "Named as the one who acted, in every record", kept_days=1095),
        nullable=True,
    ),
    sealed_column(
        "phone", Personal("联系、确保一人一账号", "To reach you; one account per person", kept_days=1095), nullable=True
    ),
    keyed_hash_column("phone_hash", nullable=True, unique=True),
    text_column("password_hash", most=200, nullable=True),
    Column("totp_secret", LargeBinary(), nullable=True),
    Column("totp_last_step", BIG, nullable=False, server_default="0"),
    id_column("merchant_id", nullable=True),
    id_column("station_id", nullable=True),
    instant_column("created_at"),
    instant_column("ended_at", nullable=True),
)
Index("ix_staff_merchant_id", staff.c.merchant_id)
Index("ix_staff_station_id", staff.c.station_id)

_ADMINISTRATORS = ", ".join(f"'{role}'" for role in sorted(ADMINISTRATORS))

staff_roles = Table(
    "staff_roles",
    metadata,
    id_column("staff_id", ForeignKey("staff.id"), primary_key=True),
    choice_column("role", sorted(STAFF_ROLES), primary_key=True),
    instant_column("since"),
)
# Three administrators, never one person: the database itself refuses the second of these roles.
Index(
    "uq_staff_roles_one_administrator",
    staff_roles.c.staff_id,
    unique=True,
    postgresql_where=text(f"role IN ({_ADMINISTRATORS})"),
    sqlite_where=text(f"role IN ({_ADMINISTRATORS})"),
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    id_column("staff_id", ForeignKey("staff.id"), primary_key=True),
    keyed_hash_column("code_hash", primary_key=True),
    instant_column("used_at", nullable=True),
)

staff_invitations = Table(
    "staff_invitations",
    metadata,
    id_column(primary_key=True),
    id_column("staff_id", ForeignKey("staff.id")),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("totp_secret", LargeBinary(), nullable=True),
    instant_column("made_at"),
    instant_column("expires_at"),
    count_column("tries"),
    instant_column("ended_at", nullable=True),
)

deputy_grants = Table(
    "deputy_grants",
    metadata,
    id_column(primary_key=True),
    id_column("deputy_id", ForeignKey("staff.id")),
    id_column("principal_id", ForeignKey("staff.id")),
    choice_column("role", sorted(STAFF_ROLES)),
    instant_column("begins_at"),
    instant_column("ends_at"),
    text_column("document_no", most=80),
    instant_column("recorded_at"),
    CheckConstraint("deputy_id <> principal_id", name="two_people"),
    CheckConstraint("begins_at < ends_at", name="begins_before_it_ends"),
)
Index("ix_deputy_grants_deputy", deputy_grants.c.deputy_id)
Index("ix_deputy_grants_principal", deputy_grants.c.principal_id)

OF_STAFF = f"person_kind = '{PersonKind.STAFF}'"
"""As words, so that a database sees that the index below it answers."""
_SESSION_SIGNS = Personal(
    "让您认出自己登录过的设备，只留网络前段和设备类型",
    "So that you recognise where you are signed in: part of the network, and the kind of device",
    kept_days=30,
)

sessions = Table(
    "sessions",
    metadata,
    id_column(primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    choice_column("person_kind", PersonKind),
    id_column("person_id"),
    choice_column("method", SessionMethod),
    instant_column("opened_at"),
    instant_column("last_seen_at"),
    instant_column("expires_at"),
    text_column("network", most=45, info={"personal": _SESSION_SIGNS}),
    text_column("device", most=60, info={"personal": _SESSION_SIGNS}),
    keyed_hash_column("device_hash", nullable=True),
    instant_column("ended_at", nullable=True),
    choice_column("ended_why", SessionEnd, nullable=True),
)
Index(
    "ix_sessions_live",
    sessions.c.person_id,
    postgresql_where=sessions.c.ended_at.is_(None),
    sqlite_where=sessions.c.ended_at.is_(None),
)
# Staff are few and are asked for by person, ended sessions too; residents' sessions are many and are not.
Index(
    "ix_sessions_of_staff",
    sessions.c.person_id,
    postgresql_where=text(OF_STAFF),
    sqlite_where=text(OF_STAFF),
)

session_links = Table(
    "session_links",
    metadata,
    id_column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    instant_column("made_at"),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    CheckConstraint("made_at < expires_at", name="made_before_it_ends"),
)

session_feed = Table(
    "session_feed",
    metadata,
    Column("id", SmallInteger(), primary_key=True, autoincrement=False),
    Column("seq", BIG, nullable=False),
)

session_changes = Table(
    "session_changes",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    id_column("person_id"),
    id_column("session_id", nullable=True),
    instant_column("at"),
)

machine_keys = Table(
    "machine_keys",
    metadata,
    id_column(primary_key=True),
    text_column("name", most=80),
    choice_column("role", sorted(MACHINE_ROLES)),
    id_column("merchant_id", nullable=True),
    Column("key_hash", LargeBinary(32), nullable=False, unique=True),
    text_column("hint", most=16),
    instant_column("made_at"),
    instant_column("expires_at", nullable=True),
    instant_column("last_used_at", nullable=True),
    instant_column("revoked_at", nullable=True),
    id_column("replaced_by", nullable=True),
    CheckConstraint("(role = 'pos') = (merchant_id IS NOT NULL)", name="tills_belong_to_a_merchant"),
)

holder_keys = Table(
    "holder_keys",
    metadata,
    id_column(primary_key=True),
    id_column("resident_id", ForeignKey("residents.id")),
    Column("point", LargeBinary(33), nullable=False),
    instant_column("enrolled_at"),
    instant_column("offline_from"),
    instant_column("revoked_at", nullable=True),
)
Index(
    "uq_holder_keys_one_live",
    holder_keys.c.resident_id,
    unique=True,
    postgresql_where=holder_keys.c.revoked_at.is_(None),
    sqlite_where=holder_keys.c.revoked_at.is_(None),
)

holder_challenges = Table(
    "holder_challenges",
    metadata,
    id_column("resident_id", ForeignKey("residents.id"), primary_key=True),
    Column("challenge", LargeBinary(32), nullable=False),
    instant_column("expires_at"),
)

consents = Table(
    "consents",
    metadata,
    id_column(primary_key=True),
    id_column("person_id"),
    text_column("kind", most=40),
    choice_column("answer", ConsentAnswer),
    Column("text_version", Integer(), nullable=False),
    Column("text_hash", LargeBinary(32), nullable=False),
    instant_column("at"),
    sqlite_with_rowid=False,
)
Index("ix_consents_person", consents.c.person_id, consents.c.kind, consents.c.id)

personal_looks = Table(
    "personal_looks",
    metadata,
    id_column(primary_key=True),
    id_column("resident_id", ForeignKey("residents.id")),
    id_column("staff_id", ForeignKey("staff.id")),
    text_column("role", most=40),
    text_column("purpose", most=60),
    text_column("fields", most=200),
    instant_column("at"),
)
Index("ix_personal_looks_resident", personal_looks.c.resident_id, personal_looks.c.id)
