"""Vouchers over HTTP as ``contract.md`` has them; the hot lane and the ordinary route say the same, byte for byte."""

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
import segno
from PIL import Image

from backend.app import Application
from backend.database.county import County
from backend.database.transaction import transact
from backend.demonstration.unassignable import identity_number
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import to_wire
from backend.kernel.presentations import present
from backend.kernel.signing import from_base64url
from backend.stations.rules import ProofKind
from backend.vouchers.rules import Limit
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.web.limits import COUNTERS
from tests.databases import HandClock
from tests.identity.sessions import session_of
from tests.vouchers.campaigns import CLERK, faults, running_campaign
from tests.vouchers.counters import shown, typed
from tests.web.client import calling, serving
from tests.web.world import World, build_world

NUMBER = identity_number(date(1949, 3, 2), 1)
CARD = ProofKind.IDENTITY_CARD.value
ID_REUSED = (409, "id-reused")
Body = dict[str, Any]


class Lane:
    """A signed-in client whose requests take the hot lane, or never do."""

    def __init__(self, application: Application, county: County, client: httpx.AsyncClient, *, hot: bool) -> None:
        self.application, self.county, self.client, self.hot = application, county, client, hot

    async def post(self, path: str, body: Body) -> httpx.Response:
        """One request; the lane is made sure of first."""
        if self.hot:
            await self.application.recogniser.poll_once(self.county)
            answer = await self.client.get("/api/v1/me")
            assert answer.status_code == 200
        return await self.client.post(path, json=body)


@asynccontextmanager
async def lane(world: World, county: County, role: Role, *, hot: bool) -> AsyncIterator[Lane]:
    """An application of its own: one that has never polled knows no session, and uses the ordinary route."""
    async with serving(county) as application, calling(application, cookie=world.cookies[role]) as client:
        yield Lane(application, county, client, hot=hot)


@pytest.fixture
async def world(county: County) -> World:
    return await build_world(county)


