"""The ceremony of a county's root: made apart, asked for, signed, put in force, renewed; another issuing key."""

import asyncio
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import Struct

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.registry import open_counties
from backend.database.transaction import Transaction, inquire
from backend.kernel.instants import now
from backend.kernel.root_handover import succeeds
from backend.kernel.signing import PublicKey
from backend.kernel.trust import seconds_of
from backend.sync.trusted_list import TRUST_LIST, installed_list, trusted_list, trusted_until
from backend.vouchers.issuer import trust_of
from tests.commands.running import Place, Ran, yizhan

CODE = "511527"
FINGERPRINT = re.compile(r"(?:[0-9A-F]{4} ){7}[0-9A-F]{4}")


class Offline(Struct, frozen=True):
    """The machine that is never online: a folder of its own."""

    folder: Path
    fingerprint: str

    @property
    def flags(self) -> list[object]:
        return ["--root", self.folder / "root.pem", "--passphrase-file", self.folder / "passphrase"]


def offline(folder: Path, *, county: str = CODE) -> Offline:
    folder.mkdir()
    (folder / "passphrase").write_text("correct horse battery\n")
    made = yizhan(
        "root", "create", "--county", county, "--out", folder / "root.pem", "--passphrase-file", folder / "passphrase"
    )
    assert made.code == 0, made.err
    return Offline(folder, FINGERPRINT.findall(made.out)[0])


@pytest.fixture
def county(place: Place) -> Place:
    """A real county."""
    added = yizhan("county", "add", CODE, "--host", "junlian.example", "--name-zh", "筠连县", *place.flags)
    assert added.code == 0, added.err
    return place


def ceremony(county: Place, root: Offline, stick: Path, *flags: object) -> Ran:
    """Asked for, signed and put in force."""
    stick.mkdir()
    asked = yizhan("trust", "request", "--out", stick / "request.json", *flags, *county.flags)
    assert asked.code == 0, asked.err
    signed = yizhan("root", "sign", stick / "request.json", "--out", stick / "list", *root.flags)
    assert signed.code == 0, signed.err
    # Both machines show the same.
    assert FINGERPRINT.findall(asked.out)[0] in signed.out
    return yizhan("trust", "install", stick / "list", "--root", root.fingerprint, *county.flags)


async def _look(place: Place) -> tuple[County, list[tuple[str, str]]]:
    counties = open_counties(place.folder, place.url)
    county = counties.all[0]

    async def told(tx: Transaction, _asked: None) -> list[tuple[str, str]]:
        entries = await find(tx, Find(most=50))
        return [
            (one.act, one.detail) for one in entries if one.act in ("sync.install-trust-list", "sync.switch-issuer")
        ]

    acts = await inquire(county, told, None)
    await counties.close()
    return county, acts


def look(place: Place) -> tuple[County, list[tuple[str, str]]]:
    """The county as a fresh process reads it, and what the trail tells of its keys, the newest first."""
    return asyncio.run(_look(place))


def test_a_real_county_gets_its_trust_list(county: Place, tmp_path: Path) -> None:
    told = yizhan("trust", "show", *county.flags)
    assert (told.code, "柜台只能联网收券" in told.out) == (1, True)
    root = offline(tmp_path / "offline")
    installed = ceremony(county, root, tmp_path / "stick")
    assert installed.code == 0, installed.err
    found, acts = look(county)
    handed = trusted_list(found)
    given = installed_list(found)
    assert handed is not None
    assert given is not None
    assert [key.kid.hex() for key in given[1].keys] == [found.keys.issuer_kid]
    assert acts == [
        ("sync.install-trust-list", f"list {given[1].serial}, keys {found.keys.issuer_kid}, root {root.fingerprint}")
    ]
    shown = yizhan("trust", "show", *county.flags)
    assert (shown.code, root.fingerprint in shown.out) == (0, True)
    assert (found.folder / TRUST_LIST).stat().st_mode & 0o777 == 0o600
    # Nothing of the root is on the server.
    assert found.keys.file.root_key is None
    assert (root.folder / "root.pem").stat().st_mode & 0o777 == 0o600


