"""What did the county give this till to keep? Written from ``fixtures/protocols/word/SPEC.md`` alone."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import cbor2

from merchant_tools.root_handover import LONGEST_HANDOVER, MOST_HANDOVERS
from merchant_tools.signed import LATEST_SECOND, NotOurForm, is_county, is_point, is_uint, read_cbor

LONGEST_WORD = 4_194_304
LONGEST_PAPER = 65_536
MOST_COLLECTIONS = 16
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Word:
    """Papers as their bytes, not yet believed; ``trust`` is (root's point, list, hand-overs). Seconds since 1970."""

    county: str
    device: UUID
    epoch: int
    cursor: str
    server_time: int
    trust: tuple[bytes, bytes, tuple[bytes, ...]] | None
    certificate: bytes | None
    policy: bytes | None
    allowance: bytes | None
    status_version: int
    collections: Mapping[str, Rows]
    """Those that changed since the cursor that was asked with, whole."""


def read_word(data: bytes, *, county: str, device: UUID) -> Word:
    """The word to this device. Raises ``NotOurForm`` with the first reason of the specification."""
    if len(data) > LONGEST_WORD:
        raise NotOurForm("word-unreadable")
    try:
        items = read_cbor(data)
    except NotOurForm:
        raise NotOurForm("word-unreadable") from None
    if isinstance(items, list) and items and isinstance(items[0], str) and items[0] != "XW1":
        raise NotOurForm("word-version-unsupported")
    word = _word_of(items)
    if word is None:
        raise NotOurForm("word-malformed")
    if word.county != county:
        raise NotOurForm("word-wrong-county")
    if word.device != device:
        raise NotOurForm("word-wrong-device")
    return word


def digest_of(rows: Rows) -> tuple[int, bytes]:
    """How many rows a collection has, and the hash over all of them (Y8)."""
    each = [hashlib.sha256(cbor2.dumps([key, rows[key]], canonical=True)).digest() for key in _ordered(rows)]
    return len(rows), hashlib.sha256(b"".join(each)).digest()


def _ordered(keys: Any) -> list[str]:
    return sorted(keys, key=str.encode)


def _word_of(items: Any) -> Word | None:
    match items:
        case ["XW1", number, bytes(device), epoch, str(cursor), at, trust, *papers, status, [*told]]:
            collections = [_collection_of(one) for one in told]
            numbers = is_county(number) and is_uint(epoch) and is_uint(at, LATEST_SECOND) and is_uint(status)
            named = len(device) == 16 and re.fullmatch(r"[A-Za-z0-9_-]{1,512}", cursor)
            given = len(papers) == 3 and all(map(_is_paper, papers)) and (trust is None or _is_trust(trust))
            if numbers and named and given and _are_collections(collections):
                certificate, policy, allowance = papers
                return Word(
                    county=str(number),
                    device=UUID(bytes=device),
                    epoch=epoch,
                    cursor=cursor,
                    server_time=at,
                    trust=None if trust is None else (trust[0], trust[1], tuple(trust[2]) if len(trust) > 2 else ()),
                    certificate=certificate,
                    policy=policy,
                    allowance=allowance,
                    status_version=status,
                    collections=dict(one for one in collections if one),
                )
    return None


def _is_trust(value: Any) -> bool:
    match value:
        case [point, listed]:
            return is_point(point) and _is_bytes(listed)
        case [point, listed, [*handovers]] if 1 <= len(handovers) <= MOST_HANDOVERS:
            carried = all(isinstance(one, bytes) and len(one) <= LONGEST_HANDOVER for one in handovers)
            return is_point(point) and _is_bytes(listed) and carried
    return False


def _is_bytes(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) <= LONGEST_PAPER


def _is_paper(value: Any) -> bool:
    return value is None or _is_bytes(value)


def _are_collections(found: list[tuple[str, Rows] | None]) -> bool:
    names = [one[0] for one in found if one is not None]
    return len(names) == len(found) <= MOST_COLLECTIONS and all(one < other for one, other in pairwise(names))


def _collection_of(value: Any) -> tuple[str, Rows] | None:
    match value:
        case [str(name), bytes(data)] if re.fullmatch(r"[a-z]{1,32}", name):
            try:
                rows = read_cbor(data)
            except NotOurForm:
                return None
            if isinstance(rows, list) and all(map(_is_row, rows)):
                keys = [key for key, _ in rows]
                return (name, dict(rows)) if len(set(keys)) == len(keys) and keys == _ordered(keys) else None
    return None


def _is_row(value: Any) -> bool:
    match value:
        case [str(key), dict(row)]:
            return 0 < len(key) <= 200 and _is_json(row)
    return False


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)
