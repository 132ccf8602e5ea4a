"""Who may come in, how long do they stay, and what may they be at once?

Pure: instants come in as arguments, rows as frozen Structs. Every limit stands here, beside its boundary: an instant at
which something runs out is already too late, and a wait that is exactly over is over.
"""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Network, ip_address
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.identity.reasons import IdentityReason
from backend.kernel.actors import ACTING_ROLES, ADMINISTRATORS, OFFICE_ROLES, STAFF_ROLES, Role

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = 5
CODES_APART = timedelta(minutes=1)
CODES_AN_HOUR = 5
CODES_A_DAY = 10

STAFF_TRIES_FROM_ONE_PLACE = 5
"""For a login from one network, or from one device that has been in before."""
STAFF_TRIES_OF_LOGIN = 30
"""From all networks together from which the account has never come in."""
STAFF_TRIES_OF_ADDRESS = 50
"""A whole office may share one address."""
NETWORK_KNOWN_FOR = timedelta(days=90)
STAFF_TRIES_WINDOW = timedelta(minutes=15)
INVITATION_LASTS = timedelta(hours=72)
INVITATION_TRIES = 5
RECOVERY_CODES = 10

RESIDENT_LASTS = timedelta(days=30)
STAFF_LASTS = timedelta(hours=12)
STAFF_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written at most so often; it may end as idle by so much too early, never too late."""

VENDOR_CHECKS_A_DAY = 5
OFFLINE_AFTER = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(days=30)
LONGEST_DEPUTY = timedelta(days=366)
LONGEST_KEY = timedelta(days=3653)


class PersonKind(StrEnum):
    """Whose session it is."""

    RESIDENT = "resident"
    """居民"""
    STAFF = "staff"
    """工作人员: office, merchants, stations"""


class ResidentState(StrEnum):
    """The state of a resident's account."""

    OPEN = "open"
    """In use."""
    FROZEN = "frozen"
    """May look, may not claim, until a person has looked at it."""
    CLOSED = "closed"
    """Closed by the resident; personal values are erased."""


class StaffState(StrEnum):
    """The state of a staff account."""

    INVITED = "invited"
    """Made, but the invitation was not used yet."""
    ACTIVE = "active"
    """Can sign in."""
    ENDED = "ended"
    """Has left; the name stays in the records."""


class SessionMethod(StrEnum):
    """How the person showed who they are."""

    CODE = "code"
    """A code by SMS."""
    TWO_FACTORS = "two-factors"
    """Password and a one-time code."""
    RECOVERY = "recovery"
    """Password and a recovery code."""
    STATION = "station"
    """Card and presence at a station."""
    LINK = "link"
    """A one-time link out of another session."""
    READY = "ready"
    """Made by the command line of a demonstration county."""


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed-out"
    """By the person, on that device."""
    ENDED_ELSEWHERE = "ended-elsewhere"
    """By the person, from another device."""
    RENEWED = "renewed"
    """Replaced by a new sign-in on the same device."""
    RIGHTS_CHANGED = "rights-changed"
    """The person's rights or credentials changed."""
    REVOKED = "revoked"
    """By the security administrator."""
    ACCOUNT_ENDED = "account-ended"
    """The account was closed or ended."""
    RESTORED = "restored"
    """The county came back from a backup, which cannot know what was revoked after it."""


class ConsentAnswer(StrEnum):
    """What somebody answered to a request for consent."""

    GIVEN = "given"
    """同意"""
    REFUSED = "refused"
    """不同意"""
    WITHDRAWN = "withdrawn"
    """撤回同意"""


class Later(Struct, frozen=True, kw_only=True):
    """No for now: the same request may succeed after so many seconds."""

    reason: IdentityReason
    seconds: int


class CodeLimits(Struct, frozen=True, kw_only=True):
    """What SMS may cost: so many codes for one network address in an hour, so many in all on a business day.

    Mobile operators put thousands of phones behind one address, so that limit is wide.
    """

    of_address_an_hour: int = 300
    in_all_a_day: int = 20_000


