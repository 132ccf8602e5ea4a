"""Every route says that the database is away and when to come back, and answers again when it is back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from backend.database.county import County
from backend.database.registry import open_counties
from backend.kernel.ids import new_id
from backend.sync.journal_file_routes import JOURNAL_FILES
from backend.sync.journal_file_rules import point_of
from backend.sync.journal_key import journal_key_of
from merchant_tools.journal_file import seal_journal
from tests.databases import HandClock, with_database
from tests.web.client import calling, serving
from tests.web.contract import operations
from tests.web.test_callers import address, credentials
from tests.web.world import build_world

WITHOUT_A_DATABASE = {
    "GET /healthz",
    "GET /metrics",
    "GET /api/v1/county",
    "GET /api/v1/time",
    "GET /api/v1/me/personal-data",
    "GET /api/v1/session",
    "GET /api/v1/places/grid-cell/{code}",
    "GET /api/v1/places/grid-code",
}
PUBLIC_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/sign-in": {"phone": "15402000001", "code": "123456"},
    "POST /api/v1/sign-in/codes": {"phone": "15402000001"},
    "POST /api/v1/staff/sign-in": {"login": "office-1", "password": "Bamboo-sea-7781", "second_factor": "123456"},
    "POST /api/v1/sign-in/links/open": {"token": "A" * 43},
    "POST /api/v1/sign-in/links/take": {"token": "A" * 43},
    "POST /api/v1/staff/invitations/open": {"token": "A" * 43},
    "POST /api/v1/staff/invitations/accept": {"token": "A" * 43, "password": "Bamboo-sea-7781", "code": "123456"},
}
PUBLIC_BODIES["POST /api/v1/sync/enrolments"] = {
    "device_id": "01999999-0000-7000-8000-000000000003",
    "code": "A" * 22,
    "key": "A" * 44,
    "signature": "A" * 86,
    "app_version": "2026.11.30",
}
NEEDED = {"phone": "15402000001", "lat": "28.1667", "lon": "104.5167"}


@asynccontextmanager
async def away(county: County) -> AsyncIterator[None]:
    """Nobody gets at the county's database."""
    if county.database_url is None:
        moved = county.folder.rename(county.folder.with_name("moved"))
        try:
            yield
        finally:
            moved.rename(county.folder)
        return
    name = make_url(county.database_url).database
    admin = await asyncpg.connect(with_database(county.database_url, "postgres"))
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


async def test_every_route_tells_of_a_database_that_is_away_and_answers_when_it_is_back(
    county: County, clock: HandClock
) -> None:
    world = await build_world(county)
    data: Path = county.folder.parents[1]
    counties = open_counties(data, county.database_url, clock=clock)
    wrong, shut = [], 0
    # A file is opened before anybody asks the database.
    key = point_of(journal_key_of(county))
    carried = seal_journal(county.code, new_id(), [(1, b"\x00")], recipient=key)
    async with serving(*counties.all) as application, calling(application) as client:
        async with away(county):
            for operation in operations():
                body: dict[str, Any] = {}
                if operation.takes_body and operation.body_type != "application/json":
                    content = carried if operation.path == JOURNAL_FILES else b"\xff"
                    body = {"content": content, "headers": {"content-type": operation.body_type}}
                elif operation.takes_body:
                    body = {"json": PUBLIC_BODIES.get(str(operation), {})}
                asked = {
                    one["name"]: NEEDED[one["name"]]
                    for one in operation.told.get("parameters", [])
                    if one["in"] == "query" and one.get("required")
                }
                for caller in operation.callers or {"visitor"}:
                    answer = await client.request(
                        operation.method,
                        address(operation, world),
                        params=asked,
                        **(body | {"headers": {**body.get("headers", {}), **credentials(world)[caller]}}),
                    )
                    expected = 200 if str(operation) in WITHOUT_A_DATABASE else 503
                    if answer.status_code != expected:
                        wrong.append(f"{caller}: {operation} {answer.status_code} {answer.text[:120]}")
                    elif expected == 503:
                        shut += 1
                        assert answer.json()["reason"] == "database-gone"
                        assert answer.headers["retry-after"] == "2"
        assert not wrong, "\n".join(wrong)
        assert shut > 150
        for caller, headers in credentials(world).items():
            if "cookie" in headers and caller != "stranger":
                assert (await client.get("/api/v1/me", headers=headers)).status_code == 200, caller
        assert (await client.get("/readyz")).status_code == 200
    await counties.close()
