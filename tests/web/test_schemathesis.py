"""Whatever the description allows, and whatever it forbids, the county answers as described: Schemathesis, all checks.

No 5xx, no undocumented status, content type, header or field; a good request is not called malformed, a bad one is not
taken; no route forgets to ask who calls. Each example of a run is the same every time.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema

from backend.commands.openapi import document
from backend.kernel.actors import Role
from backend.starting.importers import IMPORTERS
from tests.databases import Templates
from tests.full import lengths
from tests.web.bridge import SECONDS, Bridge, bridged
from tests.web.test_callers import fresh

SHAPES_BEYOND_PATTERNS = {
    "GET /api/v1/places/grid-cell/{code}": "a grid code's length and letters hang together",
    "GET /api/v1/places/grid-code": "degrees end at a pole",
    "GET /api/v1/places/spots": "one coordinate needs the other",
    **{f"POST /api/v1/office/imports/{kind}": "a file is base64" for kind in IMPORTERS},
    **{f"POST /api/v1/office/imports/{kind}/{{import_id}}/application": "a file is base64" for kind in IMPORTERS},
    "POST /api/v1/office/roster-sheets": "a file is base64",
    "POST /api/v1/merchant-calls/{call_id}/joinings": "a clerk names the merchant, a merchant names no other",
    "POST /api/v1/office/merchant-calls": "a town in a list has nine digits",
    "POST /api/v1/office/merchant-calls/{call_id}/changes": "a town in a list has nine digits",
    "POST /api/v1/office/bank-answers": "a file is base64",
    "POST /api/v1/office/acquirer-statements": "a file is base64",
    "POST /api/v1/sync/push": "what a device sends is signed",
    "POST /api/v1/sync/journal-files": "what a device wrote is sealed",
    "POST /api/v1/redemptions": "a code is signed or has eight digits; eligible stays within the bill",
    "POST /api/v1/paper-cards/codes": "eligible stays within the bill; a station names a shift, a merchant may not",
    "POST /api/v1/rounds/{round_id}/claims": "an operator names a shift, a resident may not",
    "POST /api/v1/rounds/{round_id}/entries": "an operator names a shift, a resident may not",
    "POST /api/v1/rounds/{round_id}/entitlements": "an operator names a shift, a resident may not",
    "POST /api/v1/office/campaigns/{campaign_id}/rosters": "numbers have check digits, classes are the campaign's",
    "POST /api/v1/office/residents/explain": "the caller's consent is true or nothing is looked at",
    "GET /api/v1/office/campaigns/{campaign_id}/bulletin": "a day is not before 2020 and not after today",
    "GET /api/v1/office/campaigns/{campaign_id}/bulletin.png": "a day is not before 2020 and not after today",
    "POST /api/v1/office/county-settings": "a logo is base64",
    "PUT /api/v1/office/campaigns/{campaign_id}": "shares add up, rounds name kinds, dates follow each other",
}
"""Where a body in good form can still be a 400 that names the field, and why no schema can say so."""

EXAMPLES = {"sqlite": 10, "postgresql": 4}
"""Good requests for each route, and as many bad ones; what differs between the two databases has tests of its own."""
SHARES = 4
"""Parts that run beside each other."""


@schemathesis.serializer("application/cbor")
def bytes_as_they_are(_context: Any, value: Any) -> bytes:
    """What devices send is signed bytes; any others are to be answered too."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture
def bridge(database_kind: str, templates: Templates, tmp_path: Path) -> Iterator[Bridge]:
    """The application of a county with something of everything in it."""
    with bridged(database_kind, templates, tmp_path) as made:
        yield made


def described(bridge: Bridge) -> BaseSchema:
    """The routes as Schemathesis reads them, every check switched on."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", bridge, timeout=SECONDS)
    schema.config.generation.update(with_security_parameters=False)
    return schema


def whole(value: Any) -> Any:
    """JSON Schema calls 78.0 an integer; the county does not, and says so."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(part) for key, part in value.items()}
    return [whole(part) for part in value] if isinstance(value, list) else value


