"""Which secrets does a county hold, and how are personal values sealed with them?

One JSON file with mode 0600 in the county's folder, made once when the county is added. Sealed values carry the key's
number as a prefix, so that keys can be rotated and another AEAD (SM4-GCM) can replace AES-GCM without rewriting rows.
"""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

AES_256_GCM = 1
"""The first byte of a sealed value; 2 is kept for SM4-GCM."""


class NextIssuer(Struct, frozen=True, kw_only=True):
    """An issuer key that was made and signs nothing yet: counters learn of it first."""

    kid: str
    key: str
    listed_at: int | None = None
    """Since when the trust list in force names it, in seconds since 1970; ``None`` until then."""


class FormerIssuer(Struct, frozen=True, kw_only=True):
    """An issuer key that signs nothing any more; ``point`` is its compressed public half in hexadecimal figures."""

    kid: str
    point: str
    ended_at: int


class KeyringFile(Struct, frozen=True, kw_only=True):
    """What the file holds; every key is 32 bytes in Base64, the issuer and root keys are P-256 scalars."""

    field_keys: dict[str, str]
    current_field_key: int
    lookup_key: str
    issuer_kid: str
    issuer_key: str
    root_key: str | None = None
    next_issuer: NextIssuer | None = None
    former_issuers: tuple[FormerIssuer, ...] = ()


class SealBroken(Exception):
    """A sealed value was changed, or belongs to another county, row or column."""


class Keyring:
    """The secrets of one county, loaded once per process."""

    def __init__(self, file: KeyringFile) -> None:
        self.file = file
        self._aeads = {int(no): AESGCM(b64decode(key)) for no, key in file.field_keys.items()}
        self._lookup = b64decode(file.lookup_key)
        self.issuer_kid = file.issuer_kid
        self.issuer_private = ec.derive_private_key(int.from_bytes(b64decode(file.issuer_key), "big"), ec.SECP256R1())

    def seal(self, value: str, *, place: str) -> bytes:
        """Encrypt one value for one ``place`` (table.column): bytes moved to another column do not open."""
        nonce = os.urandom(12)
        number = self.file.current_field_key
        sealed = self._aeads[number].encrypt(nonce, value.encode(), place.encode())
        return bytes([AES_256_GCM, number]) + nonce + sealed

    def open(self, sealed: bytes, *, place: str) -> str:
        """Decrypt; raises ``SealBroken``."""
        if len(sealed) < 30 or sealed[0] != AES_256_GCM or sealed[1] not in self._aeads:
            raise SealBroken(place)
        try:
            return self._aeads[sealed[1]].decrypt(sealed[2:14], sealed[14:], place.encode()).decode()
        except InvalidTag:
            raise SealBroken(place) from None

    def keyed_hash(self, kind: str, value: str) -> bytes:
        """HMAC-SHA-256 under the county's look-up key; ``kind`` keeps a phone from ever equalling a card."""
        return hmac.digest(self._lookup, f"{kind}\0{value}".encode(), hashlib.sha256)

    def derived(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (paging cursors, short codes …), never stored."""
        return hmac.digest(self._lookup, b"derived\0" + purpose.encode(), hashlib.sha256)


def new_scalar() -> str:
    """A fresh private key on P-256, as the file keeps it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return b64encode(number.to_bytes(32, "big")).decode()


def make_keyring(path: Path, *, demonstration: bool) -> Keyring:
    """Make a county's keys on disk, durably; refuses to replace existing ones."""

    file = KeyringFile(
        field_keys={"1": b64encode(os.urandom(32)).decode()},
        current_field_key=1,
        lookup_key=b64encode(os.urandom(32)).decode(),
        issuer_kid=os.urandom(2).hex(),
        issuer_key=new_scalar(),
        root_key=new_scalar() if demonstration else None,
    )
    write_secret(path, msgspec.json.format(msgspec.json.encode(file)))
    return Keyring(file)


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only we can read, and have it on disk before anything is sealed with it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    _settle(path.parent)


def replace_secret(path: Path, content: bytes) -> None:
    """Put another content in the place of a file, durably; whoever reads meanwhile finds the one or the other."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, content)
    fresh.replace(path)
    _settle(path.parent)


def replace_keyring(path: Path, file: KeyringFile) -> None:
    """Keep changed keys; the running server goes on with the ones it has read."""
    replace_secret(path, msgspec.json.format(msgspec.json.encode(file)))


def _settle(place: Path) -> None:
    folder = os.open(place, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_keyring(path: Path) -> Keyring:
    """Read a county's keys."""
    return Keyring(msgspec.json.decode(path.read_bytes(), type=KeyringFile))
