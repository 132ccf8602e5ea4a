"""What people see and decide about themselves, over HTTP."""

from backend.database.county import County
from backend.database.transaction import transact
from backend.identity.open_account import OpenAccount, open_account
from backend.kernel.actors import Role
from backend.kernel.enrolment import Challenge, prove_possession
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, from_base64url, to_base64url
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import ACCOUNT_FROZEN
from tests.databases import HandClock
from tests.identity.people import PHONE, another_session, resident, staff, staff_session
from tests.identity.test_proofs import NUMBER
from tests.web.client import calling, serving


async def test_nobody_is_asked_for_their_data_without_signing_in(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        for path in ("", "/inbox", "/sessions", "/holder-key", "/consents", "/export", "/looks"):
            answer = await client.get(f"/api/v1/me{path}")
            assert (answer.status_code, answer.json()["reason"]) == (401, "signed-out")
        public = await client.get("/api/v1/me/personal-data")
        assert public.status_code == 200
        (phone,) = [one for one in public.json()["items"] if (one["table"], one["column"]) == ("residents", "phone")]
        assert phone["purpose_zh"] == "登录、接收通知、防止重复领取"


async def test_a_page_asks_who_is_here_and_nobody_is_an_answer(county: County, clock: HandClock) -> None:
    mine = await resident(county)
    async with serving(county) as application:
        async with calling(application) as visitor:
            assert (await visitor.get("/api/v1/session")).json() == {"me": None}
        async with calling(application, cookie="nobody-has-this") as stranger:
            assert (await stranger.get("/api/v1/session")).json() == {"me": None}
        async with calling(application, cookie=mine.token) as client:
            here = await client.get("/api/v1/session")
            assert here.json() == {"me": (await client.get("/api/v1/me")).json()}
            assert here.json()["me"]["id"] == str(mine.person_id)
            await client.post("/api/v1/sign-out")
            assert (await client.get("/api/v1/session")).json() == {"me": None}


async def test_ones_sessions_are_listed_and_ended(county: County) -> None:
    mine = await resident(county)
    other = await another_session(county, mine.person_id)
    stranger = await resident(county, "15410000002")
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        listed = (await client.get("/api/v1/me/sessions")).json()["items"]
        assert {item["id"]: item["current"] for item in listed} == {
            str(mine.session_id): True,
            str(other.session_id): False,
        }
        foreign = await client.post(f"/api/v1/me/sessions/{stranger.session_id}/end")
        assert foreign.status_code == 404
        assert (await client.post(f"/api/v1/me/sessions/{other.session_id}/end")).status_code == 204
        assert (await client.post("/api/v1/me/sessions/end-others")).json() == {"ended": 0}
        assert len((await client.get("/api/v1/me/sessions")).json()["items"]) == 1


async def test_a_phone_enrols_its_key(county: County) -> None:
    mine, key = await resident(county), SigningKey.new()
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        assert (await client.get("/api/v1/me/holder-key")).json() == {"holder_key": None}
        issued = (await client.post("/api/v1/me/holder-key/challenge")).json()
        challenge = Challenge(
            county="511527",
            resident=mine.person_id,
            nonce=from_base64url(issued["challenge"]),
            expires_at=mine.expires_at,
        )
        body = {
            "key": to_base64url(key.public.uncompressed),
            "signature": to_base64url(prove_possession(challenge, holder=key)),
        }
        enrolled = await client.post("/api/v1/me/holder-key", json=body)
        assert (enrolled.status_code, enrolled.json()["key"]) == (200, to_base64url(key.public.compressed))
        assert (await client.get("/api/v1/me/holder-key")).json() == {"holder_key": enrolled.json()}
        again = await client.post("/api/v1/me/holder-key", json=body)
        assert (again.status_code, again.json()["reason"]) == (409, "challenge-invalid")
        await client.post("/api/v1/me/holder-key/challenge")
        forged = await client.post("/api/v1/me/holder-key", json=body)
        assert (forged.status_code, forged.json()["reason"]) == (409, "proof-forged")


async def test_consent_then_proof(county: County) -> None:
    mine = await resident(county)
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        proof = {"name": "李晓燕", "identity_number": NUMBER}
        needed = await client.post("/api/v1/me/identity-proof", json=proof)
        assert (needed.status_code, needed.json()["reason"]) == (409, "consent-needed")
        texts = {item["kind"]: item["text_hash"] for item in (await client.get("/api/v1/me/consents")).json()["items"]}
        for kind in ("identity-number", "third-party-identity-vendor"):
            body = {"kind": kind, "text_hash": texts[kind], "given": True}
            assert (await client.put("/api/v1/me/consents", json=body)).json()["given"]
        proven = await client.post("/api/v1/me/identity-proof", json=proof)
        assert (proven.status_code, proven.json()) == (200, {"proof_level": 2})
        old = {"kind": "health", "text_hash": "0" * 64, "given": True}
        changed = await client.put("/api/v1/me/consents", json=old)
        assert (changed.status_code, changed.json()["reason"]) == (409, "consent-text-changed")


async def test_a_real_county_without_a_vendor_sends_people_to_a_station(real_county: County) -> None:
    person = await another_session(real_county, await transact(real_county, open_account, OpenAccount(phone=PHONE)))
    nobody = await another_session(real_county, new_id())
    async with serving(real_county) as application:
        async with calling(application, cookie=person.token) as client:
            answer = await client.post("/api/v1/me/identity-proof", json={"name": "李", "identity_number": NUMBER})
            assert (answer.status_code, answer.json()["reason"]) == (409, "proof-unavailable")
            assert (await client.get("/api/v1/demonstration/sms", params={"phone": PHONE})).status_code == 404
        async with calling(application, cookie=nobody.token) as client:
            assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_profile_is_said_and_shown_masked(county: County) -> None:
    mine = await resident(county)
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        said = await client.put("/api/v1/me/profile", json={"name": "李晓燕", "town_code": "511527100"})
        assert said.status_code == 204
        me = (await client.get("/api/v1/me")).json()
        assert (me["display_name"], me["town_code"]) == ("李*燕", "511527100")
        wrong = await client.put("/api/v1/me/profile", json={"name": "李\u0000"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/name")


async def test_the_inbox_is_paged_and_read(county: County, clock: HandClock) -> None:
    mine, stranger = await resident(county), await resident(county, "15410000002")
    for number in range(3):
        told = Notify(recipient_id=mine.person_id, template=ACCOUNT_FROZEN, variables={"why": f"原因{number}"})
        await transact(county, notify, told)
    async with serving(county) as application:
        async with calling(application, cookie=mine.token) as client:
            first = (await client.get("/api/v1/me/inbox", params={"limit": 2})).json()
            rest = (await client.get("/api/v1/me/inbox", params={"cursor": first["next_cursor"]})).json()
            assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
            assert (await client.get("/api/v1/me")).json()["unread"] == 3
            path = f"/api/v1/me/inbox/{first['items'][0]['id']}/read"
            read = await client.post(path)
            assert read.json()["read_at"] is not None
            assert (await client.get("/api/v1/me")).json()["unread"] == 2
            forged = await client.get("/api/v1/me/inbox", params={"cursor": "AAAA"})
            assert (forged.status_code, forged.json()["errors"][0]["pointer"]) == (400, "query:cursor")
        async with calling(application, cookie=stranger.token) as client:
            assert (await client.post(path)).status_code == 404
            assert (await client.get("/api/v1/me/inbox")).json()["items"] == []


async def test_the_office_looks_for_a_purpose_and_the_resident_sees_it(county: County) -> None:
    mine = await resident(county)
    office = await staff_session(county, await staff(county, Role.OFFICE))
    operator = await staff_session(county, await staff(county, Role.OPERATOR))
    look = f"/api/v1/office/residents/{mine.person_id}/look"
    async with serving(county) as application:
        async with calling(application, cookie=office.token) as client:
            found = await client.post("/api/v1/office/residents/find", json={"phone": PHONE})
            assert (found.json()["id"], found.json()["phone"]) == (str(mine.person_id), "154****0001")
            nobody = await client.post("/api/v1/office/residents/find", json={"phone": "15499999999"})
            assert nobody.status_code == 404
            bare = await client.post(look, json={})
            assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (400, "/purpose")
            full = await client.post(look, json={"purpose": "核对退款账户"})
            assert (full.status_code, full.json()["phone"]) == (200, PHONE)
        async with calling(application, cookie=operator.token) as client:
            assert (await client.post(look, json={"purpose": "核对退款账户"})).status_code == 403
            masked = await client.post("/api/v1/office/residents/find", json={"phone": PHONE})
            assert masked.json()["phone"] == "154****0001"
        async with calling(application, cookie=mine.token) as client:
            (seen,) = (await client.get("/api/v1/me/looks")).json()["items"]
            assert (seen["by"], seen["role"], seen["purpose"]) == ("牟*文", "office", "核对退款账户")


async def test_an_export_comes_as_json_and_as_a_file(county: County) -> None:
    mine = await resident(county)
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        told = (await client.get("/api/v1/me/export")).json()
        assert told["sections"][0]["rows"][0]["phone"] == PHONE
        file = await client.get("/api/v1/me/export", params={"format": "csv"})
        assert file.headers["content-type"] == "text/csv; charset=utf-8"
        assert file.headers["content-disposition"] == 'attachment; filename="my-data.csv"'
        assert f"account,1,phone,{PHONE}\r\n" in file.text
        assert (await client.get("/api/v1/me/export", params={"format": "xml"})).status_code == 400


async def test_closing_needs_its_word_and_ends_the_session(county: County) -> None:
    mine = await resident(county)
    async with serving(county) as application, calling(application, cookie=mine.token) as client:
        assert (await client.post("/api/v1/me/close", json={"confirm": "yes"})).status_code == 400
        assert (await client.get("/api/v1/me")).status_code == 200
        closed = await client.post("/api/v1/me/close", json={"confirm": "close-account"})
        assert closed.status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 401
