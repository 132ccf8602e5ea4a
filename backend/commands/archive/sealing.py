"""How is a stream of any length encrypted so that no piece of it can be changed, moved, or left out at the end?

AES-256-GCM over chunks. Each chunk's nonce holds its number and whether it is the last one, the header is every chunk's
associated data, and the key is derived anew for each file: a nonce is never used twice with one key.
"""

import os
from hashlib import sha256
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from backend.commands.words import Stop

MAGIC = b"YIZHAN-BACKUP\n"
FORMAT = 1
CHUNK = 1 << 20
TAG = 16
MOST_HEADER_BYTES = 10_000


class Header(Struct, frozen=True, kw_only=True):
    """What everybody may read."""

    format: int
    program: str
    revision: str
    made_at: str
    key_id: str
    salt: str
    """32 random bytes in hexadecimal."""


class Damaged(Stop):
    """The file is not what was written, or not all of it."""

    def __init__(self) -> None:
        super().__init__(
            "备份文件已损坏或不完整：没有恢复任何内容。请换另一份备份。",
            "The backup file is damaged or incomplete: nothing was restored. Use another copy.",
        )


def key_id_of(key: bytes) -> str:
    """Tells one key from another without telling anything of either."""
    return sha256(b"yizhan backup key id\0" + key).hexdigest()[:16]


def new_header(key: bytes, *, program: str, revision: str, made_at: str) -> Header:
    """The header of a new file under a key."""
    return Header(
        format=FORMAT,
        program=program,
        revision=revision,
        made_at=made_at,
        key_id=key_id_of(key),
        salt=os.urandom(32).hex(),
    )


def read_header(file: BinaryIO) -> Header:
    """The header; raises ``Stop`` for what is no backup of ours, or one of a later format."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Stop("这不是驿站的备份文件。", "This is no backup file of Yizhan.")
    size = int.from_bytes(file.read(4), "big")
    if not 0 < size <= MOST_HEADER_BYTES:
        raise Damaged
    try:
        header = msgspec.json.decode(file.read(size), type=Header)
        bytes.fromhex(header.salt)
    except (msgspec.DecodeError, ValueError):
        raise Damaged from None
    if header.format != FORMAT:
        raise Stop(
            f"备份文件的格式（{header.format}）比本程序新，请用更新的程序。",
            f"The backup's format ({header.format}) is newer than this program: use the newer one.",
        )
    return header


def _plain(header: Header) -> bytes:
    told = msgspec.json.encode(header)
    return MAGIC + len(told).to_bytes(4, "big") + told


def _cipher(key: bytes, header: Header) -> AESGCM:
    derived = HKDF(SHA256(), 32, bytes.fromhex(header.salt), b"yizhan backup file").derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + bytes([last]) + number.to_bytes(4, "big")


class SealingWriter:
    """A file to write to; what is written leaves encrypted. ``close`` seals the end."""

    def __init__(self, file: BinaryIO, key: bytes, header: Header) -> None:
        self._file = file
        self._cipher = _cipher(key, header)
        self._header = _plain(header)
        self._number = 0
        self._waiting = bytearray()
        file.write(self._header)

    def write(self, content: bytes) -> int:
        """Take bytes; whole chunks leave at once, except that one always waits: it may turn out to be the last."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def close(self) -> None:
        """Seal what waits as the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._header))
        self._number += 1


class OpeningReader:
    """A file to read from; bytes come out decrypted, or ``Damaged`` is raised."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        header = read_header(file)
        if header.key_id != key_id_of(key):
            raise Stop("密钥不对：这份备份用的是另一把密钥。", "Wrong key: this backup was sealed with another one.")
        self.header = header
        self._file = file
        self._cipher = _cipher(key, header)
        self._header = _plain(header)
        self._number = 0
        self._plain = b""
        self._next = file.read(CHUNK + TAG)
        self._ended = False

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes; fewer only at the end, which is known to be the end."""
        while len(self._plain) < size and not self._ended:
            self._plain += self._open()
        given, self._plain = self._plain[:size], self._plain[size:]
        return given

    def _open(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        self._ended = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._header)
        except InvalidTag:
            raise Damaged from None
        self._number += 1
        return plain
