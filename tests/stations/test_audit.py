"""The audit finds a service that counts as checked by the county and was not."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.stations.audit import AuditStations, audit_stations
from backend.stations.rules import Assisted, ProofKind
from backend.stations.tables import assisted_services, phone_codes
from tests.databases import HandClock
from tests.identity.people import PHONE
from tests.stations.phone_proofs import phone_checked
from tests.stations.station_makers import assisted, own_shift, with_shift
from tests.stations.test_assist import claim
from tests.stations.test_phone_codes import somebody


async def served_by_code(county: County) -> Assisted:
    """Somebody whose phone was checked, and who was helped on it."""
    _, shift_id = await with_shift(county)
    person = await somebody(county)
    await phone_checked(county, shift_id, PHONE)
    shift = await transact(county, own_shift, shift_id)
    told = assisted(shift, proof=ProofKind.PHONE_CODE, resident_id=person, proof_checked=True)
    assert await transact(county, claim, told) is None
    return told


async def found(county: County) -> list[str]:
    return (await inquire(county, audit_stations, AuditStations(county.clock()))).faults


async def test_a_service_on_a_code_that_came_back_has_no_fault(county: County, clock: HandClock) -> None:
    await served_by_code(county)
    findings = await inquire(county, audit_stations, AuditStations(clock()))
    assert (findings.checked, findings.faults) == (1, [])


@pytest.mark.parametrize(
    ("table", "forged", "told"),
    [
        ("services", {"proof": "presence"}, "without a phone's code"),
        ("codes", {"checked_at": None}, "no code of its shift was"),
        ("codes", {"resident_id": UUID(int=1)}, "no code of its shift was"),
    ],
)
async def test_what_was_not_checked_is_found(county: County, table: str, forged: dict[str, Any], told: str) -> None:
    service = await served_by_code(county)

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        rows = assisted_services if table == "services" else phone_codes
        await tx.execute(update(rows).values(**forged))

    await transact(county, forge, None)
    [fault] = await found(county)
    assert str(service.service_id) in fault
    assert told in fault


async def test_a_code_that_was_checked_too_early_is_no_ground(county: County, clock: HandClock) -> None:
    service = await served_by_code(county)
    assert await found(county) == []
    clock.forward(minutes=15)

    async def late(tx: Transaction, _command: None, *, now: Instant) -> None:
        await tx.execute(update(assisted_services).values(at=now))

    await transact(county, late, None)
    [fault] = await found(county)
    assert str(service.service_id) in fault
    clock.forward(days=1)
    await transact(county, late, None)
    clock.forward(days=1)
    clock.forward(seconds=1)
    assert await found(county) == [], "codes of two days ago are forgotten"
