"""A link is opened in another browser: whose session it is, and, once the person has said yes, a session there.

The session that the link came from stays as it is. The new one ends no later and as idle no later, and it is a row of
its own: it is listed, ended and revoked like any other.
"""

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.enter import Arrival, Opened, OpenSession, open_session, token_hash
from backend.identity.link_rules import link_leads
from backend.identity.make_session_link import find_mover, lock_mover
from backend.identity.reasons import IdentityReason
from backend.identity.records import Resident
from backend.identity.rules import PersonKind, SessionMethod, masked_name, masked_phone
from backend.identity.store import links, sessions
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused

INVALID: Refused[Reason] = Refused(IdentityReason.LINK_INVALID)
"""One answer for a link that never was, was used, ran out, or whose session has ended: a finder learns nothing."""


class LookAtLink(Struct, frozen=True, kw_only=True):
    """Whose session is behind this link? Nothing is used up by asking."""

    token: str
    at: Instant

    def __repr__(self) -> str:
        return "LookAtLink(…)"


class LinkTold(Struct, frozen=True, kw_only=True):
    """Enough to recognise oneself, masked as everywhere."""

    kind: PersonKind
    display_name: str
    phone: str | None
    expires_at: Instant


class TakeSessionLink(Struct, frozen=True, kw_only=True):
    """Go on here."""

    token: str
    arrival: Arrival = Arrival()

    def __repr__(self) -> str:
        return "TakeSessionLink(…)"


class TakenLink(Struct, frozen=True, kw_only=True):
    """The session that was opened here, and whose kind it is."""

    kind: ActorKind
    opened: Opened


async def look_at_link(tx: Transaction, asked: LookAtLink) -> LinkTold | Refused[Reason]:
    """What the page of the link asks the person about before anything happens."""
    link = await links.link_of_token(tx, token_hash(asked.token))
    session = None if link is None else await sessions.session_of_id(tx, link.session_id)
    if link is None or session is None or not link_leads(link.times, session.times, at=asked.at):
        return INVALID
    mover = await find_mover(tx, session, asked.at)
    if isinstance(mover, Refused):
        return INVALID
    return LinkTold(
        kind=session.kind,
        display_name=masked_name(mover.name),
        phone=masked_phone(mover.phone),
        expires_at=link.times.expires_at,
    )


async def take_session_link(tx: Transaction, command: TakeSessionLink, *, now: Instant) -> TakenLink | Refused[Reason]:
    """Open a session beside the one that the link came from, once; all of it happens, or nothing."""
    hashed = token_hash(command.token)
    link = await links.link_of_token(tx, hashed)
    told = None if link is None else await sessions.session_of_id(tx, link.session_id)
    if link is None or told is None:
        return INVALID
    mover = await lock_mover(tx, told, now)
    # Held until the new one is there: whoever ends this person's sessions at the same moment waits, and ends both.
    session = await sessions.lock_session(tx, told.id) or told
    leads = not isinstance(mover, Refused) and link_leads(link.times, session.times, at=now)
    if isinstance(mover, Refused) or not (leads and await links.use_link(tx, hashed, now)):
        visitor = Actor(kind=ActorKind.VISITOR, address=command.arrival.address)
        reason = IdentityReason.LINK_INVALID.value
        await record(tx, new_entry(now, visitor, "identity.take_session_link", ("session", session.id), reason=reason))
        return INVALID
    kind = ActorKind.RESIDENT if isinstance(mover, Resident) else ActorKind.STAFF
    role = Role.RESIDENT if isinstance(mover, Resident) else Role.MERCHANT
    person = Actor(kind=kind, id=mover.id, role=role.value, address=command.arrival.address)
    await record(tx, new_entry(now, person, "identity.take_session_link", ("session", session.id)))
    entering = OpenSession(
        kind=session.kind,
        person_id=session.person_id,
        method=SessionMethod.LINK,
        arrival=command.arrival,
        role=role.value,
        beside=session.times,
    )
    return TakenLink(kind=kind, opened=await open_session(tx, entering, now=now))