def test_the_first_list_needs_the_fingerprint_from_paper(county: Place, tmp_path: Path) -> None:
    root, another = offline(tmp_path / "offline"), offline(tmp_path / "another")
    stick = tmp_path / "stick"
    assert ceremony(county, root, stick).code == 0
    (look(county)[0].folder / TRUST_LIST).unlink()
    without = yizhan("trust", "install", stick / "list", *county.flags)
    assert (without.code, "--root" in without.err) == (1, True)
    wrong = yizhan("trust", "install", stick / "list", "--root", another.fingerprint, *county.flags)
    assert (wrong.code, "另一把根密钥" in wrong.err) == (1, True)
    assert trusted_list(look(county)[0]) is None
    typed = root.fingerprint.lower().replace(" ", "-")
    assert yizhan("trust", "install", stick / "list", "--root", typed, *county.flags).code == 0
    # From then on the same root is known.
    assert yizhan("trust", "install", stick / "list", *county.flags).code == 0


def test_an_older_list_and_a_damaged_one_are_refused(county: Place, tmp_path: Path) -> None:
    root = offline(tmp_path / "offline")
    assert ceremony(county, root, tmp_path / "first").code == 0
    assert ceremony(county, root, tmp_path / "second").code == 0
    before = (look(county)[0].folder / TRUST_LIST).read_bytes()
    older = yizhan("trust", "install", tmp_path / "first" / "list", *county.flags)
    assert (older.code, "已有更新的信任名单" in older.err) == (1, True)
    content = bytearray((tmp_path / "second" / "list").read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    damaged = yizhan("trust", "install", tmp_path / "damaged", *county.flags)
    assert (damaged.code, "签名不对" in damaged.err) == (1, True)
    for nothing in (b"", b"list"):
        (tmp_path / "nothing").write_bytes(nothing)
        refused = yizhan("trust", "install", tmp_path / "nothing", *county.flags)
        assert (refused.code, "不是签好的信任名单" in refused.err) == (1, True)
    assert (look(county)[0].folder / TRUST_LIST).read_bytes() == before


def test_another_root_has_to_be_named_as_one(county: Place, tmp_path: Path) -> None:
    root, another = offline(tmp_path / "offline"), offline(tmp_path / "another")
    assert ceremony(county, root, tmp_path / "first").code == 0
    refused = ceremony(county, another, tmp_path / "second")
    assert (refused.code, "重新登记" in refused.err) == (1, True)
    # Whoever only has the server cannot do it without the paper.
    assert yizhan("trust", "install", tmp_path / "second" / "list", "--replace-root", *county.flags).code == 1
    flags = ("--root", another.fingerprint, "--replace-root", *county.flags)
    assert yizhan("trust", "install", tmp_path / "second" / "list", *flags).code == 0
    given = installed_list(look(county)[0])
    assert given is not None


def test_the_root_signs_for_its_own_county_and_with_its_passphrase_only(county: Place, tmp_path: Path) -> None:
    root, neighbour = offline(tmp_path / "offline"), offline(tmp_path / "neighbour", county="511528")
    request = tmp_path / "request.json"
    assert yizhan("trust", "request", "--out", request, *county.flags).code == 0
    other = yizhan("root", "sign", request, "--out", tmp_path / "list", *neighbour.flags)
    assert (other.code, "申请来自 511527，这是 511528 的根密钥" in other.err) == (1, True)
    (root.folder / "wrong").write_text("correct horse batterz")
    flags = ("--root", root.folder / "root.pem", "--passphrase-file", root.folder / "wrong")
    wrong = yizhan("root", "sign", request, "--out", tmp_path / "list", *flags)
    assert (wrong.code, "口令不对" in wrong.err) == (1, True)
    request.write_bytes(request.read_bytes()[:-30])
    broken = yizhan("root", "sign", request, "--out", tmp_path / "list", *root.flags)
    assert (broken.code, "不是信任名单的申请" in broken.err) == (1, True)
    assert not (tmp_path / "list").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "--county", "51152", "--out", "new.pem"], "六位数字"),
        (["create", "--county", CODE, "--out", "root.pem"], "已经存在"),
        (["create", "--county", CODE, "--out", "new.pem", "--passphrase-file", "short"], "至少 12 个字符"),
        (["create", "--county", CODE, "--out", "new.pem", "--passphrase-file", "missing"], "读不到口令文件"),
        (["show", "--root", "missing.pem"], "读不了"),
        (["show", "--root", "passphrase"], "不是根密钥"),
        (["sign", "passphrase", "--root", "root.pem", "--out", "list", "--years", "6"], "1 到 5 年"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, words: list[str], told: str) -> None:
    folder = offline(tmp_path / "offline").folder
    (folder / "short").write_text("12345678901")
    placed = [
        str(folder / word) if re.search(r"\.pem$|^passphrase$|^list$|^short$|^missing$", word) else word
        for word in words
    ]
    if "--passphrase-file" not in words:
        placed += ["--passphrase-file", str(folder / "passphrase")]
    ran = yizhan("root", *placed)
    assert (ran.code, told in ran.err) == (1, True), ran.err
    assert not (folder / "new.pem").exists()


