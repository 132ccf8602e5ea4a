"""Who acts? The words that every command and every line of the audit trail use for it."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class ActorKind(StrEnum):
    """Who can act."""

    RESIDENT = "resident"
    """A person with an account of their own."""
    STAFF = "staff"
    """Somebody of the office, a merchant or a station, signed in with password and second factor."""
    MACHINE = "machine"
    """A till or partner system with a bearer key."""
    SYSTEM = "system"
    """Timed work and the command line."""
    VISITOR = "visitor"
    """Somebody not signed in."""


class Role(StrEnum):
    """What a caller may be. Of somebody's roles at most one is an administrator's, and who audits acts in none."""

    RESIDENT = "resident"
    """居民"""
    MERCHANT = "merchant"
    """商户人员"""
    OPERATOR = "operator"
    """驿站站长"""
    OFFICE = "office"
    """县办经办: drafts, funds, runs, pauses"""
    REVIEWER = "reviewer"
    """复核"""
    APPROVER = "approver"
    """审批"""
    SYSTEM_ADMIN = "system_admin"
    """系统管理员: settings, staff accounts"""
    SECURITY_ADMIN = "security_admin"
    """安全管理员: roles, keys, sessions"""
    AUDITOR = "auditor"
    """审计员: reads the trail, changes nothing"""
    POS = "pos"
    """A merchant's till (machine key)"""
    CAPTURE = "capture"
    """Writes trace events (machine key)"""
    QUERY = "query"
    """Reads trace events (machine key)"""
    ADMIN = "admin"
    """Runs trace queries and subscriptions (machine key)"""
    OPEN311 = "open311"
    """Files service requests (machine key)"""


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
ACTING_ROLES = frozenset({Role.OFFICE, Role.REVIEWER, Role.APPROVER})
"""Who drafts, reviews, approves and funds: what the auditor looks at, and is never part of."""
MACHINE_ROLES = frozenset({Role.POS, Role.CAPTURE, Role.QUERY, Role.ADMIN, Role.OPEN311})
OFFICE_ROLES = ACTING_ROLES | ADMINISTRATORS
STAFF_ROLES = frozenset({Role.MERCHANT, Role.OPERATOR, *OFFICE_ROLES})
PEOPLE = frozenset({Role.RESIDENT, *STAFF_ROLES})
"""Everybody who signs in as a person, not as a machine."""


class Actor(Struct, frozen=True, kw_only=True):
    """The one who acts, as every command carries it; ``address`` is the network address, for the trail only."""

    kind: ActorKind
    id: UUID | None = None
    role: str | None = None
    request_id: UUID | None = None
    device_id: UUID | None = None
    shift_id: UUID | None = None
    proof: str | None = None
    address: str | None = None


SYSTEM = Actor(kind=ActorKind.SYSTEM, role="timed-work")
