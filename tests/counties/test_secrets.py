"""What opens something in one county opens nothing in the other: cursors, codes, tokens, ids, sign-ins, limits."""

import asyncio
from typing import Any

import pyotp

from backend.database.transaction import transact
from backend.identity.invite_staff import CreateStaff, Invited, create_staff
from backend.identity.rules import CODE_TRIES
from backend.identity.second_factor import step_at
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.web.limits import STRANGERS, stranger
from backend.web.media import FOLDER
from tests.counties.conftest import Side, Two
from tests.databases import HandClock
from tests.identity.people import PASSWORD, SECRET, by, send_code, staff
from tests.vouchers.counters import shown, typed
from tests.web.client import calling
from tests.web.contract import operations
from tests.web.test_callers import address, credentials
from tests.web.world import row_counts

PHONE = "15402000001"
Body = dict[str, Any]


def told(answer: Any) -> tuple[int, str | None]:
    """Status and reason."""
    return answer.status_code, answer.json().get("reason")


async def hot(two: Two, side: Side, role: Role) -> None:
    """Let the hot lane know this caller."""
    await two.application.recogniser.poll_once(side.county)
    await two.application.recogniser.find(side.county, side.world.cookies[role], None)


async def test_a_cursor_of_one_county_means_nothing_in_the_other(two: Two) -> None:
    wrong, tried = [], 0
    async with (
        calling(two.application, base=two.here.base) as here,
        calling(two.application, base=two.there.base) as there,
    ):
        for operation in operations():
            # A device's cursor is a mark of what it has, not a place in a list.
            if not {"cursor", "limit"} <= {one["name"] for one in operation.told.get("parameters", [])}:
                continue
            for caller in operation.callers or {"visitor"}:
                asked = {"limit": "1"}
                at_here, at_there = address(operation, two.here.world), address(operation, two.there.world)
                page = await here.get(at_here, params=asked, headers=credentials(two.here.world)[caller])
                cursor = page.json()["next_cursor"]
                if cursor is None:
                    continue
                asked["cursor"] = cursor
                own = await here.get(at_here, params=asked, headers=credentials(two.here.world)[caller])
                strange = await there.get(at_there, params=asked, headers=credentials(two.there.world)[caller])
                tried += 1
                if own.status_code != 200 or told(strange) != (400, "invalid"):
                    wrong.append(f"{caller}: {operation} {own.status_code} {strange.status_code}")
                elif strange.json()["errors"][0]["pointer"] != "query:cursor":
                    wrong.append(f"{caller}: {operation} names {strange.json()['errors']}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 8


async def test_codes_of_one_countys_vouchers_buy_nothing_in_the_other(two: Two) -> None:
    """Typed and drawn, by the ordinary route and the hot one, and they are not used up by the try."""
    own = two.here.world.own
    drawn = await shown(two.here.county, own.phone, own.vouchers[0])
    eight = await typed(two.here.county, own.phone, own.vouchers[0])
    before = (await row_counts(two.there.county))["redemptions"]
    cookie = two.there.world.cookies[Role.MERCHANT]
    async with calling(two.application, base=two.there.base, cookie=cookie) as there:
        for lane in ("ordinary", "hot"):
            if lane == "hot":
                await hot(two, two.there, Role.MERCHANT)
            for code, reason in ((drawn, "wrong-county"), (eight, "code-wrong")):
                body = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000}
                assert told(await there.post("/api/v1/redemptions", json=body)) == (409, reason), lane
    assert (await row_counts(two.there.county))["redemptions"] == before
    cookie = two.here.world.cookies[Role.MERCHANT]
    async with calling(two.application, base=two.here.base, cookie=cookie) as here:
        body = {"redemption_id": str(new_id()), "code": eight, "bill_fen": 20_000}
        assert told(await here.post("/api/v1/redemptions", json=body)) == (201, None)


async def test_the_same_id_is_another_act_in_each_county(two: Two) -> None:
    """An id binds an answer in its own county only; a round is known in its own county only."""
    claim: Body = {"claim_id": str(new_id())}
    vouchers = []
    for side in (two.here, two.there):
        await hot(two, side, Role.RESIDENT)
        cookie = side.world.cookies[Role.RESIDENT]
        strange = two.there.world.round_id if side is two.here else two.here.world.round_id
        async with calling(two.application, base=side.base, cookie=cookie) as client:
            unknown = await client.post(f"/api/v1/rounds/{strange}/claims", json={"claim_id": str(new_id())})
            assert told(unknown) == (409, "not-open")
            first = await client.post(f"/api/v1/rounds/{side.world.round_id}/claims", json=claim)
            again = await client.post(f"/api/v1/rounds/{side.world.round_id}/claims", json=claim)
            assert (first.status_code, again.status_code) == (201, 200)
            assert first.json() == again.json()
            vouchers.append(first.json()["voucher_id"])
    assert vouchers[0] != vouchers[1]


