"""A root key's file opens with its passphrase alone, also in OpenSSL, and says whose it is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from backend.kernel.root_key import (
    RootKeyProblem,
    county_of_root,
    fingerprint_of,
    opened_root,
    root_fingerprint,
    same_fingerprint,
    sealed_root,
)
from backend.kernel.signing import SigningKey

PASSPHRASE = "三人保管 correct horse"
ROOT = SigningKey.from_scalar((7).to_bytes(32, "big"))
FILE = sealed_root(ROOT, "511527", PASSPHRASE)


def test_a_root_key_opens_with_its_passphrase_alone() -> None:
    assert opened_root(FILE, PASSPHRASE).public == ROOT.public
    for wrong in ("", PASSPHRASE[:-1], f"{PASSPHRASE} "):
        with pytest.raises(RootKeyProblem):
            opened_root(FILE, wrong)


def test_a_file_says_whose_root_it_is() -> None:
    assert county_of_root(FILE) == "511527"
    assert root_fingerprint(ROOT.public) in FILE.decode()
    for other in (b"", b"County: 51152\n", b"\xff\x00", FILE.split(b"\n", 1)[1]):
        with pytest.raises(RootKeyProblem):
            county_of_root(other)


def test_what_is_no_root_key_is_told_so() -> None:
    for other in (b"", b"\xff", FILE[:-60], FILE.replace(b"-----BEGIN", b"-----BEGUN"), b"County: 511527\n"):
        with pytest.raises(RootKeyProblem):
            opened_root(other, PASSPHRASE)


def test_two_files_of_one_key_and_passphrase_differ() -> None:
    assert sealed_root(ROOT, "511527", PASSPHRASE) != FILE


def test_openssl_opens_it_and_sees_the_rounds(tmp_path: Path) -> None:
    """Whoever has lost this program still has the key."""
    program = shutil.which("openssl")
    assert program is not None, "the machine that runs the tests has OpenSSL"
    (tmp_path / "root.pem").write_bytes(FILE)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    opened = subprocess.run(
        [
            program,
            "pkey",
            "-in",
            tmp_path / "root.pem",
            "-passin",
            f"file:{tmp_path / 'passphrase'}",
            "-outform",
            "DER",
        ],
        capture_output=True,
        check=True,
    )
    assert ROOT.scalar() in opened.stdout
    begins = FILE.index(b"-----BEGIN")
    (tmp_path / "body.pem").write_bytes(FILE[begins:])
    parsed = subprocess.run(
        [program, "asn1parse", "-in", tmp_path / "body.pem"], capture_output=True, check=True, text=True
    )
    told = parsed.stdout
    assert ":0F4240" in told, told
    for word in ("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"):
        assert word in told


def test_fingerprints_are_compared_as_people_type_them() -> None:
    told = fingerprint_of(b"list")
    assert len(told) == 39
    for typed in (told, told.lower(), told.replace(" ", ""), told.replace(" ", "-"), f"  {told}\n"):
        assert same_fingerprint(typed, told)
    for typed in ("", told[:-1], fingerprint_of(b"another")):
        assert not same_fingerprint(typed, told)
