"""A merchant's owner invites somebody to work at the counter, and ends their account again.

Whoever the office made an account for owns the merchant; whoever an owner invited is a cashier (店员), who takes
vouchers and manages nothing.
"""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.invite_staff import CreateStaff, Invited, create_staff
from backend.identity.list_staff import PageOfStaff, find_staff, page_of_staff
from backend.identity.records import StaffMember
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.store import listed, people


class InviteCashier(Struct, frozen=True, kw_only=True):
    """Make an account for somebody who works for this merchant."""

    actor: Actor
    merchant_id: UUID
    login: str
    name: str
    phone: str


class EndCashier(Struct, frozen=True, kw_only=True):
    """Somebody does not work for this merchant any more."""

    actor: Actor
    merchant_id: UUID
    staff_id: UUID


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who works for a merchant."""

    member: StaffMember
    owner: bool


async def invite_cashier(tx: Transaction, command: InviteCashier, *, now: Instant) -> Invited | Refused[Reason]:
    """The account may take vouchers for this merchant once its invitation is used."""
    refused = await _refuse(tx, command.actor)
    if refused is not None:
        return refused
    state = await listed.lock_state(tx, command.merchant_id)
    if state is None:
        return Refused(GeneralReason.NOT_FOUND)
    if state is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    new = CreateStaff(
        login=command.login,
        name=command.name,
        phone=command.phone,
        actor=command.actor,
        roles=frozenset({Role.MERCHANT}),
        merchant_id=command.merchant_id,
    )
    invited = await create_staff(tx, new, now=now)
    if isinstance(invited, Invited) and command.actor.id is not None:
        await people.insert_cashier(tx, invited.staff_id, command.merchant_id, command.actor.id, now)
    return invited


async def end_cashier(tx: Transaction, command: EndCashier, *, now: Instant) -> Refused[Reason] | None:
    """End a cashier's account of this merchant; an owner's is ended by the office."""
    refused = await _refuse(tx, command.actor)
    if refused is not None:
        return refused
    member = await find_staff(tx, command.staff_id)
    if member is None or member.merchant_id != command.merchant_id:
        return Refused(GeneralReason.NOT_FOUND)
    if not await people.is_cashier(tx, member.id):
        return Refused(AccountReason.NOT_OWNER)
    return await end_staff(tx, EndStaff(staff_id=member.id, actor=command.actor), now=now)


async def colleagues(tx: Transaction, asked: PageOfStaff) -> list[Colleague]:
    """Who works for a merchant, the newest first."""
    found = await page_of_staff(tx, asked)
    cashiers = await people.cashiers_among(tx, [one.id for one in found])
    return [Colleague(member=one, owner=one.id not in cashiers) for one in found]


async def _refuse(tx: Transaction, actor: Actor) -> Refused[Reason] | None:
    owner = actor.id is not None and not await people.is_cashier(tx, actor.id)
    return None if owner else Refused(AccountReason.NOT_OWNER)
