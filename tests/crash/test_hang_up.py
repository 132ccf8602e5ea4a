"""A claim or redemption whose client hangs up is stored once or not at all, and its id tells which."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.crash.conftest import Place
from tests.crash.rush import check, check_books, held, prepare
from tests.crash.served import Served, beside
from tests.crash.wire import Line, claim_body, claims_path
from tests.identity.sessions import staff_cookie
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import counter, phone, typed, voucher

QUIET_SECONDS = 1.0


async def hang_up(line: Line, request: bytes, when: str, dice: random.Random) -> None:
    """Send a request and go away before all of it is sent, while it is decided, or when the answer begins."""
    if when == "before":
        await line.send(request[: -dice.randint(1, 20)])
    elif when == "during":
        await line.send(request)
        await asyncio.sleep(dice.random() * 0.01)
    else:
        await line.ask(request)
    line.hang_up()


async def until_quiet(count: Callable[[], Awaitable[int]]) -> None:
    """Wait until nothing has been stored for a while: what was under way has ended."""
    known = -1
    while known != (now := await count()):
        known = now
        await asyncio.sleep(QUIET_SECONDS)


async def test_a_claim_whose_client_hangs_up_is_stored_once_or_not_and_its_id_tells(quick_place: Place) -> None:
    dice = random.Random(7)
    async with beside(quick_place.data, quick_place.url) as county, Served(quick_place.data, quick_place.url) as served:
        rush = await prepare(county, 90, [served.port])
        moments = [("before", "during", "after")[nth % 3] for nth in range(90)]
        lines = [Line(served.port, cookie=person.cookie) for person in rush.people]
        await asyncio.gather(
            *(
                hang_up(line, line.request("POST", claims_path(rush.round_id), claim_body(person.claim_id)), when, dice)
                for line, person, when in zip(lines, rush.people, moments, strict=True)
            )
        )

        async def count() -> int:
            return sum(map(len, (await held(county, rush.round_id)).values()))

        await until_quiet(count)
        stored = await held(county, rush.round_id)
        for person, when in zip(rush.people, moments, strict=True):
            times = len(stored.get(person.resident_id, []))
            assert times in {"before": (0,), "during": (0, 1), "after": (1,)}[when]
            status = await rush.claim(person, Line(served.port, cookie=person.cookie))
            assert status == (200 if times else 201), "the id tells whether it was stored"
        assert await check(county, rush) == 0


@pytest.mark.parametrize("when", ["before", "during", "after"])
async def test_a_redemption_whose_client_hangs_up_is_stored_once_or_not_and_its_id_tells(
    quick_place: Place, when: str
) -> None:
    dice = random.Random(8)
    async with beside(quick_place.data, quick_place.url) as county, Served(quick_place.data, quick_place.url) as served:
        (round_id,) = await running_campaign(county, pieces=20)
        merchant_id = await counter(county)
        token = await staff_cookie(county, Role.MERCHANT, merchant_id=merchant_id)
        cookie = f"__Host-yizhan={token}"
        bodies = []
        for nth in range(8):
            holder = await phone(county, nth + 1)
            code = await typed(county, holder, await voucher(county, round_id, holder))
            bodies.append({"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000})
        lines = [Line(served.port, cookie=cookie) for _ in bodies]
        await asyncio.gather(
            *(
                hang_up(line, line.request("POST", "/api/v1/redemptions", body), when, dice)
                for line, body in zip(lines, bodies, strict=True)
            )
        )
        asking = Line(served.port, cookie=cookie)

        async def stored(body: dict[str, object]) -> bool:
            answer = await asking.get(f"/api/v1/redemptions/{UUID(str(body['redemption_id']))}")
            assert answer.status in (200, 404)
            return answer.status == 200

        async def count() -> int:
            return sum([await stored(body) for body in bodies])

        await until_quiet(count)
        for body in bodies:
            there = await stored(body)
            assert there in {"before": (False,), "during": (False, True), "after": (True,)}[when]
            answer = await asking.post("/api/v1/redemptions", body)
            assert answer.status == (200 if there else 201), answer.body
            assert answer.json()["discount_fen"] == 5_000
            assert await stored(body)
        await check_books(county)
