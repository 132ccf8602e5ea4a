"""How does the county hand over its books so that anybody can check them without the county?

An audit pack is a folder: the members, a manifest with every file's size and SHA-256, the county's signature ``XA1``
over the manifest, the same sums once more for ``sha256sum``, a page of explanation, and ``verify.py``, which needs
nothing but Python. One flipped byte in any of them is found, by ``verify.py`` or, in that program itself, by the sums.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from msgspec import Struct

from backend.kernel import cose
from backend.kernel.instants import Instant, to_wire
from backend.kernel.signing import SigningKey
from backend.kernel.trust import county_number
from backend.settlement.papers.verify_pack import digest_of

KIND: Final = "XA1"
VERIFIER: Final = "verify.py"
EXPLANATION: Final = "README.txt"
_OWN: Final = frozenset({VERIFIER, EXPLANATION, "manifest.json", "manifest.sig", "SHA256SUMS"})
PIECE: Final = 1 << 20
_PART = re.compile(r'[^/\\:*?"<>|\x00-\x1f\x7f]{1,120}')
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class PackProblem(ValueError):
    """A member has a name that some system cannot store, or the folder is there already."""


class PackedFile(Struct, frozen=True):
    """One line of the manifest."""

    path: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What the county signs."""

    form: str = KIND
    county: str
    title: str
    made_at: str
    demonstration: bool
    key: str
    """The public key, a compressed point, in hexadecimal figures."""
    kid: str
    files: tuple[PackedFile, ...]


class Cover(Struct, frozen=True, kw_only=True):
    """Whose pack it is, what it is about, and when it was made."""

    county: str
    """Division code."""
    county_name: str
    title: str
    made_at: Instant
    demonstration: bool
    about_zh: str = ""
    """What the members are, for the page of explanation."""
    about_en: str = ""


def pack_files(members: Mapping[str, bytes], cover: Cover, *, key: SigningKey, kid: bytes) -> dict[str, bytes]:
    """Every file of the pack by its path; the same members and cover give the same bytes. Raises ``PackProblem``."""
    _check(members)
    files = {**members, VERIFIER: _verifier(), EXPLANATION: _explanation(cover, key.public.compressed.hex())}
    listed = [PackedFile(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in sorted(files.items())]
    return files | _signed(listed, cover, key, kid)


def sign_folder(folder: Path, cover: Cover, *, key: SigningKey, kid: bytes) -> None:
    """Make a pack of a folder whose members are written already, however large they are. Raises ``PackProblem``."""
    members = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    _check(members)
    for name, data in (
        (VERIFIER, _verifier()),
        (EXPLANATION, _explanation(cover, key.public.compressed.hex())),
    ):
        (folder / name).write_bytes(data)
        members[name] = folder / name
    listed = [PackedFile(name, path.stat().st_size, digest_of(str(path))) for name, path in sorted(members.items())]
    for name, data in _signed(listed, cover, key, kid).items():
        (folder / name).write_bytes(data)


def _signed(listed: Sequence[PackedFile], cover: Cover, key: SigningKey, kid: bytes) -> dict[str, bytes]:
    """Manifest, signature and sums of the files listed, which are in the order of their paths."""
    manifest = msgspec.json.encode(
        Manifest(
            county=cover.county,
            title=cover.title,
            made_at=to_wire(cover.made_at),
            demonstration=cover.demonstration,
            key=key.public.compressed.hex(),
            kid=kid.hex(),
            files=tuple(listed),
        )
    )
    files = {"manifest.json": msgspec.json.format(manifest, indent=1)}
    digest = hashlib.sha256(files["manifest.json"]).digest()
    files["manifest.sig"] = cose.sign1([KIND, county_number(cover.county), digest], key=key, kid=kid)
    sums = {one.path: one.sha256 for one in listed}
    sums |= {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    files["SHA256SUMS"] = "".join(f"{told}  {path}\n" for path, told in sorted(sums.items())).encode()
    return files


def write_pack(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the pack as a folder, which is there whole or not at all.

    Raises ``PackProblem`` if there is one already.
    """
    if folder.exists():
        raise PackProblem(f"{folder.name} 已经存在 / {folder.name} is there already")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for path, data in files.items():
        place = unfinished / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    unfinished.rename(folder)


def zipped_pack(name: str, files: Mapping[str, bytes]) -> bytes:
    """The pack as one file to download, with the folder ``name`` inside; the same pack gives the same bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(_member(f"{name}/{path}"), data, compresslevel=6)
    return packed.getvalue()


def zip_folder(name: str, folder: Path, to: Path) -> None:
    """The folder of a pack as one file, read in pieces; the same pack gives the same bytes."""
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
            if not path.is_file():
                continue
            member = _member(f"{name}/{path.relative_to(folder).as_posix()}")
            # Known beforehand, or a file that is larger than the format of 1989 takes would be refused at its end.
            member.file_size = path.stat().st_size
            with path.open("rb") as data, archive.open(member, "w") as packed:
                shutil.copyfileobj(data, packed, PIECE)


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, _EARLIEST)
    member.compress_type, member.create_system = ZIP_DEFLATED, 3
    member.external_attr = 0o644 << 16
    return member


def _check(members: Iterable[str]) -> None:
    folded: dict[str, str] = {}
    for path in members:
        parts = path.split("/")
        if path in _OWN or any(not _PART.fullmatch(part) or part.strip(". ") != part for part in parts):
            raise PackProblem(f"“{path}”不能作为文件名 / “{path}” cannot be the name of a member")
        if (other := folded.setdefault(path.casefold(), path)) != path:
            raise PackProblem(f"“{path}”和“{other}”只有大小写不同 / “{path}” and “{other}” differ in case only")


def _verifier() -> bytes:
    return Path(__file__).with_name("verify_pack.py").read_bytes()


def _explanation(cover: Cover, point: str) -> bytes:
    mark = "（演示数据，不是真实账目）" if cover.demonstration else ""
    return f"""{cover.county_name}审计包{mark}
{cover.title}
生成时间：{to_wire(cover.made_at)}

怎样核对（不需要联网，也不需要本县的程序）：
1. 安装 Python 3.9 或更新版本，在本文件夹里运行：python3 verify.py --key 公布的公钥
   它逐个核对文件，找出改动、缺少和多出的文件，并验证本县的签名。
2. 用另一个程序再核对一遍（包括 verify.py 自己）：sha256sum -c SHA256SUMS
3. 清单里的公钥是：{point}
   请与本县公开渠道公布的公钥比对；只有一致，签名才说明是本县的。
{cover.about_zh}
How to check, without a network and without the county's program:
1. python3 verify.py --key PUBLISHED_KEY
2. sha256sum -c SHA256SUMS
3. Compare the key above with the one that the county has published.
{cover.about_en}""".encode()
