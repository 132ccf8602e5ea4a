"""Whoever is signed in to one county is nobody in the other, and holds nothing there."""

import re
from typing import Any

import httpx

from backend.kernel.actors import Role
from tests.counties.conftest import Side, Two
from tests.web.client import calling
from tests.web.contract import Operation, operations
from tests.web.test_callers import address, ask, credentials
from tests.web.world import row_counts

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
GIVEN_BY_TESTS = "00000000-"
"""With what the ids begin that tests write down themselves, for both counties."""


async def remembered(two: Two, side: Side) -> None:
    """Let the process know this county's callers by heart, so that hot lanes answer too."""
    await two.application.recogniser.poll_once(side.county)
    for headers in credentials(side.world).values():
        cookie, key = headers.get("cookie"), headers.get("authorization")
        token = cookie.partition("=")[2] if cookie else None
        await two.application.recogniser.find(side.county, token, key.removeprefix("Bearer ") if key else None)


async def both_counts(two: Two) -> list[dict[str, int]]:
    """How many rows both counties hold."""
    return [await row_counts(side.county) for side in (two.here, two.there)]


async def test_sessions_and_keys_of_one_county_open_nothing_in_the_other(two: Two) -> None:
    wrong, tried = [], 0
    for side in (two.here, two.there):
        await remembered(two, side)
    before = await both_counts(two)
    async with calling(two.application, base=two.there.base) as client:
        for operation in operations():
            await two.application.recogniser.poll_once(two.there.county)
            for caller, headers in credentials(two.here.world).items():
                if not operation.callers:
                    continue
                answer = await ask(client, operation, address(operation, two.there.world), headers)
                tried += 1
                if (answer.status_code, answer.json()["reason"]) != (401, "signed-out"):
                    wrong.append(f"{caller}: {operation} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 500
    assert await both_counts(two) == before


NOT_MADE = {
    "GET /api/v1/office/payout-runs/{run_id}/files",
    "GET /api/v1/office/devices/{device_id}/events/{seq}",
    "GET /api/v1/office/merchants/{merchant_id}/statements/{day}",
    "GET /api/v1/office/clearing/{day}",
    "GET /api/v1/merchant/statements/{day}",
    "GET /api/v1/merchant/statements/{day}/pictures",
    "GET /api/v1/sync/enrolments/{device_id}",
}
"""Of these the tests' world has none: no day is closed there, no run was sent, no device is enrolled."""


async def test_ids_of_one_county_are_unknown_in_the_other(two: Two) -> None:
    """Every address of a thing, asked by everybody who may, with an id that is known next door."""
    wrong, found, unseen = [], set(), set()
    async with calling(two.application, base=two.there.base) as client:
        for operation in operations():
            if operation.method != "get" or not operation.names or operation.names == ["code"]:
                continue  # Codes of the grid are everybody's.
            unseen.add(str(operation))
            for caller in operation.callers or {"visitor"}:
                headers = credentials(two.there.world)[caller]
                if (await client.get(address(operation, two.there.world), headers=headers)).status_code == 200:
                    found.add(str(operation))
                strange = await client.get(address(operation, two.here.world), headers=headers)
                if strange.status_code != 404:
                    wrong.append(f"{caller}: {operation} {strange.status_code}")
    assert not wrong, "\n".join(wrong)
    assert unseen - NOT_MADE == found, "somebody sees the thing where it is"


async def seen(client: httpx.AsyncClient, side: Side, operation: Operation, caller: str) -> set[str]:
    """Every id in the answer to a GET without an id in its address."""
    headers = {**credentials(side.world)[caller], "host": side.county.entry.hosts[0]}
    answer = await client.get(operation.path, params=asked_of(operation), headers=headers)
    assert answer.status_code < 500, operation
    return {one for one in UUID_TEXT.findall(answer.text) if not one.startswith(GIVEN_BY_TESTS)}


def asked_of(operation: Operation) -> dict[str, Any]:
    """What a list cannot do without."""
    needed = {"phone": "15402000001", "lat": "28.1667", "lon": "104.5167"}
    names = [
        one["name"] for one in operation.told.get("parameters", []) if one["in"] == "query" and one.get("required")
    ]
    return {name: needed[name] for name in names}


async def test_no_list_shows_anything_of_the_other_county(two: Two) -> None:
    """Asked one right after the other, while what was answered here is still fresh."""
    ids: tuple[set[str], set[str]] = (set(), set())
    unlike = []
    async with calling(two.application) as client:
        for operation in operations():
            if operation.method != "get" or operation.names:
                continue
            for caller in operation.callers or {"visitor"}:
                here = await seen(client, two.here, operation, caller)
                there = await seen(client, two.there, operation, caller)
                if here & there or bool(here) != bool(there):
                    unlike.append(f"{caller}: {operation} {here & there or 'is empty in one'}")
                ids[0].update(here)
                ids[1].update(there)
    assert not unlike, "\n".join(unlike)
    assert len(ids[0]) > 20
    assert ids[0].isdisjoint(ids[1])


async def test_a_person_in_both_counties_is_two_people(two: Two) -> None:
    """The same phone number here and there: two accounts, two wallets, and leaving one leaves the other alone."""
    wallets = []
    for side in (two.here, two.there):
        async with calling(two.application, base=side.base, cookie=side.world.cookies[Role.RESIDENT]) as client:
            answer = await client.get("/api/v1/me/vouchers")
            wallets.append({item["voucher_id"] for item in answer.json()["items"]})
    assert [len(wallet) for wallet in wallets] == [4, 4]
    assert wallets[0].isdisjoint(wallets[1])
    async with calling(two.application, base=two.here.base, cookie=two.here.world.cookies[Role.RESIDENT]) as client:
        assert (await client.post("/api/v1/sign-out")).status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 401
    async with calling(two.application, base=two.there.base, cookie=two.there.world.cookies[Role.RESIDENT]) as client:
        assert (await client.get("/api/v1/me")).status_code == 200
