"""How do the parts of a backup become one sealed file, and parts again? One after the other, each hashed on its way."""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec

from backend.commands.archive.manifest import MANIFEST, PART_NAME, CountyPart, Manifest, Part
from backend.commands.archive.sealing import Damaged, Header, OpeningReader, SealingWriter

COPIED_AT_ONCE = 1 << 18
COMPRESSION = 3
"""Databases shrink to a third at any level; pictures not at all."""
Receive = Callable[[str, Iterator[bytes]], None]


def write_archive(
    file: BinaryIO, key: bytes, header: Header, counties: list[CountyPart], parts: dict[str, Path]
) -> Manifest:
    """Write every part and the manifest; returns the manifest."""
    sealing = SealingWriter(file, key, header)
    told = []
    with (
        gzip.GzipFile("", "wb", COMPRESSION, cast(IO[bytes], sealing), mtime=0) as zipping,
        tarfile.open(mode="w|", fileobj=zipping) as tar,
    ):
        for name, path in sorted(parts.items()):
            with path.open("rb") as content:
                told.append(_add(tar, name, path.stat().st_size, content))
        manifest = Manifest(program=header.program, made_at=header.made_at, counties=tuple(counties), parts=tuple(told))
        body = msgspec.json.encode(manifest)
        _add(tar, MANIFEST, len(body), BytesIO(body))
    sealing.close()
    return manifest


def _add(tar: tarfile.TarFile, name: str, size: int, content: BinaryIO) -> Part:
    if not PART_NAME.fullmatch(name):
        raise ValueError(f"{name} is no part of a backup")
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    hashing = _Hashing(content)
    tar.addfile(info, cast(IO[bytes], hashing))
    return Part(name=name, bytes=size, sha256=hashing.digest())


class _Hashing:
    """Reads a file and hashes what passes."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self._hash = sha256()

    def read(self, size: int = -1) -> bytes:
        passed = self._content.read(size)
        self._hash.update(passed)
        return passed

    def pieces(self) -> Iterator[bytes]:
        while piece := self.read(COPIED_AT_ONCE):
            yield piece

    def digest(self) -> str:
        return self._hash.hexdigest()


def read_archive(file: BinaryIO, key: bytes, receive: Receive) -> Manifest:
    """Hand every part to ``receive`` and return the manifest; raises ``Damaged`` unless all of it is what was written.

    Parts are handed over before the whole is proven, so whoever receives keeps them apart until this returns.
    """
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    opening = OpeningReader(file, key)
    with (
        _damaged_as_such(),
        gzip.GzipFile(mode="rb", fileobj=cast(IO[bytes], opening)) as unzipping,
        tarfile.open(mode="r|", fileobj=unzipping) as tar,
    ):
        for member in tar:
            if manifest is not None or not member.isreg() or not PART_NAME.fullmatch(member.name):
                raise Damaged
            content = tar.extractfile(member)
            if content is None:
                raise Damaged
            if member.name == MANIFEST:
                manifest = msgspec.json.decode(content.read(), type=Manifest)
                continue
            hashing = _Hashing(cast(BinaryIO, content))
            receive(member.name, hashing.pieces())
            found[member.name] = Part(name=member.name, bytes=member.size, sha256=hashing.digest())
    while opening.read(COPIED_AT_ONCE):
        continue  # The end is authenticated only when it is reached.
    if manifest is None or {part.name: part for part in manifest.parts} != found:
        raise Damaged
    return manifest


@contextmanager
def _damaged_as_such() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, msgspec.DecodeError) as error:
        raise Damaged from error


def discard(_name: str, content: Iterator[bytes]) -> None:
    """Read a part to its end and keep nothing: for a check."""
    for _ in content:
        continue


def into_folder(folder: Path) -> Receive:
    """Put every part below a folder, for our eyes only."""

    def receive(name: str, content: Iterator[bytes]) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as out:
            target.chmod(0o600)
            for piece in content:
                out.write(piece)

    return receive
