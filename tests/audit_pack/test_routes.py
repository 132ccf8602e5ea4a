"""The audit pack through the door, and from the command line."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import func, select

from backend.audit_trail.tables import audit_entries
from backend.database.county import County
from backend.database.transaction import Transaction, inquire
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from tests.audit_pack.packed import SEED, key_of, verified
from tests.identity.sessions import staff_cookie
from tests.settlement.cycles import opened, spent
from tests.vouchers.campaigns import running_campaign
from tests.web.client import calling, serving


async def told_in_the_trail(county: County) -> int:
    """How often the trail tells of a pack."""

    async def count(tx: Transaction, asked: None) -> int:
        del asked
        counted = select(func.count()).where(audit_entries.c.act == "audit-pack.make")
        return int((await tx.execute(counted)).scalar_one())

    return await inquire(county, count, None)


def body(**changed: Any) -> dict[str, Any]:
    return {"pack_id": str(new_id()), "seed": SEED, "sample": 5} | changed


async def test_the_auditor_makes_a_pack_with_one_request_and_the_trail_tells_of_it(
    county: County, tmp_path: Path
) -> None:
    campaign_id, round_id, shop, people = await opened(county, pieces=5, people=2)
    for holder in people:
        await spent(county, round_id, holder, shop)
    address = f"/api/v1/office/campaigns/{campaign_id}/audit-pack"
    cookie = await staff_cookie(county, Role.AUDITOR)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        asked = body()
        made = await client.post(address, json=asked)
        assert (made.status_code, made.headers["content-type"]) == (201, "application/zip")
        name = f"audit-pack-{county.code}-{asked['pack_id']}"
        assert made.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
        assert made.headers["cache-control"] == "no-store"
        with ZipFile(BytesIO(made.content)) as archive:
            archive.extractall(tmp_path)
        checked = verified(tmp_path / name, "--key", key_of(county))
        assert (checked.returncode, checked.stderr) == (0, "")
        assert await told_in_the_trail(county) == 1
        again = await client.post(address, json=asked)
        assert (again.status_code, await told_in_the_trail(county)) == (201, 1)
        other = await client.post(address, json=asked | {"seed": "another"})
        assert (other.status_code, other.json()["reason"]) == (409, "id-reused")
        assert list(county.folder.glob(".audit-pack-*")) == []


async def test_every_no_of_a_pack_is_told(county: County) -> None:
    campaign_id = new_id()
    await running_campaign(county, campaign_id=campaign_id)
    address = f"/api/v1/office/campaigns/{campaign_id}/audit-pack"
    cookie = await staff_cookie(county, Role.OFFICE)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        unknown = await client.post(f"/api/v1/office/campaigns/{new_id()}/audit-pack", json=body())
        assert (unknown.status_code, unknown.json()["reason"]) == (404, "no-such-campaign")
        wrong = await client.post(address, json=body(sample=501, seed=""))
        assert (wrong.status_code, {error["pointer"] for error in wrong.json()["errors"]} <= {"/sample", "/seed"}) == (
            400,
            True,
        )
        codes = [(await client.post(address, json=body())).status_code for _ in range(4)]
        assert codes == [201, 201, 429, 429]
        assert await told_in_the_trail(county) == 2
    cookie = await staff_cookie(county, Role.SYSTEM_ADMIN)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        assert (await client.post(address, json=body())).status_code == 403


async def test_a_command_makes_the_same_pack(county: County, tmp_path: Path) -> None:
    campaign_id, round_id, shop, [me] = await opened(county, pieces=5)
    await spent(county, round_id, me, shop)
    place = ["--data", str(county.folder.parent.parent)]
    place += ["--database", county.database_url] if county.database_url else []
    to = tmp_path / "pack.zip"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "backend", "audit-pack", *place, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    asked = ["--campaign", str(campaign_id), "--seed", SEED, "--to", str(to)]
    done = run(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert key_of(county) in done.stdout
    with ZipFile(to) as archive:
        archive.extractall(tmp_path)
    [pack] = tmp_path.glob("audit-pack-*")
    assert verified(pack, "--key", key_of(county)).returncode == 0
    assert json.loads((pack / "campaign.json").read_text("utf-8"))["seed"] == SEED
    before = to.read_bytes()
    again = run(*asked)
    assert (again.returncode, "已经存在" in again.stderr, to.read_bytes()) == (1, True, before)
    unknown = run("--campaign", str(new_id()), "--seed", SEED, "--to", str(tmp_path / "other.zip"))
    assert (unknown.returncode, "没有这个活动" in unknown.stderr) == (1, True)
    too_many = run(*asked[:-1], str(tmp_path / "other.zip"), "--sample", "501")
    assert (too_many.returncode, "500" in too_many.stderr) == (1, True)
    assert await told_in_the_trail(county) == 1
