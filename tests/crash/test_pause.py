"""A pause (熔断) refuses the next claim within a second, on every worker and every connection."""

import asyncio
import time

from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.crash.conftest import Place
from tests.crash.rush import check, prepare
from tests.crash.served import Served, beside
from tests.crash.wire import Line, claim_body, claims_path
from tests.identity.sessions import staff_cookie

PROMISED_SECONDS = 1.0
LINES = 16


async def test_a_pause_refuses_every_claim_after_a_second_on_all_workers(quick_place: Place) -> None:
    data, url = quick_place.data, quick_place.url
    campaign_id = new_id()
    async with beside(data, url) as county, Served(data, url) as served:
        rush = await prepare(county, 2_000, [served.port], campaign_id=campaign_id)
        waiting = list(rush.people)
        office = Line(served.port, cookie=f"__Host-yizhan={await staff_cookie(county, Role.OFFICE)}")
        paused_at = float("inf")
        told: list[tuple[float, int, str]] = []
        ended = asyncio.Event()

        async def claim_on_one_connection() -> None:
            line = Line(served.port)
            while not ended.is_set():
                person = waiting.pop()
                line.sign_in(person.cookie)
                begun = time.monotonic()
                answer = await line.post(claims_path(rush.round_id), claim_body(person.claim_id))
                if answer.status == 201:
                    person.voucher_id = answer.json()["voucher_id"]
                told.append((begun, answer.status, "" if answer.status == 201 else answer.json()["reason"]))
                await asyncio.sleep(0.02)
            line.hang_up()

        claiming = [asyncio.create_task(claim_on_one_connection()) for _ in range(LINES)]
        while sum(status == 201 for _, status, _ in told) < 2 * LINES:
            await asyncio.sleep(0.01)
        turns = f"/api/v1/office/campaigns/{campaign_id}/turns"
        answer = await office.post(turns, {"turn_id": str(new_id()), "turn": "pause", "reason": "领取异常，先停一停"})
        assert answer.status == 201, answer.body
        paused_at = time.monotonic()
        while sum(begun > paused_at + PROMISED_SECONDS for begun, _, _ in told) < 2 * LINES:
            await asyncio.sleep(0.01)
        ended.set()
        await asyncio.gather(*claiming)
        late = {(status, reason) for begun, status, reason in told if begun > paused_at + PROMISED_SECONDS}
        assert late == {(409, "paused")}
        assert {(status, reason) for _, status, reason in told} == {(201, ""), (409, "paused")}
        assert (await office.post(turns, {"turn_id": str(new_id()), "turn": "resume"})).status == 201
        await asyncio.sleep(PROMISED_SECONDS)
        person = waiting.pop()
        assert await rush.claim(person, Line(served.port, cookie=person.cookie)) == 201
        assert await check(county, rush) == 0
