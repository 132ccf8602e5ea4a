"""What is in the file that a counter wrote because no network came?

A journal file ``XO1`` holds events as they were signed, sealed to the county: whoever carries it reads nothing and
changes nothing. Specification: ``fixtures/protocols/journal-file/SPEC.md``; it is written by
``pwa/src/offline/export.ts`` and ``merchant_tools/journal_file.py``.
"""

from itertools import pairwise
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import COMPRESSED_BYTES, CURVE_ORDER, KeyProblem, PublicKey
from backend.kernel.trust import county_text, uint
from backend.sync.event_rules import LONGEST_EVENT
from backend.sync.push_rules import Numbered

KIND: Final = "XO1"
LONGEST_FILE: Final = 4_194_304
"""Bytes of a whole file: 4 MiB, about ten thousand events."""
MOST_IN_FILE: Final = 20_000
NONCE_BYTES: Final = 12
_LIMIT = 2**32


class JournalFileReason(Reason):
    """Why a file is not taken, and nothing of it stored; one line and one vector each."""

    UNREADABLE = "journal-file-unreadable", 400, "文件已损坏或不是离线记录", "The file is damaged or no journal file"
    VERSION = "journal-file-version-unsupported", 400, "文件版本较新，请升级系统", "The file is newer than this program"
    MALFORMED = "journal-file-malformed", 400, "文件内容不对", "The file is not well formed"
    WRONG_COUNTY = "journal-file-wrong-county", 409, "文件属于别的县", "The file is another county's"
    OTHER_KEY = "journal-file-other-key", 409, "文件不是用本县的密钥封的", "The file is sealed to another key than ours"
    DAMAGED = "journal-file-damaged", 400, "文件在路上被改动或损坏", "The file was changed or damaged on its way"


class JournalFile(Struct, frozen=True, kw_only=True):
    """What a device wrote: its events in the order of their numbers, not opened, some perhaps missing."""

    county: str
    device: UUID
    first: int
    last: int
    events: tuple[Numbered, ...]


class _Sealed(Struct, frozen=True, kw_only=True):
    head: bytes
    """What stands before the seal, which covers it too."""
    county: str
    device: UUID
    first: int
    last: int
    recipient: bytes
    fresh: PublicKey
    nonce: bytes
    sealed: bytes


def journal_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The county's journal key from 32 secret bytes of its own, the same every time."""
    scalar = int.from_bytes(secret, "big") % (CURVE_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, compressed, 33 bytes."""
    return PublicKey(key.public_key()).compressed


def open_journal_file(
    data: bytes, *, county: str, key: ec.EllipticCurvePrivateKey
) -> JournalFile | Refused[JournalFileReason]:
    """The events of a file that was sealed to this county's journal key, or the first reason against it."""
    try:
        if len(data) > LONGEST_FILE:
            raise cbor.CborProblem(f"{len(data)} bytes, at most {LONGEST_FILE}")
        value = cbor.decode(data)
    except cbor.CborProblem as problem:
        return Refused(JournalFileReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(JournalFileReason.VERSION)
    try:
        file = _file_of(value)
    except (ValueError, KeyProblem) as problem:
        return Refused(JournalFileReason.MALFORMED, str(problem))
    if file.county != county:
        return Refused(JournalFileReason.WRONG_COUNTY)
    if file.recipient != point_of(key):
        return Refused(JournalFileReason.OTHER_KEY)
    try:
        return _opened(file, key)
    except (InvalidTag, ValueError) as problem:
        return Refused(JournalFileReason.DAMAGED, str(problem))


def _file_of(value: CborValue) -> _Sealed:
    match value:
        case [
            "XO1",
            number,
            bytes(device),
            first,
            last,
            bytes(recipient),
            bytes(fresh),
            bytes(nonce),
            bytes(sealed),
        ] if (len(device), len(recipient), len(fresh), len(nonce)) == (
            16,
            COMPRESSED_BYTES,
            COMPRESSED_BYTES,
            NONCE_BYTES,
        ):
            if not 1 <= uint(first, _LIMIT) <= uint(last, _LIMIT):
                raise ValueError("first is at least 1 and at most last")
            return _Sealed(
                head=cbor.encode([KIND, number, device, first, last, recipient, fresh, nonce]),
                county=county_text(number),
                device=UUID(bytes=device),
                first=uint(first, _LIMIT),
                last=uint(last, _LIMIT),
                recipient=recipient,
                fresh=PublicKey.from_point(fresh),
                nonce=nonce,
                sealed=sealed,
            )
    raise ValueError("not the nine items of a journal file")


def _opened(file: _Sealed, key: ec.EllipticCurvePrivateKey) -> JournalFile:
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), file.fresh.compressed)
    secret = key.exchange(ec.ECDH(), theirs)
    salt = file.fresh.compressed + file.recipient
    sealing = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=KIND.encode()).derive(secret)
    inside = cbor.decode(AESGCM(sealing).decrypt(file.nonce, file.sealed, file.head), most=3 * MOST_IN_FILE)
    events = _events_of(inside)
    numbers = [event.seq for event in events]
    if any(one >= other for one, other in pairwise(numbers)):
        raise ValueError("numbers ascend, each once")
    if (numbers[0], numbers[-1]) != (file.first, file.last):
        raise ValueError("the first and the last number are those of the head")
    return JournalFile(county=file.county, device=file.device, first=file.first, last=file.last, events=events)


def _events_of(inside: CborValue) -> tuple[Numbered, ...]:
    match inside:
        case [*listed] if 1 <= len(listed) <= MOST_IN_FILE:
            return tuple(map(_numbered, listed))
    raise ValueError(f"1 to {MOST_IN_FILE} events")


def _numbered(value: CborValue) -> Numbered:
    match value:
        case [seq, bytes(data)] if uint(seq, _LIMIT) >= 1 and 1 <= len(data) <= LONGEST_EVENT:
            return Numbered(uint(seq, _LIMIT), data)
    raise ValueError("an event is [number, bytes]")
