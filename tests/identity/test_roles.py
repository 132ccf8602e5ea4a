"""Three administrators are three people, nobody changes their own rights, and a change counts within a second."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from backend.audit_trail.find import Find, find
from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.acting import AskRoles, acting_roles, staff_names
from backend.identity.assign_roles import AssignRoles, assign_roles
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.grant_deputy import (
    EndDeputy,
    GrantDeputy,
    PageOfGrants,
    end_deputy,
    grant_deputy,
    page_of_grants,
)
from backend.identity.invite_staff import InviteAgain, invite_again
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.identity.reasons import IdentityReason
from backend.identity.recognise import Recogniser
from backend.identity.rules import DeputyGrant, StaffState
from backend.identity.store import staff as staff_store
from backend.kernel.actors import ACTING_ROLES, ADMINISTRATORS, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from tests.databases import HandClock
from tests.identity.people import by, staff, staff_session


def roles(staff_id: object, *given: Role, actor: object = None) -> AssignRoles:
    return AssignRoles(
        staff_id=staff_id,  # type: ignore[arg-type]  # UUIDs, written short
        roles=frozenset(given),
        actor=by(actor or new_id()),  # type: ignore[arg-type]  # as above
    )


@pytest.mark.parametrize("pair", list(permutations(sorted(ADMINISTRATORS), 2)))
async def test_no_verb_and_no_statement_makes_one_person_two_administrators(
    county: County, pair: tuple[Role, Role]
) -> None:
    await staff(county, pair[0])  # Another one, so that the last of the kind is not the matter.
    one = await staff(county, pair[0])
    assert await transact(county, assign_roles, roles(one, *pair)) == Refused(IdentityReason.ADMINISTRATORS_APART)

    async def by_force(tx: Transaction, _command: None, *, now: Instant) -> None:
        await staff_store.insert_roles(tx, one, [pair[1]], now)

    with pytest.raises(IntegrityError):
        await transact(county, by_force, None)
    assert await transact(county, assign_roles, roles(one, pair[1])) == frozenset({pair[1]})


async def test_two_grants_of_different_administrations_at_once_leave_one(county: County) -> None:
    one = await staff(county, Role.OFFICE)
    outcomes = await asyncio.gather(
        *(transact(county, assign_roles, roles(one, role)) for role in sorted(ADMINISTRATORS)), return_exceptions=True
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    held = (await inquire(county, acting_roles, AskRoles(staff_id=one, at=county.clock()))).own
    assert len(held & ADMINISTRATORS) == 1


async def test_a_change_of_rights_ends_every_session_and_is_recorded(county: County) -> None:
    one = await staff(county, Role.OFFICE)
    session = await staff_session(county, one)
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    assert await recogniser.find(county, session.token, None) is not None
    admin = new_id()
    assert await transact(county, assign_roles, roles(one, Role.REVIEWER, actor=admin)) == frozenset({Role.REVIEWER})
    await recogniser.poll_once(county)
    assert recogniser.known(county, session.token) is None
    assert await recogniser.find(county, session.token, None) is None
    entry = (await inquire(county, find, Find(act="identity.assign_roles")))[0]
    assert (entry.actor.id, entry.detail) == (admin, "office → reviewer")
    renewed = await staff_session(county, one)
    caller = await recogniser.find(county, renewed.token, None)
    assert caller is not None
    assert caller.roles == frozenset({Role.REVIEWER})


async def test_the_same_roles_again_end_nothing(county: County) -> None:
    one = await staff(county, Role.OFFICE)
    session = await staff_session(county, one)
    assert await transact(county, assign_roles, roles(one, Role.OFFICE)) == frozenset({Role.OFFICE})
    assert await Recogniser().find(county, session.token, None) is not None


async def test_nobody_changes_their_own_rights(county: County) -> None:
    one = await staff(county, Role.SECURITY_ADMIN)
    own = roles(one, Role.SECURITY_ADMIN, Role.APPROVER, actor=one)
    assert await transact(county, assign_roles, own) == Refused(IdentityReason.OWN_RIGHTS)
    leave = EndStaff(staff_id=one, actor=by(one))
    assert await transact(county, end_staff, leave) == Refused(IdentityReason.OWN_RIGHTS)
    deputy = GrantDeputy(
        deputy_id=one,
        principal_id=await staff(county, Role.APPROVER),
        role=Role.APPROVER,
        begins_at=county.clock(),
        ends_at=county.clock() + timedelta(days=1),
        actor=by(one),
    )
    assert await transact(county, grant_deputy, deputy) == Refused(IdentityReason.OWN_RIGHTS)


async def test_unfit_roles_and_unknown_people_are_refused(county: County) -> None:
    one = await staff(county, Role.OFFICE)
    assert await transact(county, assign_roles, roles(one, Role.MERCHANT)) == Refused(IdentityReason.ROLE_UNFIT)
    assert await transact(county, assign_roles, roles(new_id(), Role.OFFICE)) == Refused(GeneralReason.NOT_FOUND)


async def test_the_last_administrator_of_a_kind_stays_even_when_two_go_at_once(county: County) -> None:
    first, second = await staff(county, Role.AUDITOR), await staff(county, Role.AUDITOR)
    outcomes = await asyncio.gather(
        transact(county, assign_roles, roles(first, Role.OFFICE)),
        transact(county, end_staff, EndStaff(staff_id=second, actor=by(new_id()))),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Refused)] == [
        Refused(IdentityReason.LAST_ADMINISTRATOR)
    ]


async def test_who_has_left_is_gone_at_once_and_only_the_name_stays(county: County) -> None:
    one = await staff(county, Role.OFFICE, phone="15401000001")
    session = await staff_session(county, one)
    ending = EndStaff(staff_id=one, actor=by(new_id()))
    assert await transact(county, end_staff, ending) is None
    assert await transact(county, end_staff, ending) is None
    assert await Recogniser().find(county, session.token, None) is None
    (member,) = await inquire(county, page_of_staff, PageOfStaff())
    assert (member.state, member.name, member.phone, member.roles) == (StaffState.ENDED, "牟学文", None, frozenset())
    assert await inquire(county, staff_names, frozenset({one})) == {one: "牟学文"}
    assert await transact(county, assign_roles, roles(one, Role.OFFICE)) == Refused(IdentityReason.STAFF_ENDED)
    again = InviteAgain(staff_id=one, actor=by(new_id()))
    assert await transact(county, invite_again, again) == Refused(IdentityReason.STAFF_ENDED)
    nobody = EndStaff(staff_id=new_id(), actor=by(new_id()))
    assert await transact(county, end_staff, nobody) == Refused(GeneralReason.NOT_FOUND)
    await staff(county, Role.OFFICE, phone="15401000001")  # The phone is free for a successor.


def appointed(deputy: object, principal: object, role: Role, begins: Instant, ends: Instant) -> GrantDeputy:
    return GrantDeputy(
        deputy_id=deputy,  # type: ignore[arg-type]  # UUIDs, written short
        principal_id=principal,  # type: ignore[arg-type]  # as above
        role=role,
        begins_at=begins,
        ends_at=ends,
        document_no="筠演示〔2026〕3号",
        actor=by(new_id()),
    )


async def test_the_same_deputy_asked_for_again_is_the_one_that_stands(county: County, clock: HandClock) -> None:
    """As after a lost answer: neither a second grant nor a second entry of the trail."""
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    command = appointed(clerk, approver, Role.APPROVER, clock(), clock() + timedelta(days=3))
    granted = await transact(county, grant_deputy, command)
    assert isinstance(granted, DeputyGrant)
    assert await transact(county, grant_deputy, command) == granted
    longer = await transact(county, grant_deputy, replace(command, ends_at=clock() + timedelta(days=4)))
    assert isinstance(longer, DeputyGrant)
    assert longer.id != granted.id
    told = await inquire(county, page_of_grants, PageOfGrants())
    assert [one.id for one in told] == [longer.id, granted.id]


async def test_a_deputy_may_act_between_two_instants_without_signing_in_again(county: County, clock: HandClock) -> None:
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    session, recogniser = await staff_session(county, clerk), Recogniser()
    begins = clock() + timedelta(minutes=10)
    granted = await transact(
        county, grant_deputy, appointed(clerk, approver, Role.APPROVER, begins, begins + timedelta(minutes=10))
    )
    assert isinstance(granted, DeputyGrant)
    await recogniser.poll_once(county)

    async def may() -> frozenset[Role]:
        await recogniser.poll_once(county)
        caller = await recogniser.find(county, session.token, None)
        assert caller is not None
        return caller.roles

    assert await may() == frozenset({Role.OFFICE})
    clock.forward(minutes=10, microseconds=-1)
    assert await may() == frozenset({Role.OFFICE})
    clock.forward(microseconds=1)
    assert await may() == frozenset({Role.OFFICE, Role.APPROVER})
    acting = await inquire(county, acting_roles, AskRoles(staff_id=clerk, at=clock()))
    assert [grant.principal_id for grant in acting.as_deputy] == [approver]
    clock.forward(minutes=10, microseconds=-1)
    assert await may() == frozenset({Role.OFFICE, Role.APPROVER})
    clock.forward(microseconds=1)
    assert await may() == frozenset({Role.OFFICE})


async def test_a_grant_ends_when_it_is_ended_or_the_principal_loses_the_role(county: County, clock: HandClock) -> None:
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    session, recogniser = await staff_session(county, clerk), Recogniser()
    await recogniser.poll_once(county)

    async def may() -> frozenset[Role]:
        await recogniser.poll_once(county)
        caller = await recogniser.find(county, session.token, None)
        assert caller is not None
        return caller.roles

    for end_it in (True, False):
        ends = clock() + timedelta(days=1)
        granted = await transact(county, grant_deputy, appointed(clerk, approver, Role.APPROVER, clock(), ends))
        assert isinstance(granted, DeputyGrant)
        assert await may() == frozenset({Role.OFFICE, Role.APPROVER})
        clock.forward(minutes=1)
        if end_it:
            assert await transact(county, end_deputy, EndDeputy(grant_id=granted.id, actor=by(new_id()))) is None
        else:
            assert await transact(county, assign_roles, roles(approver, Role.REVIEWER)) == frozenset({Role.REVIEWER})
        assert await may() == frozenset({Role.OFFICE})
    unknown = EndDeputy(grant_id=new_id(), actor=by(new_id()))
    assert await transact(county, end_deputy, unknown) == Refused(GeneralReason.NOT_FOUND)
    assert len(await inquire(county, page_of_grants, PageOfGrants())) == 2


async def test_who_has_left_has_no_deputy_and_is_none(county: County, clock: HandClock) -> None:
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    ends = clock() + timedelta(days=1)
    await transact(county, grant_deputy, appointed(clerk, approver, Role.APPROVER, clock(), ends))
    clock.forward(minutes=1)
    assert await transact(county, end_staff, EndStaff(staff_id=approver, actor=by(new_id()))) is None
    acting = await inquire(county, acting_roles, AskRoles(staff_id=clerk, at=clock()))
    assert acting.roles == frozenset({Role.OFFICE})


async def test_unfit_deputies_and_dates_are_refused(county: County, clock: HandClock) -> None:
    clerk, approver = await staff(county, Role.OFFICE), await staff(county, Role.APPROVER)
    auditor, security = await staff(county, Role.AUDITOR), await staff(county, Role.SECURITY_ADMIN)
    now, day = clock(), timedelta(days=1)
    for command, reason in (
        (appointed(clerk, clerk, Role.OFFICE, now, now + day), IdentityReason.DEPUTY_UNFIT),
        (appointed(clerk, approver, Role.REVIEWER, now, now + day), IdentityReason.DEPUTY_UNFIT),
        (appointed(clerk, approver, Role.APPROVER, now - day, now), IdentityReason.DEPUTY_DATES),
        (appointed(clerk, approver, Role.APPROVER, now + day, now + day), IdentityReason.DEPUTY_DATES),
        (appointed(clerk, approver, Role.APPROVER, now, now + 367 * day), IdentityReason.DEPUTY_DATES),
        (appointed(clerk, approver, Role.APPROVER, now + 367 * day, now + 368 * day), IdentityReason.DEPUTY_DATES),
        (appointed(auditor, security, Role.SECURITY_ADMIN, now, now + day), IdentityReason.ADMINISTRATORS_APART),
        (appointed(new_id(), approver, Role.APPROVER, now, now + day), GeneralReason.NOT_FOUND),
    ):
        assert await transact(county, grant_deputy, command) == Refused(reason)
    till = await staff(county, Role.MERCHANT)
    across = appointed(till, approver, Role.APPROVER, now, now + day)
    assert await transact(county, grant_deputy, across) == Refused(IdentityReason.ROLE_UNFIT)
    free = await staff(county)
    first = appointed(free, auditor, Role.AUDITOR, now + day, now + 2 * day)
    assert isinstance(await transact(county, grant_deputy, first), DeputyGrant)
    second = appointed(free, security, Role.SECURITY_ADMIN, now + 5 * day, now + 6 * day)
    assert await transact(county, grant_deputy, second) == Refused(IdentityReason.ADMINISTRATORS_APART)
    promoted = roles(free, Role.SYSTEM_ADMIN)
    assert await transact(county, assign_roles, promoted) == Refused(IdentityReason.ADMINISTRATORS_APART)


async def test_the_auditor_has_no_hand_in_what_is_audited_neither_by_role_nor_as_a_deputy(
    county: County, clock: HandClock
) -> None:
    clerk, auditor, security = await staff(county, Role.OFFICE), await staff(county, Role.AUDITOR), new_id()
    await staff(county, Role.AUDITOR)
    now, day = clock(), timedelta(days=1)
    refused = Refused(IdentityReason.AUDITOR_APART)
    before = await inquire(county, find, Find())
    for role in sorted(ACTING_ROLES):
        principal = await staff(county, role)
        both = roles(auditor, Role.AUDITOR, role, actor=security)
        assert await transact(county, assign_roles, both) == refused
        for deputy, other, acts in ((auditor, principal, role), (principal, auditor, Role.AUDITOR)):
            ahead = appointed(deputy, other, acts, now + day, now + 2 * day)
            assert await transact(county, grant_deputy, ahead) == refused
    free = await staff(county)
    standing_in = appointed(free, auditor, Role.AUDITOR, now + day, now + 2 * day)
    assert isinstance(await transact(county, grant_deputy, standing_in), DeputyGrant)
    assert await transact(county, assign_roles, roles(free, Role.APPROVER)) == refused
    assert isinstance(await transact(county, assign_roles, roles(clerk, Role.SECURITY_ADMIN)), frozenset)
    told = {entry.act for entry in await inquire(county, find, Find()) if entry not in before}
    assert told == {"identity.admit_staff", "identity.grant_deputy", "identity.assign_roles"}


async def test_whoever_had_a_hand_in_a_campaign_never_becomes_its_auditor(county: County, clock: HandClock) -> None:
    clerk, auditor = await staff(county, Role.OFFICE), await staff(county, Role.AUDITOR)

    async def act(tx: Transaction, _command: None, *, now: Instant) -> None:
        await record(tx, new_entry(now, by(clerk, Role.OFFICE), "campaign.fund", ("campaign", new_id())))

    await transact(county, act, None)
    assert await transact(county, assign_roles, roles(clerk, Role.AUDITOR)) == Refused(IdentityReason.AUDITOR_APART)
    assert await transact(county, assign_roles, roles(clerk)) == frozenset()
    assert await transact(county, assign_roles, roles(clerk, Role.AUDITOR)) == Refused(IdentityReason.AUDITOR_APART)
    standing_in = appointed(clerk, auditor, Role.AUDITOR, clock(), clock() + timedelta(days=1))
    assert await transact(county, grant_deputy, standing_in) == Refused(IdentityReason.AUDITOR_APART)
