"""A session that goes on in another browser, on the wire."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from backend.identity.make_session_link import MadeLink
from backend.identity.schemas import Device
from backend.identity.take_session_link import LinkTold
from backend.kernel.actors import ActorKind
from backend.web.mends import told

_TOKEN = told("^[A-Za-z0-9_-]{43}$", "链接不完整，请完整复制 / copy the whole link")

LinkToken = Annotated[str, Meta(max_length=43, pattern=_TOKEN)]


class SessionLinkAnswer(Struct, frozen=True, kw_only=True):
    """Told once. It goes behind the `#` of an address, so that no server writes it down; the page there sends it on."""

    token: str
    expires_at: datetime


class LinkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of a link; it travels in the body, never in an address."""

    token: LinkToken


class TakeLinkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, after the person has said yes; `device` as when signing in."""

    token: LinkToken
    device: Device | None = None


class LinkToldAnswer(Struct, frozen=True, kw_only=True):
    """Whose session it is, masked, and until when the link is good."""

    kind: ActorKind
    display_name: str
    phone: str | None
    expires_at: datetime


def session_link_answer(made: MadeLink) -> SessionLinkAnswer:
    """The wire form."""
    return SessionLinkAnswer(token=made.token, expires_at=made.expires_at)


def link_told_answer(link: LinkTold) -> LinkToldAnswer:
    """The wire form."""
    return LinkToldAnswer(
        kind=ActorKind(link.kind.value), display_name=link.display_name, phone=link.phone, expires_at=link.expires_at
    )
