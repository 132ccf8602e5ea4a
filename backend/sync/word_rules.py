"""What does a device keep of its county, for a day without a network?

The word ``XW1`` is one answer with everything: the keys that the county believes, the device's papers and the
collections that changed since the device asked last. It travels over the county's own TLS; what has to be believed
without the county is signed inside. Specification: ``fixtures/protocols/word/SPEC.md``; twins:
``pwa/src/offline/word.ts``, ``merchant_tools/words.py``.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.root_handover import LONGEST_HANDOVER, MOST_HANDOVERS
from backend.kernel.signing import COMPRESSED_BYTES, KeyProblem, PublicKey, from_base64url, to_base64url
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of, uint
from backend.sync.digest_rules import Digest, digest_of

KIND: Final = "XW1"
LONGEST_WORD: Final = 4_194_304
"""Bytes."""
LONGEST_CURSOR: Final = 512
"""Signs."""
MOST_COLLECTIONS: Final = 16
LONGEST_PAPER: Final = 65_536
_LONGEST_KEY = 200
_LIMIT = 2**32
_MARK_BYTES = 16
"""Of a collection's digest in a cursor: nobody gains anything by two that are alike."""
_NAME = re.compile(r"[a-z]{1,32}")
_CURSOR = re.compile(r"[A-Za-z0-9_-]+")


class WordReason(Reason):
    """Why a device does not take what the county said, and keeps what it has; one line and one vector each."""

    UNREADABLE = "word-unreadable", 409, "县里的离线资料无法识别", "The county's word is damaged"
    VERSION = "word-version-unsupported", 409, "县里的离线资料版本较新", "The county's word is newer than this program"
    MALFORMED = "word-malformed", 409, "县里的离线资料内容不对", "The county's word is not well formed"
    WRONG_COUNTY = "word-wrong-county", 409, "离线资料属于别的县", "The word is another county's"
    WRONG_DEVICE = "word-wrong-device", 409, "离线资料属于别的设备", "The word is for another device"


Rows = Mapping[str, Mapping[str, Any]]
"""A collection's rows by their keys, as JSON has them; numbers are whole."""


class Trusted(Struct, frozen=True):
    """The county's trust list as its root signed it, and that root, which a device pins when it has none yet.

    ``handovers``: how devices that pinned an earlier root come to this one, the oldest first.
    """

    root: PublicKey
    data: bytes
    handovers: tuple[bytes, ...] = ()

    @property
    def parts(self) -> list[CborValue]:
        """As it travels, and as it lies in the county's folder."""
        told: list[CborValue] = [self.root.compressed, self.data]
        return [*told, list(self.handovers)] if self.handovers else told


def trusted_of(value: CborValue) -> Trusted:
    """The parts of a word or a file, not yet believed. Raises ``ValueError``."""
    handovers: list[CborValue] = []
    match value:
        case [bytes(root), bytes(data)]:
            pass
        case [bytes(root), bytes(data), [*handovers]] if 1 <= len(handovers) <= MOST_HANDOVERS:
            pass
        case _:
            raise ValueError("trust is null, [root, list] or [root, list, hand-overs]")
    told = tuple(one for one in handovers if isinstance(one, bytes) and len(one) <= LONGEST_HANDOVER)
    if len(told) != len(handovers) or len(root) != COMPRESSED_BYTES or len(data) > LONGEST_PAPER:
        raise ValueError("a root is a compressed point, a list and hand-overs are bytes")
    return Trusted(PublicKey.from_point(root), data, told)


class Word(Struct, frozen=True, kw_only=True):
    """What a device is told. A paper that the county has none of is ``None``."""

    county: str
    device: UUID
    epoch: int
    cursor: str
    """To be sent with the next question."""
    server_time: Instant
    trust: Trusted | None
    certificate: bytes | None
    policy: bytes | None
    allowance: bytes | None
    status_version: int
    collections: Mapping[str, Rows]
    """Those that changed since the question's cursor, whole."""


def write_word(word: Word) -> bytes:
    """The word as it is sent. Raises ``ValueError`` for one that no device would take."""
    trust: CborValue = None if word.trust is None else word.trust.parts
    collections: list[CborValue] = [[name, _written(word.collections[name])] for name in sorted(word.collections)]
    items: list[CborValue] = [KIND, county_number(word.county), word.device.bytes, word.epoch, word.cursor]
    items += [seconds_of(word.server_time), trust, word.certificate, word.policy, word.allowance]
    items += [word.status_version, collections]
    data = cbor.encode(items)
    read = read_word(data, county=word.county, device=word.device)
    if isinstance(read, Refused):
        raise ValueError(read.detail or read.reason.value)
    return data