async def test_two_rushes_at_once_stay_apart(two: Two) -> None:
    """Both counties' residents claim at the same moments through the same process."""
    before = [await row_counts(side.county) for side in (two.here, two.there)]
    made: dict[str, list[str]] = {two.here.base: [], two.there.base: []}

    async def claim(side: Side) -> None:
        cookie = side.world.cookies[Role.RESIDENT]
        async with calling(two.application, base=side.base, cookie=cookie) as client:
            path = f"/api/v1/rounds/{side.world.round_id}/claims"
            answer = await client.post(path, json={"claim_id": str(new_id())})
            assert answer.status_code == 201, answer.text
            made[side.base].append(answer.json()["voucher_id"])

    for side in (two.here, two.there):
        await hot(two, side, Role.RESIDENT)
    await asyncio.gather(*(claim(side) for _ in range(6) for side in (two.here, two.there)))
    after = [await row_counts(side.county) for side in (two.here, two.there)]
    for old, new in zip(before, after, strict=True):
        assert (new["vouchers"] - old["vouchers"], new["ledger_transfers"] - old["ledger_transfers"]) == (6, 6)
    for side in (two.here, two.there):
        cookie = side.world.cookies[Role.RESIDENT]
        async with calling(two.application, base=side.base, cookie=cookie) as client:
            wallet = (await client.get("/api/v1/me/vouchers")).json()["items"]
            assert {one["voucher_id"] for one in wallet} >= set(made[side.base])


async def test_a_sign_in_code_and_its_tries_count_in_their_own_county(two: Two, clock: HandClock) -> None:
    clock.forward(minutes=2)
    code = await send_code(two.here.county, PHONE)
    async with (
        calling(two.application, base=two.here.base) as here,
        calling(two.application, base=two.there.base) as there,
    ):
        entered = await there.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})
        assert told(entered) == (403, "sign-in-code-wrong")
        box = (await there.get("/api/v1/demonstration/sms", params={"phone": PHONE})).json()["items"]
        assert code not in str(box)
        await send_code(two.there.county, PHONE)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        tries = [
            await there.post("/api/v1/sign-in", json={"phone": PHONE, "code": wrong}) for _ in range(CODE_TRIES + 1)
        ]
        assert told(tries[-1])[0] == 429
        assert (await here.post("/api/v1/sign-in", json={"phone": PHONE, "code": code})).status_code == 200


async def test_a_login_with_its_secrets_opens_one_county(two: Two, clock: HandClock) -> None:
    await staff(two.here.county, Role.OFFICE, login="office-ye")
    clock.forward(minutes=1)
    now = clock()
    body = {"login": "office-ye", "password": PASSWORD, "second_factor": pyotp.TOTP(SECRET).generate_otp(step_at(now))}
    async with (
        calling(two.application, base=two.here.base) as here,
        calling(two.application, base=two.there.base) as there,
    ):
        tries = [await there.post("/api/v1/staff/sign-in", json=body) for _ in range(CODE_TRIES + 1)]
        assert {answer.status_code for answer in tries} == {403, 429}
        opened = await here.post("/api/v1/staff/sign-in", json=body)
        assert opened.status_code == 200, opened.text
        assert "domain" not in opened.headers["set-cookie"].lower(), "no other host is ever sent the cookie"


async def test_an_invitation_is_known_where_it_was_given(two: Two) -> None:
    command = CreateStaff(login="jiang", name="江涛", phone="15401000008", actor=by(new_id()))
    made = await transact(two.here.county, create_staff, command)
    assert isinstance(made, Invited)
    for side, status in ((two.there, 403), (two.here, 200)):
        async with calling(two.application, base=side.base) as client:
            answer = await client.post("/api/v1/staff/invitations/open", json={"token": made.token})
            assert answer.status_code == status


async def test_strangers_who_are_too_busy_in_one_county_leave_the_other_open(two: Two) -> None:
    addresses = {stranger(county, "10.0.0.1") for county in (two.here.county, two.there.county)}
    assert len(addresses) == 2
    body = {"phone": "15410000009", "code": "123456"}
    async with (
        calling(two.application, base=two.here.base) as here,
        calling(two.application, base=two.there.base) as there,
    ):
        busy = [await here.post("/api/v1/sign-in", json=body) for _ in range(STRANGERS.most + 20)]
        assert told(busy[-1]) == (429, "too-many-requests")
        assert told(await there.post("/api/v1/sign-in", json=body))[0] == 403


async def test_a_picture_is_shown_by_its_own_county(two: Two) -> None:
    folder = two.here.county.folder / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "bowl-720.webp").write_bytes(b"RIFF....WEBP")
    for side, status in ((two.here, 200), (two.there, 404)):
        async with calling(two.application, base=side.base, checked=False) as client:
            assert (await client.get("/media/bowl-720.webp")).status_code == status


async def test_what_one_county_sealed_the_other_cannot_open(two: Two) -> None:
    keys = [county.keys for county in (two.here.county, two.there.county)]
    assert len({one.keyed_hash("phone", PHONE) for one in keys}) == 2
    assert len({one.derived("cursor") for one in keys}) == 2
    assert len({one.file.issuer_key for one in keys}) == 2


async def test_a_link_of_one_county_leads_nowhere_in_the_other(two: Two) -> None:
    here, there = two.here, two.there
    cookie = here.world.cookies[Role.RESIDENT]
    async with calling(two.application, base=here.base, cookie=cookie) as wechat:
        token = {"token": (await wechat.post("/api/v1/me/session-link")).json()["token"]}
    before = await row_counts(there.county)
    async with calling(two.application, base=there.base) as browser:
        for path in ("/api/v1/sign-in/links/open", "/api/v1/sign-in/links/take"):
            answer = await browser.post(path, json=token)
            assert told(answer) == (403, "link-invalid")
            assert "set-cookie" not in answer.headers
    assert await row_counts(there.county) == before
    async with calling(two.application, base=here.base) as browser:
        assert (await browser.post("/api/v1/sign-in/links/take", json=token)).status_code == 200
