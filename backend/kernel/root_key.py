"""How is a root key kept on a stick, so that whoever finds the stick has nothing?

PEM of an encrypted PKCS#8 key (RFC 5958, PBES2 of RFC 8018): PBKDF2 with HMAC-SHA-256 and a million rounds, then
AES-256-CBC, which OpenSSL opens too (``openssl pkey -in FILE``). The library writes 2048 rounds and takes no other
number, so the few lengths around the encrypted key are set here.
"""

import hashlib
import os
import re
from base64 import b64encode
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.kernel.signing import PublicKey, SigningKey

LEAST_CHARACTERS: Final = 12
"""Of a root key's passphrase: whoever has the file may try for years."""
ROUNDS: Final = 1_000_000
_FINGERPRINT_BYTES = 16
_COUNTY = re.compile(r"^County: ([1-9][0-9]{5})$", re.MULTILINE)
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES_256_CBC = bytes.fromhex("60864801650304012a")
_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID = 0x30, 0x02, 0x04, 0x05, 0x06


class RootKeyProblem(ValueError):
    """The file is no root key, or the passphrase does not open it."""


def fingerprint_of(data: bytes) -> str:
    """128 bits of SHA-256 in groups of four hexadecimal figures, to be read aloud and compared."""
    told = hashlib.sha256(data).digest()[:_FINGERPRINT_BYTES].hex().upper()
    return " ".join(told[at : at + 4] for at in range(0, len(told), 4))


def root_fingerprint(root: PublicKey) -> str:
    """What a county writes down of its root, on paper."""
    return fingerprint_of(root.compressed)


def same_fingerprint(told: str, expected: str) -> bool:
    """Whether somebody typed this fingerprint, however they set spaces and letters."""
    return re.sub(r"[\s:-]", "", told).upper() == expected.replace(" ", "")


def sealed_root(root: SigningKey, county: str, passphrase: str) -> bytes:
    """The file of a county's root key. Lines before the key say whose it is; programs that read PEM pass over them."""
    key = _private_key(root).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    head = f"County: {county}\nRoot: {root_fingerprint(root.public)}\n"
    body = b64encode(_encrypted(key, passphrase)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"{head}-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def county_of_root(data: bytes) -> str:
    """The county that the file's head names. Raises ``RootKeyProblem``."""
    found = _COUNTY.search(data.decode("ascii", "replace"))
    if found is None:
        raise RootKeyProblem("not a root key")
    return found[1]


def opened_root(data: bytes, passphrase: str) -> SigningKey:
    """The key in the file. Raises ``RootKeyProblem``, also for a wrong passphrase."""
    begins = data.find(b"-----BEGIN")
    try:
        key = serialization.load_pem_private_key(data[max(begins, 0) :], passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise RootKeyProblem("the passphrase does not open it") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise RootKeyProblem("not a key on P-256")
    return SigningKey(key)


def _private_key(root: SigningKey) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(root.scalar(), "big"), ec.SECP256R1())


def _encrypted(key: bytes, passphrase: str) -> bytes:
    salt, start = os.urandom(16), os.urandom(16)
    secret = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS, 32)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(key) + padder.finalize()
    cipher = Cipher(algorithms.AES256(secret), modes.CBC(start)).encryptor()
    sealed = cipher.update(padded) + cipher.finalize()
    rounds = ROUNDS.to_bytes(3, "big")
    hashing = _der(_SEQUENCE, _der(_OID, _HMAC_SHA256), _der(_NULL))
    derived = _der(_SEQUENCE, _der(_OCTETS, salt), _der(_INTEGER, rounds), hashing)
    function = _der(_SEQUENCE, _der(_OID, _PBKDF2), derived)
    scheme = _der(_SEQUENCE, _der(_OID, _AES_256_CBC), _der(_OCTETS, start))
    algorithm = _der(_SEQUENCE, _der(_OID, _PBES2), _der(_SEQUENCE, function, scheme))
    return _der(_SEQUENCE, algorithm, _der(_OCTETS, sealed))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content
