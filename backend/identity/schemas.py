"""Signing in, and what people see of themselves, on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.identity.consent import ConsentState
from backend.identity.consent_texts import ConsentKind
from backend.identity.enter import Opened
from backend.identity.look import LookTold
from backend.identity.me import Myself
from backend.identity.passwords import LEAST_CHARACTERS, MOST_CHARACTERS
from backend.identity.personal_data import Collected, Section
from backend.identity.records import Session
from backend.kernel.actors import ActorKind, Role
from backend.web.callers import Caller
from backend.web.mends import told
from backend.web.texts import Name, Phone

_CODE = told("^[0-9]{6}$", "请填 6 位数字验证码 / six digits")
_DEVICE = told("^[A-Za-z0-9_-]{22,64}$", "设备标识须为 22 至 64 个字母或数字 / 22 to 64 letters or digits")
_LOGIN = told(
    "^[a-z0-9][a-z0-9._-]{2,39}$",
    "登录名为 3 至 40 个小写字母、数字、点、横线或下划线 / 3 to 40 small letters, digits, dots, hyphens",
)
_TOKEN = told("^[A-Za-z0-9_-]{43}$", "邀请码不完整，请完整复制 / copy the whole invitation code")
_FACTOR = told(
    "^([0-9]{6}|[2-9A-Za-z]{5}[- ]?[2-9A-Za-z]{5})$",
    "请填 6 位动态码，或 10 位恢复码 / six digits, or a recovery code of ten characters",
)
_HASH = told("^[0-9a-f]{64}$", "须为 64 位十六进制 / 64 hexadecimal digits")
_TOWN = told("^[0-9]{9}$", "请选择乡镇 / choose a town")
_IDENTITY_NUMBER = told("^[0-9]{17}[0-9X]$", "请填 18 位身份证号 / the identity number's 18 characters")

Code = Annotated[str, Meta(max_length=6, pattern=_CODE)]
Device = Annotated[str, Meta(max_length=64, pattern=_DEVICE)]
Login = Annotated[str, Meta(max_length=40, pattern=_LOGIN)]
Password = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
NewPassword = Annotated[str, Meta(min_length=LEAST_CHARACTERS, max_length=MOST_CHARACTERS)]
SecondFactor = Annotated[str, Meta(max_length=11, pattern=_FACTOR)]
InvitationToken = Annotated[str, Meta(max_length=43, pattern=_TOKEN)]


class CodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The phone that a code is sent to."""

    phone: Phone


class CodeSentAnswer(Struct, frozen=True, kw_only=True):
    """The same for every phone, known or not."""

    expires_in_seconds: int
    again_in_seconds: int


class SignInBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that came; `device` is a random name that this device keeps, if it can."""

    phone: Phone
    code: Code
    device: Device | None = None


class StaffSignInBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Both factors of somebody of the staff; `device` as for residents."""

    login: Login
    password: Password
    second_factor: SecondFactor
    device: Device | None = None


class SignedInAnswer(Struct, frozen=True, kw_only=True):
    """The session that the cookie holds."""

    kind: ActorKind
    subject: UUID
    session_expires_at: datetime
    idle_expires_at: datetime | None


class InvitationBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code of an invitation; it travels in the body, never in an address."""

    token: InvitationToken


class InvitationAnswer(Struct, frozen=True, kw_only=True):
    """For the authenticator app: shown now, and never again."""

    login: str
    name: str
    totp_secret: str
    otpauth_uri: str
    qr_svg: str


class AcceptBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chosen password and the first six digits that the authenticator app shows."""

    token: InvitationToken
    password: NewPassword
    code: Code


class AcceptedAnswer(Struct, frozen=True, kw_only=True):
    """Ten recovery codes, shown once; `signed_in` is false while the account has no role."""

    recovery_codes: tuple[str, ...]
    signed_in: bool


class PasswordBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password in place of the old one."""

    old_password: Password
    new_password: NewPassword
    second_factor: SecondFactor


class SecondFactorBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the second factor."""

    second_factor: SecondFactor


class RecoveryCodesAnswer(Struct, frozen=True, kw_only=True):
    """Ten new codes, shown once."""

    recovery_codes: tuple[str, ...]


class ActsForAnswer(Struct, frozen=True, kw_only=True):
    """Whose deputy somebody is, and until when."""

    principal_id: UUID
    role: Role
    ends_at: datetime


