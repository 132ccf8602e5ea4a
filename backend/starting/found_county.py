"""An empty county gets its places and the invitations of its three administrators, in one transaction.

Run again after a founding that was cut off before anybody came in, it tells the places anew and replaces the
invitations, which nobody has seen. Once somebody has come in, it is refused for ever.
"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.invite_staff import FoundAdministrators, Founder, Invited, found_administrators
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.identity.reasons import FoundingReason
from backend.identity.recover_administrator import RecoverAdministrator, recover_administrator
from backend.identity.rules import StaffState
from backend.kernel.actors import SYSTEM
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.places.define_places import DefinePlaces, define_places
from backend.places.rules import Source
from backend.starting.division_rules import Divisions


class FoundCounty(Struct, frozen=True, kw_only=True):
    """The places, who told them, and the first people."""

    divisions: Divisions
    told_by: str
    founders: tuple[Founder, ...]


async def found_county(tx: Transaction, command: FoundCounty, *, now: Instant) -> list[Invited] | Refused[Reason]:
    """The invitations in the order of the founders; their tokens are told once."""
    members = await page_of_staff(tx, PageOfStaff(most=len(command.founders) + 1))
    unknown = {member.login for member in members} - {founder.login for founder in command.founders}
    if unknown or any(member.state is not StaffState.INVITED for member in members):
        return Refused(FoundingReason.ADMINISTRATORS_FOUNDED)
    places = DefinePlaces(
        actor=SYSTEM,
        facts=None,
        sources=(Source(what="divisions", told_by=command.told_by, licence=""),),
        towns=command.divisions.towns,
        villages=command.divisions.villages,
        spots=(),
    )
    defined = await define_places(tx, places, now=now)
    if isinstance(defined, Refused):
        return Refused(defined.reason, defined.detail)
    if not members:
        return await found_administrators(tx, FoundAdministrators(command.founders), now=now)
    again = []
    for founder in command.founders:
        recover = RecoverAdministrator(role=founder.role, login=founder.login, name=founder.name)
        invited = await recover_administrator(tx, recover, now=now)
        if isinstance(invited, Refused):
            raise ValueError(f"{founder.login}: {invited.reason.en}")
        again.append(invited)
    return again
