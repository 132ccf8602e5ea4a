"""The audit of lists finds whatever was put there out of order, whoever put it there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, update

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.assign_roles import AssignRoles, assign_roles
from backend.identity.reasons import IdentityReason
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.audit import AuditMerchants, audit_merchants
from backend.merchants.call_rules import Step
from backend.merchants.tables import application_steps, applications, listings, objections
from tests.databases import HandClock
from tests.merchants.call_makers import PERIOD_ENDS, Office, office, resident, staff_member


async def listed(county: County, clock: HandClock) -> tuple[Office, UUID]:
    here = await office(county)
    application_id = await here.applied(await here.publish())
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await here.signed(application_id, Step.LIST)
    return here, application_id


async def found(county: County) -> list[str]:
    return (await inquire(county, audit_merchants, AuditMerchants())).faults


async def test_a_list_that_came_about_in_order_has_no_fault(county: County, clock: HandClock) -> None:
    await listed(county, clock)
    findings = await inquire(county, audit_merchants, AuditMerchants())
    assert (findings.listed, findings.accounts, findings.faults) == (1, 0, [])


@pytest.mark.parametrize(
    ("forged", "told"),
    [
        ({"objections_from": PERIOD_ENDS, "objections_until": PERIOD_ENDS + timedelta(days=9)}, "before the time"),
        ({"merchant_id": UUID(int=1)}, "the application does not say so"),
        ({"state": "refused"}, "the application does not say so"),
    ],
)
async def test_a_forged_application_is_found(
    county: County, clock: HandClock, forged: dict[str, Any], told: str
) -> None:
    _, application_id = await listed(county, clock)
    late = {"ended_at": PERIOD_ENDS + timedelta(days=30)} if "objections_until" in forged else {}

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        values = forged | late
        await tx.execute(update(applications).where(applications.c.id == application_id).values(**values))

    await transact(county, forge, None)
    faults = await found(county)
    assert len(faults) == 1
    assert told in faults[0]


async def test_an_objection_that_was_not_dismissed_in_time_is_found(county: County, clock: HandClock) -> None:
    _, application_id = await listed(county, clock)
    person = (await resident(county)).id

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        row = {"id": new_id(), "application_id": application_id, "filed_at": now, "resident_id": person}
        await tx.execute(insert(objections).values(**row, state="open"))

    await transact(county, forge, None)
    (fault,) = await found(county)
    assert "1 objections were not dismissed" in fault


async def test_a_decision_by_whoever_reviewed_and_a_list_without_steps_are_found(
    county: County, clock: HandClock
) -> None:
    here, _ = await listed(county, clock)
    call_id = await here.publish(document_no="筠演示〔2026〕10号")
    second = await here.applied(call_id, 2)
    await here.signed(second, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS + timedelta(days=10)
    listed_at = clock()

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        step = {"id": new_id(), "application_id": second, "step": "list", "of_office": True, "at": now}
        await tx.execute(insert(application_steps).values(**step, person_id=here.reviewer.id))
        move = {"state": "listed", "ended_at": now}
        await tx.execute(update(applications).where(applications.c.id == second).values(**move))

    await transact(county, forge, None)
    (fault,) = await found(county)
    assert fault == f"merchants: application {second} is listed and on no list"

    async def put(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        merchant = (await tx.execute(listings.select())).one().merchant_id
        await tx.execute(update(applications).where(applications.c.id == second).values(merchant_id=merchant))
        row = {"application_id": second, "call_id": call_id, "merchant_id": merchant, "listed_at": listed_at}
        await tx.execute(insert(listings).values(**row))

    await transact(county, put, None)
    (fault,) = await found(county)
    assert fault.endswith("decided by somebody who had a hand in it")


async def test_steps_and_listings_can_only_grow(county: County, clock: HandClock) -> None:
    """A step that is gone would be a review that nobody made: the database itself keeps them."""
    await listed(county, clock)
    for table in (application_steps, listings):

        async def forget(tx: Transaction, command: Any, *, now: Instant) -> None:
            del now
            await tx.execute(delete(command))

        with pytest.raises(Exception, match="append-only"):
            await transact(county, forget, table)
    assert await found(county) == []


async def test_whoever_had_a_hand_in_a_merchant_does_not_become_auditor(county: County, clock: HandClock) -> None:
    here, _ = await listed(county, clock)
    security = await staff_member(county, Role.SECURITY_ADMIN)
    for actor in (here.clerk, here.reviewer, here.approver):
        assert actor.id is not None
        command = AssignRoles(staff_id=actor.id, roles=frozenset({Role.AUDITOR}), actor=security)
        assert await transact(county, assign_roles, command) == Refused(IdentityReason.AUDITOR_APART)
