"""Who may call what? Every route with every role, as ``/openapi.json`` says, and never somebody else's things."""

from collections.abc import Mapping

import httpx

from backend.database.county import County
from backend.kernel.actors import MACHINE_ROLES, Role
from tests.identity.sessions import resident_cookie, staff_cookie
from tests.web.client import calling, serving
from tests.web.contract import Operation, operations
from tests.web.world import World, build_world, row_counts

OTHER_PARAMETERS = {"code": "N50J47539B825534", "number": "1", "seq": "1", "day": "2026-11-23"}
"""Path parameters that are no ids."""


def address(operation: Operation, world: World) -> str:
    """The route's address with ids that exist, where we know one."""
    own = world.own
    known = {
        "voucher_id": own.vouchers[0],
        "redemption_id": own.redemption_id,
        "message_id": own.message_id,
        "merchant_id": own.merchant_id,
        "station_id": own.station_id,
        "appointment_id": own.appointment_id,
        "shift_id": own.shift_id,
        "campaign_id": world.campaign_id,
        "round_id": world.round_id,
        "resident_id": own.phone.resident_id,
        "staff_id": own.operator_id,
        "call_id": world.call_id,
        "application_id": own.applied.application_id,
        "objection_id": own.applied.objection_id,
        "account_id": own.applied.account_id,
        "renewal_id": own.applied.renewal_id,
        "entry_id": world.lots.entries[0],
        "roster_id": world.lots.roster_id,
        "hold_id": world.money.holds[0],
        "run_id": world.money.run_id,
        "incident_id": world.money.incident_id,
        "dossier_id": world.papers.dossiers[0],
    }
    if (round_id := world.lots.round_of(operation.path)) is not None:
        known["round_id"] = round_id
    path = operation.path
    for name in operation.names:
        path = path.replace(f"{{{name}}}", str(OTHER_PARAMETERS.get(name) or known.get(name) or own.shift_id))
    return path


def credentials(world: World) -> dict[str, Mapping[str, str]]:
    """Every kind of caller with the headers that it sends."""
    found: dict[str, Mapping[str, str]] = {"visitor": {}, "stranger": {"cookie": "__Host-yizhan=nobody-has-this"}}
    found["strange machine"] = {"authorization": "Bearer yz_pos_nobody-has-this"}
    found |= {role: {"cookie": f"__Host-yizhan={token}"} for role, token in world.cookies.items()}
    return found | {role: {"authorization": f"Bearer {key}"} for role, key in world.keys.items()}


async def ask(client: httpx.AsyncClient, operation: Operation, path: str, headers: Mapping[str, str]) -> httpx.Response:
    """Call with an empty body where one is taken: who may not call is told so before anything is read."""
    json: dict[str, str] | None = {} if operation.takes_body else None
    return await client.request(operation.method, path, headers=headers, json=json)


async def test_a_route_is_closed_to_every_role_that_it_does_not_state(county: County) -> None:
    world = await build_world(county, papers=True)
    wrong = []
    before = await row_counts(county)
    async with serving(county) as application, calling(application) as client:
        for operation in operations():
            await application.recogniser.poll_once(county)
            for caller, headers in credentials(world).items():
                if caller in operation.callers or not operation.callers:
                    continue
                answer = await ask(client, operation, address(operation, world), headers)
                known = caller in world.cookies or caller in world.keys
                told = (answer.status_code, answer.json()["reason"])
                if told != ((403, "not-allowed") if known else (401, "signed-out")):
                    wrong.append(f"{caller}: {operation} {told}")
    assert not wrong, "\n".join(wrong)
    assert await row_counts(county) == before


async def test_a_route_is_open_to_every_role_that_it_states(county: County) -> None:
    world = await build_world(county, papers=True)
    wrong = []
    async with serving(county) as application, calling(application) as client:
        for operation in operations():
            for role in operation.callers or {None}:
                # A person of their own for each call: some calls end sessions, or the account itself.
                headers = {} if role is None else await fresh(county, world, Role(role))
                answer = await ask(client, operation, address(operation, world), headers)
                reason = answer.json().get("reason") if answer.status_code >= 400 else None
                if reason in ("signed-out", "not-allowed") or answer.status_code >= 500:
                    wrong.append(f"{role}: {operation} {answer.status_code} {reason}")
    assert not wrong, "\n".join(wrong)


async def fresh(county: County, world: World, role: Role) -> Mapping[str, str]:
    """The credentials of somebody new with this role on our side; machines keep their key."""
    if role in world.keys:
        return {"authorization": f"Bearer {world.keys[role]}"}
    if role is Role.RESIDENT:
        token = await resident_cookie(county)
    else:
        own = world.own
        token = await staff_cookie(
            county,
            role,
            merchant_id=own.merchant_id if role is Role.MERCHANT else None,
            station_id=own.station_id if role is Role.OPERATOR else None,
        )
    return {"cookie": f"__Host-yizhan={token}"}


async def test_a_method_that_a_route_does_not_have_is_told_with_those_that_it_has(county: County) -> None:
    paths = {operation.path for operation in operations()}
    world = await build_world(county, papers=True)
    async with serving(county) as application, calling(application, checked=False) as client:
        for path in sorted(paths):
            known = {operation.method for operation in operations() if operation.path == path}
            example = next(operation for operation in operations() if operation.path == path)
            for method in {"get", "post", "put", "patch", "delete"} - known:
                answer = await client.request(method, address(example, world))
                assert (answer.status_code, answer.json()["reason"]) == (405, "wrong-method"), (method, path)
                assert {word.strip().lower() for word in answer.headers["allow"].split(",")} >= known


def test_every_role_has_a_route_or_waits_for_its_slice() -> None:
    """Machines of later slices (traceability, Open311) have no routes yet."""
    called = {role for operation in operations() for role in operation.callers}
    assert set(Role) - called <= MACHINE_ROLES
