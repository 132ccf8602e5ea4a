"""Noes that no other test meets, at the wallet and at a station; and what is told when something of ours is broken."""

import shutil
from pathlib import Path

from sqlalchemy import update

from backend.database.county import County
from backend.database.registry import open_counties, register
from backend.database.transaction import Transaction, transact
from backend.identity.tables import residents
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from tests.databases import ENTRY
from tests.identity.sessions import resident_cookie
from tests.web.client import calling, serving
from tests.web.test_callers import credentials
from tests.web.world import build_world


async def test_a_wallet_gives_codes_for_its_own_unspent_vouchers_only(county: County) -> None:
    world = await build_world(county)
    async with serving(county) as application, calling(application) as client:
        for voucher_id, told in (
            (new_id(), (404, "no-such-voucher")),
            (world.own.vouchers[1], (409, "voucher-not-usable")),
        ):
            path = f"/api/v1/me/vouchers/{voucher_id}/short-code"
            answer = await client.post(path, headers=credentials(world)[Role.RESIDENT])
            assert (answer.status_code, answer.json()["reason"]) == told


async def test_tokens_need_a_phone_that_has_proven_its_key(county: County) -> None:
    cookie = await resident_cookie(county)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        answer = await client.post("/api/v1/me/tokens")
        assert (answer.status_code, answer.json()["reason"]) == (409, "no-holder-key")


async def test_an_operator_claims_for_residents_of_the_county_only(county: County) -> None:
    world = await build_world(county)
    body = {"resident_id": str(new_id()), "shift_id": str(world.own.shift_id), "proof": "identity-card"}
    async with serving(county) as application, calling(application) as client:
        answer = await client.post(
            f"/api/v1/rounds/{world.round_id}/claims",
            headers=credentials(world)[Role.OPERATOR],
            json={"claim_id": str(new_id()), **body},
        )
        assert (answer.status_code, answer.json()["reason"]) == (404, "no-such-resident")


async def test_a_database_that_is_away_is_told_with_when_to_come_back(database_kind: str, tmp_path: Path) -> None:
    folder = register(tmp_path, ENTRY)
    counties = open_counties(tmp_path, None if database_kind == "sqlite" else "postgresql://nobody@127.0.0.1:9/none")
    shutil.rmtree(folder)
    async with serving(*counties.all) as application, calling(application) as client:
        for path in ("/readyz", "/api/v1/merchants"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["reason"]) == (503, "database-gone")
            assert answer.headers["retry-after"] == "2"
        assert (await client.get("/healthz")).status_code == 200
    await counties.close()


async def test_a_fault_of_ours_tells_nothing_of_our_insides(county: County) -> None:
    world = await build_world(county)

    async def spoil(tx: Transaction, command: bytes, *, now: Instant) -> None:
        await tx.execute(update(residents).values(phone=command))

    await transact(county, spoil, b"\x01\x01 not what was sealed here once")
    async with serving(county) as application, calling(application, checked=False) as client:
        answer = await client.get("/api/v1/me/export", headers=credentials(world)[Role.RESIDENT])
    assert (answer.status_code, answer.json()["reason"]) == (500, "fault")
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [word for word in ("Seal", "residents", "phone", "Traceback", "backend") if word in answer.text]
