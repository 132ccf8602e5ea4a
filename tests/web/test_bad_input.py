"""Bad input gets a problem that names the field and the mend in two languages, and nothing moves."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from msgspec import Struct

from backend.database.county import County
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.vouchers.counters import typed
from tests.web.client import calling, serving
from tests.web.contract import breach_of
from tests.web.test_callers import credentials
from tests.web.world import World, build_world, row_counts

JSON = {"content-type": "application/json"}


class Bad(Struct, frozen=True, kw_only=True):
    """A request that must be refused: what is wrong with it, and how the problem tells so."""

    what: str
    caller: Role | None = Role.MERCHANT
    method: str = "POST"
    path: str = "/api/v1/redemptions"
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] | None = None
    status: int = 400
    reason: str = "invalid"
    field: str | None = None


def bodies(code: str) -> list[Bad]:
    """What can be wrong with a body, at the counter where it costs most."""
    good: dict[str, Any] = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}

    def at(name: str, value: Any, what: str, field: str = "") -> Bad:
        return Bad(what=what, body={**good, name: value}, field=field or f"/{name}")

    line = {"name": "豆花", "amount_fen": 100}
    return [
        at("bill_fen", 20_000.0, "a float for fen"),
        at("bill_fen", 199.99, "yuan for fen"),
        at("bill_fen", "20000", "text for fen"),
        at("bill_fen", True, "a flag for fen"),
        at("bill_fen", 0, "nothing to pay"),
        at("bill_fen", -1, "a negative bill"),
        at("bill_fen", 10**30, "more than all the money there is"),
        at("bill_fen", None, "null for fen"),
        at("eligible_fen", 20_001, "more eligible than was billed"),
        at("redemption_id", "7", "no id"),
        at("redemption_id", 7, "a number for an id"),
        at("code", "", "an empty code"),
        at("code", "x" * 5_000, "an endless code"),
        at("code", "券码", "a code that is none"),
        at("surprise", 1, "a field that does not exist"),
        at("lines", [line | {"name": "a\0b"}], "NUL in a text", field="/lines/0/name"),
        at("lines", [line | {"name": "a\nb"}], "a line break in a text", field="/lines/0/name"),
        at("lines", [line | {"amount_fen": 1.5}], "a float in a line", field="/lines/0/amount_fen"),
        at("lines", [line] * 101, "too many lines"),
        at("lines", line, "an object for a list"),
        at("payment_evidence", {"kind": "promise"}, "an unknown kind", field="/payment_evidence/kind"),
        Bad(what="a missing field", body={"code": code, "bill_fen": 20_000}, field="/redemption_id"),
        Bad(what="a list for an object", body=[good], field="/"),
        Bad(what="null for an object", raw=b"null", field="/"),
        Bad(what="no body", raw=b"", field="/"),
        Bad(what="half a body", raw=json.dumps(good).encode()[:-5], reason="malformed"),
        Bad(what="two bodies", raw=json.dumps(good).encode() * 2, reason="malformed"),
        Bad(what="NaN", raw=b'{"bill_fen": NaN}', reason="malformed"),
        Bad(what="no UTF-8", raw=b'{"code": "\xff\xfe"}', reason="malformed"),
        Bad(what="half a surrogate", raw=b'{"code": "\\ud800"}', reason="malformed"),
        Bad(what="a number without end", raw=b'{"bill_fen": 1' + b"0" * 400 + b"}", field="/bill_fen"),
        Bad(what="nested without end", raw=b'{"lines": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", field="/lines/0"),
    ]


def envelopes(good: bytes) -> list[Bad]:
    """What can be wrong around a body."""
    large = b'{"code": "' + b"x" * 1_000_001 + b'"}'
    return [
        Bad(
            what="text/plain", raw=good, headers={"content-type": "text/plain"}, status=415, reason="wrong-content-type"
        ),
        Bad(what="no type", raw=good, headers={}, status=415, reason="wrong-content-type"),
        Bad(
            what="a form",
            raw=b"a=1",
            headers={"content-type": "application/x-www-form-urlencoded"},
            status=415,
            reason="wrong-content-type",
        ),
        Bad(what="too large", raw=large, status=413, reason="too-large"),
        Bad(
            what="from another site",
            raw=good,
            headers={**JSON, "origin": "https://evil.example"},
            status=403,
            reason="cross-site",
        ),
        Bad(
            what="from another site, by the browser's word",
            raw=good,
            headers={**JSON, "sec-fetch-site": "same-site"},
            status=403,
            reason="cross-site",
        ),
        Bad(what="nobody signed in", caller=None, raw=good, status=401, reason="signed-out"),
        Bad(
            what="an unknown session",
            caller=None,
            raw=good,
            headers={**JSON, "cookie": "__Host-yizhan=old"},
            status=401,
            reason="signed-out",
        ),
        Bad(what="a wrong method", method="DELETE", status=405, reason="wrong-method"),
    ]


def addresses(world: World) -> list[Bad]:
    """What can be wrong with an address."""

    def asked(what: str, path: str, **told: Any) -> Bad:
        return Bad(what=what, method="GET", headers={}, path=path, **told)

    lists = "/api/v1/redemptions"
    return [
        asked("no page of rows", f"{lists}?limit=0", field="query:limit"),
        asked("more rows than a page has", f"{lists}?limit=101", field="query:limit"),
        asked("a word for a number", f"{lists}?limit=many", field="query:limit"),
        asked("a float for a number", f"{lists}?limit=1.5", field="query:limit"),
        asked("a cursor of one's own", f"{lists}?cursor=AAAA", field="query:cursor"),
        asked("another list's cursor", f"/api/v1/merchants?cursor={'A' * 60}", field="query:cursor"),
        asked("NUL in a query", "/api/v1/merchants?q=%00", field="query:q"),
        asked("an unknown trade", "/api/v1/merchants?trade=magic", field="query:trade"),
        asked("no id in a path", f"{lists}/seven", status=404, reason="not-found"),
        asked("NUL in a path", f"{lists}/%00", status=404, reason="not-found"),
        asked("an id that nothing has", f"{lists}/{new_id()}", status=404, reason="not-found"),
        Bad(
            what="a round that does not exist",
            caller=Role.RESIDENT,
            path=f"/api/v1/rounds/{new_id()}/claims",
            body={"claim_id": str(new_id())},
            status=409,
            reason="not-open",
        ),
        Bad(
            what="an unknown field in the rush",
            caller=Role.RESIDENT,
            path=f"/api/v1/rounds/{world.round_id}/claims",
            body={"claim_id": str(new_id()), "x": 1},
            field="/x",
        ),
        Bad(
            what="a long body in the rush",
            caller=Role.RESIDENT,
            path=f"/api/v1/rounds/{world.round_id}/claims",
            body={"claim_id": str(new_id()), "x": "x" * 5_000},
            field="/x",
        ),
        Bad(
            what="no JSON in the rush",
            caller=Role.RESIDENT,
            path=f"/api/v1/rounds/{world.round_id}/claims",
            raw=b"{",
            reason="malformed",
        ),
    ]


def fault_of(bad: Bad, answer: httpx.Response) -> str | None:
    """What the answer does not tell as it should."""
    if (breach := breach_of(answer)) is not None and bad.status != 405:
        return f"{bad.what}: {breach}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"{bad.what}: {answer.status_code} {answer.text[:200]}"
    problem = answer.json()
    told = (answer.status_code, problem["status"], problem["reason"], problem["type"])
    if told != (bad.status, bad.status, bad.reason, f"urn:yizhan:problem:{bad.reason}"):
        return f"{bad.what}: {told}"
    if bad.field is None:
        return None
    errors = problem.get("errors", [])
    if bad.field not in [error["pointer"] for error in errors]:
        return f"{bad.what}: names {errors}"
    if not all(re.search(r"[\u4e00-\u9fff].* / .*[a-z]", error["detail"]) for error in errors):
        return f"{bad.what}: tells no mend in two languages: {errors}"
    return None


async def send(client: httpx.AsyncClient, bad: Bad, world: World) -> httpx.Response:
    """Send it as it is."""
    headers = {
        **(JSON if bad.headers is None else bad.headers),
        **(credentials(world)[bad.caller] if bad.caller else {}),
    }
    content = bad.raw if bad.raw is not None else None if bad.body is None else json.dumps(bad.body).encode()
    return await client.request(bad.method, bad.path, headers=headers, content=content)


async def test_bad_input_is_told_with_its_field_and_moves_nothing(county: County) -> None:
    world = await build_world(county)
    code = await typed(county, world.own.phone, world.own.vouchers[0])
    good = json.dumps({"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}).encode()
    faults = []
    async with serving(county) as application, calling(application, checked=False) as client:
        for bad in (*bodies(code), *envelopes(good), *addresses(world)):
            await application.recogniser.poll_once(county)
            before = await row_counts(county)
            fault = fault_of(bad, await send(client, bad, world))
            after = await row_counts(county)
            if fault is not None:
                faults.append(fault)
            if after != before:
                faults.append(f"{bad.what} moved {[table for table in after if after[table] != before[table]]}")
    assert not faults, "\n".join(faults)


async def test_a_body_that_never_says_how_long_it_is_is_cut_off(county: County) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"code": "'
        for _ in range(1_100):
            yield b"x" * 1_000

    world = await build_world(county)
    before = await row_counts(county)
    async with serving(county) as application, calling(application) as client:
        headers = {**JSON, **credentials(world)[Role.MERCHANT]}
        answer = await client.post("/api/v1/redemptions", headers=headers, content=endless())
        assert (answer.status_code, answer.json()["reason"]) == (413, "too-large")
    assert await row_counts(county) == before


async def test_an_id_that_carries_another_command_is_refused_and_moves_nothing(county: County) -> None:
    world = await build_world(county)
    code = await typed(county, world.own.phone, world.own.vouchers[0])
    claims = f"/api/v1/rounds/{world.round_id}/claims"
    bill = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}
    undo = {"roll_back_id": str(new_id()), "reason": "顾客退单"}
    one, other = {"claim_id": str(new_id())}, {"shift_id": str(world.own.shift_id), "cash_fen": 7}
    first = [
        (Role.RESIDENT, claims, one, 201),
        (Role.RESIDENT, claims, one, 200),
        (Role.MERCHANT, "/api/v1/redemptions", bill, 201),
        (Role.MERCHANT, "/api/v1/redemptions", bill, 200),
        (Role.MERCHANT, f"/api/v1/redemptions/{bill['redemption_id']}/roll-back", undo, 201),
        (Role.MERCHANT, f"/api/v1/redemptions/{bill['redemption_id']}/roll-back", undo, 200),
    ]
    again = [
        (Role.MERCHANT, "/api/v1/redemptions", {**bill, "bill_fen": 20_001}),
        (Role.MERCHANT, "/api/v1/redemptions", {**bill, "redemption_id": one["claim_id"]}),
        (Role.RESIDENT, claims, {"claim_id": bill["redemption_id"]}),
        (Role.MERCHANT, f"/api/v1/redemptions/{bill['redemption_id']}/roll-back", {**undo, "reason": "点错了"}),
        (Role.OPERATOR, "/api/v1/shifts", other),
    ]
    async with serving(county) as application, calling(application) as client:
        for caller, path, body, status in first:
            answer = await client.post(path, headers=credentials(world)[caller], json=body)
            assert answer.status_code == status, answer.text
        before = await row_counts(county)
        for caller, path, body in again:
            answer = await client.post(path, headers=credentials(world)[caller], json=body)
            told = (answer.status_code, answer.json().get("reason"))
            assert told == (409, "id-reused"), (path, body, answer.text)
        assert await row_counts(county) == before


async def test_an_expired_session_is_signed_out_and_nothing_moves(county: County, clock: Any) -> None:
    world = await build_world(county)
    claims = f"/api/v1/rounds/{world.round_id}/claims"
    async with serving(county) as application, calling(application) as client:
        for role, path, lasts in (
            (Role.MERCHANT, "/api/v1/redemptions", {"minutes": 30}),
            (Role.RESIDENT, claims, {"days": 30}),
        ):
            clock.forward(**lasts)
            before = await row_counts(county)
            answer = await client.post(path, headers=credentials(world)[role], json={})
            assert (answer.status_code, answer.json()["reason"]) == (401, "signed-out")
            assert await row_counts(county) == before