class CodeDoor(Struct, frozen=True, kw_only=True):
    """What the county remembers of one phone at its door: when codes were sent, the live one, and wrong tries."""

    sent: tuple[datetime, ...] = ()
    code_id: UUID | None = None
    code_hash: bytes | None = None
    expires_at: datetime | None = None
    tries: int = 0


def decide_code(door: CodeDoor, *, at: datetime) -> Later | None:
    """May another code be sent now? ``None`` means yes."""
    recent = [instant for instant in door.sent if at - instant < timedelta(days=1)]
    hourly = [instant for instant in recent if at - instant < timedelta(hours=1)]
    if recent and at - recent[-1] < CODES_APART:
        return Later(reason=IdentityReason.CODE_TOO_SOON, seconds=seconds_until(recent[-1] + CODES_APART, at))
    if len(hourly) >= CODES_AN_HOUR:
        again = hourly[-CODES_AN_HOUR] + timedelta(hours=1)
        return Later(reason=IdentityReason.CODE_TOO_OFTEN, seconds=seconds_until(again, at))
    if len(recent) >= CODES_A_DAY:
        again = recent[-CODES_A_DAY] + timedelta(days=1)
        return Later(reason=IdentityReason.CODE_TOO_OFTEN, seconds=seconds_until(again, at))
    return None


def with_code(door: CodeDoor, code_id: UUID, code_hash: bytes, *, at: datetime) -> CodeDoor:
    """The door after a code was sent; an earlier code is dead from now on."""
    sent = (*(instant for instant in door.sent if at - instant < timedelta(days=1)), at)
    return CodeDoor(sent=sent, code_id=code_id, code_hash=code_hash, expires_at=at + CODE_LASTS, tries=0)


def decide_try(door: CodeDoor, *, matches: bool, at: datetime) -> tuple[CodeDoor, IdentityReason | None]:
    """The door after a try, and the reason when the try failed. A code works once."""
    if door.code_hash is None or door.expires_at is None or at >= door.expires_at:
        return door, IdentityReason.CODE_WRONG
    if door.tries >= CODE_TRIES:
        return door, IdentityReason.CODE_TRIES_SPENT
    if not matches:
        return replace(door, tries=door.tries + 1), IdentityReason.CODE_WRONG
    return replace(door, code_id=None, code_hash=None, expires_at=None, tries=0), None


class SessionTimes(Struct, frozen=True, kw_only=True):
    """The instants of a session that decide whether it lives."""

    kind: PersonKind
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def idle_expires_at(self) -> datetime | None:
        """When it ends unless used; residents' sessions do not end for idleness."""
        return self.last_seen_at + STAFF_IDLE if self.kind is PersonKind.STAFF else None

    @property
    def good_until(self) -> datetime:
        """The first instant at which it is no longer good."""
        idle = self.idle_expires_at
        return self.expires_at if idle is None else min(idle, self.expires_at)


def session_lives(times: SessionTimes, *, at: datetime) -> bool:
    """Whether the session is good at this instant."""
    return times.ended_at is None and at < times.good_until


def session_lasts(kind: PersonKind) -> timedelta:
    """How long a session lives at most."""
    return RESIDENT_LASTS if kind is PersonKind.RESIDENT else STAFF_LASTS


class DeputyGrant(Struct, frozen=True, kw_only=True):
    """AB角: the deputy may act in one role of the principal from ``begins_at`` until before ``ends_at``."""

    id: UUID
    deputy_id: UUID
    principal_id: UUID
    role: Role
    begins_at: datetime
    ends_at: datetime
    document_no: str = ""


class ActingRoles(Struct, frozen=True, kw_only=True):
    """What a staff member may be at an instant, and in whose stead."""

    own: frozenset[Role]
    as_deputy: tuple[DeputyGrant, ...] = ()
    changes_at: datetime | None = None
    """The next instant at which a deputy's time begins or ends."""

    @property
    def roles(self) -> frozenset[Role]:
        """All roles together."""
        return self.own | {grant.role for grant in self.as_deputy}


