"""Is this audit pack as the county signed it? 这份审计包有没有被改动？

    python3 verify.py [folder] [--key HEX]

Needs Python 3.9 or newer and nothing else: no network, no package, no program of the county. It reads every file of
the folder, compares each with ``manifest.json`` and ``SHA256SUMS``, looks for files that are missing or additional,
and checks the county's signature (ES256) over the manifest. The key stands in the manifest; ``--key`` compares it with
the one that the county has published, which is the only way to know that it is the county's. Where the pack has a
``books.py``, which was signed with it, that adds up what is inside.
``sha256sum -c SHA256SUMS`` checks the same files with another program, this one among them.

The answer is 0 when nothing was found, and 1 when something was, with a line for each.
"""

import argparse
import hashlib
import json
import os
import runpy
import sys

BOOKS = "books.py"
MANIFEST, SIGNATURE, SUMS = "manifest.json", "manifest.sig", "SHA256SUMS"

# P-256 (FIPS 186-4), so that nobody has to install a library to check a signature.
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
CURVE_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
NOWHERE = (0, 0)
"""The point at infinity; no point of the curve has these coordinates."""


def main() -> None:
    """Say what was found, and leave with 0 only when that is nothing."""
    parser = argparse.ArgumentParser(description="核对审计包 · check an audit pack")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("folder", nargs="?", default=here, help="审计包所在文件夹 · the folder of the pack")
    parser.add_argument("--key", default="", help="县公布的公钥（十六进制） · the county's published key")
    arguments = parser.parse_args()
    found = faults_of(arguments.folder, arguments.key)
    if found:
        sys.exit("\n".join(["审计包已被改动 · THE PACK WAS CHANGED", *found]))
    with open(os.path.join(arguments.folder, MANIFEST), "rb") as file:
        manifest = json.load(file)
    if any(entry["path"] == BOOKS for entry in manifest["files"]):
        wrong = runpy.run_path(os.path.join(arguments.folder, BOOKS))["faults_of"](arguments.folder)
        if wrong:
            sys.exit("\n".join(["账目不符 · THE BOOKS DO NOT AGREE", *wrong]))
        sys.stdout.write(
            "账目、抽样、审计链均已重算，全部相符 · books, sample and chain were worked out again and agree\n"
        )
    told = "公钥与公布的一致 · the key is the published one" if arguments.key else "请核对公钥 · compare the key"
    sys.stdout.write(f"没有发现改动 · nothing was changed: {len(manifest['files'])} files\n{told}: {manifest['key']}\n")


def faults_of(folder: str, published_key: str = "") -> list[str]:
    """Everything that is not as it was signed; empty when all is well."""
    try:
        with open(os.path.join(folder, MANIFEST), "rb") as file:
            raw = file.read()
        with open(os.path.join(folder, SIGNATURE), "rb") as file:
            signature = file.read()
        manifest = json.loads(raw)
        listed = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in manifest["files"]}
        county, key, kid = manifest["county"], bytes.fromhex(manifest["key"]), bytes.fromhex(manifest["kid"])
        message = signed_message(county, raw, kid)
        is_signed = signature[:-64] == signed_prefix(county, raw, kid) and verifies(key, signature[-64:], message)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        return [f"清单无法读取 · the manifest cannot be read: {type(problem).__name__}"]
    found = [] if is_signed else ["签名不对 · the signature is wrong"]
    if published_key and published_key.strip().lower() != key.hex():
        found.append("签名的不是公布的公钥 · not signed with the published key")
    found += _faults_of_files(folder, listed)
    return found + _faults_of_sums(folder, listed, (raw, signature))


def _faults_of_files(folder: str, listed: dict[str, tuple[int, str]]) -> list[str]:
    found = []
    there = set(files_below(folder))
    for path, (size, digest) in sorted(listed.items()):
        if path not in there:
            found.append(f"缺少文件 · missing: {path}")
            continue
        full = os.path.join(folder, *path.split("/"))
        if os.path.getsize(full) != size or digest_of(full) != digest:
            found.append(f"内容被改 · changed: {path}")
    return found + [
        f"多出文件 · additional: {path}" for path in sorted(there - set(listed) - {MANIFEST, SIGNATURE, SUMS})
    ]


