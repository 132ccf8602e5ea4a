"""A real county begins empty, with three invitations and no account that anybody could guess."""

import asyncio
import re
from pathlib import Path

import pytest

from backend.database.registry import open_counties, read_registry
from backend.database.transaction import transact
from backend.identity.accept_invitation import OpenInvitation, Unsealed, open_invitation
from tests.commands.running import Place, yizhan

INVITATION = re.compile(r"https://xingwen\.example/office/invitation#(\S{43})")


def test_a_new_county_is_empty_and_invites_its_three_administrators_once(place: Place) -> None:
    added = yizhan(
        *("county", "add", "511528", "--host", "xingwen.example", "--name-zh", "兴文县", "--name-en", "Xingwen County"),
        *place.flags,
    )
    assert added.code == 0, added.err
    tokens = INVITATION.findall(added.out)
    assert len(set(tokens)) == 3
    assert asyncio.run(_logins(place, tokens)) == ["system-admin", "security-admin", "auditor"]
    (entry,) = read_registry(place.folder)
    assert (entry.name_zh, entry.name_en, entry.demonstration) == ("兴文县", "Xingwen County", False)
    assert yizhan("audit", *place.flags).code == 0
    again = yizhan("county", "add", "511528", "--host", "other.example", *place.flags)
    assert again.code == 1
    assert "511528 is there already" in again.err


async def _logins(place: Place, tokens: list[str]) -> list[str]:
    counties = open_counties(place.folder, place.url)
    found = [await transact(counties.all[0], open_invitation, OpenInvitation(token)) for token in tokens]
    await counties.close()
    return [one.login for one in found if isinstance(one, Unsealed)]


def test_two_counties_share_a_folder_but_no_host(place: Place) -> None:
    assert yizhan("county", "add", "511528", "--host", "xingwen.example", *place.flags).code == 0
    taken = yizhan("county", "add", "511529", "--host", "XINGWEN.example", *place.flags)
    assert taken.code == 1
    assert "Host xingwen.example leads to" in taken.err
    assert yizhan("county", "add", "511529", "--host", "pingshan.example", *place.flags).code == 0
    listed = yizhan("county", "list", *place.flags).out
    assert "511528" in listed
    assert "pingshan.example" in listed
    other = yizhan("audit", *place.flags, "--county", "511530")
    assert other.code == 1
    assert "--county 511530: this folder holds 511528, 511529" in other.err
    assert yizhan("audit", *place.flags, "--county", "511529", "--json").out.startswith('{"county":"511529"')


@pytest.mark.parametrize(("code", "host"), [("51152", "a.example"), ("591901", "a.example"), ("511528", "a_b/c")])
def test_codes_and_hosts_that_cannot_be_are_refused(code: str, host: str, tmp_path: Path) -> None:
    refused = yizhan("county", "add", code, "--host", host, "--data", tmp_path / "data")
    assert refused.code == 1
    assert not (tmp_path / "data").exists()


def test_a_real_county_has_no_place_beside_a_demonstration(seeded: Path) -> None:
    refused = yizhan("county", "add", "511528", "--host", "xingwen.example", "--data", seeded)
    assert refused.code == 1
    assert "holds a demonstration county" in refused.err


def test_init_makes_an_empty_folder_and_never_touches_a_full_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert yizhan("init", "--data", data).code == 0
    assert data.stat().st_mode & 0o777 == 0o700
    assert read_registry(data) == []
    assert yizhan("init", "--data", data).code == 0
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    refused = yizhan("init", "--data", tmp_path / "full")
    assert refused.code == 1
    assert "is not empty" in refused.err


def test_commands_about_a_folder_without_a_county_say_how_to_get_one(tmp_path: Path) -> None:
    for command in ("audit", "serve", "migrate"):
        refused = yizhan(command, "--data", tmp_path)
        assert refused.code == 1
        assert "yizhan county add" in refused.err
        assert "yizhan seed" in refused.err
