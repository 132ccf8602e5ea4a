"""An audit pack can be checked by anybody, and one flipped byte anywhere in it is found."""

import hashlib
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.signing import SigningKey
from backend.settlement.papers.audit_pack import Cover, PackProblem, pack_files, write_pack, zipped_pack
from backend.settlement.papers.verify_pack import faults_of, verifies
from tests.protocols.known_keys import COUNTY, ISSUER, ISSUER_KID, STRANGER, other_half

COVER = Cover(
    county=COUNTY,
    county_name="筠连县",
    title="2026 秋季餐饮消费券",
    made_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
    demonstration=True,
)
MEMBERS = {
    "决定/审批.json": b'{"ok": true}',
    "decisions.csv": "名称,金额\r\n面馆,1\r\n".encode(),
    "chain/blocks.bin": bytes(range(256)) * 40,
    "empty.txt": b"",
}
KEY = ISSUER.public.compressed.hex()


def made(key: SigningKey = ISSUER) -> dict[str, bytes]:
    return pack_files(MEMBERS, COVER, key=key, kid=ISSUER_KID)


@pytest.fixture(name="pack")
def _pack(tmp_path: Path) -> Path:
    write_pack(tmp_path / "pack", made())
    return tmp_path / "pack"


def run(pack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The pack's own verifier in a Python without any of our packages."""
    command = [sys.executable, "-I", "-S", str(pack / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_pack_checks_itself_without_us(pack: Path) -> None:
    good = run(pack, "--key", KEY)
    assert (good.returncode, good.stderr) == (0, "")
    assert "6 files" in good.stdout
    assert KEY in good.stdout
    assert run(pack, "--key", STRANGER.public.compressed.hex()).returncode == 1


def test_the_sums_are_checked_by_another_program_too(pack: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "--strict", "--check", "SHA256SUMS"], cwd=pack, capture_output=True, check=False
    )
    assert checked.returncode == 0
    flip(pack / "verify.py", random.Random(1))
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=pack, capture_output=True, check=False)
    assert checked.returncode == 1


def flip(path: Path, chance: random.Random) -> bytes:
    """Flip one bit at a random place; answers what stood there before."""
    before = path.read_bytes()
    spoilt = bytearray(before)
    spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(spoilt))
    return before


def test_a_flipped_byte_in_any_file_is_found(pack: Path) -> None:
    chance = random.Random(20261201)
    for path in sorted(pack.rglob("*")):
        if path.is_dir() or path.name == "empty.txt":
            continue
        for _ in range(40):
            before = flip(path, chance)
            assert faults_of(str(pack), KEY), path
            path.write_bytes(before)
    assert faults_of(str(pack), KEY) == []


def test_every_byte_of_signature_and_manifest_counts(pack: Path) -> None:
    for name in ("manifest.sig", "manifest.json"):
        path = pack / name
        before = path.read_bytes()
        for place in range(0, len(before), 7):
            path.write_bytes(before[:place] + bytes([before[place] ^ 0x20]) + before[place + 1 :])
            assert faults_of(str(pack)), (name, place)
        path.write_bytes(before)


def sums_again(pack: Path) -> None:
    """What somebody without the key can do: bring the sums in line with the files."""
    files = sorted(path for path in pack.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = sorted((path.relative_to(pack).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)
    (pack / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in lines), "utf-8")


def test_whoever_changes_files_and_all_their_sums_still_lacks_the_signature(pack: Path) -> None:
    manifest = (pack / "manifest.json").read_text("utf-8")
    before = hashlib.sha256(MEMBERS["decisions.csv"]).hexdigest()
    after = MEMBERS["decisions.csv"].replace(b",1\r", b",9\r")
    (pack / "decisions.csv").write_bytes(after)
    manifest = manifest.replace(before, hashlib.sha256(after).hexdigest())
    (pack / "manifest.json").write_text(manifest, "utf-8")
    sums_again(pack)
    assert faults_of(str(pack), KEY) == ["签名不对 · the signature is wrong"]


def test_a_signature_has_one_form(pack: Path) -> None:
    signature = (pack / "manifest.sig").read_bytes()
    for place in range(len(signature) - 64):
        (pack / "manifest.sig").write_bytes(signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :])
        sums_again(pack)
        assert faults_of(str(pack), KEY) == ["签名不对 · the signature is wrong"]