def _faults_of_sums(folder: str, listed: dict[str, tuple[int, str]], own: tuple[bytes, bytes]) -> list[str]:
    digests = {path: digest for path, (_, digest) in listed.items()}
    digests |= {MANIFEST: hashlib.sha256(own[0]).hexdigest(), SIGNATURE: hashlib.sha256(own[1]).hexdigest()}
    wanted = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()
    try:
        with open(os.path.join(folder, SUMS), "rb") as file:
            same = file.read() == wanted
    except OSError:
        return [f"缺少文件 · missing: {SUMS}"]
    return [] if same else [f"内容被改 · changed: {SUMS}"]


def files_below(folder: str) -> list[str]:
    """Every file below the folder with / between its parts; what is no plain file is told as one all the same."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in [*names, *links]:
            full = os.path.join(place, name)
            path = os.path.relpath(full, folder).replace(os.sep, "/")
            found.append(path if os.path.isfile(full) and not os.path.islink(full) else f"{path} (link)")
    return found


def digest_of(path: str) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def signed_message(county: str, manifest: bytes, kid: bytes) -> bytes:
    """What the county signed: Sig_structure of COSE_Sign1 (RFC 9052) over ``["XA1", county, SHA-256]``."""
    protected, payload = _parts(county, manifest, kid)
    return b"\x84\x6aSignature1" + _bytes(protected) + b"\x40" + _bytes(payload)


def signed_prefix(county: str, manifest: bytes, kid: bytes) -> bytes:
    """The signed object up to its signature, in its one form."""
    protected, payload = _parts(county, manifest, kid)
    return b"\x84" + _bytes(protected) + b"\xa0" + _bytes(payload) + b"\x58\x40"


def _parts(county: str, manifest: bytes, kid: bytes) -> tuple[bytes, bytes]:
    number = int(county)
    if not 100_000 <= number <= 999_999 or not 1 <= len(kid) <= 8:
        raise ValueError("not a county, or no key's id")
    protected = b"\xa2\x01\x26\x04" + _bytes(kid)
    return protected, b"\x83\x63XA1\x1a" + number.to_bytes(4, "big") + _bytes(hashlib.sha256(manifest).digest())


def _bytes(data: bytes) -> bytes:
    """A byte string in deterministic CBOR; none here reaches 256 bytes."""
    return (bytes([0x40 + len(data)]) if len(data) < 24 else bytes([0x58, len(data)])) + data


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key (a compressed point) made the signature (r and s, 64 bytes) over the message."""
    point = _point(key)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not 0 < r < ORDER or not 0 < s < ORDER:
        return False
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    w = pow(s, -1, ORDER)
    sum_of = _add(_times(e * w % ORDER, BASE), _times(r * w % ORDER, point))
    return sum_of != NOWHERE and sum_of[0] % ORDER == r


def _point(key: bytes) -> tuple[int, int]:
    x = int.from_bytes(key[1:], "big")
    square = (x * x * x - 3 * x + CURVE_B) % PRIME
    y = pow(square, (PRIME + 1) // 4, PRIME)
    if len(key) != 33 or key[0] not in (2, 3) or x >= PRIME or y * y % PRIME != square:
        raise ValueError("not a key")
    return (x, y if y % 2 == key[0] % 2 else PRIME - y)


def _add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    if NOWHERE in (one, two):
        return two if one == NOWHERE else one
    if one[0] == two[0]:
        if (one[1] + two[1]) % PRIME == 0:
            return NOWHERE
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, PRIME)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, PRIME)
    x = (slope * slope - one[0] - two[0]) % PRIME
    return x, (slope * (one[0] - x) - one[1]) % PRIME


def _times(count: int, point: tuple[int, int]) -> tuple[int, int]:
    total = NOWHERE
    while count:
        if count & 1:
            total = _add(total, point)
        point, count = _add(point, point), count >> 1
    return total


if __name__ == "__main__":
    main()
