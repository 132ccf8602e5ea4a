"""An owner manages shops and who works at the counter; a cashier takes vouchers and manages nothing."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import bank_account
from backend.identity.accept_invitation import OpenInvitation, open_invitation
from backend.identity.list_staff import find_staff
from backend.identity.reasons import IdentityReason
from backend.identity.rules import PersonKind, StaffState
from backend.identity.sign_out import MySessions, my_sessions
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.add_store import AddStore, StoreOpened, add_store
from backend.merchants.close_store import CloseStore, StoreClosed, close_store
from backend.merchants.end import End, end
from backend.merchants.find_colleagues import Colleague, FindColleagues, find_colleagues
from backend.merchants.find_merchants import find_merchant, find_stores
from backend.merchants.invite_cashier import (
    CashierInvited,
    EndCashier,
    InviteCashier,
    InviteCashierAgain,
    end_cashier,
    invite_cashier,
    invite_cashier_again,
)
from backend.merchants.propose_account import propose_account
from backend.merchants.renew_papers import renew_papers
from backend.merchants.rules import MerchantReason
from backend.outbox.rules import IdReused
from backend.outbox.tables import requests
from tests.databases import HandClock
from tests.identity.sessions import session_of
from tests.merchants.call_makers import office, reason_of, staff_member
from tests.merchants.merchant_makers import admission, admitted, premises
from tests.merchants.test_accounts import merchant, proposal
from tests.merchants.test_papers import renewing


def inviting(actor: Actor, merchant_id: UUID, login: str = "cashier-1", phone: str = "15402000055") -> InviteCashier:
    return InviteCashier(
        actor=actor, invitation_id=new_id(), merchant_id=merchant_id, login=login, name="店员甲", phone=phone
    )


async def cashier(county: County, owner: Actor, merchant_id: UUID) -> Actor:
    invited = await transact(county, invite_cashier, inviting(owner, merchant_id))
    assert isinstance(invited, CashierInvited), invited
    return Actor(kind=ActorKind.STAFF, id=invited.staff_id, role=Role.MERCHANT.value)


async def colleagues(county: County, asker: Actor, merchant_id: UUID) -> list[Colleague]:
    asked = FindColleagues(asker=asker, merchant_id=merchant_id, at=county.clock())
    found = await inquire(county, find_colleagues, asked)
    assert not isinstance(found, Refused), found
    return found


async def answers_kept(tx: Transaction, _asked: None) -> str:
    return str([row.outcome for row in await tx.execute(select(requests.c.outcome))])


async def second_shop(county: County, merchant_id: UUID, actor: Actor) -> UUID:
    opening = AddStore(
        actor=actor,
        store_id=new_id(),
        merchant_id=merchant_id,
        name_zh="分店",
        name_en="Branch",
        premises=premises(),
    )
    assert isinstance(await transact(county, add_store, opening), StoreOpened)
    return opening.store_id


async def test_an_owner_invites_a_cashier_who_works_for_this_merchant(county: County) -> None:
    await office(county)
    merchant_id, owner = await merchant(county)
    invited = await transact(county, invite_cashier, inviting(owner, merchant_id))
    assert isinstance(invited, CashierInvited)
    member = await inquire(county, find_staff, invited.staff_id)
    assert member is not None
    assert (member.state, member.roles, member.merchant_id) == (
        StaffState.INVITED,
        frozenset({Role.MERCHANT}),
        merchant_id,
    )
    found = await colleagues(county, owner, merchant_id)
    assert {one.member.id: one.owner for one in found} == {owner.id: True, invited.staff_id: False}
    assert {one.member.id: one.invited_until for one in found} == {owner.id: None, invited.staff_id: invited.expires_at}
    assert {one.last_seen_at for one in found} == {None}
    assert reason_of(await transact(county, invite_cashier, inviting(owner, merchant_id))) is IdentityReason.LOGIN_TAKEN
    twin = inviting(owner, merchant_id, "cashier-2")
    assert reason_of(await transact(county, invite_cashier, twin)) is IdentityReason.PHONE_TAKEN


async def test_a_cashier_manages_nothing(county: County) -> None:
    await office(county)
    merchant_id, owner = await merchant(county)
    clerk = await cashier(county, owner, merchant_id)
    shop = await second_shop(county, merchant_id, owner)
    closing = CloseStore(actor=clerk, change_id=new_id(), merchant_id=merchant_id, store_id=shop, reason="关店")
    assert clerk.id is not None
    assert owner.id is not None
    ending = EndCashier(actor=clerk, merchant_id=merchant_id, staff_id=owner.id)
    again = InviteCashierAgain(actor=clerk, invitation_id=new_id(), merchant_id=merchant_id, staff_id=clerk.id)
    looking = FindColleagues(asker=clerk, merchant_id=merchant_id, at=county.clock())
    outcomes = [
        await transact(county, invite_cashier, inviting(clerk, merchant_id, "cashier-3", "15402000056")),
        await transact(county, invite_cashier_again, again),
        await inquire(county, find_colleagues, looking),
        await transact(county, end_cashier, ending),
        await transact(county, close_store, closing),
        await transact(county, propose_account, proposal(clerk, merchant_id, bank_account(1))),
        await transact(county, renew_papers, renewing(clerk, merchant_id)),
    ]
    assert [reason_of(outcome) for outcome in outcomes] == [AccountReason.NOT_OWNER] * 7
    assert len(await inquire(county, find_stores, merchant_id)) == 2


async def test_an_owner_ends_cashiers_of_their_own_and_nobody_else(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    other_id, other = await merchant(county, 2)
    clerk = await cashier(county, owner, merchant_id)
    second = await staff_member(county, Role.MERCHANT, merchant_id=merchant_id)
    for actor, of, whom, reason in (
        (other, other_id, clerk, GeneralReason.NOT_FOUND),
        (owner, merchant_id, here.clerk, GeneralReason.NOT_FOUND),
        (owner, merchant_id, second, AccountReason.NOT_OWNER),
    ):
        assert whom.id is not None
        command = EndCashier(actor=actor, merchant_id=of, staff_id=whom.id)
        assert reason_of(await transact(county, end_cashier, command)) is reason
    assert clerk.id is not None
    ended = EndCashier(actor=owner, merchant_id=merchant_id, staff_id=clerk.id)
    assert await transact(county, end_cashier, ended) is None
    member = await inquire(county, find_staff, clerk.id)
    assert member is not None
    assert (member.state, member.roles) == (StaffState.ENDED, frozenset())


async def test_an_invitation_that_is_asked_for_again_is_the_same_one_without_its_token(county: County) -> None:
    await office(county)
    merchant_id, owner = await merchant(county)
    command = inviting(owner, merchant_id)
    first = await transact(county, invite_cashier, command)
    assert isinstance(first, CashierInvited)
    assert first.token
    second = await transact(county, invite_cashier, command)
    assert second == msgspec.structs.replace(first, token=None, again=True)
    other = msgspec.structs.replace(command, login="cashier-9")
    assert await transact(county, invite_cashier, other) == IdReused()
    assert len(await colleagues(county, owner, merchant_id)) == 2
    assert len(await inquire(county, find, Find(act="identity.create_staff", actor_id=owner.id))) == 1
    kept = await inquire(county, answers_kept, None)
    assert str(first.staff_id) in kept
    assert first.token not in kept


async def test_inviting_again_ends_what_was_before_and_only_for_cashiers_of_ones_own(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    other_id, other = await merchant(county, 2)
    second = await staff_member(county, Role.MERCHANT, merchant_id=merchant_id)
    invited = await transact(county, invite_cashier, inviting(owner, merchant_id))
    assert isinstance(invited, CashierInvited)
    assert invited.token
    await session_of(county, PersonKind.STAFF, invited.staff_id)
    clock.forward(minutes=5)

    def again(actor: Actor, of: UUID, whom: UUID) -> InviteCashierAgain:
        return InviteCashierAgain(actor=actor, invitation_id=new_id(), merchant_id=of, staff_id=whom)

    assert second.id is not None
    assert here.clerk.id is not None
    for command, reason in (
        (again(other, other_id, invited.staff_id), GeneralReason.NOT_FOUND),
        (again(owner, merchant_id, here.clerk.id), GeneralReason.NOT_FOUND),
        (again(owner, merchant_id, second.id), AccountReason.NOT_OWNER),
    ):
        assert reason_of(await transact(county, invite_cashier_again, command)) is reason
    assert await transact(county, open_invitation, OpenInvitation(invited.token)) is not None
    command = again(owner, merchant_id, invited.staff_id)
    renewed = await transact(county, invite_cashier_again, command)
    assert isinstance(renewed, CashierInvited)
    assert renewed.token not in (None, invited.token)
    assert await transact(county, invite_cashier_again, command) == msgspec.structs.replace(
        renewed, token=None, again=True
    )
    dead = await transact(county, open_invitation, OpenInvitation(invited.token))
    assert reason_of(dead) is IdentityReason.INVITATION_INVALID
    assert await inquire(county, my_sessions, MySessions(person_id=invited.staff_id, at=county.clock())) == []
    (shown,) = [one for one in await colleagues(county, owner, merchant_id) if one.member.id == invited.staff_id]
    assert (shown.invited_until, shown.last_seen_at) == (renewed.expires_at, clock() - timedelta(minutes=5))
    clock.forward(hours=73)
    (late,) = [one for one in await colleagues(county, owner, merchant_id) if one.member.id == invited.staff_id]
    assert late.invited_until is None
    assert (
        await transact(county, end_cashier, EndCashier(actor=owner, merchant_id=merchant_id, staff_id=invited.staff_id))
        is None
    )
    gone = await transact(county, invite_cashier_again, again(owner, merchant_id, invited.staff_id))
    assert reason_of(gone) is IdentityReason.STAFF_ENDED


async def test_a_merchant_that_left_invites_nobody(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    await transact(county, end, End(actor=here.clerk, change_id=new_id(), merchant_id=merchant_id, reason="歇业"))
    outcome = await transact(county, invite_cashier, inviting(owner, merchant_id))
    assert reason_of(outcome) is MerchantReason.MERCHANT_ENDED
    nowhere = await transact(county, invite_cashier, inviting(owner, new_id()))
    assert reason_of(nowhere) is GeneralReason.NOT_FOUND


async def test_a_shop_is_closed_once_and_the_first_one_never(county: County, clock: HandClock) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    shop = await second_shop(county, merchant_id, here.clerk)
    found = await inquire(county, find_merchant, merchant_id)
    assert found is not None
    command = CloseStore(actor=owner, change_id=new_id(), merchant_id=merchant_id, store_id=shop, reason="合同到期")
    first = msgspec.structs.replace(command, change_id=new_id(), store_id=found.main.id)
    assert reason_of(await transact(county, close_store, first)) is MerchantReason.FIRST_STORE
    elsewhere = (await admitted(county, admission(order=2))).store_id
    foreign = msgspec.structs.replace(command, change_id=new_id(), store_id=elsewhere)
    assert reason_of(await transact(county, close_store, foreign)) is GeneralReason.NOT_FOUND
    closed = await transact(county, close_store, command)
    assert closed == StoreClosed(store_id=shop, closed_at=clock())
    assert isinstance(closed, StoreClosed)
    assert await transact(county, close_store, command) == msgspec.structs.replace(closed, again=True)
    twice = msgspec.structs.replace(command, change_id=new_id())
    assert reason_of(await transact(county, close_store, twice)) is MerchantReason.STORE_CLOSED
    assert [one.number for one in await inquire(county, find_stores, merchant_id)] == [1]
    (entry,) = await inquire(county, find, Find(act="merchants.close-store"))
    assert (entry.actor.id, entry.words) == (owner.id, "合同到期")
    third = await second_shop(county, merchant_id, here.clerk)
    assert {one.id: one.number for one in await inquire(county, find_stores, merchant_id)}[third] == 3