def test_a_verifier_with_a_flipped_byte_never_calls_its_pack_good(pack: Path) -> None:
    chance = random.Random(7)
    for _ in range(12):
        before = flip(pack / "verify.py", chance)
        answer = run(pack, "--key", KEY)
        assert answer.returncode != 0 or "没有发现改动" not in answer.stdout
        (pack / "verify.py").write_bytes(before)


def test_missing_additional_and_linked_files_are_named(pack: Path) -> None:
    (pack / "decisions.csv").unlink()
    (pack / "chain" / "more.bin").write_bytes(b"")
    shutil.move(pack / "决定" / "审批.json", pack / "chain" / "审批.json")
    (pack / "out").symlink_to(pack.parent)
    assert faults_of(str(pack)) == [
        "缺少文件 · missing: decisions.csv",
        "缺少文件 · missing: 决定/审批.json",
        "多出文件 · additional: chain/more.bin",
        "多出文件 · additional: chain/审批.json",
        "多出文件 · additional: out (link)",
    ]
    (pack / "SHA256SUMS").unlink()
    assert "缺少文件 · missing: SHA256SUMS" in faults_of(str(pack))
    (pack / "manifest.sig").unlink()
    assert faults_of(str(pack)) == ["清单无法读取 · the manifest cannot be read: FileNotFoundError"]


def test_a_pack_made_anew_by_somebody_else_is_told_by_its_key(tmp_path: Path) -> None:
    write_pack(tmp_path / "forged", made(STRANGER))
    assert faults_of(str(tmp_path / "forged")) == []
    assert faults_of(str(tmp_path / "forged"), KEY) == ["签名的不是公布的公钥 · not signed with the published key"]


def test_the_same_members_give_the_same_bytes() -> None:
    assert made() == made()
    assert zipped_pack("pack", made()) == zipped_pack("pack", made())
    with ZipFile(BytesIO(zipped_pack("pack", made()))) as archive:
        assert {name: archive.read(f"pack/{name}") for name in made()} == made()


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//b", "a/../b", "manifest.json", "verify.py", "a\\b", "a:b", "", ".", "a/", "x.", "a\nb"]
)
def test_a_name_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(PackProblem, match="文件名"):
        pack_files({path: b""}, COVER, key=ISSUER, kid=ISSUER_KID)


def test_two_names_that_some_systems_take_for_one_are_refused() -> None:
    with pytest.raises(PackProblem, match="大小写"):
        pack_files({"A.txt": b"", "a.txt": b""}, COVER, key=ISSUER, kid=ISSUER_KID)


def test_a_folder_that_is_there_is_never_written_over_and_a_broken_try_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / ".pack.unfinished").mkdir()
    (tmp_path / ".pack.unfinished" / "old.txt").write_bytes(b"half")
    write_pack(tmp_path / "pack", made())
    assert faults_of(str(tmp_path / "pack"), KEY) == []
    with pytest.raises(PackProblem, match="已经存在"):
        write_pack(tmp_path / "pack", made())


@given(st.binary(max_size=40), st.integers(0, 10**9), st.data())
def test_the_verifiers_arithmetic_agrees_with_the_library(message: bytes, seed: int, data: st.DataObject) -> None:
    key = SigningKey.from_scalar((seed + 1).to_bytes(32, "big"))
    signature = key.sign(message)
    point = key.public.compressed
    assert verifies(point, signature, message)
    assert verifies(point, other_half(signature), message)
    assert not verifies(point, signature, message + b"x")
    place = data.draw(st.integers(0, 63))
    spoilt = signature[:place] + bytes([signature[place] ^ data.draw(st.integers(1, 255))]) + signature[place + 1 :]
    assert verifies(point, spoilt, message) == key.public.verifies(spoilt, message)
