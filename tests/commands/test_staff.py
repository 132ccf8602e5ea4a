"""When no administrator can sign in any more, the machine itself invites one, and the trail says so."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.registry import open_counties
from backend.database.transaction import inquire, transact
from backend.identity.accept_invitation import OpenInvitation, Unsealed, open_invitation
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.identity.reasons import FoundingReason, IdentityReason
from backend.identity.recognise import Recogniser
from backend.kernel.actors import Role
from backend.kernel.refusals import Refused
from tests.commands.running import Place, Ran, yizhan
from tests.identity.people import staff_session

ROLE = ("--role", "security_admin")
INVITE = ("staff", "invite", *ROLE)


@pytest.fixture
def real(place: Place) -> tuple[Place, str]:
    """A real county, and the first invitation of its security administrator."""
    added = yizhan("county", "add", "511528", "--host", "xingwen.example", *place.flags)
    assert added.code == 0, added.err
    return place, tokens(added)[1]


def tokens(ran: Ran) -> list[str]:
    """The invitations that a command printed."""
    return [line.partition("/office/invitation#")[2] for line in ran.out.splitlines() if "/invitation#" in line]


def within(place: Place, look: Callable[[County], Coroutine[Any, Any, Any]]) -> Any:
    """What somebody finds in the county."""

    async def opened() -> Any:
        counties = open_counties(place.folder, place.url)
        try:
            return await look(counties.all[0])
        finally:
            await counties.close()

    return asyncio.run(opened())


async def members(county: County) -> dict[str, tuple[UUID, frozenset[Role]]]:
    found = await inquire(county, page_of_staff, PageOfStaff())
    return {member.login: (member.id, member.roles) for member in found}


def test_the_last_administrator_is_invited_again_and_keeps_the_role(real: tuple[Place, str]) -> None:
    place, first = real

    async def sign_in(county: County) -> str:
        return (await staff_session(county, (await members(county))["security-admin"][0])).token

    session = within(place, sign_in)
    ran = yizhan(*INVITE, "--login", "security-admin", *place.flags)
    assert ran.code == 0, ran.err
    (token,) = tokens(ran)

    async def look(county: County) -> None:
        staff_id, roles = (await members(county))["security-admin"]
        assert roles == {Role.SECURITY_ADMIN}
        assert await Recogniser().find(county, session, None) is None, "whoever held a session is out"
        old, new = [await transact(county, open_invitation, OpenInvitation(one)) for one in (first, token)]
        assert old == Refused(IdentityReason.INVITATION_INVALID)
        assert isinstance(new, Unsealed)
        (told,) = await inquire(county, find, Find(act="identity.recover_administrator"))
        assert (told.subject_id, told.detail) == (str(staff_id), "security_admin, from the command line")
        assert token not in repr(told)

    within(place, look)
    assert yizhan("audit", *place.flags).code == 0


def test_a_new_administrator_needs_a_name_and_nobody_gets_a_role_that_they_lack(real: tuple[Place, str]) -> None:
    place, _ = real
    before = within(place, members)
    for login, told in (
        ("nobody", FoundingReason.NO_SUCH_LOGIN.en),
        ("auditor", FoundingReason.NOT_THAT_ADMINISTRATOR.en),
        ("NO", "A login is 3 to 40"),
    ):
        refused = yizhan(*INVITE, "--login", login, *place.flags)
        assert refused.code == 1
        assert told in refused.err
    assert within(place, members) == before
    assert yizhan("staff", "invite", "--role", "auditor", "--login", "chen", "--name", "陈\n", *place.flags).code == 1
    made = yizhan("staff", "invite", "--role", "auditor", "--login", "chen", "--name", "陈思", *place.flags)
    assert made.code == 0, made.err
    assert len(tokens(made)) == 1
    assert within(place, members)["chen"][1] == {Role.AUDITOR}


def test_the_help_names_it() -> None:
    assert "invite an administrator from the machine" in yizhan("--help").out
