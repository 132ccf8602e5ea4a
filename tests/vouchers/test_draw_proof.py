"""What is published suffices: an independent script and the merchants' tool work the draw out again, and find a lie."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.database.county import County
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from merchant_tools import draw as tool
from merchant_tools.__main__ import main
from tests.databases import HandClock
from tests.identity.sessions import session_of, staff_cookie
from tests.vouchers.campaigns import faults
from tests.vouchers.lots import (
    FILE,
    HOURS_OPEN,
    NOTARY,
    SEED,
    SOURCE_AFTER,
    drawn_campaign,
    people,
    work_off,
)
from tests.web.client import calling, serving

SCRIPT = Path(__file__).with_name("recompute.py")
Json = dict[str, Any]


class Published:
    """What anybody can download, and what one entrant is told."""

    def __init__(self, draw: Json, leaves: Json, receipt: Json) -> None:
        self.draw, self.leaves, self.receipt = draw, leaves, receipt

    def files(self, folder: Path) -> list[str]:
        for name, told in (("draw", self.draw), ("leaves", self.leaves), ("receipt", self.receipt)):
            (folder / f"{name}.json").write_text(json.dumps(told), "utf-8")
        return [str(folder / f"{name}.json") for name in ("draw", "leaves", "receipt")]


async def finished(county: County, clock: HandClock, *, entrants: int = 9) -> Published:
    """A whole draw over the wire, from entering to the vouchers."""
    round_id = await drawn_campaign(county, pieces=3, reserves=2)
    residents = await people(county, entrants)
    async with serving(county) as application:
        entries = {}
        for one in residents:
            async with calling(application, cookie=await session_of(county, PersonKind.RESIDENT, one)) as client:
                body = {"entry_id": str(new_id())}
                first = await client.post(f"/api/v1/rounds/{round_id}/entries", json=body)
                again = await client.post(f"/api/v1/rounds/{round_id}/entries", json=body)
                assert (first.status_code, again.status_code) == (201, 200)
                assert first.json() == again.json()
                entries[one] = first.json()
        clock.forward(hours=HOURS_OPEN)
        await work_off(county)
        clock.forward(seconds=SOURCE_AFTER.total_seconds())
        for role, progress in ((Role.OFFICE, "waiting"), (Role.APPROVER, "matched")):
            async with calling(application, cookie=await staff_cookie(county, role)) as client:
                body = {"seed_id": str(new_id()), "value": SEED, "document_no": NOTARY, "file_sha256": FILE}
                answer = await client.post(f"/api/v1/office/rounds/{round_id}/seed", json=body)
                assert (answer.status_code, answer.json()["progress"]) == (201, progress)
        await work_off(county)
        async with calling(application) as client:
            draw = (await client.get(f"/api/v1/public/rounds/{round_id}/draw")).json()
            leaves = (await client.get(f"/api/v1/public/rounds/{round_id}/draw/leaves")).json()
        one, entry = next(iter(entries.items()))
        async with calling(application, cookie=await session_of(county, PersonKind.RESIDENT, one)) as client:
            receipt = (await client.get(f"/api/v1/me/entries/{entry['entry_id']}")).json()
            assert receipt["salt"] == entry["salt"], "the salt was told when they entered"
            (listed,) = (await client.get("/api/v1/me/entries")).json()["items"]
            assert listed == receipt["entry"]
    assert await faults(county) == []
    return Published(draw, leaves, receipt)


async def test_an_independent_script_recomputes_the_draw_from_published_data_only(
    county: County, clock: HandClock, tmp_path: Path
) -> None:
    told = await finished(county, clock)
    assert (told.draw["state"], told.draw["count"], len(told.draw["winners"])) == ("finished", 9, 3)
    draw, leaves, _ = told.files(tmp_path)
    # -I: no path of ours, no environment; the script has the standard library and the two files.
    ran = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), draw, leaves], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"count": True, "root": True, "winners": True, "reserves": True}
    assert len(SCRIPT.read_text().splitlines()) <= 40


async def test_the_tool_finds_everything_in_order_and_every_lie(
    county: County, clock: HandClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await finished(county, clock)
    draw, leaves, receipt = told.files(tmp_path)
    assert main(["draw", draw, leaves, "--receipt", receipt]) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == 12
    assert "✗" not in out
    other = next(number for number in range(1, 10) if number not in told.draw["winners"])
    lies: list[tuple[Json, list[str]]] = [
        ({"winners": [other, *told.draw["winners"][1:]]}, told.leaves["leaves"]),
        ({"reserves": told.draw["reserves"][::-1]}, told.leaves["leaves"]),
        ({"seed": "0918274"}, told.leaves["leaves"]),
        ({"count": 8}, told.leaves["leaves"]),
        ({}, told.leaves["leaves"][:-1]),
        ({}, [*told.leaves["leaves"][:-1], "00" * 32]),
        ({"passed_over": [told.draw["winners"][0]]}, told.leaves["leaves"]),
        ({"numbered_at": told.draw["source"]["published_at"]}, told.leaves["leaves"]),
    ]
    for lie, listed in lies:
        assert tool.check_draw(told.draw | lie, listed, told.receipt).faults, lie
    number, path = told.receipt["number"], told.receipt["path"]
    for wrong in ({"number": 1 + number % 9}, {"salt": "00" * 32}, {"path": path[1:]}):
        assert tool.check_draw(told.draw, told.leaves["leaves"], told.receipt | wrong).faults, wrong
    assert main(["draw"]) == 2
    assert main(["nothing"]) == 2


async def test_the_published_data_tells_nothing_of_anybody(county: County, clock: HandClock) -> None:
    told = await finished(county, clock, entrants=4)
    text = json.dumps([told.draw, told.leaves])
    private = [told.receipt["salt"], told.receipt["entry_id"], "1540500"]
    assert not [value for value in private if value in text]


async def test_the_proof_of_another_is_not_found_and_a_draw_is_public_when_its_campaign_is(
    county: County, clock: HandClock
) -> None:
    told = await finished(county, clock, entrants=2)
    stranger = (await people(county, 1, first=90))[0]
    async with serving(county) as application:
        async with calling(application, cookie=await session_of(county, PersonKind.RESIDENT, stranger)) as client:
            answer = await client.get(f"/api/v1/me/entries/{told.receipt['entry_id']}")
            assert answer.status_code == 404
            assert (await client.get("/api/v1/me/entries")).json()["items"] == []
        async with calling(application) as client:
            for path in ("draw", "draw/leaves"):
                assert (await client.get(f"/api/v1/public/rounds/{new_id()}/{path}")).status_code == 404


async def test_nobody_sees_what_the_first_of_the_two_entered(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county)
    resident = (await people(county, 1))[0]
    async with serving(county) as application:
        async with calling(application, cookie=await session_of(county, PersonKind.RESIDENT, resident)) as client:
            await client.post(f"/api/v1/rounds/{round_id}/entries", json={"entry_id": str(new_id())})
        clock.forward(hours=HOURS_OPEN)
        await work_off(county)
        clock.forward(seconds=SOURCE_AFTER.total_seconds())
        first, second = [await staff_cookie(county, role) for role in (Role.OFFICE, Role.REVIEWER)]
        body = {"seed_id": str(new_id()), "value": SEED, "document_no": NOTARY, "file_sha256": FILE}
        async with calling(application, cookie=first) as client:
            assert (await client.post(f"/api/v1/office/rounds/{round_id}/seed", json=body)).status_code == 201
        async with calling(application, cookie=second) as client:
            board = await client.get(f"/api/v1/office/rounds/{round_id}/draw")
            assert board.json()["seeds"][0]["staff_name"] == "测试人员"
            assert SEED not in board.text
            wrong = body | {"seed_id": str(new_id()), "value": "1111111"}
            answer = await client.post(f"/api/v1/office/rounds/{round_id}/seed", json=wrong)
            assert (answer.json()["progress"], answer.json()["differing"]) == ("differs", ["value"])
            assert SEED not in answer.text
        async with calling(application, cookie=await staff_cookie(county, Role.AUDITOR)) as client:
            assert SEED not in (await client.get(f"/api/v1/office/rounds/{round_id}/draw")).text
