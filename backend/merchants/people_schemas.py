"""What the people of a merchant look like on the wire; phones are masked."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.identity.rules import StaffState, masked_phone
from backend.identity.wire import Login
from backend.merchants.find_colleagues import Colleague
from backend.merchants.invite_cashier import CashierInvited
from backend.web.texts import Name, Phone


class CashierBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who will work at the counter; `invitation_id` is made by the caller and names the request."""

    invitation_id: UUID
    login: Login
    name: Name
    phone: Phone

    def __repr__(self) -> str:
        return f"CashierBody({self.invitation_id})"


class InviteAgainBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fresh invitation; `invitation_id` is made by the caller and names the request."""

    invitation_id: UUID


class PostAnswer(Struct, frozen=True, kw_only=True):
    """What the caller may do for the merchant: an owner manages, a cashier only takes vouchers."""

    owner: bool


class ColleagueAnswer(Struct, frozen=True, kw_only=True):
    """Somebody who works for the merchant.

    `last_seen_at` is null for somebody who was not here for weeks, or never; `invited_until` is set while an invitation
    can be used.
    """

    staff_id: UUID
    login: str
    name: str
    phone: str | None
    state: StaffState
    owner: bool
    created_at: datetime
    ended_at: datetime | None
    last_seen_at: datetime | None
    invited_until: datetime | None


class CashierInvitedAnswer(Struct, frozen=True, kw_only=True):
    """The invitation's code is shown once, and null when the request comes again; hand it to the person themselves."""

    staff_id: UUID
    invitation: str | None
    expires_at: datetime


def colleague_answer(colleague: Colleague) -> ColleagueAnswer:
    """Somebody in the list of a merchant's people."""
    member = colleague.member
    return ColleagueAnswer(
        staff_id=member.id,
        login=member.login,
        name=member.name,
        phone=masked_phone(member.phone),
        state=member.state,
        owner=colleague.owner,
        created_at=member.created_at,
        ended_at=member.ended_at,
        last_seen_at=colleague.last_seen_at,
        invited_until=colleague.invited_until,
    )


def cashier_invited_answer(invited: CashierInvited) -> CashierInvitedAnswer:
    """An invitation to hand over."""
    return CashierInvitedAnswer(staff_id=invited.staff_id, invitation=invited.token, expires_at=invited.expires_at)