def known_ids(bridge: Bridge, path: str) -> dict[str, str]:
    """Ids that exist, for the half of the requests that should find something."""
    own, lots = bridge.world.own, bridge.world.lots
    return {
        "voucher_id": str(own.vouchers[0]),
        "redemption_id": str(own.redemption_id),
        "message_id": str(own.message_id),
        "merchant_id": str(own.merchant_id),
        "station_id": str(own.station_id),
        "shift_id": str(own.shift_id),
        "campaign_id": str(bridge.world.campaign_id),
        "round_id": str(lots.round_of(path) or bridge.world.round_id),
        "entry_id": str(lots.entries[0]),
        "roster_id": str(lots.roster_id),
        "resident_id": str(own.phone.resident_id),
        "call_id": str(bridge.world.call_id),
        "store_id": str(own.store_id),
        "application_id": str(own.applied.application_id),
        "objection_id": str(own.applied.objection_id),
        "account_id": str(own.applied.account_id),
        "renewal_id": str(own.applied.renewal_id),
        "hold_id": str(bridge.world.money.holds[0]),
        "run_id": str(bridge.world.money.run_id),
        "incident_id": str(bridge.world.money.incident_id),
        "dossier_id": str(bridge.world.papers.dossiers[0]),
    }


def faults_of(
    operation: APIOperation[Any, Any, Any, Any], bridge: Bridge, role: Role | None, mode: GenerationMode, examples: int
) -> list[str]:
    """What goes wrong on a route for a caller, each fault once."""
    faults: dict[str, str] = {}
    ids = known_ids(bridge, operation.path)
    may_refuse = operation.label in SHAPES_BEYOND_PATTERNS
    # Reading ends no session, so one person reads it all; somebody new comes to each write.
    reads = operation.method.lower() == "get"
    reader = bridge.run(fresh(bridge.county, bridge.world, role)) if role and reads else {}

    def ask(case: Case[Any], found: bool) -> None:
        if mode is GenerationMode.POSITIVE:
            case.query.pop("cursor", None)  # Only what a page gave is a cursor.
            case.body = whole(case.body)
            if found:
                case.path_parameters.update({name: ids[name] for name in case.path_parameters if name in ids})
        given_by = reader if reads or not role else bridge.run(fresh(bridge.county, bridge.world, role))
        headers = {name.title(): value for name, value in given_by.items()}
        try:
            case.call_and_validate(headers=headers)
        except* AssertionError as group:
            for fault in group.exceptions:
                faults.setdefault(f"{type(fault).__name__}", f"{operation.label} as {role}: {fault}\n{group}")

    strategy = operation.as_strategy(generation_mode=mode)
    run = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(strategy, st.booleans())(ask))
    run()
    if may_refuse:
        faults.pop("RejectedPositiveData", None)
    return list(faults.values())


def callers_of(operation: APIOperation[Any, Any, Any, Any], every: bool) -> list[Role | None]:
    """One of the roles that may call it, another for each route; or all of them."""
    roles = [Role(role) for role in operation.definition.raw["x-callers"]]
    if every or not roles:
        return list(roles) or [None]
    return [roles[len(operation.label) % len(roles)]]


def walk(bridge: Bridge, share: int, shares: int, examples: int, *, every_role: bool) -> list[str]:
    """Ask every route of a share, for good and for bad requests."""
    faults = []
    for number, result in enumerate(described(bridge).get_all_operations()):
        assert isinstance(result, Ok), result
        operation = result.ok()
        if number % shares != share:
            continue
        # No bytes are against the description of a body of bytes.
        in_json = "application/json" in operation.definition.raw.get("requestBody", {}).get("content", {})
        can_be_wrong = bool(list(operation.iter_parameters())) or in_json
        modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if can_be_wrong else [])]
        for role in callers_of(operation, every_role):
            for mode in modes:
                faults += faults_of(operation, bridge, role, mode, examples)
    return faults


@pytest.mark.parametrize("share", range(SHARES))
def test_the_county_answers_as_it_is_described(bridge: Bridge, share: int) -> None:
    examples = EXAMPLES["postgresql" if bridge.county.on_postgresql else "sqlite"]
    faults = walk(bridge, share, SHARES, examples, every_role=False)
    assert not faults, "\n\n".join(faults)


@pytest.mark.long
@pytest.mark.parametrize("share", range(SHARES))
def test_the_county_answers_as_it_is_described_to_every_role(
    bridge: Bridge, share: int, record_property: Callable[[str, object], None]
) -> None:
    faults = walk(bridge, share, SHARES, lengths.EXAMPLES, every_role=True)
    record_property("told", f"{bridge.answers:,} answers, {lengths.EXAMPLES} examples a route, role and kind")
    assert not faults, "\n\n".join(faults)


def test_the_exceptions_name_routes_that_exist() -> None:
    schema = schemathesis.openapi.from_dict(msgspec.json.decode(document()))
    labels = {result.ok().label for result in schema.get_all_operations() if isinstance(result, Ok)}
    assert set(SHAPES_BEYOND_PATTERNS) <= labels
