"""Cards over HTTP: operators issue in their shift, the PIN is told at its field, the office looks on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from backend.cards.tables import cards
from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.identity.passwords import password_matches
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.cards.card_makers import FAMILY, PIN, AtStation, at_station
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.stations.test_routes import Http, operator_cookie
from tests.vouchers.test_papers import NUMBER, OTHER_NUMBER
from tests.web.client import serving

CARDS = "/api/v1/assisted/paper-cards"
FIND = "/api/v1/assisted/residents/find"
OFFICE = "/api/v1/office/paper-cards"
OPEN = "/api/v1/paper-cards/codes"


@pytest.fixture
async def send(county: County) -> AsyncIterator[Http]:
    async with serving(county) as application:
        yield Http(application)


def asking(at: AtStation, **changed: Any) -> dict[str, Any]:
    """What the station sends to issue a card."""
    told: dict[str, Any] = {
        "card_id": str(new_id()),
        "resident_id": str(at.person),
        "shift_id": str(at.shift),
        "proof": "identity-card",
        "proof_number": NUMBER,
        "home_device_id": str(at.home),
        "pin": PIN,
    }
    return told | changed


async def test_a_card_is_issued_once_and_its_pin_kept_slowly(county: County, send: Http) -> None:
    at = await at_station(county)
    cookie = await operator_cookie(county)
    homes = await send(f"{CARDS}/homes", cookie=cookie)
    assert homes.json() == {"items": [{"device_id": str(at.home), "label": "收银台"}]}
    body = asking(at, family_phone=FAMILY)
    made = await send(CARDS, body, cookie=cookie)
    assert made.status_code == 201
    told = made.json()
    assert told["code"].startswith("XP1:")
    assert (told["number"], told["replaced_card_id"], told["expires_at"]) == (1, None, "2027-11-20T02:00:00Z")
    again = await send(CARDS, body | {"pin": "907153"}, cookie=cookie)
    assert (again.status_code, again.json()) == (200, told)
    reused = await send(CARDS, body | {"home_device_id": str(new_id())}, cookie=cookie)
    assert (reused.status_code, reused.json()["reason"]) == (409, "id-reused")

    async def kept(tx: Transaction, _asked: None) -> str:
        return str((await tx.execute(select(cards.c.pin_hash))).scalar_one())

    stored = await inquire(county, kept, None)
    assert stored.startswith("$argon2id$")
    assert await password_matches(stored, PIN)
    assert not await password_matches(stored, "907153")


async def test_what_is_wrong_is_told_at_its_field(county: County, send: Http) -> None:
    at = await at_station(county)
    cookie = await operator_cookie(county)
    document = NUMBER[6:12]
    for changed, status, reason, pointer in (
        ({"pin": "12345"}, 400, "invalid", "/pin"),
        ({"pin": "28051９"}, 400, "invalid", "/pin"),
        ({"pin": "123456"}, 409, "card-pin-easy", "/pin"),
        ({"pin": document}, 409, "card-pin-easy", "/pin"),
        ({"proof_number": NUMBER[:-1] + "0"}, 409, "document-number-wrong", "/proof_number"),
        ({"home_device_id": str(new_id())}, 409, "card-home-unknown", "/home_device_id"),
        ({"family_phone": "123"}, 400, "invalid", "/family_phone"),
    ):
        answer = await send(CARDS, asking(at, **changed), cookie=cookie)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason), changed
        assert answer.json()["errors"][0]["pointer"] == pointer, changed


async def test_somebody_is_found_by_their_document_and_numbers_of_nobody_are_counted(
    county: County, send: Http, clock: HandClock
) -> None:
    at = await at_station(county)
    cookie = await operator_cookie(county)
    asked = {"shift_id": str(at.shift), "proof": "identity-card", "proof_number": NUMBER}
    assert (await send(FIND, asked, cookie=cookie)).json()["reason"] == "no-such-resident"
    assert (await send(CARDS, asking(at), cookie=cookie)).status_code == 201
    for number in (NUMBER, NUMBER.lower()):
        found = await send(FIND, asked | {"proof_number": number}, cookie=cookie)
        assert (found.status_code, found.json()) == (200, {"resident_id": str(at.person)})
    wrong = await send(FIND, asked | {"proof_number": NUMBER[:-1] + "0"}, cookie=cookie)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (409, "/proof_number")
    word = await send(FIND, asked | {"proof": "presence"}, cookie=cookie)
    assert word.json()["reason"] == "document-needed"
    reasons = [
        (await send(FIND, asked | {"proof_number": OTHER_NUMBER}, cookie=cookie)).json()["reason"] for _ in range(10)
    ]
    assert reasons == ["no-such-resident"] * 9 + ["document-tries-spent"]
    assert (await send(FIND, asked, cookie=cookie)).json()["reason"] == "document-tries-spent"
    clock.forward(hours=1)
    cookie = await operator_cookie(county)
    assert (await send(FIND, asked, cookie=cookie)).status_code == 200


async def test_the_office_sees_cards_calls_one_back_and_reads_figures(county: County, send: Http) -> None:
    at = await at_station(county)
    operator = await operator_cookie(county)
    made = [(await send(CARDS, asking(at, card_id=str(new_id())), cookie=operator)).json() for _ in range(2)]
    clerk, auditor = await staff_cookie(county, Role.OFFICE), await staff_cookie(county, Role.AUDITOR)
    first = (await send(OFFICE, cookie=clerk, limit="1")).json()
    [newest] = first["items"]
    assert (newest["card_id"], newest["state"]) == (made[1]["card_id"], "active")
    rest = (await send(OFFICE, cookie=auditor, limit="1", cursor=first["next_cursor"])).json()
    assert [one["state"] for one in rest["items"]] == ["replaced"]
    assert "code" not in newest
    called = {"revocation_id": str(new_id()), "lost": True, "reason": "家属来电挂失"}
    path = f"{OFFICE}/{newest['card_id']}/revoke"
    assert (await send(path, called, cookie=auditor)).status_code == 403
    for _ in range(2):
        ended = await send(path, called, cookie=clerk)
        assert (ended.status_code, ended.json()["state"]) == (200, "lost")
    assert (await send(path, called | {"lost": False}, cookie=clerk)).json()["reason"] == "id-reused"
    assert (
        await send(f"{OFFICE}/{new_id()}/revoke", called | {"revocation_id": str(new_id())}, cookie=clerk)
    ).status_code == 404
    [figures] = (await send(f"{OFFICE}/operators", cookie=auditor)).json()["items"]
    assert (figures["operator_name"], figures["issued"], figures["ended"], figures["uses"]) == ("站长 0", 2, 2, 0)
    for path in (OFFICE, f"{OFFICE}/operators"):
        assert (await send(path, cookie=operator)).status_code == 403


async def test_only_an_operator_issues_and_ends(county: County, send: Http) -> None:
    at = await at_station(county)
    resident = await session_of(county, PersonKind.RESIDENT, at.person)
    end = {name: value for name, value in asking(at).items() if name not in ("card_id", "pin", "home_device_id")}
    end |= {"end_id": str(new_id()), "why": "lost"}
    for path, body in ((CARDS, asking(at)), (f"{CARDS}/end", end)):
        assert (await send(path, body)).status_code == 401
        for cookie in (resident, await staff_cookie(county, Role.OFFICE)):
            assert (await send(path, body, cookie=cookie)).status_code == 403
    cookie = await operator_cookie(county)
    assert (await send(f"{CARDS}/end", end, cookie=cookie)).json()["reason"] == "no-paper-card"
    assert (await send(CARDS, asking(at), cookie=cookie)).status_code == 201
    assert (await send(f"{CARDS}/end", end, cookie=cookie)).json()["state"] == "lost"


async def test_a_wrong_pin_tells_how_often_it_may_be_typed_and_a_desk_says_its_shift(
    county: County, send: Http
) -> None:
    at = await at_station(county)
    cookie = await operator_cookie(county)
    code = (await send(CARDS, asking(at), cookie=cookie)).json()["code"]
    body = {"code_id": str(new_id()), "card": code, "pin": "907153", "bill_fen": 20_000}
    for changed, pointer in (({}, "/shift_id"), ({"shift_id": str(at.shift)}, "/merchant_id")):
        answer = await send(OPEN, body | changed, cookie=cookie)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    place = {"shift_id": str(at.shift), "merchant_id": str(new_id())}
    stranger = await send(OPEN, body | place | {"shift_id": str(new_id())}, cookie=cookie)
    assert stranger.json()["reason"] == "unknown-shift"
    told = [(await send(OPEN, body | place, cookie=cookie)).json() for _ in range(5)]
    assert [one.get("tries_left") for one in told] == [4, 3, 2, 1, None]
    assert [one["reason"] for one in told] == ["card-pin-wrong"] * 4 + ["card-locked"]
    assert told[0]["errors"][0]["pointer"] == "/pin"
    shop = await staff_cookie(county, Role.MERCHANT)
    for field in ("shift_id", "merchant_id"):
        answer = await send(OPEN, body | {field: str(new_id())}, cookie=shop)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    assert (await send(OPEN, body, cookie=shop)).json()["reason"] == "card-locked"