def acting(own: frozenset[Role], grants: Iterable[DeputyGrant], *, at: datetime) -> ActingRoles:
    """Own roles and those of principals whose deputy's time it is, but for what clashes with a role before it."""
    ordered = sorted(grants, key=lambda grant: (grant.begins_at, grant.id))
    live = [grant for grant in ordered if grant.begins_at <= at < grant.ends_at]
    held, kept = set(own), list[DeputyGrant]()
    for grant in live:
        if clash_of({*held, grant.role}) is None:
            held.add(grant.role)
            kept.append(grant)
    edges = [edge for grant in ordered for edge in (grant.begins_at, grant.ends_at) if edge > at]
    return ActingRoles(own=own, as_deputy=tuple(kept), changes_at=min(edges, default=None))


def clash_of(roles: Set[Role]) -> IdentityReason | None:
    """Why one person may not be all of this: the administrators are three, and nobody audits what they decided."""
    if len(roles & ADMINISTRATORS) > 1:
        return IdentityReason.ADMINISTRATORS_APART
    return IdentityReason.AUDITOR_APART if Role.AUDITOR in roles and roles & ACTING_ROLES else None


def clash(own: Iterable[Role], grants: Sequence[DeputyGrant], *, at: datetime) -> IdentityReason | None:
    """Why somebody with these roles may not have these grants too, present or future; ``None`` where they may."""
    return clash_of({*own, *(grant.role for grant in grants if grant.ends_at > at)})


def decide_roles(roles: frozenset[Role], *, has_merchant: bool, has_station: bool) -> IdentityReason | None:
    """May one account have these roles? ``None`` means yes.

    Merchant and station staff belong somewhere, and never to the office, which decides on their money.
    """
    if (clashing := clash_of(roles)) is not None:
        return clashing
    if (
        not roles <= STAFF_ROLES
        or (Role.MERCHANT in roles and not has_merchant)
        or (Role.OPERATOR in roles and not has_station)
        or (roles & OFFICE_ROLES and roles - OFFICE_ROLES)
    ):
        return IdentityReason.ROLE_UNFIT
    return None


def seconds_until(later: datetime, at: datetime) -> int:
    """Whole seconds to wait, rounded up, at least one."""
    return max(1, -((at - later) // timedelta(seconds=1)))


def address_bucket(address: str | None) -> str:
    """The part of an address that one household or tower shares: an IPv4 address, or the /64 of an IPv6 one."""
    if address is None:
        return "none"
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unreadable"
    return str(parsed) if parsed.version == 4 else str(IPv6Network((int(parsed), 64), strict=False))


def masked_address(address: str | None) -> str:
    """Enough of an address to recognise one's own network: 203.0.*.*, or 2001:db8:*."""
    bucket = address_bucket(address)
    if ":" in bucket:
        return ":".join(bucket.split(":")[:2]) + ":*"
    return ".".join(bucket.split(".")[:2]) + ".*.*" if "." in bucket else ""


def masked_phone(phone: str | None) -> str | None:
    """138****1234"""
    return None if phone is None else f"{phone[:3]}****{phone[-4:]}"


def masked_name(name: str | None) -> str:
    """张*, 张*明; 居民 for somebody whose name is not known."""
    if not name:
        return "居民"
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def masked_identity_number(number: str | None) -> str | None:
    """5***************38"""
    return None if number is None else number[0] + "*" * (len(number) - 3) + number[-2:]


def is_identity_number(number: str) -> bool:
    """Whether the last character fits the seventeen before it: GB 11643, ISO 7064 MOD 11-2."""
    body, last = number[:17], number[17:]
    if len(number) != 18 or not (body.isascii() and body.isdecimal()):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return last == "10X98765432"[total % 11]


_DEVICES = (("harmony", "鸿蒙"), ("iphone", "iPhone"), ("ipad", "iPad"), ("android", "Android"), ("windows", "Windows"),
            ("macintosh", "Mac"), ("linux", "Linux"))  # fmt: skip


def device_words(user_agent: str | None) -> str:
    """A few words by which somebody recognises the device in the list of their sessions; nothing more is kept."""
    told = (user_agent or "").lower()
    words = next((name for sign, name in _DEVICES if sign in told), "其他设备")
    return f"{words} 微信" if "micromessenger" in told else words