class MeAnswer(Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    kind: ActorKind
    id: UUID
    roles: list[Role]
    display_name: str
    phone: str | None
    login: str | None
    town_code: str | None
    proof_level: int
    frozen: bool
    merchant_id: UUID | None
    station_id: UUID | None
    acts_for: list[ActsForAnswer]
    session_expires_at: datetime
    idle_expires_at: datetime | None
    unread: int
    demonstration: bool


class HereAnswer(Struct, frozen=True, kw_only=True):
    """Who is signed in with this browser, if anybody."""

    me: MeAnswer | None


class ProfileBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a resident says of themselves."""

    name: Name | None = None
    town_code: Annotated[str, Meta(max_length=9, pattern=_TOWN)] | None = None


class SessionAnswer(Struct, frozen=True, kw_only=True):
    """One place where somebody is signed in."""

    id: UUID
    current: bool
    method: str
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    network: str
    device: str


class SessionsAnswer(Struct, frozen=True, kw_only=True):
    """All places where somebody is signed in, newest first."""

    items: list[SessionAnswer]


class EndedAnswer(Struct, frozen=True, kw_only=True):
    """How many sessions ended."""

    ended: int


class ConsentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Yes or no to the text with this hash."""

    kind: ConsentKind
    text_hash: Annotated[str, Meta(max_length=64, pattern=_HASH)]
    given: bool


class ConsentAnswerWire(Struct, frozen=True, kw_only=True):
    """One kind of consent; it is not asked for before `ask_again_at`."""

    kind: ConsentKind
    version: int
    text_zh: str
    text_en: str
    text_hash: str
    given: bool
    answer: str | None
    at: datetime | None
    ask_again_at: datetime | None


class ConsentsAnswer(Struct, frozen=True, kw_only=True):
    """Every kind of consent."""

    items: list[ConsentAnswerWire]


class ProofBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and identity number, to be checked together with the account's phone."""

    name: Name
    identity_number: Annotated[str, Meta(max_length=18, pattern=_IDENTITY_NUMBER)]


class ProofAnswer(Struct, frozen=True, kw_only=True):
    """How well the county knows the resident now."""

    proof_level: int


class CollectedAnswer(Struct, frozen=True, kw_only=True):
    """One kind of personal value: what for, and how many days after its purpose it is kept."""

    table: str
    column: str
    purpose_zh: str
    purpose_en: str
    kept_days: int


class PersonalDataAnswer(Struct, frozen=True, kw_only=True):
    """Everything that is collected of people."""

    items: list[CollectedAnswer]


class SectionAnswer(Struct, frozen=True, kw_only=True):
    """One part of an export."""

    name: str
    rows: list[dict[str, str | int | bool | None]]


class ExportAnswer(Struct, frozen=True, kw_only=True):
    """Everything the county knows of the person."""

    sections: list[SectionAnswer]


class CloseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The word shows that it was meant: closing erases, and cannot be undone."""

    confirm: Literal["close-account"]


class LookAnswer(Struct, frozen=True, kw_only=True):
    """Somebody of the staff saw the personal values in full."""

    id: UUID
    at: datetime
    by: str
    role: str
    purpose: str
    fields: str


def signed_in_answer(kind: ActorKind, opened: Opened) -> SignedInAnswer:
    """A session as the person who opened it sees it."""
    return SignedInAnswer(
        kind=kind,
        subject=opened.person_id,
        session_expires_at=opened.expires_at,
        idle_expires_at=opened.idle_expires_at,
    )


def me_answer(caller: Caller, myself: Myself, *, demonstration: bool) -> MeAnswer:
    """The signed-in person."""
    return MeAnswer(
        kind=caller.kind,
        id=caller.id,
        roles=sorted(caller.roles),
        display_name=myself.display_name,
        phone=myself.phone,
        login=myself.login,
        town_code=myself.town_code,
        proof_level=int(myself.proof_level),
        frozen=myself.frozen,
        merchant_id=caller.merchant_id,
        station_id=caller.station_id,
        acts_for=[
            ActsForAnswer(principal_id=grant.principal_id, role=grant.role, ends_at=grant.ends_at)
            for grant in myself.acts_for
        ],
        session_expires_at=myself.session_expires_at,
        idle_expires_at=myself.idle_expires_at,
        unread=myself.unread,
        demonstration=demonstration,
    )


def session_answer(session: Session, *, current: UUID | None) -> SessionAnswer:
    """One session in somebody's own list."""
    return SessionAnswer(
        id=session.id,
        current=session.id == current,
        method=session.method.value,
        opened_at=session.opened_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.times.good_until,
        network=session.network,
        device=session.device,
    )


def consent_answer(state: ConsentState) -> ConsentAnswerWire:
    """How one kind of consent stands."""
    return ConsentAnswerWire(
        kind=state.text.kind,
        version=state.text.version,
        text_zh=state.text.zh,
        text_en=state.text.en,
        text_hash=state.text.hash.hex(),
        given=state.given,
        answer=None if state.answer is None else state.answer.value,
        at=state.at,
        ask_again_at=state.ask_again_at,
    )


def collected_answer(one: Collected) -> CollectedAnswer:
    """One kind of personal value."""
    return CollectedAnswer(
        table=one.table,
        column=one.column,
        purpose_zh=one.purpose_zh,
        purpose_en=one.purpose_en,
        kept_days=one.kept_days,
    )


def section_answer(section: Section) -> SectionAnswer:
    """One part of an export."""
    return SectionAnswer(name=section.name, rows=[dict(row) for row in section.rows])


def look_answer(told_look: LookTold) -> LookAnswer:
    """One look, as the resident is told."""
    look = told_look.look
    return LookAnswer(id=look.id, at=look.at, by=told_look.by, role=look.role, purpose=look.purpose, fields=look.fields)
