"""Every night: whose licence ends soon is told, and whose trade needs one that has run out takes no vouchers."""

from datetime import timedelta

from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day, day_starts
from backend.merchants.paper_rules import WARNED_DAYS, EndingLicence, warnings_due
from backend.merchants.retention import erase_old_contacts
from backend.merchants.rules import LicenceKind, MerchantState, lacks_licence
from backend.merchants.store import listed
from backend.merchants.store import papers as store
from backend.merchants.suspend import Suspend, suspend
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.rules import one_line
from backend.notifications.templates import PAPERS_ENDING, PAPERS_OVER
from backend.outbox.due import plan
from backend.outbox.rules import DueWork

CHECK_PAPERS = "merchants.check-papers"
AT_NIGHT = timedelta(minutes=5)
"""A licence is good to the end of its last day: whoever has none the next morning is stopped before opening."""
NAMES = {
    LicenceKind.FOOD_BUSINESS: ("食品经营许可证", "food business licence"),
    LicenceKind.FOOD_PRODUCTION: ("食品生产许可证", "food production licence"),
    LicenceKind.HYGIENE: ("卫生许可证", "hygiene licence"),
}


async def plan_papers(tx: Transaction, _command: None = None, *, now: Instant) -> None:
    """Plan the next night's work; called at every start, and a second plan for the same night changes nothing."""
    night = day_starts(business_day(now)) + AT_NIGHT
    if night <= now:
        night = day_starts(business_day(now) + timedelta(days=1)) + AT_NIGHT
    await plan(tx, DueWork(kind=CHECK_PAPERS, key=business_day(night).isoformat(), due_at=night))


async def check_papers(tx: Transaction, _work: DueWork, now: Instant) -> None:
    """One night's work; what was told or done before is not told or done again."""
    today = business_day(now)
    ending = await store.ending_licences(tx, until=today + timedelta(days=max(WARNED_DAYS)))
    for warning in warnings_due(ending, today=today):
        if not await store.is_told(tx, warning):
            await store.note_told(tx, warning, now)
            await _warn(tx, warning.licence, now)
    for merchant_id in sorted({one.merchant_id for one in ending if one.valid_until < today}):
        merchant = await listed.merchant(tx, merchant_id)
        if merchant is None or merchant.state is not MerchantState.ADMITTED:
            continue
        if lacks_licence(merchant.papers, on=today):
            stop = Suspend(actor=SYSTEM, change_id=new_id(), merchant_id=merchant_id, reason="必需的许可证已过有效期")
            await suspend(tx, stop, now=now)
            await store.note_suspension(tx, merchant_id, now)
            await tell_merchant(tx, merchant_id, PAPERS_OVER, {}, now=now)
    await erase_old_contacts(tx, now=now)
    await plan_papers(tx, now=now)


async def _warn(tx: Transaction, licence: EndingLicence, now: Instant) -> None:
    zh, en = NAMES[licence.kind]
    variables = {
        "licence_zh": zh,
        "licence_en": en,
        "number": one_line(licence.number),
        "until": licence.valid_until.isoformat(),
    }
    await tell_merchant(tx, licence.merchant_id, PAPERS_ENDING, variables, now=now)
