"""Who works for a merchant? Asked by its owner."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.identity.presence import AskPresence, presence_of
from backend.identity.records import StaffMember
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.merchants.invite_cashier import refuse_cashier
from backend.merchants.store import people


class FindColleagues(Struct, frozen=True, kw_only=True):
    """People of the asker's merchant before an earlier page's last one."""

    asker: Actor
    merchant_id: UUID
    at: Instant
    before: UUID | None = None
    most: int = 50


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who works for a merchant: when they were last there, and until when an invitation of theirs is good."""

    member: StaffMember
    owner: bool
    last_seen_at: datetime | None = None
    invited_until: datetime | None = None


async def find_colleagues(tx: Transaction, asked: FindColleagues) -> list[Colleague] | Refused[Reason]:
    """The newest first; a cashier is told that this is the owner's."""
    refused = await refuse_cashier(tx, asked.asker)
    if refused is not None:
        return refused
    page = PageOfStaff(before=asked.before, most=asked.most, merchant_id=asked.merchant_id)
    found = await page_of_staff(tx, page)
    ids = [one.id for one in found]
    cashiers = await people.cashiers_among(tx, ids)
    presence = await presence_of(tx, AskPresence(staff_ids=tuple(ids), at=asked.at))
    return [
        Colleague(
            member=one,
            owner=one.id not in cashiers,
            last_seen_at=presence.last_seen.get(one.id),
            invited_until=presence.invited_until.get(one.id),
        )
        for one in found
    ]
