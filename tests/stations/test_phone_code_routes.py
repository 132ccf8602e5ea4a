"""Codes of stations over HTTP: for operators alone, with clear noes, and the auditor sees what was checked."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from backend.database.county import County
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.databases import HandClock
from tests.identity.people import PHONE, code_in_box
from tests.identity.sessions import session_of, staff_cookie
from tests.stations.station_makers import with_shift
from tests.stations.test_phone_codes import NOBODY, somebody
from tests.stations.test_routes import Http, operator_cookie
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.test_papers import NUMBER
from tests.web.client import serving

SEND = "/api/v1/assisted/phone-codes"
CHECK = f"{SEND}/check"


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


def sending(shift_id: UUID, phone: str = PHONE) -> dict[str, Any]:
    return {"phone_code_id": str(new_id()), "shift_id": str(shift_id), "phone": phone}


async def test_a_code_is_sent_once_and_checked(county: County, send: Http, clock: HandClock) -> None:
    _, shift_id = await with_shift(county)
    await somebody(county)
    cookie = await operator_cookie(county)
    asked = sending(shift_id)
    sent = await send(SEND, asked, cookie=cookie)
    told = {"phone_code_id": asked["phone_code_id"]}
    times = {"expires_at": "2026-11-20T02:10:00Z", "again_at": "2026-11-20T02:01:00Z"}
    assert (sent.status_code, sent.json()) == (201, told | times)
    clock.forward(seconds=30)
    again = await send(SEND, asked, cookie=cookie)
    assert (again.status_code, again.json()) == (200, sent.json())
    soon = await send(SEND, sending(shift_id), cookie=cookie)
    assert (soon.status_code, soon.json()["reason"], soon.headers["retry-after"]) == (429, "phone-code-too-soon", "30")
    assert "30 秒后可再试" in soon.json()["detail"]
    reused = await send(SEND, asked | {"phone": NOBODY}, cookie=cookie)
    assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")
    body = {"phone_code_id": asked["phone_code_id"], "shift_id": str(shift_id)}
    code = await code_in_box(county)
    wrong = await send(CHECK, body | {"code": f"{(int(code) + 1) % 1_000_000:06}"}, cookie=cookie)
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "phone-code-wrong")
    assert wrong.json()["detail"] == "还可以输 4 次"
    assert wrong.json()["errors"][0]["pointer"] == "/code"
    for _ in range(2):
        right = await send(CHECK, body | {"code": code}, cookie=cookie)
        checked = {"checked_at": "2026-11-20T02:00:30Z", "proves_until": "2026-11-20T02:15:30Z"}
        assert (right.status_code, right.json()) == (200, told | checked)
    unknown = await send(CHECK, body | {"code": code, "phone_code_id": str(new_id())}, cookie=cookie)
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "phone-code-unknown")


async def test_what_is_no_phone_and_no_code_is_told_by_its_field(county: County, send: Http) -> None:
    _, shift_id = await with_shift(county)
    cookie = await operator_cookie(county)
    for phone in ("1540000000", "25400000000", "154 1000 1888", "15410001888\n"):
        answer = await send(SEND, sending(shift_id, phone), cookie=cookie)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/phone")
    for code in ("12345", "1234567", "12345６", "123456\n"):
        body = {"phone_code_id": str(new_id()), "shift_id": str(shift_id), "code": code}
        answer = await send(CHECK, body, cookie=cookie)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/code")


async def test_nobody_but_an_operator_in_their_own_shift_sends_and_checks(county: County, send: Http) -> None:
    station_id, shift_id = await with_shift(county)
    resident = await session_of(county, PersonKind.RESIDENT, await somebody(county))
    office, other = (
        await staff_cookie(county, Role.OFFICE),
        await staff_cookie(county, Role.OPERATOR, station_id=station_id),
    )
    body = {"phone_code_id": str(new_id()), "shift_id": str(shift_id), "code": "123456"}
    for path, told in ((SEND, sending(shift_id)), (CHECK, body)):
        assert (await send(path, told)).status_code == 401
        for cookie in (resident, office):
            assert (await send(path, told, cookie=cookie)).status_code == 403
        foreign = await send(path, told, cookie=other)
        assert (foreign.status_code, foreign.json()["reason"]) == (404, "unknown-shift")


async def test_a_claim_says_what_is_missing_and_the_auditor_sees_what_was_checked(
    county: County, send: Http, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await somebody(county)
    cookie = await operator_cookie(county)
    claims = f"/api/v1/rounds/{round_id}/claims"
    served = {"resident_id": str(person), "shift_id": str(shift_id), "proof": "phone-code"}
    card = served | {"proof": "identity-card", "proof_number": NUMBER}
    asked = {"claim_id": str(new_id())}
    missing = await send(claims, asked | served, cookie=cookie)
    assert (missing.status_code, missing.json()["reason"]) == (409, "phone-proof-needed")
    assert missing.json()["title"] == "还没有核对这位居民的手机验证码，请先发送并核对"
    wallet = "/api/v1/assisted/vouchers"
    assert (await send(wallet, served, cookie=cookie)).json()["reason"] == "phone-proof-needed"
    seen = await send(wallet, card, cookie=cookie)
    assert (seen.status_code, seen.json()["items"]) == (200, [])
    sent = sending(shift_id)
    assert (await send(SEND, sent, cookie=cookie)).status_code == 201
    told = {"phone_code_id": sent["phone_code_id"], "shift_id": str(shift_id), "code": await code_in_box(county)}
    assert (await send(CHECK, told, cookie=cookie)).status_code == 200
    assert (await send(claims, asked | served, cookie=cookie)).status_code == 201
    assert (await send(wallet, served, cookie=cookie)).status_code == 200
    auditor = await staff_cookie(county, Role.AUDITOR)
    [item] = (await send("/api/v1/office/assisted", cookie=auditor)).json()["items"]
    assert (item["proof"], item["proof_checked"]) == ("phone-code", True)
    mine = await send("/api/v1/me/assisted", cookie=await session_of(county, PersonKind.RESIDENT, person))
    assert [one["proof_checked"] for one in mine.json()["items"]] == [True]
    clock.forward(minutes=15)
    over = await send(claims, {"claim_id": str(new_id())} | served, cookie=cookie)
    assert (over.status_code, over.json()["reason"]) == (409, "phone-proof-over")
