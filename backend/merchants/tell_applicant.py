"""Whoever applied is told in the inbox where the application stands; the reason is read with the application."""

from datetime import timedelta

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day
from backend.merchants.call_rules import Application, ApplicationState
from backend.merchants.store import calls
from backend.merchants.tell_merchant import tell_merchant
from backend.notifications.notify import Notify, notify
from backend.notifications.rules import one_line
from backend.notifications.templates import (
    APPLICATION_LISTED,
    APPLICATION_PUBLICISED,
    APPLICATION_REFUSED,
    APPLICATION_RETURNED,
)

TOLD = {
    ApplicationState.RETURNED: APPLICATION_RETURNED,
    ApplicationState.REFUSED: APPLICATION_REFUSED,
    ApplicationState.PUBLICISED: APPLICATION_PUBLICISED,
    ApplicationState.LISTED: APPLICATION_LISTED,
}


async def tell_applicant(
    tx: Transaction, application: Application, to: ApplicationState, until: Instant | None, *, now: Instant
) -> None:
    """Tell of the states that matter to the applicant; a clerk who handed it in for somebody tells them in person."""
    template = TOLD.get(to)
    call = await calls.call(tx, application.call_id)
    if template is None or call is None or application.by_office:
        return
    rules = call.at(now).rules
    variables = {"call_zh": one_line(rules.title_zh), "call_en": one_line(rules.title_en)}
    if until is not None:
        # The midnight that ends the last day is that day's.
        variables["until"] = business_day(until - timedelta(microseconds=1)).isoformat()
    if application.known:
        await tell_merchant(tx, application.merchant_id, template, variables, now=now)
    else:
        told = Notify(
            recipient_id=application.applicant_id, template=template, variables=variables, link="/resident/applications"
        )
        await notify(tx, told, now=now)