async def round_for(county: County, *, campaign_id: UUID | None = None, **given: Any) -> UUID:
    """A running round with a limit of its own."""
    given.setdefault("limits", (Limit(rule_id=new_id(), most=given.pop("most", 9)),))
    (round_id,) = await running_campaign(county, campaign_id=campaign_id, **given)
    return round_id


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and reason."""
    return answer.status_code, answer.json().get("reason")


def claims(round_id: UUID) -> str:
    return f"/api/v1/rounds/{round_id}/claims"


def claim_body() -> Body:
    return {"claim_id": str(new_id())}


@pytest.mark.parametrize("hot", [False, True])
async def test_a_claim_is_201_and_the_same_again_200_with_the_same_bytes(
    county: County, world: World, hot: bool
) -> None:
    first_round, other_round = await round_for(county), await round_for(county)
    async with lane(world, county, Role.RESIDENT, hot=hot) as me:
        body = claim_body()
        first, again = await me.post(claims(first_round), body), await me.post(claims(first_round), body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.content == again.content
        answer = first.json()
        at = county.clock()
        assert answer | {"voucher_id": ""} == {
            "voucher_id": "",
            "claim_id": body["claim_id"],
            "round_id": str(first_round),
            "face_fen": 5_000,
            "minimum_spend_fen": 20_000,
            "use_from": to_wire(at),
            "expires_at": "2026-11-26T16:00:00Z",
            "claimed_at": to_wire(at),
        }
        assert told(await me.post(claims(other_round), body)) == ID_REUSED
        wallet = (await me.client.get("/api/v1/me/vouchers")).json()
        mine = next(item for item in wallet["items"] if item["voucher_id"] == answer["voucher_id"])
        assert (mine["state"], mine["face_fen"], mine["expires_at"]) == ("issued", 5_000, answer["expires_at"])
    assert await faults(county) == []


async def refusing_rounds(county: County) -> dict[str, UUID]:
    """A round for every reason to refuse a claim."""
    paused = new_id()
    rounds = {
        "not-open": await round_for(county, opens_at=county.clock() + timedelta(microseconds=1)),
        "not-eligible": await round_for(county, groups=("veteran",)),
        "limit-reached": await round_for(county, most=1),
        "sold-out": await round_for(county, pieces=1),
        "paused": await round_for(county, campaign_id=paused),
    }
    pausing = SteerCampaign(turn_id=new_id(), campaign_id=paused, turn=Turn.PAUSE, reason="核查", actor=CLERK)
    await transact(county, steer_campaign, pausing)
    return rounds


async def test_every_refusal_of_a_claim_is_the_same_on_both_ways(county: County, world: World) -> None:
    rounds = await refusing_rounds(county)
    answers: dict[bool, dict[str, httpx.Response]] = {}
    for hot in (False, True):
        async with lane(world, county, Role.RESIDENT, hot=hot) as me:
            for reason in ("limit-reached", "sold-out"):
                await me.post(claims(rounds[reason]), claim_body())
            answers[hot] = {reason: await me.post(claims(rounds[reason]), claim_body()) for reason in rounds}
            answers[hot]["nowhere"] = await me.post(claims(UUID(int=9)), claim_body())
            answers[hot]["malformed"] = await me.post(claims(rounds["paused"]), {"claim_id": 3})
            answers[hot]["unknown field"] = await me.post(claims(rounds["paused"]), claim_body() | {"gift": True})
            for_another = claim_body() | {"resident_id": str(world.others.phone.resident_id)}
            answers[hot]["for another"] = await me.post(claims(rounds["paused"]), for_another)
    for reason in rounds:
        assert told(answers[False][reason]) == (409, reason)
    assert told(answers[False]["nowhere"]) == (409, "not-open")
    assert {name: a.status_code for name, a in answers[False].items() if name not in rounds} == {
        "nowhere": 409,
        "malformed": 400,
        "unknown field": 400,
        "for another": 400,
    }
    for name, answer in answers[False].items():
        assert (answers[True][name].status_code, answers[True][name].content) == (answer.status_code, answer.content)
        assert answers[True][name].headers["content-type"] == answer.headers["content-type"]
    assert await faults(county) == []


async def test_open_rounds_are_the_ones_that_take_claims_now(county: County, world: World) -> None:
    rounds = await refusing_rounds(county)
    async with serving(county) as application, calling(application) as anybody:
        listed = (await anybody.get("/api/v1/rounds", params={"state": "open"})).json()["items"]
        open_now = {UUID(item["round_id"]): item for item in listed}
        # Draws and lists of the same world are open as well; this is about those that are known here.
        assert open_now.keys() & {world.round_id, *rounds.values()} == {
            world.round_id,
            *(rounds[reason] for reason in ("not-eligible", "limit-reached", "sold-out")),
        }
        for mode, expected in (("draw", world.lots.open_draw_id), ("roster", world.lots.list_round_id)):
            others = (await anybody.get("/api/v1/rounds", params={"state": "open", "mode": mode})).json()["items"]
            assert str(expected) in {item["round_id"] for item in others}
            assert {item["mode"] for item in others} == {mode}
        one = open_now[world.round_id]
        assert (one["state"], one["pieces"], one["left"], one["terms"]["per_person"]) == ("open", 50, 46, 9)
        coming = (await anybody.get("/api/v1/rounds", params={"state": "coming"})).json()["items"]
        states = {UUID(item["round_id"]): item["state"] for item in coming}
        assert (states[rounds["not-open"]], states[rounds["paused"]]) == ("planned", "paused")


def bill(code: str, **given: Any) -> Body:
    return {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000} | given


@pytest.mark.parametrize("hot", [False, True])
async def test_a_redemption_is_201_and_the_same_again_200_with_the_same_bytes(
    county: County, world: World, hot: bool
) -> None:
    mine = world.own.vouchers[0]
    async with lane(world, county, Role.MERCHANT, hot=hot) as till:
        body = bill(await shown(county, world.own.phone, mine), bill_fen=25_000, eligible_fen=20_000)
        fresh = bill(await shown(county, world.own.phone, mine, count=2))
        first, again = await till.post("/api/v1/redemptions", body), await till.post("/api/v1/redemptions", body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.content == again.content
        assert first.json() == {
            "redemption_id": body["redemption_id"],
            "voucher_id": str(mine),
            "bill_fen": 25_000,
            "discount_fen": 5_000,
            "payable_fen": 20_000,
            "funders": [{"funder": "government", "amount_fen": 5_000}],
            "redeemed_at": to_wire(county.clock()),
        }
        assert told(await till.post("/api/v1/redemptions", body | {"bill_fen": 26_000})) == ID_REUSED
        assert told(await till.post("/api/v1/redemptions", fresh)) == (409, "already-used")
        listed = (await till.client.get("/api/v1/redemptions")).json()["items"]
        assert [item["redemption_id"] for item in listed] == [body["redemption_id"], str(world.own.redemption_id)]
        # Lists are for people: they name the voucher as the wallet does, and the merchant.
        shop = (await till.client.get(f"/api/v1/merchants/{world.own.merchant_id}")).json()["merchant"]
        assert [(item["merchant_zh"], item["merchant_en"]) for item in listed] == [
            (shop["name_zh"], shop["name_en"])
        ] * 2
        assert [(item["name_zh"], item["name_en"]) for item in listed] == [("第一轮", "Round")] * 2
    assert await faults(county) == []


async def test_every_refusal_of_a_redemption_is_the_same_on_both_ways(
    county: County, world: World, clock: HandClock
) -> None:
    mine = world.own.vouchers[0]
    small = await shown(county, world.own.phone, mine, count=1)
    clock.forward(minutes=5)
    late = await shown(county, world.own.phone, mine, count=2)
    dear = bill(small, bill_fen=20_000, eligible_fen=20_001)
    bodies = {
        "bill-too-small": bill(late, bill_fen=19_999),
        "stale": bill(small),
        "code-wrong": bill("0000 0000"),
        "not a code": bill("hello"),
        "eligible above the bill": dear,
        "for a station": bill(small, shift_id=str(world.own.shift_id)),
        "floats": bill(small, bill_fen=200.5),
    }
    answers: dict[bool, dict[str, httpx.Response]] = {}
    for hot in (False, True):
        async with lane(world, county, Role.MERCHANT, hot=hot) as till:
            answers[hot] = {name: await till.post("/api/v1/redemptions", body) for name, body in bodies.items()}
    assert answers[False]["stale"].status_code == 409
    for name in ("bill-too-small", "code-wrong"):
        assert told(answers[False][name]) == (409, name)
    assert {name: answers[False][name].status_code for name in list(bodies)[3:]} == dict.fromkeys(list(bodies)[3:], 400)
    assert [error["pointer"] for error in answers[False]["eligible above the bill"].json()["errors"]] == [
        "/eligible_fen"
    ]
    assert [error["pointer"] for error in answers[False]["not a code"].json()["errors"]] == ["/code"]
    for name, answer in answers[False].items():
        assert (answers[True][name].status_code, answers[True][name].content) == (answer.status_code, answer.content)


@pytest.mark.parametrize("hot", [False, True])
async def test_a_till_that_has_used_up_its_room_is_told_to_wait(county: County, world: World, hot: bool) -> None:
    body = {"redemption_id": str(new_id()), "code": "12345678", "bill_fen": 20_000}
    async with lane(world, county, Role.MERCHANT, hot=hot) as till:
        assert told(await till.post("/api/v1/redemptions", body)) == (409, "code-wrong")
        for _ in range(50):  # A slow machine gains an act between two requests; what it gained is used up first.
            while not till.application.limits.here(COUNTERS, world.own.merchant_staff_id):
                pass
            answer = await till.post("/api/v1/redemptions", body)
            if answer.status_code != 409:
                break
        assert told(answer) == (429, "too-many-requests")


async def test_tokens_draw_a_code_and_a_short_code_is_typed_once(county: County, world: World) -> None:
    mine = str(world.own.vouchers[0])
    async with (
        lane(world, county, Role.RESIDENT, hot=False) as me,
        calling(me.application, cookie=world.cookies[Role.MERCHANT]) as till,
    ):
        tokens = (await me.client.post("/api/v1/me/tokens")).json()["items"]
        assert [token["voucher_id"] for token in tokens] == [mine]
        code = (await me.client.post(f"/api/v1/me/vouchers/{mine}/short-code")).json()
        assert code["expires_at"] == to_wire(county.clock() + timedelta(seconds=120))
        picture = Image.open(BytesIO(b64decode(code["qr_png"]))).convert("1")
        modules = [[bool(dark) for dark in row] for row in segno.make(code["code"], error="m", micro=False).matrix]
        read = [
            [not picture.getpixel(((x + 4) * 10 + 5, (y + 4) * 10 + 5)) for x in range(len(modules))]
            for y in range(len(modules))
        ]
        assert (read, picture.size) == (modules, (290, 290))
        newer = (await me.client.post(f"/api/v1/me/vouchers/{mine}/short-code")).json()["code"]
        assert told(await till.post("/api/v1/redemptions", json=bill(code["code"]))) == (409, "code-wrong")
        drawn = present(from_base64url(tokens[0]["token"]), holder=world.own.phone.key, at=county.clock(), counter=1)
        assert (await till.post("/api/v1/redemptions", json=bill(newer))).status_code == 201
        assert told(await till.post("/api/v1/redemptions", json=bill(drawn))) == (409, "already-used")
        assert told(await till.post("/api/v1/redemptions", json=bill(newer)))[0] == 409
        others = str(world.others.vouchers[0])
        assert (await me.client.get(f"/api/v1/me/vouchers/{others}")).status_code == 404
        assert (await me.client.post(f"/api/v1/me/vouchers/{others}/short-code")).status_code in (404, 409)
        spent = (await me.client.get("/api/v1/me/redemptions")).json()["items"]
        assert len(spent) == 2


async def test_a_whole_bill_is_rolled_back_once_and_only_by_its_own_merchant(county: County, world: World) -> None:
    path = f"/api/v1/redemptions/{world.own.redemption_id}/roll-back"
    theirs = f"/api/v1/redemptions/{world.others.redemption_id}/roll-back"
    body = {"roll_back_id": str(new_id()), "reason": "顾客退单"}
    async with lane(world, county, Role.MERCHANT, hot=False) as till:
        more = {"roll_back_id": str(new_id()), "reason": "退一个菜", "refund_fen": 90_000_000}
        assert told(await till.client.post(path, json=more)) == (409, "refund-too-large")
        assert told(await till.client.post(theirs, json=body | {"roll_back_id": str(new_id())}))[0] == 404
        first, again = await till.client.post(path, json=body), await till.client.post(path, json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.content == again.content
        assert told(await till.client.post(path, json=body | {"reason": "别的原因"})) == ID_REUSED
        twice = {"roll_back_id": str(new_id()), "reason": "再退"}
        assert told(await till.client.post(path, json=twice)) == (409, "already-reversed")
    async with lane(world, county, Role.RESIDENT, hot=False) as me:
        restored = (await me.client.get(f"/api/v1/me/vouchers/{world.own.vouchers[1]}")).json()
        assert restored["state"] == "issued"
    assert await faults(county) == []


async def test_an_operator_claims_and_redeems_for_somebody_in_an_open_shift(county: County, world: World) -> None:
    round_id = await round_for(county, pieces=2, station_pieces=1, station_until=county.clock() + timedelta(hours=6))
    helped = world.others.phone
    full = {"resident_id": str(helped.resident_id), "proof": CARD, "shift_id": str(world.own.shift_id)}
    async with lane(world, county, Role.OPERATOR, hot=False) as station:
        body = claim_body() | full | {"proof_number": NUMBER}
        for field in full:
            short = {name: value for name, value in body.items() if name != field}
            refused = await station.client.post(claims(round_id), json=short)
            assert refused.status_code == 400
            assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{field}"]
        closed = body | {"shift_id": str(world.others.shift_id)}
        assert (await station.client.post(claims(round_id), json=closed)).status_code in (404, 409)
        first, again = [await station.client.post(claims(round_id), json=body) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.content == again.content
        code = await typed(county, helped, UUID(first.json()["voucher_id"]))
        served = bill(code, shift_id=str(world.own.shift_id), proof=CARD)
        missing = await station.client.post("/api/v1/redemptions", json=served)
        assert [error["pointer"] for error in missing.json()["errors"]] == ["/merchant_id"]
        served |= {"merchant_id": str(world.own.merchant_id)}
        done, same = [await station.client.post("/api/v1/redemptions", json=served) for _ in range(2)]
        assert (done.status_code, same.status_code) == (201, 200)
        assert (done.json()["discount_fen"], done.content) == (5_000, same.content)
    theirs = await session_of(county, PersonKind.RESIDENT, helped.resident_id)
    async with serving(county) as application, calling(application, cookie=theirs) as person:
        listed = (await person.get("/api/v1/me/redemptions")).json()["items"]
        assert done.json()["redemption_id"] in {item["redemption_id"] for item in listed}
    assert await faults(county) == []


async def test_the_board_counts_what_the_rows_say(county: County, world: World) -> None:
    async with lane(world, county, Role.OFFICE, hot=False) as office:
        seen = (await office.client.get(f"/api/v1/office/campaigns/{world.campaign_id}/board")).json()
        assert seen["vouchers"] == {"issued": 2, "redeemed": 2}
        assert (seen["state"], seen["total_fen"], seen["redeemed"]["discount_fen"]) == ("running", 250_000, 10_000)
        assert {line["level"]: line["issued_pieces"] for line in seen["lines"]} == {
            "campaign": 4,
            "kind": 4,
            "round": 4,
        }
        assert [one["left"] for one in seen["rounds"]] == [46]
        assert (await office.client.get(f"/api/v1/office/campaigns/{new_id()}/board")).status_code == 404
    async with lane(world, county, Role.RESIDENT, hot=False) as me:
        assert (await me.client.get(f"/api/v1/office/campaigns/{world.campaign_id}/board")).status_code == 403
