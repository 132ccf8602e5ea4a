"""Was everybody on a list put there in order, and is every merchant paid into an account that two people stand for?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.merchants.account_rules import WAITS, AccountState
from backend.merchants.audit_views import AccountFacts, ListedFacts
from backend.merchants.call_rules import ApplicationState, Step, StepTaken, since_handed_in
from backend.merchants.store import accounts, checks


class AuditMerchants(Struct, frozen=True):
    """Everything that was ever listed and every account that was ever approved."""


class MerchantFindings(Struct, frozen=True, kw_only=True):
    """How much was looked at, and everything that is wrong."""

    listed: int
    accounts: int
    faults: list[str]


async def audit_merchants(tx: Transaction, _asked: AuditMerchants) -> MerchantFindings:
    """Lists against their applications and steps, accounts against their approvals."""
    listed = await checks.listings_with_facts(tx)
    steps = await checks.steps_of_listed(tx, [one.application_id for one in listed])
    faults = [fault for one in listed for fault in faults_of_listing(one, steps.get(one.application_id, []))]
    unlisted = await checks.listed_without_list(tx)
    faults += [f"merchants: application {one} is listed and on no list" for one in unlisted]
    found = await accounts.every_account(tx)
    faults += faults_of_accounts(found)
    return MerchantFindings(listed=len(listed), accounts=len(found), faults=faults)


def faults_of_listing(one: ListedFacts, steps: Sequence[StepTaken]) -> list[str]:
    """Everything that is out of order with one listing."""
    who = f"merchants: {one.merchant_id} on the list of {one.call_id}"
    current = since_handed_in(steps)
    reviews = [taken for taken in current if taken.step is Step.REVIEW]
    decisions = [taken for taken in current if taken.step is Step.LIST]
    if len(reviews) != 1 or len(decisions) != 1:
        return [f"{who}: {len(reviews)} reviews and {len(decisions)} decisions"]
    faults = []
    before = {
        person
        for taken in current
        if taken.of_office and taken.step is not Step.LIST
        for person in (taken.person_id, taken.deputy_for)
    }
    if {decisions[0].person_id, decisions[0].deputy_for} & (before - {None}):
        faults.append(f"{who}: decided by somebody who had a hand in it")
    if one.objections_until is None or one.listed_at < one.objections_until:
        faults.append(f"{who}: listed before the time for objections was over")
    if one.open_or_upheld:
        faults.append(f"{who}: {one.open_or_upheld} objections were not dismissed")
    if one.state is not ApplicationState.LISTED or not one.same:
        faults.append(f"{who}: the application does not say so")
    return faults


def faults_of_accounts(found: Sequence[AccountFacts]) -> list[str]:
    """Everything that is out of order with bank accounts: who approved, how soon they count, two at one instant."""
    faults = []
    seen: set[tuple[UUID, datetime]] = set()
    for one in found:
        who = f"merchants: bank account {one.account_id}"
        if one.effective_at is None or one.approved_at is None:
            if one.state is AccountState.APPROVED:
                faults.append(f"{who} is approved by nobody")
            continue
        if one.proposed_by in (one.approved_by, one.deputy_for):
            faults.append(f"{who} is approved by whoever proposed it")
        if one.effective_at < one.approved_at + WAITS:
            faults.append(f"{who} counts before 24 hours have passed")
        if one.state is AccountState.APPROVED:
            if (one.merchant_id, one.effective_at) in seen:
                faults.append(f"{who} comes into force together with another")
            seen.add((one.merchant_id, one.effective_at))
    return faults