def read_word(data: bytes, *, county: str, device: UUID) -> Word | Refused[WordReason]:
    """The word to this device, or the first reason why it is none. What is signed inside is not looked at."""
    try:
        if len(data) > LONGEST_WORD:
            raise cbor.CborProblem("too long")
        value = cbor.decode(data)
    except cbor.CborProblem as problem:
        return Refused(WordReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(WordReason.VERSION)
    try:
        word = _word_of(value)
    except ValueError as problem:
        return Refused(WordReason.MALFORMED, str(problem))
    if word.county != county:
        return Refused(WordReason.WRONG_COUNTY)
    return word if word.device == device else Refused(WordReason.WRONG_DEVICE)


def cursor_of(epoch: int, digests: Mapping[str, Digest]) -> str:
    """Says what a device has that took everything; only the county reads it."""
    marks: list[CborValue] = [[name, digests[name].sha256[:_MARK_BYTES]] for name in sorted(digests)]
    return to_base64url(cbor.encode([epoch, marks]))


def changed_since(cursor: str | None, epoch: int, digests: Mapping[str, Digest]) -> frozenset[str]:
    """The collections that a device with this cursor has to get; all of them for one that nobody here gave."""
    known = {} if cursor is None else _marks_of(cursor, epoch)
    return frozenset(name for name, digest in digests.items() if known.get(name) != digest.sha256[:_MARK_BYTES])


def digests_of(collections: Mapping[str, Rows]) -> dict[str, Digest]:
    """What a device that has everything has, too."""
    return {name: digest_of(rows) for name, rows in collections.items()}


def _marks_of(cursor: str, epoch: int) -> dict[str, bytes]:
    try:
        match cbor.decode(from_base64url(cursor)):
            case [int(of), [*marks]] if of == epoch:
                return dict(map(_mark_of, marks))
    except (KeyProblem, ValueError):
        return {}
    return {}


def _mark_of(value: CborValue) -> tuple[str, bytes]:
    match value:
        case [str(name), bytes(mark)]:
            return name, mark
    raise ValueError("a mark is [name, bytes]")


def _written(rows: Rows) -> bytes:
    ordered: dict[str, Any] = {key: rows[key] for key in sorted(rows, key=str.encode)}
    each: list[CborValue] = [[key, row] for key, row in ordered.items()]
    return cbor.encode(each)


def _word_of(value: CborValue) -> Word:
    match value:
        case [
            "XW1",
            number,
            bytes(device),
            epoch,
            str(cursor),
            at,
            trust,
            certificate,
            policy,
            allowance,
            status,
            [*told],
        ]:
            if len(device) != 16 or len(cursor) > LONGEST_CURSOR or not _CURSOR.fullmatch(cursor):
                raise ValueError("a device has 16 bytes and a cursor 1 to 512 signs of Base64 for URLs")
            collections = [_collection_of(one) for one in told]
            if len(collections) > MOST_COLLECTIONS or any(one[0] >= other[0] for one, other in pairwise(collections)):
                raise ValueError("at most 16 collections, in the order of their names, each once")
            return Word(
                county=county_text(number),
                device=UUID(bytes=device),
                epoch=uint(epoch, _LIMIT),
                cursor=cursor,
                server_time=instant_of(at),
                trust=_trusted_of(trust),
                certificate=_paper_of(certificate),
                policy=_paper_of(policy),
                allowance=_paper_of(allowance),
                status_version=uint(status, _LIMIT),
                collections=dict(collections),
            )
    raise ValueError("not the twelve items of a word")


def _trusted_of(value: CborValue) -> Trusted | None:
    return None if value is None else trusted_of(value)


def _paper_of(value: CborValue) -> bytes | None:
    if value is None or (isinstance(value, bytes) and len(value) <= LONGEST_PAPER):
        return value
    raise ValueError("a paper is null or bytes")


def _collection_of(value: CborValue) -> tuple[str, Rows]:
    match value:
        case [str(name), bytes(data)] if _NAME.fullmatch(name):
            match cbor.decode(data):
                case [*listed]:
                    rows = [_row_of(one) for one in listed]
                    if any(one[0].encode() >= other[0].encode() for one, other in pairwise(rows)):
                        raise ValueError("rows stand in the order of their keys, each once")
                    return name, dict(rows)
    raise ValueError("a collection is [name of small letters, its rows in bytes]")


def _row_of(value: CborValue) -> tuple[str, Mapping[str, Any]]:
    match value:
        case [str(key), {**row}] if 0 < len(key) <= _LONGEST_KEY and _is_json(row):
            told: dict[str, Any] = {str(name): item for name, item in row.items()}
            return key, told
    raise ValueError("a row is [key of 1 to 200 signs, map]")


def _is_json(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_json(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    # Beyond 2^53 the languages of the other programs tell numbers apart no more.
    return isinstance(value, str | None) or (isinstance(value, int) and abs(value) < 2**53)
