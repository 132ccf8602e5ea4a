"""Relay, audit, session and key: what operators and measurements need, and what a real county refuses."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.commands.relay import instant
from backend.commands.words import Stop
from backend.database.registry import open_counties
from backend.database.transaction import transact
from backend.demonstration.second_county import RESIDENTS
from backend.identity.make_machine_key import key_hash
from backend.identity.person import recognise_key
from backend.kernel.actors import Role
from tests.commands.running import Place, yizhan


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with a real, empty county."""
    assert yizhan("county", "add", "511528", "--host", "xingwen.example", "--data", tmp_path / "real").code == 0
    return tmp_path / "real"


def database(data: Path) -> Path:
    return next(data.glob("counties/*/county.sqlite3"))


def test_an_audit_of_untouched_data_finds_every_invariant_kept(seeded: Path) -> None:
    ran = yizhan("audit", "--data", seeded, "--json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told["faults"] == []
    assert told["campaigns"][0]["funded_fen"] == 1_000_000
    assert len(told["ledger_hash"]) == 64


def test_an_audit_tells_the_broken_invariant_and_exits_with_1(seeded: Path) -> None:
    with closing(sqlite3.connect(database(seeded))) as opened:
        opened.execute("UPDATE rounds SET issued_online = issued_online + 1")
        opened.commit()
    ran = yizhan("audit", "--data", seeded)
    assert ran.code == 1
    assert "invariant 3: round" in ran.out
    assert "every invariant holds" not in ran.out


def test_one_flipped_byte_in_the_trail_is_found(seeded: Path) -> None:
    with closing(sqlite3.connect(database(seeded))) as opened:
        opened.execute("DROP TRIGGER audit_entries_frozen")
        opened.execute("UPDATE audit_entries SET detail = detail || 'x' WHERE act = 'campaign.fund'")
        opened.commit()
    ran = yizhan("audit", "--data", seeded)
    assert ran.code == 1
    assert "invariant 13: the trail breaks at block 1: an entry was changed" in ran.out


def test_a_demonstration_travels_in_time_and_stays_sound(seeded: Path) -> None:
    # Written in the county's own clock, which the trail's digests must not notice.
    ran = yizhan("relay", "--once", "--at", "2099-11-24T10:00:00+08:00", "--data", seeded)
    assert ran.code == 0, ran.err
    assert "as of 2099-11-24T02:00:00Z" in ran.out
    assert yizhan("audit", "--data", seeded).code == 0
    assert "as of 2099-11-24T02:00:00Z: 0 pieces of work done" in (
        yizhan("relay", "--once", "--at", "2099-11-24T10:00:00", "--data", seeded).out
    )


def test_instants_without_an_offset_are_the_countys_clock() -> None:
    assert instant("2026-11-24T10:00:00") == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert instant("2026-11-24T10:00:00Z") == datetime(2026, 11, 24, 10, tzinfo=UTC)
    with pytest.raises(Stop, match="is no instant"):
        instant("tomorrow")


def test_a_real_county_has_only_the_present_and_no_ready_sessions(real: Path) -> None:
    travel = yizhan("relay", "--once", "--at", "2099-01-01T00:00:00Z", "--data", real)
    assert travel.code == 1
    assert "nobody chooses its time" in travel.err
    assert yizhan("relay", "--once", "--data", real).code == 0
    session = yizhan("session", "--role", "resident", "--data", real)
    assert session.code == 1
    assert session.out == ""
    assert "people sign in themselves" in session.err
    assert yizhan("audit", "--data", real).code == 0


def test_ready_sessions_are_one_json_line_each_and_go_round_all_people(place: Place) -> None:
    assert yizhan("seed", *place.flags, "--county", "591901").code == 0
    ran = yizhan("session", "--role", "resident", "--count", RESIDENTS + 5, *place.flags)
    assert ran.code == 0, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert len(lines) == RESIDENTS + 5
    assert len({line["cookie"] for line in lines}) == RESIDENTS + 5
    assert len({line["subject"] for line in lines}) == RESIDENTS
    assert all(line["cookie"].startswith("__Host-yizhan=") for line in lines)
    merchants = yizhan("session", "--role", "merchant", "--count", 3, *place.flags)
    assert len({json.loads(line)["subject"] for line in merchants.out.splitlines()}) == 3
    assert yizhan("audit", *place.flags).code == 0


@pytest.mark.parametrize(
    "role", ["operator", "office", "reviewer", "approver", "system_admin", "security_admin", "auditor"]
)
def test_every_role_of_the_staff_has_somebody(role: str, seeded: Path) -> None:
    assert yizhan("session", "--role", role, "--data", seeded).code == 0


def test_a_key_is_printed_alone_and_opens_its_role(seeded: Path) -> None:
    made = yizhan("key", "--role", "pos", "--data", seeded)
    assert made.code == 0, made.err
    (key,) = made.out.splitlines()
    assert key.startswith("yz_pos_")
    assert "Shown this once only" in made.err
    assert asyncio.run(_role(seeded, key)) == {Role.POS}
    for role in ("capture", "query", "admin", "open311"):
        assert yizhan("key", "--role", role, "--data", seeded).code == 0
    nobody = yizhan("key", "--role", "pos", "--merchant", "01a20000-0000-7000-8000-000000000000", "--data", seeded)
    assert nobody.code == 1
    assert "There is no merchant" in nobody.err


async def _role(data: Path, key: str) -> frozenset[Role]:
    counties = open_counties(data, None)
    found = await transact(counties.all[0], recognise_key, key_hash(key))
    await counties.close()
    assert found is not None
    return found[1].caller.roles


def test_a_till_of_a_real_county_needs_its_merchant_named(real: Path) -> None:
    refused = yizhan("key", "--role", "pos", "--data", real)
    assert refused.code == 1
    assert "--merchant ID" in refused.err
    assert refused.out == ""


def test_an_unreachable_database_is_told_without_its_password(seeded: Path) -> None:
    ran = yizhan("audit", "--data", seeded, "--database", "postgresql://county:s3cret@127.0.0.1:1/county")
    assert ran.code == 1
    assert "The database cannot be reached" in ran.err
    assert "s3cret" not in ran.err
