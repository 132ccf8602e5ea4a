"""A merchant's owner invites somebody to work at the counter, invites them again, and ends their account.

Whoever the office made an account for owns the merchant; whoever an owner invited is a cashier (店员), who takes
vouchers and manages nothing. An invitation's token is told once and kept nowhere: a request that comes again has the
same answer without it, and the owner invites again.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.invite_staff import (
    AdmitStaff,
    CreateStaff,
    InviteAgain,
    Invited,
    admit_staff,
    create_staff,
    invite_again,
)
from backend.identity.list_staff import find_staff
from backend.identity.records import StaffMember
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Reason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.store import listed, people
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class InviteCashier(Struct, frozen=True, kw_only=True):
    """Make an account for somebody who works for this merchant; ``invitation_id`` names the act."""

    actor: Actor
    invitation_id: UUID
    merchant_id: UUID
    login: str
    name: str
    phone: str

    def __repr__(self) -> str:
        return f"InviteCashier({self.invitation_id})"


class InviteCashierAgain(Struct, frozen=True, kw_only=True):
    """A fresh invitation for a cashier who lost password, phone or the link; ``invitation_id`` names the act."""

    actor: Actor
    invitation_id: UUID
    merchant_id: UUID
    staff_id: UUID


class EndCashier(Struct, frozen=True, kw_only=True):
    """Somebody does not work for this merchant any more."""

    actor: Actor
    merchant_id: UUID
    staff_id: UUID


class CashierInvited(Struct, frozen=True, kw_only=True):
    """The account and its invitation; ``token`` is ``None`` in the answer to a repeated request (``again``)."""

    staff_id: UUID
    expires_at: datetime
    token: str | None = None
    again: bool = False

    def __repr__(self) -> str:
        return f"CashierInvited({self.staff_id})"


NotInvited = Refused[Reason] | IdReused


async def invite_cashier(tx: Transaction, command: InviteCashier, *, now: Instant) -> CashierInvited | NotInvited:
    """The account may take vouchers for this merchant once its invitation is used; a refusal binds no id."""
    told = (command.merchant_id, command.login, command.name, command.phone)
    hashed = command_hash(("merchants.invite-cashier", *told))
    earlier = await _earlier(tx, command.actor, command.invitation_id, hashed)
    if earlier is not None:
        return earlier
    refused = await _cannot_invite(tx, command.merchant_id)
    if refused is not None:
        return refused
    new = CreateStaff(
        login=command.login,
        name=command.name,
        phone=command.phone,
        actor=command.actor,
        roles=frozenset({Role.MERCHANT}),
        merchant_id=command.merchant_id,
    )
    invited = await create_staff(tx, new, now=now)
    if isinstance(invited, Refused):
        return invited
    assert command.actor.id is not None, "an owner is somebody"
    await people.insert_cashier(tx, invited.staff_id, command.merchant_id, command.actor.id, now)
    return await _told_once(tx, command.invitation_id, hashed, invited, now)


async def invite_cashier_again(
    tx: Transaction, command: InviteCashierAgain, *, now: Instant
) -> CashierInvited | NotInvited:
    """Invitations and sessions before it end; the person sets password and second factor anew."""
    hashed = command_hash(("merchants.invite-cashier-again", command.merchant_id, command.staff_id))
    earlier = await _earlier(tx, command.actor, command.invitation_id, hashed)
    if earlier is not None:
        return earlier
    member = await _own_cashier(tx, command.merchant_id, command.staff_id)
    if isinstance(member, Refused):
        return member
    refused = await _cannot_invite(tx, command.merchant_id)
    if refused is not None:
        return refused
    invited = await invite_again(tx, InviteAgain(staff_id=member.id, actor=command.actor), now=now)
    if isinstance(invited, Refused):
        return invited
    return await _told_once(tx, command.invitation_id, hashed, invited, now)


async def end_cashier(tx: Transaction, command: EndCashier, *, now: Instant) -> Refused[Reason] | None:
    """End a cashier's account of this merchant; an owner's is ended by the office. Ending twice is no fault."""
    refused = await refuse_cashier(tx, command.actor)
    if refused is not None:
        return refused
    member = await _own_cashier(tx, command.merchant_id, command.staff_id)
    if isinstance(member, Refused):
        return member
    return await end_staff(tx, EndStaff(staff_id=member.id, actor=command.actor), now=now)


class AdmitCashier(Struct, frozen=True, kw_only=True):
    """A ready cashier with known credentials, for demonstration counties."""

    owner: Actor
    merchant_id: UUID
    account: AdmitStaff


async def admit_cashier(tx: Transaction, command: AdmitCashier, *, now: Instant) -> UUID | Refused[Reason]:
    """Refused outside demonstration counties, as every ready account is."""
    admitted = await admit_staff(tx, command.account, now=now)
    if isinstance(admitted, UUID) and command.owner.id is not None:
        await people.insert_cashier(tx, admitted, command.merchant_id, command.owner.id, now)
    return admitted


async def owns_merchant(tx: Transaction, actor: Actor) -> bool:
    """Whether this person of a merchant owns it, and is no cashier."""
    return actor.id is not None and not await people.is_cashier(tx, actor.id)


async def refuse_cashier(tx: Transaction, actor: Actor) -> Refused[Reason] | None:
    """Whoever is a cashier manages nobody, and sees nobody's account."""
    return None if await owns_merchant(tx, actor) else Refused(AccountReason.NOT_OWNER)


async def _earlier(
    tx: Transaction, actor: Actor, invitation_id: UUID, hashed: bytes
) -> CashierInvited | NotInvited | None:
    refused = await refuse_cashier(tx, actor)
    if refused is not None:
        return refused
    earlier = await earlier_answer(tx, invitation_id, hashed)
    if earlier is None or isinstance(earlier, IdReused):
        return earlier
    return msgspec.structs.replace(earlier.decoded(CashierInvited), again=True)


async def _told_once(
    tx: Transaction, invitation_id: UUID, hashed: bytes, invited: Invited, now: Instant
) -> CashierInvited:
    told = CashierInvited(staff_id=invited.staff_id, expires_at=invited.expires_at)
    await remember_answer(tx, invitation_id, hashed, told, now=now)
    return msgspec.structs.replace(told, token=invited.token)


async def _cannot_invite(tx: Transaction, merchant_id: UUID) -> Refused[Reason] | None:
    state = await listed.lock_state(tx, merchant_id)
    if state is None:
        return Refused(GeneralReason.NOT_FOUND)
    return Refused(MerchantReason.MERCHANT_ENDED) if state is MerchantState.ENDED else None


async def _own_cashier(tx: Transaction, merchant_id: UUID, staff_id: UUID) -> StaffMember | Refused[Reason]:
    member = await find_staff(tx, staff_id)
    if member is None or member.merchant_id != merchant_id:
        return Refused(GeneralReason.NOT_FOUND)
    return member if await people.is_cashier(tx, member.id) else Refused(AccountReason.NOT_OWNER)
