"""May a session go on in another browser without a second text message, and for how long?

Pure. WeChat's browser keeps little, is never told anything and goes offline badly; a link carries whoever is signed in
there to the phone's own browser. It is worth no more than the session that it came from: it leads nowhere once that has
ended, and what it opens ends no later. Boundaries as in ``rules``: an instant at which something runs out is too late.
"""

from collections.abc import Set
from datetime import datetime, timedelta

from msgspec import Struct

from backend.identity.rules import SessionTimes, session_lives
from backend.kernel.actors import Role

LINK_LASTS = timedelta(minutes=5)
LINKS_AN_HOUR = 10
MOVING_ROLES = frozenset({Role.MERCHANT})
"""Of the staff only those at a merchant's counter: whoever decides on public money shows both factors everywhere."""


class LinkTimes(Struct, frozen=True, kw_only=True):
    """The instants of a link that decide whether it leads anywhere."""

    expires_at: datetime
    used_at: datetime | None = None


def link_ends(issuing: SessionTimes, *, at: datetime) -> datetime:
    """The first instant at which a link made now is no longer good."""
    return min(at + LINK_LASTS, issuing.expires_at)


def link_leads(link: LinkTimes, issuing: SessionTimes, *, at: datetime) -> bool:
    """Whether the link opens a session at this instant: not used, not run out, and its session still good."""
    return link.used_at is None and at < link.expires_at and session_lives(issuing, at=at)


def may_move(roles: Set[Role]) -> bool:
    """May a session of the staff with these roles, a deputy's among them, go on elsewhere?"""
    return bool(roles) and roles <= MOVING_ROLES