def test_the_issuing_key_is_changed_when_counters_have_heard(county: Place, tmp_path: Path) -> None:
    root = offline(tmp_path / "offline")
    assert ceremony(county, root, tmp_path / "first").code == 0
    nothing = yizhan("trust", "switch", *county.flags)
    assert (nothing.code, "--new-key" in nothing.err) == (1, True)
    first = look(county)[0].keys
    old, point = first.issuer_kid, PublicKey(first.issuer_private.public_key()).compressed.hex()
    stick = tmp_path / "second"
    stick.mkdir()
    assert yizhan("trust", "request", "--out", stick / "one", "--new-key", *county.flags).code == 0
    assert yizhan("trust", "request", "--out", stick / "two", "--new-key", *county.flags).code == 0
    keys = [[key["kid"] for key in json.loads((stick / name).read_bytes())["keys"]] for name in ("one", "two")]
    assert keys[0] == keys[1], "the key that waits is asked for again"
    [new] = set(keys[0]) - {old}
    unlisted = yizhan("trust", "switch", "--at-once", *county.flags)
    assert (unlisted.code, "还没有下一把密钥" in unlisted.err) == (1, True)
    assert yizhan("root", "sign", stick / "two", "--out", stick / "list", *root.flags).code == 0
    assert yizhan("trust", "install", stick / "list", *county.flags).code == 0
    assert look(county)[0].keys.issuer_kid == old, "it signs nothing yet"
    early = yizhan("trust", "switch", *county.flags)
    assert (early.code, "断网的设备才都认得新密钥" in early.err) == (1, True)
    _heard(county)
    switched = yizhan("trust", "switch", *county.flags)
    assert switched.code == 0, switched.err
    found, acts = look(county)
    assert (found.keys.issuer_kid, found.keys.file.next_issuer) == (new, None)
    assert acts[0][0] == "sync.switch-issuer"
    # Both are believed: what the old one signed lives on until it runs out.
    ends = {key.kid.hex(): key.not_after for key in trust_of(found).keys}
    assert set(ends) == {old, new}
    assert 0 < (ends[old] - now()).total_seconds() <= 86_400
    assert trusted_until(found) is not None
    # Whoever reads a file of before asks the county for the key of then.
    [before_it] = found.keys.file.former_issuers
    assert (before_it.kid, before_it.point) == (old, point)
    assert ceremony(county, root, tmp_path / "third").code == 0
    given = installed_list(look(county)[0])
    assert given is not None
    assert {key.kid.hex(): key.not_after for key in given[1].keys}[old] == ends[old]


