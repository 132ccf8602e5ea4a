"""Tell everybody who works for a merchant, in their inboxes."""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.identity.list_staff import PageOfStaff, page_of_staff
from backend.kernel.actors import Role
from backend.kernel.instants import Instant
from backend.notifications.notify import Notify, notify_many
from backend.notifications.rules import Template

MOST_TOLD = 100
KEEP = "/merchant/keep"
"""Where a merchant keeps its account, papers and applications."""


async def tell_merchant(
    tx: Transaction,
    merchant_id: UUID,
    template: Template,
    variables: dict[str, str],
    *,
    now: Instant,
    link: str = KEEP,
) -> None:
    """The same words to each, with the act that caused them."""
    people = await page_of_staff(tx, PageOfStaff(merchant_id=merchant_id, role=Role.MERCHANT, most=MOST_TOLD))
    if people:
        told = [Notify(recipient_id=one.id, template=template, variables=variables, link=link) for one in people]
        await notify_many(tx, told, now=now)