def test_a_root_hands_over_to_the_next_one_and_only_so_is_it_followed(county: Place, tmp_path: Path) -> None:
    old, new, other = (offline(tmp_path / name) for name in ("old", "new", "other"))
    assert ceremony(county, old, tmp_path / "first").code == 0
    before = trusted_list(look(county)[0])
    assert before is not None
    handing = ["--before", old.folder / "root.pem", "--before-passphrase-file", old.folder / "passphrase"]
    stick = tmp_path / "second"
    stick.mkdir()
    assert yizhan("trust", "request", "--out", stick / "request.json", *county.flags).code == 0
    signing = ["root", "sign", stick / "request.json", "--out"]
    assert yizhan(*signing, stick / "alone", *new.flags).code == 0
    refused = yizhan("trust", "install", stick / "alone", *county.flags)
    assert (refused.code, "另一把根密钥" in refused.err) == (1, True)
    # A root that somebody else's root named is no better.
    astray = ["--before", other.folder / "root.pem", "--before-passphrase-file", other.folder / "passphrase"]
    assert yizhan(*signing, stick / "astray", *new.flags, *astray).code == 0
    assert yizhan("trust", "install", stick / "astray", *county.flags).code == 1
    same = ["--before", new.folder / "root.pem", "--before-passphrase-file", new.folder / "passphrase"]
    assert "同一把根密钥" in yizhan(*signing, stick / "same", *new.flags, *same).err
    assert yizhan(*signing, stick / "list", *new.flags, *handing).code == 0
    installed = yizhan("trust", "install", stick / "list", *county.flags)
    assert installed.code == 0, installed.err
    told = trusted_list(look(county)[0])
    assert told is not None
    assert (told.root != before.root, len(told.handovers)) == (True, 1)
    assert succeeds(told.root, pinned=before.root, handovers=told.handovers, county=CODE)
    # A later list of the new root alone keeps the way for devices of long ago; the old root is over.
    third = ceremony(county, new, tmp_path / "third")
    assert third.code == 0, third.err
    later = trusted_list(look(county)[0])
    assert later is not None
    assert (later.root, later.handovers) == (told.root, told.handovers)
    assert ceremony(county, old, tmp_path / "fourth").code == 1


def _heard(place: Place) -> None:
    """Two weeks have passed since the list was put in force."""
    county = look(place)[0]
    file = county.folder / "keys.json"
    content = json.loads(file.read_bytes())
    content["next_issuer"]["listed_at"] -= 14 * 86_400
    file.write_text(json.dumps(content))


def test_a_list_that_ends_soon_is_told(county: Place, tmp_path: Path) -> None:
    root = offline(tmp_path / "offline")
    stick = tmp_path / "stick"
    stick.mkdir()
    request = stick / "request.json"
    assert yizhan("trust", "request", "--out", request, *county.flags).code == 0
    content = json.loads(request.read_bytes())
    content["keys"][0]["until"] = seconds_of(now()) + 59 * 86_400
    request.write_text(json.dumps(content))
    assert yizhan("root", "sign", request, "--out", stick / "list", *root.flags).code == 0
    assert yizhan("trust", "install", stick / "list", "--root", root.fingerprint, *county.flags).code == 0
    shown = yizhan("trust", "show", *county.flags)
    assert (shown.code, "请尽快换新" in shown.out) == (1, True)


def test_a_backup_carries_the_list(county: Place, tmp_path: Path) -> None:
    assert ceremony(county, offline(tmp_path / "offline"), tmp_path / "stick").code == 0
    backup, again = tmp_path / "county.backup", tmp_path / "again"
    assert yizhan("backup", "--to", backup, *county.flags).code == 0
    place = Place(folder=again, url=None)
    if county.url is None:
        restored = yizhan("restore", "--from", backup, "--key", f"{backup}.key", *place.flags)
        assert restored.code == 0, restored.err
        assert trusted_list(look(place)[0]) is not None


def test_a_demonstration_signs_for_itself(seeded: Path, tmp_path: Path) -> None:
    shown = yizhan("trust", "show", "--data", seeded)
    assert (shown.code, "演示县自己签名单" in shown.out) == (0, True)
    refused = yizhan("trust", "request", "--out", tmp_path / "request.json", "--data", seeded)
    assert (refused.code, "不用离线根密钥" in refused.err) == (1, True)


def test_nothing_is_written_over(county: Place, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("kept")
    refused = yizhan("trust", "request", "--out", tmp_path / "there", *county.flags)
    assert (refused.code, (tmp_path / "there").read_text()) == (1, "kept")
    assert isinstance(now(), datetime)
